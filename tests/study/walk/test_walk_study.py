"""The walk-forward as a study: its document, tables, trials, words on the screen and its picture."""

from __future__ import annotations

import json
import sqlite3
from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from rich.console import Console

import engine
from engine.config import load
from engine.folder import FRAMES
from engine.measure.overfit import probability_of_overfitting
from engine.measure.track import returns
from engine.results.studies import drawn
from engine.study.answered import Studied
from engine.study.walk.tables import values_columns
from tests.desk import Desk
from tests.results.command import Command

STRATEGY = """
def score(past, *, sleeve: str = "one", window: int = 20):
    levels = past.sleeve(sleeve)
    if window == 7:
        raise RuntimeError("seven")
    return 100 * (levels[-1] / levels[-window] - 1)
"""
WINDOWS = "{train_sessions: 90, test_sessions: 60, embargo_sessions: 7}"
SPLITS = "{groups: 6, test_groups: 2}"


@pytest.fixture(autouse=True)
def no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take as long as all else."""
    monkeypatch.setattr("engine.study.walk.picture.can_draw", lambda: False)


def answered(desk: Desk, block: str, over: str = "{with.window: [5, 20, 7]}", **changes: object) -> Studied:
    desk.text(STRATEGY, "strategies/trend.py")
    desk.config(**({"strategy": "trend", "every": "week_end"} | changes))
    desk.text(f"base: a.yaml\nwalk_forward: {block}\nsweep: {{over: {over}}}\n", "walk.yaml")
    found = engine.answer("walk.yaml")
    assert isinstance(found, Studied)
    return found


def screen(studied: Studied, width: int = 100) -> str:
    console = Console(width=width, record=True, file=StringIO())
    for one in drawn(studied):
        console.print(one)
    return console.export_text()


def test_what_is_saved_says_each_choice_and_what_came_of_it(desk: Desk) -> None:
    studied = answered(desk, WINDOWS)
    assert studied.path is not None
    document = json.loads((studied.path / "study.json").read_text())
    assert document["kind"] == "walk_forward"
    figures = document["figures"]
    assert figures["candidates"]["failed"] == 1
    assert "seven" in next(iter(figures["candidates"]["reasons"]))
    assert [fold["variant"] in (0, 1) for fold in figures["folds"]] == [True, True, True]
    for one, other in zip(figures["folds"], figures["folds"][1:], strict=False):
        assert one["train_to"] < one["known"] <= one["first_decision"] < one["test_to"] == other["known"]
        assert other["test_from"] > one["test_to"]
    growth = [1 + figures["portfolios"][name]["total_return"] for name in ("walk_forward", "policy", "base")]
    equity = pq.read_table(studied.path / "equity.parquet").to_pydict()
    days = np.array(equity["date"], "datetime64[D]")
    start = int(np.searchsorted(days, np.datetime64(figures["out_of_sample"]["from"]))) - 1
    for name, expected in zip(("walk_forward", "policy", "base"), growth, strict=True):
        assert equity[name][-1] / equity[name][start] == pytest.approx(expected)
    assert sorted(set(equity["fold"])) == [0, 1, 2, 3]


def test_folds_out_of_sample_are_the_whole_of_it(desk: Desk) -> None:
    """Test windows touch: their growth is that of all that is out of sample."""
    studied = answered(desk, WINDOWS)
    assert studied.path is not None
    equity = pq.read_table(studied.path / "equity.parquet").to_pydict()
    at = dict(zip(map(str, np.array(equity["date"], "datetime64[D]")), equity["walk_forward"], strict=True))
    days = [*at]
    growth = 1.0
    for fold in studied.figures["folds"]:
        growth *= at[fold["test_to"]] / at[days[days.index(fold["test_from"]) - 1]]
    assert growth == pytest.approx(1 + studied.figures["portfolios"]["walk_forward"]["total_return"])


def test_tables_hold_every_decision_fold_and_candidate(desk: Desk) -> None:
    tables = answered(desk, WINDOWS).tables
    assert {*tables} == {"equity", "folds", "dated_targets", "candidates"}
    assert tables["candidates"]["with.window"].tolist() == [5, 20, 7]
    assert tables["candidates"]["chosen"].sum() == len(tables["folds"]["fold"]) == 3
    assert [bool(reason) for reason in tables["candidates"]["reason"]] == [False, False, True]
    targets = tables["dated_targets"]
    assert {*targets} == {"date", "fold", "variant", "AAA", "BBB", "CCC"}
    for fold, number in zip(targets["fold"], targets["variant"], strict=True):
        assert number == (-1 if fold == 0 else tables["folds"]["variant"][fold - 1])
    np.testing.assert_allclose(sum(targets[name] for name in ("AAA", "BBB", "CCC")), 1.0)


def test_no_table_has_the_name_of_one_of_runs(desk: Desk) -> None:
    """`overweight query` shows both beside each other."""
    for block in (WINDOWS, SPLITS):
        assert not {*answered(desk, block).tables} & {*FRAMES, "runs", "trials", "variants"}


def trials() -> list[tuple[str, int, float]]:
    with sqlite3.connect("results/trials.sqlite") as ledger:
        return ledger.execute("select name, variants, mean_sharpe from sweeps").fetchall()


def test_candidates_are_trials_once_however_they_are_looked_at(desk: Desk) -> None:
    """Those that ran; a second time, by splits or in a plain sweep of the same, they are the same trials."""
    answered(desk, WINDOWS)
    ((name, count, mean),) = trials()
    assert (name, count) == ("walk", 2)
    sharpes = [engine.run("a.yaml", [f"with.window={n}"], results=None).metrics["sharpe"] for n in (5, 20)]
    assert mean == pytest.approx(np.mean(sharpes), abs=1e-12)
    answered(desk, WINDOWS)
    answered(desk, SPLITS)
    assert len(trials()) == 1
    desk.text("base: a.yaml\nsweep: {over: {with.window: [5, 20, 7]}}\n", "sweep.yaml")
    engine.answer("sweep.yaml")
    assert len(trials()) == 1


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_says_the_verdict_and_what_is_left_of_it(desk: Desk, width: int) -> None:
    text = screen(answered(desk, WINDOWS), width)
    assert "walk  3 choices among 3 candidates (1 failed), by sharpe" in text
    for word in (
        "walk-forward",
        "policy",
        "as written",
        "best in hindsight",
        "verdict",
        "where it was chosen",
        "seams",
    ):
        assert word in text
    assert max(map(len, text.splitlines())) <= width


def test_the_screen_of_splits(desk: Desk) -> None:
    text = screen(answered(desk, SPLITS))
    assert "15 splits of 6 groups, 5 paths" in text
    assert "lower half of the test" in text
    assert "is no run one could have had" in " ".join(text.split())


def test_one_candidate_has_nothing_to_be_ranked_against(desk: Desk) -> None:
    for block in (WINDOWS, SPLITS):
        studied = answered(desk, block, "{with.window: [20]}")
        json.dumps(studied.document(), allow_nan=False)
        assert "one candidate alone" in " ".join(screen(studied).split())


def test_a_picture_is_drawn_or_its_absence_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("plotly")
    for block in (WINDOWS, SPLITS):
        assert "pip install" in answered(desk, block).caveats[-1]
    monkeypatch.setattr("engine.study.walk.picture.can_draw", lambda: True)
    for block in (WINDOWS, SPLITS):
        (page,) = (answered(desk, block.replace("6", "5")).pictures or {}).values()
        assert "aria-label" in page
        assert "where it was chosen" in page


@pytest.mark.parametrize("block", [WINDOWS, SPLITS])
def test_in_full_it_says_what_choosing_is_worth(desk: Desk, block: str) -> None:
    """Of the candidates' own runs over the whole sample, from the close at which all of them are there."""
    pytest.importorskip("arch")
    over = "{with.window: [5, 20, 7, 40, 3]}"
    plain = answered(desk, block, over)
    assert plain.full is None
    assert "whether choosing among all of them helps (PBO)" in " ".join(screen(plain).split())
    studied = engine.answer("walk.yaml", full=True)
    assert isinstance(studied, Studied)
    assert studied.full is not None
    found, columns = studied.full["choosing"], []
    for window in (5, 20, 40, 3):
        run = engine.run("a.yaml", [f"with.window={window}"], results=None)
        columns.append(returns(run.own.track) - returns(run.portfolios["policy"].track))
    active = np.column_stack([one[-min(map(len, columns)) :] for one in columns])
    assert (found["variants"], found["trials"], found["sessions"]) == (4, 4, len(active))
    assert found["overfitting"]["pbo"] == pytest.approx(probability_of_overfitting(active).pbo, abs=1e-3)
    assert found["haircut"] is None
    assert list(found["words"]) == ["overfitting", "superior"]
    for sentence in found["words"].values():
        assert sentence in " ".join(screen(studied).split())


