"""A value that knows where it was written, and a finding about such a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.errors import Fault

Scalar: TypeAlias = "str | int | float | bool | None"
Plain: TypeAlias = "Scalar | tuple[Plain, ...] | dict[str, Plain]"
Step: TypeAlias = "str | int"
Path: TypeAlias = "tuple[Step, ...]"
#: What a check of the whole config finds, before it is given a place: path, found, expected, cure.
Found: TypeAlias = "tuple[Path, str, str, str]"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """`file:line:column`, counted from 1; line 0 means the whole of `file` (a file, or `--set key=value`)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Marked:
    """One YAML value, a scalar, a list or a mapping, with the places of itself and of its key.

    text: a scalar as it was written. implied: the engine put this level in (`data: {source: ...}` is
    `data: {prices: {source: ...}}`), so no message names it.
    """

    value: Scalar | list[Marked] | dict[str, Marked]
    place: Place
    key_place: Place
    text: str = ""
    implied: bool = False

    def children(self) -> dict[str, Marked]:
        """The mapping's values by key; empty for anything that is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> Plain:
        """The bare value: lists as tuples, mappings sorted by key, because the order of keys says nothing."""
        if isinstance(self.value, dict):
            return {key: self.value[key].plain() for key in sorted(self.value)}
        if isinstance(self.value, list):
            return tuple(item.plain() for item in self.value)
        return self.value

    def child(self, step: Step) -> Marked | None:
        """The value under a key or a list index, None where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and str(step).isdecimal() and int(step) < len(self.value):
            return self.value[int(step)]
        return None

    def nearest(self, path: Sequence[Step]) -> tuple[Marked, bool]:
        """The deepest existing value on the path, and whether that is the path's end."""
        here = self
        for step in path:
            below = here.child(step)
            if below is None:
                return here, False
            here = below
        return here, True

    def with_child(self, key: str, child: Marked) -> Marked:
        """This mapping with one key set."""
        return replace(self, value={**self.children(), key: child})

    def dotted(self, path: Sequence[Step]) -> str:
        """The path as a strategist writes it: `hold.miners.0`, without implied levels."""
        shown = []
        for end, step in enumerate(path, start=1):
            node, found = self.nearest(path[:end])
            if not (found and node.implied):
                shown.append(str(step))
        return ".".join(shown)

    def steps(self, key: str) -> Path:
        """A dotted key as steps; where a key itself holds dots (`BRK.B`), the existing key wins."""
        parts = key.split(".") if key else []
        path: Path = ()
        here: Marked | None = self
        while parts:
            size = next((n for n in range(1, len(parts) + 1) if here and here.child(".".join(parts[:n]))), 1)
            step = ".".join(parts[:size])
            here = here.child(step) if here else None
            path, parts = (*path, step), parts[size:]
        return path


@dataclass(frozen=True, slots=True)
class MarkedFault:
    """A fault on its way to the user: still sortable by place."""

    place: Place
    key: str
    found: str
    expected: str
    cure: str

    def fault(self) -> Fault:
        return Fault(str(self.place), self.key, self.found, self.expected, self.cure)


def in_order(findings: Iterable[MarkedFault]) -> tuple[Fault, ...]:
    """Each fault once, files line by line, options last."""
    once = dict.fromkeys(sorted(findings, key=lambda one: (one.place.line == 0, one.place, one.key)))
    return tuple(finding.fault() for finding in once)
