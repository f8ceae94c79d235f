"""Verdicts: the rules by which a measured figure becomes one of five words. None is ever typed in.

A fact (what a price did) has no error: it fits the claim or not. An estimate has an interval: it speaks only where the
whole interval lies on one side of what was claimed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal, get_args

from engine.study.events.power import smallest_visible_effect

Verdict = Literal["holds", "holds in part", "does not hold", "cannot tell", "not measurable on this data"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
HOLDS, IN_PART, FAILS, CANNOT_TELL, NOT_MEASURABLE = VERDICTS
#: With fewer independent observations no interval is believed: an exact two-sided test of five signs never gets below
#: 1/16, so it cannot reject at 5%.
FEWEST: Final = 6

Ends = tuple[float, float]


def judge_fact(value: float, claimed: Ends) -> Verdict:
    """`holds` inside the ends, both included; else `does not hold`."""
    return HOLDS if claimed[0] <= value <= claimed[1] else FAILS


def judge_move(value: float, claimed: Ends) -> Verdict:
    """A return: `holds` inside the ends; `holds in part` where it went the claimed way, by half to twice as much.

    The claimed way is that of ends which both lie on one side of zero; with others, or an open end, there is no part.
    """
    low, high = claimed
    if low <= value <= high:
        return HOLDS
    if not (math.isfinite(low) and math.isfinite(high)) or low * high <= 0.0:
        return FAILS
    if low < 0.0:
        value, low, high = -value, -high, -low
    return IN_PART if low / 2.0 <= value <= high * 2.0 else FAILS


def judge_estimate(low: float, high: float, claimed: Ends, observations: float) -> Verdict:
    """`holds` where the whole interval fits, `does not hold` where none of it does, else `cannot tell`.

    `cannot tell` too below FEWEST independent observations, whatever the interval, and for an interval that is NaN.
    """
    if observations < FEWEST or not (math.isfinite(low) and math.isfinite(high)):
        return CANNOT_TELL
    if claimed[0] <= low and high <= claimed[1]:
        return HOLDS
    return FAILS if high < claimed[0] or low > claimed[1] else CANNOT_TELL


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim that says several things: of all of them at once.

    All `holds`: it holds. Some of them, or one in part: `holds in part`, also where the others cannot be measured.
    None: `does not hold` where one fails, else `cannot tell` where one cannot be told, else not measurable.
    """
    if not verdicts:
        return NOT_MEASURABLE
    if all(one == HOLDS for one in verdicts):
        return HOLDS
    if HOLDS in verdicts or IN_PART in verdicts:
        return IN_PART
    return next((one for one in (FAILS, CANNOT_TELL) if one in verdicts), NOT_MEASURABLE)


def smallest_seen(error: float, df: float | None) -> float | None:
    """The effect that would have been found four times in five at 5%; None without an error to tell it by."""
    if not math.isfinite(error) or error <= 0.0 or (df is not None and df <= 0.0):
        return None
    return smallest_visible_effect(error, df)
