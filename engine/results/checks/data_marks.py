"""What the data were, in a few lines: a hash of each series with a mark per year, and marks that find a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.market.panel import Panel
from engine.market.table import Dates, Indices, Vector
from engine.results.checks.marks import Hashes, Marks, changed_places, hashes_of, mark, marks_of, sum_by_place

#: Characters of a series' own hash, 36 bits.
OWN = 6
#: More series than this share lines, so that a baseline stays small whatever the universe.
LINES = 100
#: What the name of a series is followed by where its end is marked as a series of its own.
END = " end"
#: More series than this are counted, not listed.
SHOWN = 6
MONTHS, DAYS = 12, 31


@dataclass(frozen=True, slots=True)
class SeriesMarks:
    """own: a hash of all of it. years: a mark per year."""

    own: str
    years: Marks


@dataclass(frozen=True, slots=True)
class DataMarks:
    """own: a hash of all data. series: by name; of neighbours together where there are many.

    years, months: a mark for each, over all series. calendar: for each of 12 months, then each of 31 days of a month,
    over all years: where a single day was restated, year, month and day of the month name it.
    """

    own: str
    series: Mapping[str, SeriesMarks]
    years: Marks
    months: Marks
    calendar: Marks


@dataclass(frozen=True, slots=True)
class Restated:
    """series: those whose values differ, or that came or went.

    first, last: `1995-03-14`, `1995-03` or `1995`, as finely as is known; "" where it is not. ended, went_on: of the
    series those that differ by their end alone, as far as the marks tell: they end where they did not, or go on.
    """

    series: tuple[str, ...]
    first: str
    last: str
    ended: tuple[str, ...] = ()
    went_on: tuple[str, ...] = ()

    def __str__(self) -> str:
        inner = tuple(name for name in self.series if name not in (*self.ended, *self.went_on))
        ways = ((inner, "restated"), (self.ended, "cut off at the end,"), (self.went_on, "longer at the end,"))
        said = [f"{_listed(names)} {words} {self.when}".rstrip() for names, words in ways if names]
        return "; ".join(said) or f"data restated {self.when}".rstrip()

    @property
    def change(self) -> str:
        """In one word: `restated`, `shortened` or `lengthened`; the last two where nothing else differs."""
        words = ((self.ended, "shortened"), (self.went_on, "lengthened"))
        return next((word for names, word in words if names and len(names) == len(self.series)), "restated")

    @property
    def when(self) -> str:
        """The time in words."""
        if self.first == self.last:
            return self.first and f"{'on' if len(self.first) == 10 else 'in'} {self.first}"
        return f"from {self.first} to {self.last}"


def mark_data(panel: Panel) -> DataMarks:
    """The marks of everything in a panel that can move a result."""
    vectors = list(_vectors(panel))
    filled = [days for _, days, _ in vectors if len(days)]
    month = min(_months(days)[0] for days in filled), max(_months(days)[-1] for days in filled)
    first, count = month[0] // MONTHS, month[1] // MONTHS - month[0] // MONTHS + 1
    months, calendar = np.zeros(count * MONTHS, np.uint64), np.zeros(MONTHS + DAYS, np.uint64)
    by_year: dict[str, Hashes] = {}
    for name, days, values in vectors:
        hashes, months_of = hashes_of(name, days, values), _months(days) - first * MONTHS
        months += sum_by_place(months_of, hashes, len(months))
        calendar += sum_by_place(months_of % MONTHS, hashes, len(calendar))
        calendar += sum_by_place(MONTHS + _day_of_month(days) - 1, hashes, len(calendar))
        by_year[name] = sum_by_place(months_of // MONTHS, hashes, count)
    every = _added(by_year.values(), count)
    return DataMarks(
        own=f"{int(every.sum(dtype=np.uint64)):016x}",
        series={name: _series(first, sums) for name, sums in _grouped(by_year)},
        years=marks_of(first, every),
        months=marks_of(first * MONTHS, months),
        calendar=marks_of(0, calendar),
    )


def restated(was: DataMarks, now: DataMarks) -> Restated | None:
    """Which series differ, and from when on; None where all is the same."""
    if was.own == now.own:
        return None
    names = sorted({*was.series, *now.series})
    changed = [name for name in names if _own(was, name) != _own(now, name)]
    ended = tuple(name for name in changed if f"{name}{END}" in changed and _ends_alone(was, now, name))
    went_on = tuple(name for name in changed if f"{name}{END}" in changed and _ends_alone(now, was, name))
    by_their_end = {f"{name}{END}" for name in (*ended, *went_on)}
    return Restated(tuple(name for name in changed if name not in by_their_end), *_span(was, now), ended, went_on)


def restated_up_to(was: DataMarks, now: DataMarks, last: str) -> Restated | None:
    """What differs besides the sessions after `last`, which are gone; None where nothing does, as far as marks tell.

    The month of the last session, without marks of months its year, is among what cannot be told.
    """
    year, month = int(last[:4]), int(last[:4]) * MONTHS + int(last[5:7]) - 1
    years = [place for place in changed_places(was.years, now.years) if place < year]
    months = [place for place in changed_places(was.months, now.months) if place < month]
    if not years and not months:
        return None
    first = f"{months[0] // MONTHS}-{months[0] % MONTHS + 1:02d}" if months else str(years[0])
    until = f"{months[-1] // MONTHS}-{months[-1] % MONTHS + 1:02d}" if months else str(years[-1])
    return Restated(_differing_before(was, now, year), first, until)


def _differing_before(was: DataMarks, now: DataMarks, year: int) -> tuple[str, ...]:
    """Series whose marks of earlier years differ, but for those of the last year, which is not whole now."""
    both = was.series.keys() & now.series.keys()
    whole = {name: changed_places(was.series[name].years, now.series[name].years) for name in both}
    return tuple(sorted(name for name, places in whole.items() if any(place < year for place in places)))


def _ends_alone(longer: DataMarks, shorter: DataMarks, name: str) -> bool:
    """Whether a series has an end in one of two and none in the other, and is the same in the years before that."""
    if f"{name}{END}" not in shorter.series or f"{name}{END}" in longer.series:
        return False
    (end,) = shorter.series[f"{name}{END}"].years.by_place(1) or (None,)
    if end is None or name not in longer.series:
        return False
    return all(place >= end for place in changed_places(longer.series[name].years, shorter.series[name].years))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN]) or 'data'}{more}"


def _span(was: DataMarks, now: DataMarks) -> tuple[str, str]:
    """The first and last time that differ, as finely as the marks tell: days if all lies in one month."""
    years = changed_places(was.years, now.years)
    calendar = changed_places(was.calendar, now.calendar)
    months, days = (
        [one + 1 for one in calendar if one < MONTHS],
        [one - MONTHS + 1 for one in calendar if one >= MONTHS],
    )
    if not years:
        return "", ""
    if len(years) == 1 and len(months) == 1 and days:
        return f"{years[0]}-{months[0]:02d}-{days[0]:02d}", f"{years[0]}-{months[0]:02d}-{days[-1]:02d}"
    if len(years) == 1 and months:
        return f"{years[0]}-{months[0]:02d}", f"{years[0]}-{months[-1]:02d}"
    found = changed_places(was.months, now.months)
    exact = found and found[0] // MONTHS == years[0]
    return f"{years[0]}-{found[0] % MONTHS + 1:02d}" if exact else str(years[0]), str(years[-1])


def _own(data: DataMarks, name: str) -> str:
    return data.series[name].own if name in data.series else ""


def _vectors(panel: Panel) -> Iterator[tuple[str, Dates, Vector]]:
    """Every series by name, with its days and values: prices and what comes with them, series, cash, ends."""
    matrices = (
        ("", panel.prices), (" open", panel.opens), (" volume", panel.volumes), (" dividend", panel.dividends),
    )  # fmt: skip
    for suffix, matrix in matrices:
        if matrix is not None:
            for column, label in enumerate(panel.assets):
                yield f"{label}{suffix}", panel.sessions, np.ascontiguousarray(matrix[:, column])
    for i in np.flatnonzero(panel.ends < len(panel.sessions)):
        yield f"{panel.assets[i]}{END}", panel.sessions[panel.ends[i] : panel.ends[i] + 1], np.ones(1)
    for name, one in panel.series.items():
        order = np.argsort(one.dates, kind="stable")
        yield name, one.dates[order], one.values[order]
    yield "cash", panel.sessions, panel.cash_rate


def _grouped(by_year: Mapping[str, Hashes]) -> Iterator[tuple[str, Hashes]]:
    """Each series alone, or so many neighbours in the order of names together that LINES hold them all."""
    names = sorted(by_year)
    size = -(-len(names) // LINES)
    for start in range(0, len(names), size):
        group = names[start : start + size]
        sums = _added((by_year[name] for name in group), len(by_year[group[0]]))
        yield (group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}"), sums


def _added(several: Iterable[Hashes], count: int) -> Hashes:
    total = np.zeros(count, np.uint64)
    for one in several:
        total += one
    return total


def _series(first: int, sums: Hashes) -> SeriesMarks:
    """From the series' own first year to its last."""
    filled = np.flatnonzero(sums)
    low, high = (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (0, 0)
    return SeriesMarks(mark(int(sums.sum(dtype=np.uint64)), OWN), marks_of(first + low, sums[low:high]))


def _months(days: Dates) -> Indices:
    """(K,) months since the year 0."""
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) + 1970 * MONTHS)


def _day_of_month(days: Dates) -> Indices:
    """(K,) from 1 to 31."""
    begun = days.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((days.astype("datetime64[D]") - begun).astype(np.int64) + 1)
