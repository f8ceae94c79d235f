"""Eras: whether events of one span of time had another effect than those of the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.measure.track import DateArray, FloatArray
from engine.study.events.abnormal import BoolArray
from engine.study.events.power import smallest_visible_effect
from engine.study.events.randomised import DRAWS, MARGIN
from engine.study.events.statistic import Statistic, student_statistic


@dataclass(frozen=True, slots=True)
class Era:
    """A span of time, both days included; None is open. Raises ValueError where it ends before it begins."""

    name: str
    first: np.datetime64 | None = None
    last: np.datetime64 | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"era {self.name}: ends on {self.last}, before it begins on {self.first}")

    def holds(self, dates: DateArray) -> BoolArray:
        """(E,) whether each date lies in the era; NaT never does."""
        inside = ~np.isnat(dates)
        if self.first is not None:
            inside &= dates >= self.first
        if self.last is not None:
            inside &= dates <= self.last
        return inside


@dataclass(frozen=True, slots=True)
class EraDifference:
    """Mean of the later era less mean of the earlier, in the unit of the values.

    welch: its t. permuted_p: two-sided p-value when events are dealt to the eras at random; exact: every deal
    was tried. smallest_visible: the difference that would have been found four times in five.
    """

    difference: float
    standard_error: float
    welch: Statistic
    permuted_p: float
    exact: bool
    smallest_visible: float


def split_by_era(dates: DateArray, eras: tuple[Era, ...]) -> tuple[BoolArray, ...]:
    """A mask (E,) for each era. Raises ValueError where an event would lie in two; outside all is allowed."""
    masks = tuple(era.holds(dates) for era in eras)
    double = np.flatnonzero(np.sum(masks, axis=0) > 1) if masks else np.empty(0, dtype=np.int_)
    if double.size:
        names = " and ".join(era.name for era, mask in zip(eras, masks, strict=True) if mask[double[0]])
        raise ValueError(f"eras {names} both hold {dates[double[0]]}; let one end before the other begins")
    return masks


def compare_eras(earlier: FloatArray, later: FloatArray, *, draws: int = DRAWS, seed: int = 0) -> EraDifference | None:
    """Whether the mean of event values differs between two eras, each (E,) one value an event (event_values).

    t = (m2 - m1) / sqrt(v1 / n1 + v2 / n2), Student t with the degrees of freedom of Welch (1947). Permuted:
    the same t over all deals of the events, or `draws` of them with (1 + hits) / (1 + draws); studentised, so
    it stays near its size where the eras' variances differ (Janssen 1997). NaN is left out. None below two
    events in an era, or where both have no spread.
    """
    one, two = earlier[np.isfinite(earlier)], later[np.isfinite(later)]
    if min(one.size, two.size) < 2:
        return None
    variances = np.array([one.var(ddof=1) / one.size, two.var(ddof=1) / two.size])
    error = math.sqrt(float(variances.sum()))
    if error <= 1e-12 * float(np.max(np.abs(np.append(one, two)))):
        return None
    df = error**4 / float(np.sum(variances**2 / np.array([one.size - 1, two.size - 1])))
    difference = float(two.mean() - one.mean())
    welch = student_statistic(difference / error, one.size + two.size, df)
    permuted, exact = _permuted(one, two, abs(welch.value), draws, seed)
    return EraDifference(difference, error, welch, permuted, exact, smallest_visible_effect(error, df))


def _permuted(one: FloatArray, two: FloatArray, size: float, draws: int, seed: int) -> tuple[float, bool]:
    values = np.append(one, two)
    exact = math.comb(values.size, one.size) <= draws
    if exact:
        first = np.array(list(combinations(range(values.size), one.size)))
    else:
        random = np.random.default_rng(seed)
        first = np.array([random.permutation(values.size)[: one.size] for _ in range(draws)])
    chosen = np.zeros((len(first), values.size), dtype=np.bool_)
    np.put_along_axis(chosen, first, True, axis=1)
    hits = int(np.sum(_sizes(values, chosen) >= size * (1.0 - MARGIN)))
    return (hits / len(first), True) if exact else ((1 + hits) / (1 + draws), False)


def _sizes(values: FloatArray, chosen: BoolArray) -> FloatArray:
    """(B,) |Welch t| of each deal; infinite where neither side varies but the means differ."""
    around = values - values.mean()
    moments = []
    for side in (chosen, ~chosen):
        count = int(side[0].sum())
        mean = side @ around / count
        spread = np.maximum(side @ around**2 - count * mean**2, 0.0) / (count - 1)
        moments.append((mean, spread / count))
    gap = np.abs(moments[0][0] - moments[1][0])
    error = np.sqrt(moments[0][1] + moments[1][1])
    sizes: FloatArray = np.where(error > 0.0, gap / np.where(error > 0.0, error, 1.0), np.where(gap > 0.0, np.inf, 0.0))
    return sizes
