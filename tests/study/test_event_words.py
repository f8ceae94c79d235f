"""The verdict of an event study, its sentences, and the caveats that are not about data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.config import load
from engine.study.events.eras import EraDifference
from engine.study.events.measured import MeanDifference, MeasuredEvents
from engine.study.events.randomised import Randomised
from engine.study.events.statistic import Statistic
from engine.study.events.study import event_study_of
from engine.study.events.words import (
    DISAGREE,
    FALLS,
    NOTHING,
    RISES,
    TOO_FEW,
    caveats_of,
    judge_difference,
    judge_effect,
)
from tests.desk import Desk


def measured(
    events: int = 30, size: float = 0.02, p: float = 0.01, rank: float = 0.03, days: float = 0.03
) -> MeasuredEvents:
    """An effect whose tests come out as asked; `p` is that of the adjusted BMP and of flipped signs."""
    return MeasuredEvents(
        unit="miners", window=(0, 20), era=None, events=events, pairs=events, mean_car=size, standard_error=0.008,
        from_forecast=False, low=size - 0.016, high=size + 0.016, share_up=0.6, smallest_visible=0.0231,
        correlation=0.0, within_events=None, tests={"corrado_rank": Statistic(2.0, rank, events)},
        by_event=Statistic(2.5, p, events, events - 1), sign_flip=Randomised(size, p, 2000, False, 0.0005),
        random_days=Randomised(size, days, 2000, False, 0.0005),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (measured(), RISES),
        (measured(size=-0.02), FALLS),
        (measured(p=0.05), NOTHING),
        (measured(p=0.049), RISES),
        # One of the two that read no sizes is enough; where neither sees anything, nothing is claimed.
        (measured(rank=0.5), RISES),
        (measured(days=0.5), RISES),
        (measured(rank=0.5, days=0.1), DISAGREE),
        (measured(events=5), TOO_FEW),
        (measured(events=6), RISES),
        (replace(measured(events=8), sign_flip=Randomised(-0.1, 0.01, 256, True, 0.008)), DISAGREE),
    ],
)
def test_the_verdict_by_the_tests(one: MeasuredEvents, words: str) -> None:
    assert judge_effect(one).words == words


def test_few_events_are_judged_by_flipped_signs_many_by_the_adjusted_bmp() -> None:
    assert [judge_effect(measured(events=count)).test for count in (5, 6, 19, 20)] == [
        None, "flipped signs", "flipped signs", "adjusted BMP",
    ]  # fmt: skip
    # Signs of windows that overlap are not flipped one by one.
    assert judge_effect(replace(measured(events=8), sign_flip=None)).test == "adjusted BMP"
    assert judge_effect(replace(measured(), by_event=None)).words == TOO_FEW


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (measured(),
         "rises with the events: miners, +2.00% over sessions 0 to +20 (30 events, p 0.010 by adjusted BMP)"),
        (measured(p=0.2), "no effect seen: miners, +2.00% over sessions 0 to +20 (30 events, p 0.200 by adjusted BMP); "
         "an effect below 2.3% would be missed more than one time in five"),
        (measured(rank=0.5, days=0.5), "the tests disagree: miners, +2.00% over sessions 0 to +20 (30 events, p 0.010 "
         "by adjusted BMP), which neither ranks nor drawn days confirm"),
        (measured(events=4), "too few events to tell (4; it takes 6)"),
        (replace(measured(), unit="pooled", window=(-5, -1)),
         "rises with the events: all units together, +2.00% over sessions -5 to -1 (30 events, p 0.010 by adjusted "
         "BMP)"),
    ],
)  # fmt: skip
def test_the_sentence(one: MeasuredEvents, sentence: str) -> None:
    assert judge_effect(one).sentence == sentence


def test_eras_differ_where_both_tests_say_so() -> None:
    def told(welch: float, permuted: float) -> str:
        found = EraDifference(0.03, 0.01, Statistic(2.0, welch, 40, 30.0), permuted, False, 0.0412)
        return judge_difference(MeanDifference("miners", (0, 20), "to 2021", "2022 on", found))

    assert told(0.03, 0.04) == "2022 on less to 2021: +3.00%, p 0.040: the eras differ"
    assert told(0.03, 0.06) == (
        "2022 on less to 2021: +3.00%, p 0.060: no difference seen; an effect below 4.1% would be missed more than one "
        "time in five"
    )
    assert judge_difference(MeanDifference("miners", (0, 20), "to 2021", "2022 on", None)) == (
        "2022 on cannot be held against to 2021: it takes two events in each"
    )


STUDY = """\
event_study:
  of: one
  events: {dates: [DAYS], chosen: real_time}
  estimation_sessions: 60
  gap_sessions: 0
  window_sessions: [0, 4]
  day_zero: RULE
