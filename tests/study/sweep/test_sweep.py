"""Sweeps: every row is the plain run of its variant, whatever is swept; what fails is a row with its reason."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.config import load
from engine.measure.metrics import METRICS
from engine.results.studies import drawn
from engine.study.sweep import blocks
from engine.study.sweep.block import WAYS, run_block
from engine.study.sweep.blocks import run_blocks
from engine.study.sweep.crew import Crew, Todo
from engine.study.sweep.kept import Kept
from engine.study.sweep.outcome import best_of
from engine.study.sweep.plan import plan_of
from engine.trials import TRIALS, tried_with
from tests.desk import Desk
from tests.results.command import Command
from tests.study.sweep.swept import figures_alone, figures_of, rows_of, sweep, swept
from tests.study.test_fused import figures_of_copies

PARAMETERS = (
    "    with.lookback: [10, 40]\n    stance.enter: {from: 0.1, to: 0.5, step: 0.2}\n    tilt.one.over: [0.1, 0.3]"
)
SWEEPS = {
    "parameters": PARAMETERS,
    "universe": "    hold.one: [[AAA, BBB], [AAA]]\n    policy: [{one: 0.5, two: 0.5}, {one: 0.4, two: 0.6}]",
    "trading": "    every: [week_end, {sessions: 13}]\n    trade: [{after: 0}, {after: 2, commission_bps: 7}]\n"
    "    rebalance: [on_change, {band: 0.03}]",
    "rules": "    stance: [{rule: proportional, full_at: 2}, {rule: impulse, hold_sessions: 30}]\n    offset: [0, 3]\n"
    "    cash.rate: [0.0, 0.04]\n    against: [[policy], [AAA, policy], [policy, CCC]]",
    "brakes": "    brake: [null, {strategy: trend, on: one, with: {lookback: 5}}]\n    tranches: [1, 3]\n"
    "    limits: [null, {sleeve: {one: {max: 0.6}}}]\n    from: [2020-06-30, 2020-08-31]",
}  # fmt: skip
#: How many of them go through the lanes: tranches go alone, and so does `debt`.
FUSED = {"parameters": 12, "universe": 4, "trading": 8, "rules": 24, "brakes": 8}
#: A brake answers shares: this one is cut to them.
SHARE = '''"""A share."""
def score(past, *, lookback: int = 5, sleeve: str = "one"):
    levels = past.sleeve(sleeve)
    return 0.4 if levels[-1] > levels[-1 - lookback] else 1.0
'''


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


def here_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process is hired, however long it takes: it would know nothing of what a test has changed."""
    monkeypatch.setattr(blocks, "PAYS", float("inf"))


