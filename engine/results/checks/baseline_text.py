"""The text of a baseline: sorted, at most 5 KB, a line for each thing that a pull request may change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engine.folder import plain
from engine.results.checks.baseline import Baseline
from engine.results.checks.config_keys import narrowed
from engine.results.checks.data_marks import SeriesMarks
from engine.results.checks.marks import Marks

#: The form that is written here. A baseline of a later one was written by a newer overweight.
FORMAT = 3
#: Earlier forms that are read: the second had a mark for each key of the config, and no values.
READ = (2, 3)
#: Bytes: 5 KB.
MOST = 5 * 1024
#: Characters of the longest value of the config, and of the marks of series by year, of months and of decisions: the
#: first that fit. A change of the config comes more often than one of data over years, which months would date.
WIDTHS = (
    (120, 2, 2, 2), (120, 1, 2, 2), (40, 1, 1, 2), (40, 1, 1, 1), (120, 1, 0, 2), (120, 1, 0, 1), (40, 1, 0, 1),
    (20, 1, 0, 1), (120, 1, 0, 0), (40, 1, 0, 0), (20, 1, 0, 0), (0, 1, 0, 1), (0, 1, 0, 0), (0, 0, 0, 0),
)  # fmt: skip
#: Characters of the other marks.
ALWAYS = 2
#: Characters of a line of wrapped words, and what has a line for each entry instead.
LINE = 110
BY_LINE = ("metrics", "series", "data", "targets", "keys")

TEXTS = ("name", "file", "id", "reason", "config", "strategy", "engine", "definitions")
COUNTS = ("decisions", "trades")


def text_of(baseline: Baseline) -> str:
    """The file, with as many marks as it has room for."""
    texts = (_laid_out(_document(baseline, *widths)) for widths in WIDTHS)
    return next((text for text in texts if len(text.encode()) <= MOST), _laid_out(_document(baseline, *WIDTHS[-1])))


def _document(one: Baseline, longest: int, by_year: int, by_month: int, by_decision: int) -> dict[str, Any]:
    data, series, targets = one.data, one.data.series, one.targets
    return {
        **{key: getattr(one, key) for key in (*TEXTS, *COUNTS, "first", "last")},
        "format": FORMAT,
        "keys": narrowed(one.keys, longest),
        "versions": dict(one.versions),
        "data": _without_none(
            hash=data.own,
            years=_written(data.years, ALWAYS),
            calendar=_written(data.calendar, ALWAYS),
            months=_written(data.months, by_month),
        ),
        "series": {name: _series(marks, data.years, by_year) for name, marks in series.items()},
        "targets": _without_none(
            hash=targets.own, years=_written(targets.years, ALWAYS), decisions=_written(targets.decisions, by_decision)
        ),
        "equity": [int(min(one.equity)), *map(_bare, one.equity.values())],
        "metrics": {
            name: [_bare(part.value), part.better, _bare(part.tolerance)] for name, part in one.metrics.items()
        },
    }  # fmt: skip


def _series(one: SeriesMarks, every: Marks, width: int) -> str:
    """`8gGnuH AbCd...`: its own hash and its marks; where it has not all years that there are, its first and the width
    stand between.
    """
    years = one.years.narrowed(width)
    if not years.width:
        return one.own
    whole = list(years.by_place(1)) == list(every.by_place(1))
    return f"{one.own} {years.text}" if whole else f"{one.own} {_written(years, width)}"


def _laid_out(document: Mapping[str, Any]) -> str:
    """Sorted; a line for each series and each metric, other lists wrapped."""
    return "{\n" + ",\n".join(f' "{key}": {_value(key, document[key])}' for key in sorted(document)) + "\n}\n"


def _value(key: str, value: Any) -> str:
    if isinstance(value, dict):
        entries = [f"{_json(name)}: {_json(value[name], ':' if key == 'keys' else ': ')}" for name in sorted(value)]
        lines = entries if key in BY_LINE else _wrapped(entries)
        return "{\n  " + ",\n  ".join(lines) + "\n }"
    return "[\n  " + ",\n  ".join(_wrapped(map(_json, value))) + "\n ]" if isinstance(value, list) else _json(value)


def _wrapped(words: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) < LINE:
            lines[-1] += f", {word}"
        else:
            lines.append(word)
    return lines


def _json(value: Any, between: str = ": ") -> str:
    """between: what stands between a key and its value."""
    return json.dumps(plain(value), allow_nan=False, ensure_ascii=False, separators=(", ", between))


def _without_none(**parts: str | None) -> dict[str, str]:
    return {key: value for key, value in parts.items() if value is not None}


def _bare(value: float | None) -> float | int | None:
    """Whole numbers without `.0`."""
    return int(value) if value is not None and value == int(value) and abs(value) < 1e15 else value


def _written(marks: Marks, width: int) -> str | None:
    """None where there is no room for them."""
    narrow = marks.narrowed(width)
    return f"{narrow.first} {narrow.width} {narrow.text}" if narrow.width else None