hold: {one: [AAA, BBB]}
trade: {at: PRICE}
data: {source: files, path: prices.csv}
"""


def said(desk: Desk, days: str, rule: str = "published", price: str = "close") -> tuple[Any, tuple[str, ...]]:
    desk.text(STUDY.replace("DAYS", days).replace("RULE", rule).replace("PRICE", price), "s.yaml")
    outcome = event_study_of(load("s.yaml"))
    return outcome, caveats_of(outcome)


def test_day_zero_is_explained(desk: Desk) -> None:
    assert said(desk, "2021-03-01", "tradable")[1][0] == (
        "day zero is the session on which a decision that knew of the event is executed, at its close: what could be "
        "earned begins with session 1"
    )
    assert said(desk, "2021-03-01", "tradable", "open")[1][0] == (
        "day zero is the session on which a decision that knew of the event is executed, at its open: session 0 holds "
        "the night before, which could not"
    )
    # Out on Monday, seen by Tuesday's close, executed on Wednesday.
    assert said(desk, "2021-03-01", "happened")[1][0] == (
        "day zero is the session on which an event happened, or the next one, known or not; a decision could be "
        "executed 2 sessions later (median), so only what comes from session 3 on could be earned"
    )


def test_too_few_events_are_said(desk: Desk) -> None:
    outcome, caveats = said(desk, "2021-03-01")
    assert "only 1 event: too few to tell anything" in caveats
    effect = outcome.effect()
    assert effect.from_forecast
    assert effect.standard_error == pytest.approx(np.sqrt(5) * 0.01 / np.sqrt(2), rel=0.4)
    assert judge_effect(effect).sentence == "too few events to tell (1; it takes 6)"


def test_one_event_has_its_rank_among_all_days(desk: Desk) -> None:
    outcome, _ = said(desk, "2021-03-01")
    returns = outcome.around.returns[:, 0]
    scars = {}
    for day in range(61, len(returns) - 4):
        before, during = returns[day - 60 : day], returns[day : day + 5]
        # Variance of five forecast errors from a mean of sixty: 5 + 25 / 60.
        deviation = before.std(ddof=1) * np.sqrt(5 + 25 / 60)
        scars[day] = (during.sum() - 5 * before.mean()) / deviation
    own, centre = scars[int(outcome.around.placed.days[0])], np.mean(list(scars.values()))
    as_far = sum(abs(one - centre) >= abs(own - centre) - 1e-12 for one in scars.values())
    found = outcome.effect().random_days
    assert found.exact
    assert found.p_value == pytest.approx((1 + as_far) / (1 + len(scars)), rel=1e-12)
    # An era is held against its own days.
    desk.text(STUDY.replace("DAYS", "2021-03-01").replace("RULE", "published").replace("PRICE", "close").replace(
        "  gap", "  eras: [{to: 2020-12-31}, {from: 2021-01-01}]\n  gap"), "s.yaml")  # fmt: skip
    begin = int(np.searchsorted(outcome.panel.sessions, np.datetime64("2021-01-01")))
    era = [one for day, one in scars.items() if day >= begin]
    as_far = sum(abs(one - np.mean(era)) >= abs(own - np.mean(era)) - 1e-12 for one in era)
    found = event_study_of(load("s.yaml")).effect(era="2021 on").random_days
    assert found.p_value == pytest.approx((1 + as_far) / (1 + len(era)), rel=1e-12)


def test_without_any_event_there_are_no_figures_and_reasons(desk: Desk) -> None:
    outcome, caveats = said(desk, "2019-03-01, 2020-01-06")
    effect = outcome.effect()
    assert (effect.events, effect.mean_car, effect.tests, effect.random_days) == (0, None, {}, None)
    assert "no event is measured: too few to tell anything" in caveats
    assert [one.kind for one in outcome.left_out] == ["no session", "too little before"]


def test_a_market_that_holds_what_is_measured_is_told(desk: Desk) -> None:
    """It is no fault, for every index holds its shares; by as much as they weigh the effect is smaller."""
    market = "  normal: {market: all}\nwatch: {all: [AAA, BBB, CCC]}\nhold:"
    desk.text(STUDY.replace("hold:", market).replace("DAYS", "2021-03-01").replace("RULE", "published").replace(
        "trade: {at: PRICE}\n", ""), "s.yaml")  # fmt: skip
    assert (
        "2 of the 3 members of all, which explains one, are measured as well (AAA, BBB): it takes a part of the effect "
        "for normal"
    ) in caveats_of(event_study_of(load("s.yaml")))
    assert not any("for normal" in caveat for caveat in said(desk, "2021-03-01")[1])