@pytest.mark.parametrize("name", SWEEPS)
def test_every_row_is_the_plain_run_of_its_variant(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it went through the lanes, or alone."""
    desk.text(SHARE, "strategies/share.py")
    here_alone(monkeypatch)
    path = sweep(desk, SWEEPS[name].replace("strategy: trend, on", "strategy: share, on"))
    alone: dict[int, dict[str, float]] = {}
    for worth, results in ((1, "lanes"), (10**9, "alone")):
        monkeypatch.setattr("engine.study.sweep.block.WORTH", worth)
        rows = rows_of(swept(path, results))
        assert len(rows) >= 4
        alone = alone or {row["variant"]: figures_alone(path, row["variant"]) for row in rows}
        for row in rows:
            assert (row["way"], row["reason"]) in {("single", ""), ("fused", "")}, row
            assert figures_of(row) == pytest.approx(alone[row["variant"]], rel=1e-9, abs=1e-12, nan_ok=True)
        assert len({row["cagr"] for row in rows}) > 1
        assert sum(row["way"] == "fused" for row in rows) == (FUSED[name] if worth == 1 else 0)


def test_drawn_variants_are_plain_runs_too(desk: Desk) -> None:
    over = "    with.lookback: {from: 5, to: 60}\n    stance.enter: {from: 0, to: 1}\n    every: [week_end, month_end]"
    path = sweep(desk, over, "  sample: {how: latin_hypercube, count: 9, seed: 3}\n")
    rows = rows_of(swept(path))
    assert [row["variant"] for row in rows] == [*range(9)]
    assert len({row["with.lookback"] for row in rows}) == 9
    for row in rows:
        assert figures_of(row) == pytest.approx(figures_alone(path, row["variant"]), rel=1e-9, abs=1e-12, nan_ok=True)


def test_a_strategy_is_asked_once_for_each_set_of_its_own_parameters(desk: Desk) -> None:
    swept(sweep(desk, PARAMETERS))
    asked = Path("asked.txt").read_text().splitlines()
    # The best variant is run once more by itself, and two short audits ask nobody.
    sets = {line.split()[1]: 0 for line in asked}
    for line in asked:
        sets[line.split()[1]] += 1
    assert sorted(sets) == ["10", "40"]
    decisions = len({line.split()[0] for line in asked})
    assert sorted(sets.values()) == [decisions, 2 * decisions]


def test_a_variant_that_fails_is_a_row_with_its_reason(desk: Desk) -> None:
    path = sweep(desk, "    tilt.one.over: [0.1, 0.9]\n    with.lookback: [10, 300]\n    stance.exit: [0, 0.4]")
    studied = swept(path)
    rows = rows_of(studied)
    failed = {row["variant"]: row["reason"] for row in rows if row["way"] == "failed"}
    assert len(rows) == 8
    assert [*failed] == [1, 2, 3, 4, 5, 6, 7]
    assert "tilt.one.over: found the number 0.9; expected at most 0.5" in failed[7]
    assert "found IndexError" in failed[1] or "expected at the earliest" in failed[1]
    assert "tilt.one.over: found the number 0.9" in failed[2]
    assert "stance.exit: found the number 0.4; expected at most `enter`" in failed[4]
    assert all(row["sharpe"] != row["sharpe"] for row in rows[1:])
    assert studied.figures["ways"]["failed"] == 7
    assert sum(one["variants"] for one in studied.figures["failures"]) == 7
    assert any("7 of 8 variants failed" in caveat for caveat in studied.caveats)


def test_reasons_that_differ_in_numbers_alone_are_told_once(desk: Desk, overweight: Command) -> None:
    """Lookbacks that are too long for the first day are one kind of failure; nobody reads them all."""
    sweep(
        desk,
        "    with.lookback: {from: 90, to: 150, step: 3}\n    tilt.one.over: [0.1, 0.9]\n    stance.exit: [0, 0.4]",
    )
    said = overweight("run sweep.yaml --results r --json")
    assert "figures" in said.json, said.err
    failures = said.json["figures"]["failures"]
    ways = said.json["figures"]["ways"]
    assert sum(one["variants"] for one in failures) == ways["failed"]
    (late,) = [one for one in failures if one["reasons"] > 1]
    assert "IndexError" in late["reason"]
    words = " ".join(overweight("run sweep.yaml --results r").out.split())
    assert f"or the strategy file (and {late['reasons'] - 1} reasons like it)" in words


def test_whoever_fails_first_keeps_nobody_from_the_lanes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a strategy that cannot be asked, nor costs that eat a trade in a block before."""
    here_alone(monkeypatch)
    monkeypatch.setattr("engine.study.sweep.block.WORTH", 1)
    desk.text('"""Takes no lookback."""\ndef score(past):\n    return 1.0\n', "strategies/bare.py")
    over = "    strategy: [bare, trend]\n    trade.commission_bps: [1, 10000]\n    against: [[AAA]]\n"
    plan = plan_of(load(sweep(desk, f"{over}    stance.enter: {{from: 0.1, to: 0.8, step: 0.1}}")))
    kept, ways = Kept(), {}
    for number in range(plan.blocks):
        block = run_block(plan, number, kept)
        assert (block.way == run_block(plan, number, Kept()).way).all()
        ways |= dict(zip(block.rows.tolist(), block.way.tolist(), strict=True))
    named = {(v["strategy"], v["trade.commission_bps"]) for row, v in plan.variants.values_of(plan.order).items()
             if WAYS[ways[row]] == "failed"}  # fmt: skip
    assert named == {("bare", 1), ("bare", 10000), ("trend", 10000)}
    assert any(WAYS[way] == "fused" for way in ways.values())


def test_the_best_is_the_best_and_its_command_gives_it(desk: Desk) -> None:
    path = sweep(desk, PARAMETERS, "  choose_by: max_drawdown\nfrom: 2020-09-30\n")
    studied = swept(path)
    rows, best = rows_of(studied), studied.figures["best"]
    assert rows[best["variant"]]["max_drawdown"] == max(row["max_drawdown"] for row in rows)
    assert best["run"].startswith("overweight run a.yaml --set from=")
    assert figures_alone(path, best["variant"]) == pytest.approx(best["figures"], rel=1e-9)
    assert best["values"] == {key: rows[best["variant"]][key] for key in best["values"]}
    assert "the best of 12 variants" in " ".join(studied.caveats)


@pytest.mark.parametrize(("metric", "best"), [("sharpe", 1), ("max_drawdown", 1), ("volatility", 3), ("turnover", 3)])
def test_the_best_is_the_highest_or_the_lowest_as_its_metric_goes(metric: str, best: int) -> None:
    """Of equals the first; where there is no figure there is nothing to choose."""
    assert best_of(np.array([np.nan, 0.7, 0.7, -0.2, -0.2]), metric) == best
    assert best_of(np.full(3, np.nan), metric) is None


def test_plateau_and_needle_by_hand(desk: Desk) -> None:
    studied = swept(sweep(desk, PARAMETERS))
    rows, best = rows_of(studied), studied.figures["best"]["variant"]
    keys = ("with.lookback", "stance.enter", "tilt.one.over")
    steps = {key: sorted({row[key] for row in rows}) for key in keys}

    def apart(row: dict[str, float]) -> list[int]:
        return sorted(abs(steps[key].index(row[key]) - steps[key].index(rows[best][key])) for key in keys)

    beside = [row for row in rows if apart(row) == [0, 0, 1]]
    near = [row for row in beside if row["sharpe"] >= rows[best]["sharpe"] - rows[best]["sharpe_se"]]
    shape = "plateau" if 2 * len(near) >= len(beside) else "needle"
    assert studied.figures["neighbours"] == {"count": len(beside), "within_one_se": len(near), "shape": shape}


def test_processes_and_order_change_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sweep(desk, "    with.lookback: {from: 5, to: 44, step: 1}\n    tilt.one.over: [0.1, 0.2]")
    plan = plan_of(load(path))
    assert plan.blocks == 10
    alone = run_blocks(plan, Path("alone"), lambda _: None, processes=1)
    monkeypatch.setattr(blocks, "PAYS", 0.0)
    together = run_blocks(plan, Path("together"), lambda _: None, processes=2)
    assert alone.figures.tobytes() == together.figures.tobytes()
    assert (alone.way == together.way).all()
    copied, kept = pickle.loads(pickle.dumps(plan)), Kept()
    for number in (7, 2):
        block = run_block(copied, number, kept)
        assert block.figures.tobytes() == alone.figures[block.rows].tobytes()


def test_progress_is_said(desk: Desk) -> None:
    said: list[str] = []
    run_blocks(plan_of(load(sweep(desk, PARAMETERS))), Path("parts"), said.append, processes=1)
    assert said[0] == "0 of 12 variants"
    assert said[-1].startswith("12 of 12 variants, ")
    assert said[-1].endswith(" a second, 0 s left")


def test_whoever_waits_for_the_compiler_is_told_and_it_does_not_count_as_pace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, said = plan_of(load(sweep(desk, PARAMETERS))), list[str]()
    monkeypatch.setattr(blocks, "WORTH", 1)
    monkeypatch.setattr(blocks, "is_compiled", lambda: False)
    run_blocks(plan, Path("first"), said.append, processes=1)
    assert said[:2] == ["0 of 12 variants", "0 of 12 variants, compiling, once on this machine: half a minute"]
    assert " a second" not in said[2]
    monkeypatch.setattr(blocks, "is_compiled", lambda: True)
    run_blocks(plan, Path("second"), said.append, processes=1)
    assert sum("compiling" in words for words in said) == 1


def test_compiled_lanes_are_found_on_the_disk_and_nowhere_else(tmp_path: Path) -> None:
    """Another process sees them where this one keeps its own, and not in an empty folder."""
    figures_of_copies()
    code = "from engine.study.fused.simulate import is_compiled; print(is_compiled())"
    for folder, expected in ((None, "True"), (tmp_path, "False")):
        environment = {**os.environ, **({} if folder is None else {"NUMBA_CACHE_DIR": str(folder)})}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_the_ledger_counts_every_variant_once(desk: Desk) -> None:
    path = sweep(desk, PARAMETERS)
    alone = engine.run("a.yaml")
    ledger = Path("results") / TRIALS
    assert tried_with(ledger, alone).count == 1
    sharpes = [row["sharpe"] for row in rows_of(swept(path))]
    swept(path)
    tried = tried_with(ledger, alone)
    assert tried.count == 13
    ratios = [*sharpes, alone.metrics["sharpe"]]
    mean = sum(ratios) / 13
    assert tried.variance == pytest.approx(sum((one - mean) ** 2 for one in ratios) / 12)
    path.write_text(path.read_text().replace("[10, 40]", "[10, 41]"))
    swept(path)
    assert tried_with(ledger, alone).count == 25


def test_a_swept_universe_is_another_question_in_the_ledger(desk: Desk) -> None:
    path = sweep(desk, SWEEPS["universe"])
    swept(path)
    alone = engine.run("a.yaml", results=None)
    assert tried_with(Path("results") / TRIALS, alone).count == 2 + 1


def test_what_the_command_prints(desk: Desk, overweight: Command) -> None:
    sweep(desk, PARAMETERS)
    said = overweight("run sweep.yaml")
    assert said.code == 0
    assert "sweep  12 variants (12 " in said.out
    assert "\noverweight run a.yaml --set stance.enter=" in said.out
    assert "saved  results/studies/sweep/" in said.out
    printed = overweight("run --json sweep.yaml").json
    assert printed["kind"] == "sweep"
    assert sorted(printed["figures"]["best"]["figures"]) == sorted(METRICS)
    assert not [*Path("results/studies/sweep").glob(".parts-*")]
    saved = json.loads(Path(printed["path"], "study.json").read_text())
    assert {**saved, "path": printed["path"]} == printed


@pytest.mark.parametrize(
    ("over", "rest", "message"),
    [
        ("    stance.entr: [1, 2]", "", "sweep.yaml:4:18: stance.entr: found an unknown key; expected a key that has a "
         "meaning here; did you mean `enter`?"),
        ("    with.lokback: [1]", "", "sweep.yaml:4:19: with.lokback: found unknown parameter `lokback`; expected a "
         "parameter of trend: lookback, sleeve; did you mean `lookback`?"),
        ("    with.lookback: [5, word]", "", "sweep.yaml:4:20: with.lookback: found `word`; expected a whole number; "
         "write a whole number"),
        ("    capital: [5, -5]", "", "sweep.yaml:4:14: capital: found the number -5; expected a number above 0; "),
        ("    capital: [5]", "  choose_by: sharp\n", "sweep.yaml:5:14: sweep.choose_by: found `sharp`; expected a met"),
        ("    capital: [5]", "  choose_by: beta\n", "found `beta`, of which neither more nor less is better; expected"),
        ("    capital: {from: 1, to: 1e6, step: 1}\n    cash.rate: {from: 0, to: 0.1, step: 1e-7}", "",
         "sweep.yaml:4:5: sweep.over: found 1,000,001,000,000 variants: at the very best "),
        ("    capital: {from: 1, to: 2, step: 1e-300}\n    cash.rate: {from: -1e308, to: 1e308, step: 1e-7}", "",
         "sweep.over: found more than 1,000,000,000,000,000,000 variants: at the very best "),
        ("    capital: {from: 1, to: 2e6, step: 1}", "", "found a range of 2,000,000 numbers; expected at most 1,0"),
        ("    with.lookback: [300, 301]", "", "sweep.yaml:4:5: sweep.over: found 2 variants, of which none runs; "
         "expected at least one that runs; mend the base or the values, for the first one fails at once: "),
        ("    stance.enter: [999, 1000]", "  choose_by: information_ratio\n", "sweep.yaml:5:14: sweep.choose_by: found "
         "2 variants, of which none has the metric `information_ratio`; expected one that has it: active_return / "
         "tracking_error; choose by another metric"),
    ],
)  # fmt: skip
def test_faults(desk: Desk, overweight: Command, over: str, rest: str, message: str) -> None:
    sweep(desk, over, rest)
    said = overweight("run sweep.yaml")
    assert said.code == 2
    assert message in said.err
    assert "Traceback" not in said.err


#: For each file of a strategy what it takes.
TAKEN = {"bare": "", "fast": "*, lookback: float, pace: int = 3", "slow": "*, lookback: int = 5, sleeve: str = 'one'"}


@pytest.mark.parametrize(
    ("over", "messages"),
    [
        ("    strategy: [trend, bare]\n    with.lookback: [5, 6]",
         ["sweep.yaml:5:20: with.lookback: found unknown parameter `lookback`; expected a parameter of bare: it has "
          "none; sweep bare in a file of its own"]),
        ("    strategy: [trend, bare]",
         ["a.yaml:9:18: with.lookback: found unknown parameter `lookback`; expected a parameter of bare: it has "
          "none; sweep bare in a file of its own"]),
        ("    strategy: [slow, fast]\n    with.lookback: [5, 6.5]",
         ["sweep.yaml:5:20: with.lookback: found `6.5`; expected a whole number; write a whole number"]),
        ("    strategy: [fast, slow]\n    with.sleeve: [one, two]\n    with.lookback: [null]",
         ["sweep.yaml:5:18: with.sleeve: found unknown parameter `sleeve`; expected a parameter of fast: lookback, "
          "pace; sweep fast in a file of its own",
          "sweep.yaml:4:15: with: found no `lookback`; expected every parameter fast requires; add `lookback:` under"]),
        ("    strategy: [slow, fast]\n    with: [{lookback: 9}, {pace: 2}]",
         ["sweep.yaml:5:11: with: found no `lookback`; expected every parameter fast requires; add `lookback:` under",
          "sweep.yaml:5:11: with.pace: found unknown parameter `pace`; expected a parameter of slow: lookback, sl"]),
        ("    with: [{lookback: 9}, {lokback: 9}]",
         ["sweep.yaml:4:11: with.lokback: found unknown parameter `lokback`; expected a parameter of trend: lookback, "
          "sleeve; did you mean `lookback`?"]),
        ("    strategy: [trend, trnd, 7]",
         ["sweep.yaml:4:15: strategy: found `trnd`; expected one of ",
          "sweep.yaml:4:15: strategy: found the number 7; "]),
        ("    strategy: [fast, bad]\n    with.lookback: [5]",
         ["strategies/bad.py:1: found ZeroDivisionError: division by zero while loading the file; expected an ans"]),
        ("    brake: [{strategy: slow, on: one, with: {lokback: 5}}, {strategy: slo, on: one}]",
         ["sweep.yaml:4:12: brake.with.lokback: found unknown parameter `lokback`; expected a parameter of slow",
          "sweep.yaml:4:12: brake.strategy: found `slo`; expected one of "]),
    ],
)  # fmt: skip
def test_every_strategy_is_held_against_every_parameter_before_any_runs(
    desk: Desk, overweight: Command, over: str, messages: list[str]
) -> None:
    for name, taken in TAKEN.items():
        desk.text(f'"""It is {name}."""\ndef score(past, {taken}):\n    return 1.0\n', f"strategies/{name}.py")
    desk.text("1 / 0\n", "strategies/bad.py")
    sweep(desk, over)
    said = overweight("run sweep.yaml")
    lines = said.err.splitlines()
    assert (said.code, len(lines)) == (2, len(messages))
    for message in messages:
        assert any(message in line for line in lines), (message, lines)
    assert not Path("asked.txt").exists()
    assert not Path("results").exists()


def test_strategies_whose_parameters_fit_are_swept_together(desk: Desk) -> None:
    for name, taken in TAKEN.items():
        desk.text(f'"""It is {name}."""\ndef score(past, {taken}):\n    return 1.0\n', f"strategies/{name}.py")
    over = "    strategy: [trend, fast, slow]\n    with.lookback: [5, 9]\n    with.pace: [null]"
    rows = rows_of(swept(sweep(desk, over)))
    assert [(row["strategy"], row["way"]) for row in rows] == [
        (name, "single") for name in ("trend", "fast", "slow") for _ in range(2)
    ]


def test_yes_lifts_the_bar_but_not_what_fits_nowhere(desk: Desk, overweight: Command) -> None:
    sweep(desk, "    capital: {from: 1, to: 2e6, step: 1}")
    said = overweight("run --yes sweep.yaml")
    assert "a range of 2,000,000 numbers; expected at most 1,000,000; widen its step" in said.err
    sweep(desk, "    capital: {from: 1, to: 1e6, step: 1}\n    cash.rate: {from: 0, to: 0.1, step: 1e-7}")
    said = overweight("run --yes sweep.yaml")
    assert said.code == 2
    assert "expected a table that fits into " in said.err


def test_a_drawn_picture_and_screen(desk: Desk) -> None:
    studied = swept(sweep(desk, PARAMETERS))
    assert drawn(studied)
    pytest.importorskip("plotly")
    assert studied.pictures is not None
    assert "heat" in studied.pictures["picture"]
    assert "neighbours have a Sharpe ratio within one" in studied.pictures["picture"]


def test_a_block_that_fell_in_two_hands_is_put_back(desk: Desk) -> None:
    """A worker that dies gives its block back; here it dies of a folder that is no folder."""
    plan = plan_of(load(sweep(desk, PARAMETERS)))
    Path("taken").write_text("a file")
    todo = Todo([0])
    crew = Crew(plan, Path("taken"), todo)
    crew.hire(1)
    assert crew.done.get(timeout=60) is None
    crew.dismiss()
    assert (len(todo), todo.take(None), todo.take(0)) == (1, 0, None)


def test_neighbouring_blocks_go_to_one_hand() -> None:
    todo = Todo(range(12))
    assert [todo.take(None), todo.take(0)] == [0, 1]
    assert todo.take(None) == 7
    assert [todo.take(1), todo.take(7), todo.take(2)] == [2, 8, 3]
    rest = [todo.take(None) for _ in range(6)]
    assert sorted(one for one in rest if one is not None) == [4, 5, 6, 9, 10, 11]
    assert todo.take(4) is None


def test_a_swept_key_cannot_be_set_as_well(desk: Desk, overweight: Command) -> None:
    """Every variant would say something else, and whoever set it would never know."""
    sweep(desk, "    with.lookback: [10, 40]\n    stance: [{rule: threshold, enter: 0.3, exit: 0}]")
    for text in ("with.lookback=5", "stance.enter=0.2"):
        said = overweight(f"run sweep.yaml --results r --set {text}")
        assert said.code == 2
        key = text.partition("=")[0] if text.startswith("with") else "stance"
        assert said.err.startswith(
            f"--set {text}: {key}: found a key that the sweep varies; expected one that it leaves"
        )
        assert f"say `--set sweep.over.{key}=[...]`" in said.err
    for text in ("offset=1", "sweep.over.with.lookback=[15]", "with.sleeve=two"):
        assert overweight(f"run sweep.yaml --results r --set {text}").code == 0


def test_variants_with_other_yardsticks_are_told(desk: Desk) -> None:
    """A window of better years is no better strategy."""
    sweep(desk, "    from: [2020-06-30, 2020-08-31]\n    cash.rate: [0.02]\n    with.lookback: [10, 40]")
    (told,) = [one for one in swept(Path("sweep.yaml")).caveats if "to be measured by" in one]
    assert told.startswith("variants that differ in `from` have other years")
