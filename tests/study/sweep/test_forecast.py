"""What a huge sweep would cost: told before it runs, from what some of its variants took."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.study.processes import cores
from engine.study.sweep import forecast as forecasts
from engine.study.sweep.forecast import Forecast, forecast
from engine.study.sweep.plan import Plan, plan_of
from engine.study.sweep.refused import cost_words
from tests.desk import Desk
from tests.results.command import Command
from tests.study.sweep.swept import sweep

#: Seconds that the strategy sleeps on each day on which it is asked.
NAP = 0.002


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasts, "SECONDS", 1.0)


def sleepy(desk: Desk, over: str, rest: str = "", **changes: object) -> Plan:
    """A sweep over a strategy that sleeps."""
    path = sweep(desk, over, rest, **changes)
    text = Path("strategies/trend.py").read_text().replace("    levels =", f"    time.sleep({NAP})\n    levels =")
    desk.text(text.replace("def score", "import time\ndef score"), "strategies/trend.py")
    return plan_of(load(path))


def days() -> int:
    """On how many days the last strategy that was asked was asked about one set."""
    asked = [line.split() for line in Path("asked.txt").read_text().splitlines()]
    return len({day for day, _ in asked})


def test_sets_of_the_strategys_own_parameters_are_counted_at_what_one_took(desk: Desk) -> None:
    """Sleeping is independent of how busy the machine is, so that no figure of a machine is in it."""
    few, many = (
        forecast(sleepy(desk, f"    with.lookback: {{from: 1, to: {to}, step: 1}}\n    stance.enter: [0.1, 0.2, 0.3]"))
        for to in (2, 100)
    )
    assert (few.sets, many.sets) == (2, 100)
    least = 100 * days() * NAP / cores()
    # Above it only by what a busy machine adds to a nap.
    assert least < many.asking < 20 * least
    assert few.asking < many.asking / 10


@pytest.mark.parametrize(
    ("over", "rest", "sets"),
    [
        ("    stance.enter: {from: 0, to: 0.9, step: 0.1}\n    trade.commission_bps: [0, 1]", "", 1),
        ("    with.lookback: [5, 6, 7]\n    every: [week_end, month_end]\n    stance.enter: [0.1, 0.2]", "", 6),
        (
            "    with.lookback: {from: 1, to: 90}\n    stance.enter: [0.1, 0.2]",
            "  sample: {how: random, count: 40}\n",
            40,
        ),
        ("    strategy: [trend, always_over]\n    with: [{}]\n    tilt.one.over: [0.1, 0.2]", "", 2),
    ],
)
def test_what_makes_a_set_of_its_own(desk: Desk, over: str, rest: str, sets: int) -> None:
    assert forecast(plan_of(load(sweep(desk, over, rest)))).sets == sets


def test_every_variant_counts_at_its_own_pace(desk: Desk) -> None:
    """A hundred times as many take some hundred times as long; blocks are larger, and the machine may be busier."""
    small, large = (
        forecast(plan_of(load(sweep(desk, f"    stance.enter: {{from: 0.001, to: 0.9, count: {count}}}"))))
        for count in (400, 40_000)
    )
    assert 5 < large.simulating / small.simulating < 400
    assert large.asking < large.simulating


def test_both_numbers_are_said() -> None:
    words = cost_words(2_000_000, Forecast(4_000, 7_300.0, 300.0))
    assert words == (
        f"2,000,000 variants of 4,000 sets of the strategy's own parameters: about 2 h on {cores()} cores (2 h for the "
        "sets, 5 min for the variants) and 352 MB of memory"
    )
    assert " of one set of " in cost_words(2_000_000, Forecast(1, 0.0, 1.0))


def test_whoever_does_not_say_yes_is_told_what_it_would_cost(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    sweep(desk, "    capital: {from: 1, to: 600000, step: 1}\n    with.lookback: [5, 10]")
    said = Command(capsys)("run sweep.yaml")
    start = "sweep.yaml:4:5: sweep.over: found 1,200,000 variants of 2 sets of the strategy's own parameters: about "
    assert (said.code, said.err[: len(start)]) == (2, start)
    assert f" on {cores()} cores (" in said.err
    assert said.err.endswith(
        " of memory; expected at most 1,000,000 where nobody says yes; draw some of them (`sample: {how: random, "
        "count: 1000}`), or widen the steps, or say `--yes`\n"
    )
