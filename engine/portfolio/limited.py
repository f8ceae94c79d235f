"""The log of what limits did to targets: which were broken, on which decision, by how much, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import Limits
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.bounds import ROUNDING, Bounds, across


@dataclass(frozen=True, slots=True)
class Limited:
    """What limits did to the targets of D decisions.

    asked: (D, N) targets before limits. changed: (D,) whether a decision's targets were changed. names: the B limits
    that were broken at least once, as in the config (`sleeve.miners.max`). broken: (D, B) by how much the target asked
    broke each, as a fraction of equity, 0 where it kept it. left: (D, B) by how much the target taken still breaks it:
    floors of what did not trade that day.
    """

    asked: Matrix
    changed: NDArray[np.bool_]
    names: tuple[str, ...]
    broken: Matrix
    left: Matrix

    def rows(self) -> tuple[Indices, list[str], Vector, Vector]:
        """A row per broken limit and decision, in that order: decision (0..D-1), limit, broken by, left by."""
        d, b = np.nonzero(self.broken)
        return d, [self.names[i] for i in b], self.broken[d, b], self.left[d, b]


def compared(
    limits: Limits,
    labels: Sequence[str],
    sleeves: Sequence[str],
    bounds: Bounds,
    asked: Matrix,
    taken: Matrix,
    whole: Matrix,
) -> Limited:
    """The log of asked (D, M) against taken (D, M) weights of held assets; whole: (D, N) asked, of all assets."""
    names = _names(limits, labels, sleeves)
    broken, left = breaches(bounds, asked), breaches(bounds, taken)
    once = [name for name in dict.fromkeys(names) if broken[:, _columns(names, name)].any()]
    worst = [broken[:, _columns(names, name)].max(axis=1) for name in once]
    after = [left[:, _columns(names, name)].max(axis=1) for name in once]
    shape = (len(asked), len(once))
    return Limited(
        whole,
        (asked != taken).any(axis=1),
        tuple(once),
        np.column_stack(worst) if once else np.zeros(shape),
        np.column_stack(after) if once else np.zeros(shape),
    )


def breaches(bounds: Bounds, weights: Matrix) -> Matrix:
    """(D, 2M + 2H + 3) by how much weights (D, M) break each bound, 0 where they keep it to 1e-9.

    Most of assets, least of assets, most of sleeves, least of sleeves, most net, least net, most gross.
    """
    sleeves, net = bounds.by_sleeve(weights), across(weights)
    over = [
        weights - bounds.most,
        bounds.least - weights,
        sleeves - bounds.sleeve_most,
        bounds.sleeve_least - sleeves,
        (net - bounds.net_most)[:, None],
        (bounds.net_least - net)[:, None],
        (across(np.abs(weights)) - bounds.gross_most)[:, None],
    ]
    amounts = np.hstack(over)
    return np.where(amounts > ROUNDING, amounts, 0.0)


def limit_caveats(limited: Limited | None) -> tuple[str, ...]:
    """What a reader has to know of it, in sentences; none where limits changed nothing."""
    if limited is None or not limited.names:
        return ()
    said = []
    count = int(limited.changed.sum())
    if count:
        times = (limited.broken[limited.changed] > 0).sum(axis=0)
        most = int(np.argmax(times))
        all_of_them = _counted(len(limited.changed), "decision")
        said.append(
            f"limits changed {count} of {all_of_them}, most often `{limited.names[most]}` "
            f"({_counted(int(times[most]), 'time')}, by up to {limited.broken[limited.changed, most].max():.4g})"
        )
    unmet = [(name, int((limited.left[:, b] > 0).sum())) for b, name in enumerate(limited.names)]
    floors = ", ".join(f"`{name}` on {_counted(times, 'decision')}" for name, times in unmet if times)
    if floors:
        said.append(f"floors that could not be held, as nothing of them traded that day: {floors}")
    return tuple(said)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _names(limits: Limits, labels: Sequence[str], sleeves: Sequence[str]) -> list[str]:
    """The name of each column of `breaches`."""
    named = [f"asset.{label}.{end}" for end in ("max", "min") for label in labels]
    named += [f"sleeve.{name}.{end}" for end in ("max", "min") for name in sleeves]
    return [*named, limits.binding_total, "net.min", "gross"]


def _columns(names: list[str], name: str) -> list[int]:
    return [i for i, one in enumerate(names) if one == name]
