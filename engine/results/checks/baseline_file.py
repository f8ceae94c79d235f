"""Baselines on disk: read back and checked part by part, written whole or not at all, by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import DataError, Fault
from engine.market.atomic import write_atomically
from engine.results import shape
from engine.results.checks.baseline import Agreed, Baseline
from engine.results.checks.baseline_text import COUNTS, FORMAT, READ, TEXTS, text_of
from engine.results.checks.config_keys import SIGN
from engine.results.checks.data_marks import DataMarks, SeriesMarks
from engine.results.checks.marks import ALPHABET, Marks
from engine.results.checks.target_marks import TargetMarks

PARTS = (
    *TEXTS,
    *COUNTS,
    "format",
    "keys",
    "versions",
    "data",
    "series",
    "first",
    "last",
    "targets",
    "equity",
    "metrics",
)
RENEW = '`overweight check --update --reason "..." FILE`'


def read_baseline(path: Path, name: str) -> Baseline:
    """The baseline of the config called `name`. Raises DataError where it is damaged, in conflict, older or newer."""
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_conflict(path, text)
        document = shape.read_json(text)
        _refuse_other_form(path, document)
        return _checked(document, name)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
    except ValueError as error:
        found = f"a damaged baseline ({error})"
    cure = f"restore it from git, or remove it and agree on figures anew: {RENEW}"
    raise DataError(Fault(str(path), "", found, "a baseline as `overweight check --update` writes it", cure))


def is_older(path: Path) -> bool:
    """Whether a baseline has the form of an earlier overweight, which an update may replace."""
    try:
        document = shape.read_json(path.read_text(encoding="utf-8"))
        return "name" in document and _form(document) < READ[0]
    except (OSError, ValueError):
        return False


def is_as_written_now(content: bytes | None) -> bool:
    """Whether a baseline that can be read has the newest form."""
    return content is not None and _form(shape.read_json(content.decode())) == FORMAT


def write_baseline(baseline: Baseline, path: Path, before: bytes | None) -> None:
    """Put it in the place of `before` (None: of nothing), whole or not at all.

    Raises DataError where it cannot be written, or where another process has put something else there meanwhile.
    """
    with _alone(path):
        if content_of(path) != before:
            found, expected = "a baseline that was written by another process meanwhile", "the one that was read"
            raise DataError(Fault(str(path), "", found, expected, "look at what it agreed on, then run it again"))
        write_atomically(path, text_of(baseline).encode())


def content_of(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none, or none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else replaces a baseline of this folder while the block runs; no file is left, also by a kill."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.parent, os.O_RDONLY)
    except OSError:
        yield  # what is wrong with the folder is said by whoever writes into it
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _form(document: Mapping[str, Any]) -> int:
    """The first form had no `format`."""
    return shape.part(document, "format", shape.count) if "format" in document else 1


def _refuse_conflict(path: Path, text: str) -> None:
    """Figures that a merge left side by side were not agreed on together, whichever side a person keeps."""
    marked = next((i for i, line in enumerate(text.splitlines(), start=1) if line.startswith("<<<<<<< ")), None)
    if marked is not None:
        found, expected = "a merge conflict that is not resolved", "one side of it"
        cure = "keep one: `git checkout --ours` or `--theirs`; then `overweight check` says whether it still holds"
        raise DataError(Fault(f"{path}:{marked}", "", found, expected, cure))


def _refuse_other_form(path: Path, document: Mapping[str, Any]) -> None:
    form = _form(document)
    if form in READ or (form < FORMAT and "name" not in document):
        return
    whose, cure = ("a newer", "upgrade overweight") if form > FORMAT else ("an older", f"agree on it anew: {RENEW}")
    raise DataError(Fault(str(path), "format", f"{form}, of {whose} overweight", f"{FORMAT}", cure))


def _checked(document: Mapping[str, Any], name: str) -> Baseline:
    """Raises ValueError where anything is missing, of another type, not finite or of another config."""
    said = {key: shape.part(document, key, shape.text) for key in TEXTS}
    if said["name"] != name:
        raise ValueError(f"name is `{said['name']}`, not `{name}`")
    unknown = sorted(set(document) - set(PARTS))
    if unknown:
        raise ValueError(f"`{unknown[0]}` is no part of a baseline")
    data, targets = shape.part(document, "data", shape.mapping), shape.part(document, "targets", shape.mapping)
    years = _marks(data, "years", "data")
    return Baseline(
        **said,
        **{key: shape.part(document, key, shape.count) for key in COUNTS},
        keys=_keys(document),
        versions=_texts(document, "versions"),
        data=DataMarks(
            own=shape.part(data, "hash", shape.text, "data"),
            series={key: _series(line, key, years) for key, line in _texts(document, "series").items()},
            years=years,
            months=_marks(data, "months", "data", needed=False),
            calendar=_marks(data, "calendar", "data"),
        ),
        first=shape.part(document, "first", shape.day),
        last=shape.part(document, "last", shape.day),
        targets=TargetMarks(
            own=shape.part(targets, "hash", shape.text, "targets"),
            years=_marks(targets, "years", "targets"),
            decisions=_marks(targets, "decisions", "targets", needed=False),
        ),
        equity=_equity(document),
        metrics={key: _agreed(value, key) for key, value in shape.part(document, "metrics", shape.mapping).items()},
    )


def _keys(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tree of values and marks; the second form had a mark for each key, without its sign."""
    if _form(document) == 2:
        return {key: SIGN + text for key, text in _texts(document, "keys").items()}
    found: Mapping[str, Any] = shape.part(document, "keys", shape.mapping)
    return found


