"""What came of calls: against pandas, and the rule at its edges."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from engine.study.claims.calls import CallOutcome, judge_call, month_steps, outcome
from engine.study.claims.levels import Levels, NotMeasurable, months_later
from tests.desk import Desk, made_prices
from tests.study.claims.asked import parts

CALLS = """\
measure: calls
of: [AAA]
versus: BBB
calls:
  - {house: One, on: 2021-02-13, view: over, months: [1, 3]}
  - {house: Two, on: 2021-02-13, view: under, months: [1, 30]}
"""


def levels(frame: pd.DataFrame, label: str) -> Levels:
    days = frame.index.to_numpy().astype("datetime64[D]")
    return Levels(label, days, frame[label].to_numpy(), "USD", "price")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2020-01-31", 1, "2020-02-29"),
        ("2021-01-31", 1, "2021-02-28"),
        ("2020-03-31", -1, "2020-02-29"),
        ("2025-08-25", 6, "2026-02-25"),
        ("2026-02-25", -6, "2025-08-25"),
        ("2020-12-15", 1, "2021-01-15"),
        ("2020-06-30", -18, "2018-12-30"),
    ],
)
def test_months_later_keep_the_day_where_there_is_one(day: str, months: int, later: str) -> None:
    found = months_later(dt.date.fromisoformat(day), months)
    assert found == dt.date.fromisoformat(later)
    assert found == (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def test_a_call_is_followed_from_the_next_close_for_its_months(desk: Desk) -> None:
    frame = made_prices(7, 900)
    desk.prices(frame)
    one, three, other, far = parts(desk, CALLS)
    # 2021-02-13 is a Saturday: the call is followed from the close of Monday on.
    start, ends = frame.loc["2021-02-15"], {1: frame.loc["2021-03-15"], 3: frame.asof(pd.Timestamp("2021-05-15"))}
    for part, months in ((one, 1), (three, 3), (other, 1)):
        moved = ends[months] / start
        assert part.value == pytest.approx(moved["AAA"] - moved["BBB"])
    assert one.what == "One 2021-02-13, over in AAA, after 1 month"
    assert other.details["right"] is not one.details["right"]
    assert (far.verdict, far.note) == ("not measurable on this data", "AAA ends on 2023-06-13, before 2023-08-15")


def test_every_other_start_is_what_it_is_held_against() -> None:
    frame = made_prices(7, 900)
    found = outcome(levels(frame, "AAA"), levels(frame, "BBB"), dt.date(2021, 2, 15), 3)
    every = []
    for day in frame.index:
        end = day + pd.DateOffset(months=3)
        if end <= frame.index[-1]:
            moved = frame.asof(end) / frame.loc[day]
            every.append(moved["AAA"] - moved["BBB"])
    assert (found.low, found.high) == pytest.approx(np.quantile(every, [0.025, 0.975]))
    assert found.below == pytest.approx(np.mean(np.array(every) < found.value))
    assert found.apart == pytest.approx(1 + len(every) / 65.2, rel=0.01)  # 65.2 business days a quarter
    late = outcome(levels(frame, "AAA"), None, dt.date(2021, 2, 15), 3, since=dt.date(2022, 1, 1))
    assert late.apart < found.apart


def test_steps_end_where_the_data_do() -> None:
    days = pd.bdate_range("2020-01-30", "2020-03-02").to_numpy().astype("datetime64[D]")
    found = month_steps(days, 1)
    assert str(days[found[0]]) == "2020-02-28"  # 30 January: 29 February is a Saturday
    assert str(days[found[1]]) == "2020-02-28"
    assert (found[2:] == -1).all()  # 3 February: 3 March is beyond the data


@pytest.mark.parametrize(
    ("value", "view", "apart", "verdict"),
    [
        (0.31, "over", 40.0, "holds"),
        (0.30, "over", 40.0, "cannot tell"),
        (-0.10, "over", 40.0, "cannot tell"),
        (-0.11, "over", 40.0, "does not hold"),
        (-0.11, "under", 40.0, "holds"),
        (0.31, "under", 40.0, "does not hold"),
        (0.31, "over", 5.9, "cannot tell"),
        (0.31, "over", 6.0, "holds"),
    ],
)
def test_a_call_must_beat_what_any_day_could_bring(value: float, view: str, apart: float, verdict: str) -> None:
    assert judge_call(CallOutcome(value, -0.10, 0.30, 0.5, apart), view) == verdict


def test_a_call_after_the_data_is_not_measurable() -> None:
    frame = made_prices(7, 300)
    with pytest.raises(NotMeasurable, match="AAA ends on 2021-02-23, before 2022-01-01"):
        outcome(levels(frame, "AAA"), None, dt.date(2022, 1, 1), 1)


def test_a_call_claims_a_way_and_not_the_bound_of_luck(desk: Desk) -> None:
    """What the column `claimed` shows; the bound that it takes to stand out is told as what could have been seen."""
    desk.prices(made_prices(7, 300))
    calls = "calls: [{house: X, on: 2020-06-01, view: VIEW, months: [1]}]"
    for view, claimed in (("over", [0.0, None]), ("under", [None, 0.0])):
        (part,) = parts(desk, f"measure: calls\nof: [AAA]\n{calls.replace('VIEW', view)}")
        told = part.figures()
        assert told["claimed"] == claimed
        assert told["smallest_visible"] == (told["interval"][1] if view == "over" else told["interval"][0])
        assert told["note"].endswith("of all starting days, of which 95% lie in the interval")