def test_a_strategy_about_weights_has_no_bets(desk: Desk) -> None:
    desk.text(
        "def weights(past, *, one: float = 0.5):\n    return {'AAA': one, 'CCC': 1 - one}\n", "strategies/fixed.py"
    )
    changes = {"strategy": "fixed", "stance": None, "tilt": None}
    studied = answered(desk, WINDOWS, "{with.one: [0.2, 0.8]}", **changes)
    assert studied.figures["episodes"] is None
    assert len(studied.figures["folds"]) == 3


def test_the_same_question_has_the_same_id_and_another_grid_another(desk: Desk) -> None:
    one, again = answered(desk, WINDOWS), answered(desk, WINDOWS)
    assert one.id == again.id
    assert one.document() == again.document()
    assert answered(desk, WINDOWS, "{with.window: [5, 20]}").id != one.id
    assert answered(desk, WINDOWS.replace("60", "61")).id != one.id
    assert load(Path("walk.yaml")).study == "walk_forward"


def test_whole_numbers_stay_whole_in_the_tables() -> None:
    """Whoever runs a row as a plain run sets `with.lookback=10`: 10.0 is refused."""
    columns = values_columns([{"a": 10, "b": 1, "c": "x"}, {"a": 40, "b": 0.5, "c": None}])
    assert [column.dtype.kind for column in columns.values()] == ["i", "f", "O"]
    assert columns["a"].tolist() == [10, 40]


