"""Claims on the event study of the same file: planted shocks, flips and betas, and none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError
from engine.study.claims.study import claims_of
from engine.study.events.study import event_study_of
from tests.desk import Desk, made_prices
from tests.study.claims.asked import judged, parts

STATS = pytest.importorskip("scipy.stats")

MADE = """\
event_study:
  of: miners
  events: {{shocks: gpr.GPRD, above_sd: 3.0}}
  normal: {{factors: [equities, metals]}}
  eras: [{{to: 2004-12-31}}, {{from: 2005-01-01}}]
hold: {{miners: [miner_1, miner_2, miner_3]}}
watch: {{metals: [metal_1, metal_2], equities: [equity_1, equity_2, equity_3]}}
data:
  prices: {{source: made, seed: 4, market: {{shocks_per_year: 3}}, effect: {effect}}}
  gpr: {{source: made, shocks_of: prices, known: {{weekday: monday, after_days: 1}}}}
"""
FLIPS = MADE.format(effect="{shocks: {move: -0.10, flips_on: 2005-01-01}}")
NULL = MADE.format(effect="none")
ALL = "measure: shocks\nof: [one]\nclaimed: {all: '> 0'}"
ERAS = "measure: shocks\nof: [miners]\nclaimed: {earlier: '< 0', later: '> 0', difference: '> 0'}"


def test_a_response_that_flips_is_told_by_era(desk: Desk) -> None:
    earlier, later, difference = parts(desk, ERAS, FLIPS)
    assert [part.verdict for part in (earlier, later, difference)] == ["holds"] * 3
    assert earlier.what == "miners to 2004"
    assert difference.value == pytest.approx(later.value - earlier.value)
    # What came before the index was published is not in the window.
    assert -0.11 < earlier.value < -0.04 < 0.04 < later.value < 0.11


def test_the_opposite_does_not_hold(desk: Desk) -> None:
    claim = ERAS.replace("'< 0'", "'> 0'", 1).replace("later: '> 0'", "later: '< 0'")
    verdicts = [part.verdict for part in parts(desk, claim, FLIPS)]
    assert verdicts == ["does not hold", "does not hold", "holds"]


def test_where_nothing_is_planted_nothing_can_be_told(desk: Desk) -> None:
    found = parts(desk, ERAS, NULL)
    assert {part.verdict for part in found} == {"cannot tell"}
    assert all(0 < part.smallest < 0.10 for part in found)


def test_the_figures_are_those_of_the_event_study(desk: Desk) -> None:
    earlier, _, difference = parts(desk, ERAS, FLIPS)
    outcome = event_study_of(load("c.yaml"))
    effect, gap = outcome.effect(era="to 2004"), outcome.difference().of
    assert (earlier.value, earlier.low, earlier.high) == (effect.mean_car, effect.low, pytest.approx(effect.high))
    assert difference.value == gap.difference
    assert earlier.observations == effect.events


DATED = """\
event_study: {of: one, events: {dates: [2020-06-01, 2020-08-03, 2020-10-01, 2020-12-01, 2021-02-01, 2021-06-01]},
  window_sessions: [0, 10], estimation_sessions: 60, permutations: 99}
hold: {one: [AAA, BBB]}
data: {source: files, path: prices.csv}
"""


@pytest.mark.parametrize(
    ("to", "moves"),
    [
        ("to: 2021-02-16\n", {-21: "21 sessions earlier", -5: "5 sessions earlier", 5: "5 sessions later"}),
        ("", {-21: "21 sessions earlier", -5: "5 sessions earlier"}),
    ],
)
def test_the_end_of_the_study_is_moved_along_its_sessions(desk: Desk, to: str, moves: dict[int, str]) -> None:
    """Each is what the file itself comes to that ends on that day; beyond the data there is none."""
    days = made_prices().index
    row = days.get_loc("2021-02-16") if to else len(days) - 1
    moved = {other.name: other.parts for other in judged(desk, ALL, DATED + to).others}
    assert {f"ended {name}" for name in moves.values()} <= {*moved}
    assert len(moved) == (4 if to else 2)
    for sessions, name in moves.items():
        ended = parts(desk, ALL, f"{DATED}to: {days[row + sessions].date()}\n")
        assert [part.figures() for part in moved[f"ended {name}"]] == [part.figures() for part in ended]
    # The window of the last event is cut off by an end that comes earlier.
    assert [part.observations for parts in moved.values() for part in parts] == ([4, 4, 5, 5] if to else [5, 6])


def test_an_alternative_studies_with_other_keys(desk: Desk) -> None:
    week = ERAS + "\nstudy: {window_sessions: [0, 4]}"
    short, long = parts(desk, week, FLIPS)[0], parts(desk, ERAS, FLIPS)[0]
    assert long.value < short.value < 0


def shared_days(betas: tuple[float, float], seed: int = 3) -> pd.DataFrame:
    """AAA follows BBB with the first beta before each of twenty days, and with the second one after it, for a while."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2000-01-03", periods=3000, name="date")
    market, beta = rng.normal(0, 0.01, 3000), np.full(3000, betas[0])
    for event in range(400, 3000, 130):
        beta[event + 1 : event + 64] = betas[1]
    own = beta * market + rng.normal(0, 0.005, 3000)
    return pd.DataFrame(100 * np.exp(np.column_stack([own, market]).cumsum(axis=0)), days, ["AAA", "BBB"])


