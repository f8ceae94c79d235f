"""Windows around events: on which session one falls, which can be measured, which overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.measure.track import DateArray

IntArray = NDArray[np.int_]
DayZero = Literal["happened", "published", "tradable"]
Overlapping = Literal["keep", "drop_later"]
#: Why an event cannot be measured, or is not.
WHY = ("no session", "too little before", "not over", "same day", "overlaps")


@dataclass(frozen=True, slots=True)
class Windows:
    """Which sessions around day zero are read: estimation window, then a gap, then the event window.

    first, last: event window in sessions from day zero, both included: (-1, 1) is three sessions. gap:
    sessions left out before it. estimation: sessions before the gap from which the normal return is learnt;
    MacKinlay (1997) asks for 120 or more. Raises ValueError where a window is empty.
    """

    estimation: int
    gap: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"event window: ends at {self.last}, before it begins at {self.first}")
        if self.estimation < 1 or self.gap < 0:
            found = f"estimation {self.estimation}, gap {self.gap}"
            raise ValueError(f"event window: estimation must be one or more and gap zero or more, found {found}")

    @property
    def width(self) -> int:
        """Sessions in the event window."""
        return self.last - self.first + 1

    @property
    def span(self) -> int:
        """Sessions from the first of the estimation window to the last of the event window."""
        return self.estimation + self.gap + self.width

    @property
    def start(self) -> int:
        """First session of the estimation window, counted from day zero."""
        return self.first - self.gap - self.estimation


@dataclass(frozen=True, slots=True)
class UnmeasuredEvent:
    """An event that is not measured. event: its index in what was given; day: its day zero, -1 for none.

    kind: the reason without its figures, one of WHY.
    """

    event: int
    day: int
    why: str
    kind: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two measured events, by index in what was given, whose event windows share that many sessions."""

    earlier: int
    later: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Placement:
    """The events that can be measured.

    days: (E,) day zeros, strictly increasing. events: (E,) their index in what was given. disturbed: (E,)
    sessions of the estimation window that lie in the event window of another measured event.
    """

    days: IntArray
    events: IntArray
    left_out: tuple[UnmeasuredEvent, ...]
    overlaps: tuple[Overlap, ...]
    disturbed: IntArray


def find_day_zero(
    sessions: DateArray, happened: DateArray, published: DateArray, rule: DayZero, after: int = 1
) -> IntArray:
    """(G,) index of the session that is day zero of each event; -1 where there is none.

    sessions: (T,) increasing. happened, published: (G,) dates; one that is not a session counts on the next
    session, the first whose return can answer. What is published after the close belongs to the next date.
    `tradable` is `after` sessions later than published: the session on which a decision made at the close of
    that day is executed. Executed at the close it earns nothing of day zero itself, so an event window that
    begins at 1 is what could have been earned. -1 for NaT, for dates before the first session (whose own
    session is not here) and where the session lies beyond the last. Raises ValueError on another rule, a
    negative `after` or lengths that differ.
    """
    if happened.shape != published.shape:
        raise ValueError(f"day zero: {happened.size} dates happened, {published.size} were published")
    if rule not in ("happened", "published", "tradable") or after < 0:
        known = "happened, published or tradable, with after zero or more"
        raise ValueError(f"day zero: the rule must be {known}; found {rule}, after {after}")
    dates = happened if rule == "happened" else published
    found = np.searchsorted(sessions, dates, side="left")
    known_here = ~np.isnat(dates) & (found < sessions.size)
    known_here[known_here] = dates[known_here] >= sessions[0]
    found = found + (after if rule == "tradable" else 0)
    return np.where(known_here & (found < sessions.size), found, -1).astype(np.int_)


def place_events(days: IntArray, n_sessions: int, windows: Windows, overlapping: Overlapping = "keep") -> Placement:
    """Which of the events (G,) can be measured on that many sessions.

    days: day zeros as indices, -1 for none, in any order. Left out, each with its reason: events without a
    session, without a full estimation or event window, and those on the day zero of an earlier one (the same
    observation twice). With `drop_later` also an event whose window begins before that of the last kept one
    has ended; `keep` keeps and lists them. Raises ValueError on another word.
    """
    if overlapping not in ("keep", "drop_later"):
        raise ValueError(f"overlapping events: keep or drop_later, found {overlapping}")
    kept: list[int] = []
    left_out = []
    for event in np.argsort(days, kind="stable").tolist():
        kind, why = _unfit(int(days[event]), n_sessions, windows)
        if not why and kept:
            kind, why = _repeats(int(days[event] - days[kept[-1]]), kept[-1], windows.width, overlapping)
        if why:
            left_out.append(UnmeasuredEvent(event, int(days[event]), why, kind))
        else:
            kept.append(event)
    events = np.array(kept, dtype=np.int_)
    used = days[events]
    overlaps = _overlaps(used, events, windows.width)
    return Placement(used, events, tuple(left_out), overlaps, _disturbed(used, n_sessions, windows))


def _unfit(day: int, n_sessions: int, windows: Windows) -> tuple[str, str]:
    if day < 0:
        return "no session", "no session for its date"
    early, late = -(day + windows.start), day + windows.last - (n_sessions - 1)
    if early > 0:
        return "too little before", f"the estimation window begins {early} sessions before the first"
    return ("not over", f"the event window ends {late} sessions after the last") if late > 0 else ("", "")


def _repeats(distance: int, before: int, width: int, overlapping: Overlapping) -> tuple[str, str]:
    if distance == 0:
        return "same day", f"same day zero as event {before}"
    if overlapping == "drop_later" and distance < width:
        return "overlaps", f"its window overlaps that of event {before} by {width - distance} sessions"
    return "", ""


def _overlaps(days: IntArray, events: IntArray, width: int) -> tuple[Overlap, ...]:
    found = []
    for one in range(len(days)):
        for other in range(one + 1, int(np.searchsorted(days, days[one] + width))):
            shared = width - int(days[other] - days[one])
            found.append(Overlap(int(events[one]), int(events[other]), shared))
    return tuple(found)


def _disturbed(days: IntArray, n_sessions: int, windows: Windows) -> IntArray:
    marked = np.zeros(n_sessions + 1, dtype=np.int_)
    for day in days:
        marked[day + windows.first + 1 : day + windows.last + 2] = 1
    until = np.cumsum(marked)
    begin = days + windows.start
    return until[begin + windows.estimation] - until[begin]