def test_whoever_stops_it_is_told_that_nothing_is_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    stops = STRATEGY.replace(
        "if window == 7:", "if window == 6:\n        os.kill(os.getpid(), signal.SIGTERM)\n    if 0:"
    )
    desk.text(f"import os, signal\n{stops}", "strategies/trend.py")
    desk.config(strategy="trend", every="week_end")
    desk.text(f"base: a.yaml\nwalk_forward: {WINDOWS}\nsweep: {{over: {{with.window: [5, 6, 7]}}}}\n", "walk.yaml")
    said = Command(capsys)("run walk.yaml")
    words = "walk.yaml: stopped at candidate 2 of 3; a walk-forward keeps none of them: the same command begins anew\n"
    assert (said.code, said.out, said.err) == (143, "", f"{words}stopped\n")


def test_windows_beyond_all_numbers_are_longer_than_the_data(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.text(STRATEGY, "strategies/trend.py")
    desk.config(strategy="trend")
    windows = "{train_years: 1e308, test_years: 1e308}"
    desk.text(f"base: a.yaml\nwalk_forward: {windows}\nsweep: {{over: {{with.window: [5, 6]}}}}\n", "walk.yaml")
    said = Command(capsys)("run walk.yaml")
    start = "walk.yaml:2:29: walk_forward.train_years: found a first choice after 252,000,021 sessions of training and "
    assert (said.code, said.err[: len(start)]) == (2, start)
