"""What a baseline keeps of a config: its keys with their values, so that a change is named without the old file.

A tree as in YAML. What has no room is a mark, `~Ci2`: it tells that something under that key changed, not what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.results.checks.marks import mark

#: What a mark begins with; a value that begins so is kept as a mark.
SIGN = "~"
#: Characters of a mark.
WIDTH = 3
#: Characters of a value that are shown, and entries of a list that came or went.
SHOWN, LISTED = 40, 4


def hash_of(value: Any) -> str:
    """16 hex digits of a value as JSON; the order of keys does not count."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def marked(value: Any) -> str:
    """The mark of a value, or of all that is under a key."""
    return SIGN + mark(int(hash_of(value), 16), WIDTH)


def narrowed(value: Any, longest: int) -> Any:
    """The tree with marks for values of more than `longest` characters; with 0 a mark for each key of the tree.

    What is empty says nothing and is left out.
    """
    if longest == 0:
        return {key: marked(part) for key, part in value.items() if not _empty(part)}
    if isinstance(value, Mapping):
        return {key: narrowed(part, longest) for key, part in value.items() if not _empty(part)}
    return marked(value) if len(json.dumps(value)) > longest or _is_mark(value) else _bare(value)


def changed_keys(was: Any, now: Any, key: str = "", absent: str = "not written") -> Iterator[str]:
    """Each key that differs in words, `trade.after 1 -> 0`, the key alone where a mark is all that is known of it.

    was: a tree, narrowed or not. now: a whole one. absent: what stands for a value where there is none.
    """
    if _is_mark(was):
        if was != marked(now):
            yield key
    elif isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in sorted({*was, *now}):
            yield from changed_keys(was.get(name), now.get(name), f"{key}.{name}" if key else name, absent)
    elif was != now and not (_empty(was) and _empty(now)):
        yield f"{key} {_both(was, now, absent)}"


def _both(was: Any, now: Any, absent: str) -> str:
    """`1 -> 0`; of lists what came and what went, where that is not nearly all."""
    if isinstance(was, list) and isinstance(now, list):
        gone, new = [one for one in was if one not in now], [one for one in now if one not in was]
        if gone + new and max(len(gone), len(new)) <= LISTED and len(gone) < len(was):
            sides = (("with", new), ("without", gone))
            return ", ".join(f"{word} {' '.join(map(str, side))}" for word, side in sides if side)
    return f"{_shown(was, absent)} -> {_shown(now, absent)}"


def _shown(value: Any, absent: str) -> str:
    text = absent if value is None else str(_bare(value))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _bare(value: Any) -> Any:
    """Whole numbers without `.0`: they are the same number, and shorter."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _is_mark(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SIGN)


def _empty(value: Any) -> bool:
    return value is None or value in ({}, [])
