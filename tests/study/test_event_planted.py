"""Effects planted in made markets are found within their standard error, by era and not; in the null there is none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.config import load
from engine.study.events.outcome import EventOutcome
from engine.study.events.study import event_study_of
from engine.study.events.words import NOTHING, judge_difference, judge_effect
from tests.desk import Desk

STUDY = """\
event_study:
  of: miners
  each: asset
  events: {{shocks: threats, above_sd: 3.5}}
  day_zero: happened
  window_sessions: [0, 20]
  normal: {{factors: [metals, equities]}}
  separation_sessions: 21
  permutations: 199
  eras: [{{to: 2001-12-31}}, {{from: 2002-01-01}}]
hold: {{miners: [miner_1, miner_2, miner_3]}}
watch: {{metals: [metal_1, metal_2], equities: [equity_1, equity_2, equity_3], threats: {{series: gpr}}}}
data:
  prices: {{source: made, seed: {seed}, market: {{shocks_per_year: 3}}, effect: {effect}}}
  gpr: {{source: made, shocks_of: prices, known: {{weekday: monday, after_days: 1}}}}
"""
#: Of what a shock adds, 21 sessions have 94%.
REACHED = 1 - 0.5 ** (21 / 5)
SEEDS = (1, 2, 3)


def outcome(desk: Desk, seed: int, effect: str) -> EventOutcome:
    desk.text(STUDY.format(seed=seed, effect=effect), "s.yaml")
    return event_study_of(load("s.yaml"))


@pytest.fixture(scope="module")
def distances() -> list[float]:
    """Standard errors from the truth, one for each study below."""
    return []


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planted_is_found_and_nothing_in_the_null(desk: Desk, seed: int, distances: list[float]) -> None:
    null, planted = (outcome(desk, seed, effect).effect() for effect in ("none", "{shocks: {move: 0.06}}"))
    assert planted.events == null.events > 50
    for one, truth in ((null, 0.0), (planted, 0.06 * REACHED)):
        distance = (one.mean_car - truth) / one.standard_error
        distances.append(distance)
        assert abs(distance) < 2.6
    # The two markets share their random numbers: what differs is what is planted, in nearly every event.
    assert planted.mean_car - null.mean_car == pytest.approx(0.06 * REACHED, abs=0.009)
    assert judge_effect(planted).words == "rises with the events"
    assert planted.random_days.p_value == 1 / 200
    assert judge_effect(null).words == NOTHING


def test_distances_from_the_truth_are_as_large_as_they_say(distances: list[float]) -> None:
    if len(distances) < 2 * len(SEEDS):
        pytest.skip("needs the studies above")
    assert 0.3 < np.sqrt(np.mean(np.square(distances))) < 1.7


def test_an_effect_that_flips_is_seen_by_era_and_by_no_mean_over_both(desk: Desk) -> None:
    flips = outcome(desk, 1, "{shocks: {move: -0.06, flips_on: 2002-01-01}}")
    early, late = flips.effect(era="to 2001"), flips.effect(era="2002 on")
    for one, truth in ((early, -0.06 * REACHED), (late, 0.06 * REACHED)):
        assert abs(one.mean_car - truth) < 2.6 * one.standard_error
    assert (judge_effect(early).words, judge_effect(late).words) == ("falls with the events", "rises with the events")
    found = flips.difference()
    assert abs(found.of.difference - 0.12 * REACHED) < 2.6 * found.of.standard_error
    assert judge_difference(found).endswith("the eras differ")
    steady = outcome(desk, 1, "{shocks: {move: -0.06}}").difference()
    assert "no difference seen; an effect below" in judge_difference(steady)
