"""Day zero, placement and overlap, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.study.events.windows import Overlap, UnmeasuredEvent, Windows, find_day_zero, place_events

WEEKDAYS = np.array(["2026-01-02", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"], dtype="datetime64[D]")


def dates(*texts: str) -> Any:
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(("rule", "expected"), [("happened", [1, 2]), ("published", [2, 4]), ("tradable", [3, -1])])
def test_day_zero_by_rule(rule: Any, expected: list[int]) -> None:
    # The first happened on a Sunday and counts on Monday; Thursday is the last session, so nothing trades after it.
    happened, published = dates("2026-01-04", "2026-01-06"), dates("2026-01-06", "2026-01-08")
    assert find_day_zero(WEEKDAYS, happened, published, rule).tolist() == expected


def test_tradable_after_as_many_sessions_as_asked() -> None:
    day = dates("2026-01-03")
    found = [int(find_day_zero(WEEKDAYS, day, day, "tradable", after)[0]) for after in range(5)]
    assert found == [1, 2, 3, 4, -1]


def test_no_session_for_dates_outside_and_for_missing_dates() -> None:
    outside = dates("2025-12-31", "2026-01-09", "NaT")
    assert find_day_zero(WEEKDAYS, outside, outside, "happened").tolist() == [-1, -1, -1]


def test_day_zero_says_what_it_cannot_do() -> None:
    day = dates("2026-01-05")
    with pytest.raises(ValueError, match=r"the rule must be happened, published or tradable.*found seen"):
        find_day_zero(WEEKDAYS, day, day, "seen")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="1 dates happened, 0 were published"):
        find_day_zero(WEEKDAYS, day, day[:0], "happened")


def test_windows_count_both_ends() -> None:
    windows = Windows(estimation=10, gap=2, first=-1, last=3)
    assert (windows.width, windows.span, windows.start) == (5, 17, -13)


def test_empty_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="ends at -1, before it begins at 0"):
        Windows(estimation=10, gap=0, first=0, last=-1)
    with pytest.raises(ValueError, match="estimation 0, gap 0"):
        Windows(estimation=0, gap=0, first=0, last=0)


def test_every_event_left_out_has_its_reason() -> None:
    windows = Windows(estimation=10, gap=2, first=-1, last=3)
    placed = place_events(np.array([40, 12, -1, 13, 40, 46, 47]), 50, windows)
    assert placed.days.tolist() == [13, 40, 46]
    assert placed.events.tolist() == [3, 0, 5]
    assert placed.left_out == (
        UnmeasuredEvent(2, -1, "no session for its date"),
        UnmeasuredEvent(1, 12, "the estimation window begins 1 sessions before the first"),
        UnmeasuredEvent(4, 40, "same day zero as event 0"),
        UnmeasuredEvent(6, 47, "the event window ends 1 sessions after the last"),
    )
    assert placed.overlaps == ()
    # 46 learns from sessions 33 to 42, of which the window of 40, 39 to 43, covers 39 to 42.
    assert placed.disturbed.tolist() == [0, 0, 4]


def test_overlaps_are_listed_or_the_later_is_dropped() -> None:
    windows = Windows(estimation=10, gap=0, first=0, last=4)
    days = np.array([20, 23, 26])
    kept = place_events(days, 50, windows)
    assert kept.days.tolist() == [20, 23, 26]
    assert kept.overlaps == (Overlap(0, 1, 2), Overlap(1, 2, 2))
    dropped = place_events(days, 50, windows, "drop_later")
    assert dropped.days.tolist() == [20, 26]
    assert dropped.left_out == (UnmeasuredEvent(1, 23, "its window overlaps that of event 0 by 2 sessions"),)
    assert dropped.overlaps == ()
    assert place_events(np.array([20, 25]), 50, windows, "drop_later").days.tolist() == [20, 25]
    assert place_events(np.array([20, 25]), 50, windows).overlaps == ()
    assert place_events(np.array([20, 24]), 50, windows).overlaps == (Overlap(0, 1, 1),)


def test_another_word_for_overlapping_is_refused() -> None:
    with pytest.raises(ValueError, match="keep or drop_later, found merge"):
        place_events(np.array([20]), 50, Windows(10, 0, 0, 0), "merge")  # type: ignore[arg-type]


@given(
    days=st.lists(st.integers(-1, 99), max_size=20),
    gap=st.integers(0, 5),
    first=st.integers(-5, 5),
    width=st.integers(1, 12),
    rule=st.sampled_from(["keep", "drop_later"]),
)
def test_placed_events_fit_and_nothing_is_lost(days: list[int], gap: int, first: int, width: int, rule: Any) -> None:
    windows = Windows(15, gap, first, first + width - 1)
    placed = place_events(np.array(days, dtype=np.int_), 100, windows, rule)
    assert (placed.days + windows.start >= 0).all()
    assert (placed.days + windows.last < 100).all()
    assert (np.diff(placed.days) >= (width if rule == "drop_later" else 1)).all()
    seen = sorted([*placed.events.tolist(), *(left.event for left in placed.left_out)])
    assert seen == list(range(len(days)))
    marked = [
        sum(
            any(abs(2 * (s - d) - windows.first - windows.last) < width for d in placed.days)
            for s in range(int(day) + windows.start, int(day) + windows.start + 15)
        )
        for day in placed.days
    ]
    assert placed.disturbed.tolist() == marked
