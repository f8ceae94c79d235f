"""What two worlds decided, side by side: on which days they differ, and in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.decide import Decided, Setting
from engine.market.table import Dates, Matrix

Both = tuple[Setting, Decided]


@dataclass(frozen=True, slots=True)
class Moved:
    """The decisions that two worlds both made.

    days: (C,) of them. names: what was compared, K of them. was, now: (C, K), NaN where there was no opinion.
    differs: (C, K).
    """

    days: Dates
    names: tuple[str, ...]
    was: Matrix
    now: Matrix
    differs: NDArray[np.bool_]

    @property
    def rows(self) -> NDArray[np.bool_]:
        """(C,) on which decisions anything differs."""
        return np.asarray(self.differs.any(axis=1), dtype=np.bool_)

    @property
    def share(self) -> float:
        """The part of the decisions that differ; NaN without any."""
        return float(self.rows.mean()) if len(self.days) else float("nan")

    def first(self, file: str) -> str:
        """The latest decision that differs, in words: the one nearest to what was changed. file: of the strategy."""
        row = int(np.flatnonzero(self.rows)[-1])
        k = int(np.flatnonzero(self.differs[row])[0])
        was, now = _shown(self.was[row, k]), _shown(self.now[row, k])
        return f"{self.days[row]}, {file}: {self.names[k]} {was} in the run, then {now}"


def moved(
    one: Both,
    other: Both,
    until: np.datetime64 | None = None,
    *,
    same: float = 1e-9,
    scores_only: bool = False,
    names: Mapping[str, str] | None = None,
) -> Moved:
    """Compare what two worlds decided on the days that both have, up to `until`.

    same: what counts as rounding, at most or as a part. names: of the other's labels, what they are in the first.
    scores_only: leave targets out where there are scores.
    """
    ours, theirs = (_opinions(*both, scores_only) for both in (one, other))
    theirs = {_renamed(name, names or {}): column for name, column in theirs.items()}
    mine, yours = same_decisions(one[0], other[0])
    if until is not None:
        early = one[0].panel.sessions[one[0].decisions[mine]] <= until
        mine, yours = mine[early], yours[early]
    found = tuple(sorted({*ours, *theirs}))
    was, now = (
        np.column_stack([table[name][rows] if name in table else np.full(len(rows), np.nan) for name in found])
        if found
        else np.empty((len(rows), 0))
        for table, rows in ((ours, mine), (theirs, yours))
    )
    room = same * np.maximum(1.0, np.maximum(np.abs(was), np.abs(now)))
    differs = (np.isnan(was) != np.isnan(now)) | (np.abs(was - now) > room)
    return Moved(one[0].panel.sessions[one[0].decisions[mine]], found, was, now, differs)


def same_decisions(one: Setting, other: Setting) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of the decisions that both make: of the same tranche on the same day."""
    ours, theirs = (s.panel.sessions[s.decisions].astype(np.int64) * 1000 + s.tranche for s in (one, other))
    _, mine, yours = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
    return mine, yours


def _opinions(setting: Setting, decided: Decided, scores_only: bool) -> dict[str, Matrix]:
    """(D,) of each thing that was decided, by name: scores and what they say beside, then targets."""
    found: dict[str, Matrix] = {}
    scores = decided.scores
    if scores is not None:
        for s, name in enumerate(scores.names):
            opinion = ~np.isnan(scores.values[:, s])
            found[f"score of {name}"] = scores.values[:, s]
            found[f"leave to enter {name}"] = np.where(opinion, scores.may_enter[:, s], np.nan)
            found[f"sessions since the shock of {name}"] = np.where(opinion, scores.sessions_ago[:, s], np.nan)
    if scores is None or not scores_only:
        for i in np.flatnonzero(setting.panel.held):
            found[f"target of {setting.panel.assets[i]}"] = decided.targets[:, i]
    return found


def _renamed(name: str, names: Mapping[str, str]) -> str:
    head, _, label = name.rpartition(" ")
    return f"{head} {names.get(label, label)}"


def _shown(value: float) -> str:
    return "none" if np.isnan(value) else f"{value:.6g}"
