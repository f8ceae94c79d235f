"""What choosing in a sweep left: each variant's own plain run, markets without an effect, and a planted one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.answers import answer
from engine.measure.overfit import harvey_liu, probability_of_overfitting
from engine.measure.track import returns
from engine.study.answered import Studied
from engine.study.sweep import chosen
from engine.study.sweep.chosen import sampled
from tests.desk import Desk, made_prices
from tests.results.command import Command

pytest.importorskip("arch")
#: Over on days that hang on its number alone: whatever it earns is luck.
NOISE = '''"""Knows nothing."""
import math
def score(past, *, number: int = 0):
    return math.sin((past.session + 1.0) * (number + 1) * 78.233) * 43758.5453 % 1.0
'''
#: Over on every twentieth session: one of twenty has the right one.
CLOCK = '''"""Over on every twentieth session."""
def score(past, *, number: int = 0):
    return 1.0 if past.session % 20 == number else 0.0
'''
DAILY = {
    "every": "daily", "stance": "{rule: threshold, enter: 0.5, exit: 0.5}", "from": "2020-02-03", "to": "2021-06-30",
    "trade": "{after: 1, commission_bps: 0, half_spread_bps: 0, slippage_bps: 0}",
}  # fmt: skip


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("engine.study.sweep.picture.can_draw", lambda: False)
    return Command(capsys)


def swept(desk: Desk, strategy: str, over: str, **changes: str) -> dict[str, Any]:
    desk.text(strategy, "strategies/known.py")
    desk.config(**{"strategy": "known", **DAILY, **changes})
    desk.text(f"base: a.yaml\nsweep:\n  over: {over}\n", "sweep.yaml")
    studied = answer("sweep.yaml", results=None, full=True)
    assert isinstance(studied, Studied)
    assert studied.full is not None
    found: dict[str, Any] = studied.full["choosing"]
    return found | {"best": studied.figures["best"]["variant"]}


def active_alone(*overrides: str) -> np.ndarray:
    """Active returns of one variant as a plain run."""
    result = engine.run("a.yaml", overrides, results=None)
    return returns(result.own.track) - returns(result.portfolios[result.reference].track)


@pytest.fixture
def no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.study.sweep.picture.can_draw", lambda: False)


@pytest.mark.usefixtures("no_picture")
def test_where_nothing_is_to_be_found_nothing_is_claimed(desk: Desk) -> None:
    """Every figure anew from plain runs; a single PBO of luck lies anywhere between 34% and 84% (FIELD.md, E7)."""
    found = swept(desk, NOISE, "{with.number: {from: 0, to: 23, step: 1}}")
    active = np.column_stack([active_alone(f"with.number={number}") for number in range(24)])
    assert found["overfitting"]["pbo"] == probability_of_overfitting(active).pbo
    assert 0.25 < found["overfitting"]["pbo"] < 0.85
    assert found["superior"]["spa_p"]["consistent"] > 0.1
    assert found["superior"]["stepm"] == []
    best = active[:, found["best"]]
    ratio = best.mean() / best.std(ddof=1) * 252**0.5
    assert found["haircut"]["information_ratio"] == pytest.approx(ratio, rel=1e-9)
    cut = harvey_liu(ratio, len(active) / 252, 24)
    assert found["haircut"]["bonferroni"]["adjusted_p"] == pytest.approx(cut.adjusted_p, rel=1e-6)
    assert (found["variants"], found["trials"], found["sessions"]) == (24, 24, len(active))
    assert "sample" not in found["words"]


@pytest.mark.usefixtures("no_picture")
def test_a_planted_effect_is_found_and_named(desk: Desk) -> None:
    prices = made_prices(seed=3)
    # Decided on session s, traded at the close of s + 1, held through s + 2.
    up = np.where(np.arange(len(prices)) % 20 == (13 + 2) % 20, 1.03, 1.0).cumprod()
    prices["AAA"], prices["BBB"] = prices["AAA"] * up, prices["BBB"] * up
    desk.prices(prices)
    found = swept(desk, CLOCK, "{with.number: {from: 0, to: 19, step: 1}}")
    assert found["best"] == 13
    assert found["overfitting"]["pbo"] < 0.01
    assert found["superior"]["spa_p"]["consistent"] <= 0.01
    assert found["superior"]["stepm"] == [13]
    assert found["haircut"]["bonferroni"]["haircut"] < 0.3
    assert "choosing carries over" in found["words"]["overfitting"]


@pytest.mark.usefixtures("no_picture")
def test_of_many_a_sample_is_run_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "MOST", 10)
    found = swept(desk, NOISE, "{with.number: {from: 0, to: 39, step: 1}}")
    drawn = sampled(np.arange(40))
    assert [number // 4 for number in drawn.tolist()] == [*range(10)]
    active = np.column_stack([active_alone(f"with.number={number}") for number in drawn.tolist()])
    assert found["overfitting"]["pbo"] == probability_of_overfitting(active).pbo
    assert (found["variants"], found["trials"]) == (10, 40)
    assert found["haircut"]["bonferroni"]["adjusted_p"] == min(40 * found["haircut"]["bonferroni"]["p"], 1.0)
    assert found["words"]["sample"].startswith("10 of 40 variants, from all over the sweep, drawn before any was ")


def test_a_sample_has_one_of_each_part_and_hangs_on_nothing_but_their_number() -> None:
    drawn = sampled(np.arange(5, 10_005))
    assert len(drawn) == chosen.MOST
    assert ((drawn - 5) // 50).tolist() == [*range(200)]
    assert len(set(((drawn - 5) % 50).tolist())) > 40  # no step of the grid is preferred
    assert sampled(np.arange(200)).tolist() == [*range(200)]
    assert len(sampled(np.arange(201))) == 200


@pytest.mark.usefixtures("no_picture")
def test_variants_are_held_against_each_other_on_the_sessions_that_all_have(desk: Desk) -> None:
    """One begins later, one is held against an asset, one fails."""
    over = "{from: [2020-02-03, 2020-06-01, 2031-01-01], against: [[policy], [AAA]]}"
    found = swept(desk, NOISE, over)
    runs = [active_alone(f"from={day}", f"against=[{one}]") for one in ("policy", "AAA")
            for day in ("2020-02-03", "2020-06-01")]  # fmt: skip
    common = min(map(len, runs))
    active = np.column_stack([one[-common:] for one in runs])
    assert (found["sessions"], found["variants"], found["trials"]) == (common, 4, 4)
    assert found["overfitting"]["pbo"] == pytest.approx(probability_of_overfitting(active).pbo, abs=1e-3)


def test_it_is_measured_where_somebody_asks_and_kept(desk: Desk, overweight: Command) -> None:
    desk.text(NOISE, "strategies/known.py")
    desk.config(strategy="known", **DAILY)
    desk.text("base: a.yaml\nsweep: {over: {with.number: [1, 2, 3, 4]}}\n", "sweep.yaml")
    said = overweight("run sweep.yaml")
    assert said.code == 0, said.err
    assert "what is left of the best (haircut): not measured (--full)" in " ".join(said.out.split())
    assert said.out.rstrip().endswith("next   overweight run --full sweep.yaml")
    (folder,) = Path("results/studies/sweep").iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "full.json" not in before
    printed = overweight("run --full --json sweep.yaml").json
    kept = json.loads((folder / "full.json").read_text())
    assert printed["full"] == kept
    assert kept["choosing"]["variants"] == 4
    said = overweight("run --full sweep.yaml")
    words = " ".join(said.out.split())
    for label, sentence in kept["choosing"]["words"].items():
        assert f"{label} {sentence}" in words
    assert "\nnext " not in said.out
    said = overweight("run sweep.yaml --json")
    assert "full" not in said.json
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "full.json"} == before
    assert json.loads((folder / "full.json").read_text()) == kept


def test_of_a_sweep_that_was_finished_no_variant_is_run_for_the_table(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.text(NOISE, "strategies/known.py")
    desk.config(strategy="known", **DAILY)
    desk.text("base: a.yaml\nsweep: {over: {with.number: [1, 2, 3, 4], tilt.one.over: [0.1, 0.9]}}\n", "sweep.yaml")
    assert overweight("run sweep.yaml").code == 0
    (folder,) = Path("results/studies/sweep").iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    whole = overweight("run --full --json sweep.yaml --results whole").json

    def again(*_: object) -> None:
        raise AssertionError("run again")

    with monkeypatch.context() as patch:
        patch.setattr("engine.study.sweep.study.run_blocks", again)
        said = overweight("run --full --json sweep.yaml").json
    assert {**said, "path": ""} == {**whole, "path": ""}
    assert said["figures"]["ways"]["failed"] == 4
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "full.json"} == before
    (folder / "variants.parquet").write_bytes(b"broken")
    said = overweight("run --full --json sweep.yaml").json
    assert {**said, "path": ""} == {**whole, "path": ""}
    assert (folder / "variants.parquet").read_bytes() == before["variants.parquet"]


def test_next_has_what_was_changed(desk: Desk, overweight: Command) -> None:
    desk.text(NOISE, "strategies/known.py")
    desk.config(strategy="known", **DAILY)
    desk.text("base: a.yaml\nsweep: {over: {with.number: [1, 2]}}\n", "sweep.yaml")
    said = overweight("run sweep.yaml --set capital=5000 --results there")
    assert "next   overweight run --full sweep.yaml --set capital=5000 --results there" in said.out