def beta_file(frame: pd.DataFrame) -> str:
    days = ", ".join(str(frame.index[event].date()) for event in range(400, 3000, 130))
    return f"""\
event_study:
  of: AAA
  events: {{dates: [{days}], chosen: rule}}
  normal: {{market: BBB}}
  day_zero: happened
hold: {{one: [AAA], two: [BBB]}}
data: {{source: files, path: prices.csv}}
"""


BETA = "measure: shocks\nfigure: beta\nof: [AAA]\nclaimed: {all: '< 0'}"


@pytest.mark.parametrize(("after", "verdict"), [(0.6, "holds"), (1.4, "does not hold"), (1.0, "cannot tell")])
def test_a_planted_change_of_beta(desk: Desk, after: float, verdict: str) -> None:
    frame = shared_days((1.0, after))
    desk.prices(frame)
    (part,) = parts(desk, BETA, beta_file(frame))
    assert (part.verdict, part.observations) == (verdict, 20)
    assert part.low < after - 1.0 < part.high


def test_changes_of_beta_by_hand(desk: Desk) -> None:
    frame = shared_days((1.0, 0.6))
    desk.prices(frame)
    (part,) = parts(desk, BETA, beta_file(frame))
    moves = frame.pct_change()
    changes = []
    for day in range(400, 3000, 130):
        before, after = moves.iloc[day - 63 : day], moves.iloc[day + 1 : day + 64]
        changes.append(np.subtract(*(one["AAA"].cov(one["BBB"]) / one["BBB"].var() for one in (after, before))))
    assert part.value == pytest.approx(np.mean(changes))
    low, high = STATS.t.interval(0.95, 19, loc=np.mean(changes), scale=np.std(changes, ddof=1) / np.sqrt(20))
    assert (part.low, part.high) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


def test_too_few_shocks_tell_nothing_whatever_they_did(desk: Desk) -> None:
    few = FLIPS.replace("2004-12-31", "1989-12-31").replace("2005-01-01}]",
        "2018-06-01}]")  # fmt: skip
    later = parts(desk, ERAS, few)[1]
    assert later.observations < 6
    assert later.verdict == "cannot tell"
    assert "it takes 6" in later.note


def test_a_source_that_is_not_there_is_told(desk: Desk) -> None:
    frame = shared_days((1.0, 0.6))
    desk.prices(frame)
    rest = beta_file(frame).replace("data: {source: files, path: prices.csv}", "data:\n"
        "  prices: {source: files, path: prices.csv}\n  gpr: {source: files, path: gpr.csv, kind: values}")  # fmt: skip
    shocks = rest.replace(rest[rest.index("{dates") : rest.index("  normal")], "{shocks: gpr.GPRD, above_sd: 2}\n")
    (part,) = parts(desk, BETA, shocks)
    assert part.verdict == "not measurable on this data"
    assert part.note == "the event study: gpr: `gpr.csv`, which is no file"
    # A file that this claim does not need changes nothing for it.
    assert parts(desk, BETA, rest)[0].verdict == "holds"


def test_a_unit_that_is_not_measured_is_a_fault(desk: Desk) -> None:
    desk.text("claims:\n  C1: {claim: x, measure: shocks, of: [iron], claimed: {all: '> 0'}}\n" + FLIPS, "c.yaml")
    with pytest.raises(ConfigError) as caught:
        claims_of(load("c.yaml"))
    assert str(caught.value) == (
        "c.yaml:2:39: claims.C1.of: found `iron`, which the event study does not measure; expected one of: miners; "
        "add it to `event_study.of`"
    )