def _texts(document: Mapping[str, Any], key: str) -> dict[str, str]:
    found: dict[str, str] = shape.part(document, key, shape.mapping)
    return {name: shape.text(value, f"{key}.{name}") for name, value in found.items()}


def _marks(document: Mapping[str, Any], key: str, at: str, *, needed: bool = True) -> Marks:
    if not needed and key not in document:
        return Marks(0, 0, "")
    return _read_marks(shape.part(document, key, shape.text, at), f"{at}.{key}")


def _read_marks(text: str, where: str) -> Marks:
    """`1969 2 AbCd`: the first place, the width, the marks."""
    words = [*text.split(" "), ""][:3] if text.count(" ") in (1, 2) else ["", "", ""]
    first, width, marks = words
    sound = first.isdecimal() and width in ("1", "2", "3") and set(marks) <= set(ALPHABET)
    if not sound or len(marks) % int(width):
        raise ValueError(f"{where} is {json.dumps(text[: shape.SHOWN])}, not marks")
    return Marks(int(first), int(width), marks)


def _series(line: str, name: str, every: Marks) -> SeriesMarks:
    """A single word behind the hash is the marks of every year that there is."""
    own, _, years = line.partition(" ")
    if years and " " not in years:
        count = len(every.by_place(1))
        years = f"{every.first} {len(years) // count if count else 0} {years}"
    return SeriesMarks(own, _read_marks(years, f"series.{name}") if years else Marks(0, 0, ""))


def _equity(document: Mapping[str, Any]) -> dict[str, float]:
    """A list of the first year, then a number for each year."""
    listed = document.get("equity")
    if not isinstance(listed, list) or not listed:
        raise ValueError("equity is no list of a year and numbers")
    first = shape.count(listed[0], "equity.0")
    values = [shape.number(value, f"equity.{i}") for i, value in enumerate(listed[1:], start=1)]
    return {str(first + i): value for i, value in enumerate(values)}


def _agreed(value: Any, name: str) -> Agreed:
    """`[0.1249, "higher", 0]`: the value, which way is better, how far it may move."""
    where = f"metrics.{name}"
    if not isinstance(value, list) or len(value) != 3 or value[1] not in ("higher", "lower", "none"):
        shown = json.dumps(value)[: shape.SHOWN]
        raise ValueError(f"{where} is {shown}, not [value, `higher`, `lower` or `none`, tolerance]")
    figure = None if value[0] is None else shape.number(value[0], where)
    tolerance = shape.number(value[2], f"{where}.2")
    if tolerance < 0:
        raise ValueError(f"{where}.2 is {tolerance:g}, not a tolerance of 0 or more")
    return Agreed(figure, value[1], tolerance)
