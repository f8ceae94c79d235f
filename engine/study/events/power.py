"""Power: how likely an effect would have been seen, and the smallest that could have been."""

from __future__ import annotations

import math

from engine.study.events.statistic import NORMAL, student_quantile


def power(effect: float, sd: float, observations: int, significance: float = 0.05) -> float:
    """Probability that a two-sided test of a mean rejects: Phi(d - z) + Phi(-d - z), d = effect sqrt(n) / sd.

    sd: of one observation, known, in the unit of the effect. z = z(1 - significance / 2). MacKinlay (1997),
    section 6. Raises ValueError for sd <= 0 or no observation.
    """
    if not sd > 0.0 or observations < 1:
        found = f"sd {sd}, {observations} observations"
        raise ValueError(f"power: needs a spread above zero and an observation, found {found}")
    distance = effect * math.sqrt(observations) / sd
    z = student_quantile(1.0 - significance / 2.0, None)
    return NORMAL.cdf(distance - z) + NORMAL.cdf(-distance - z)


def smallest_visible_effect(
    standard_error: float, df: float | None = None, *, chance: float = 0.80, significance: float = 0.05
) -> float:
    """The effect a two-sided test finds with that chance: (q(1 - significance / 2) + q(chance)) errors.

    q: quantiles of Student t with df, of the normal for None (2.80 standard errors). Bloom (1995). In the
    unit of the standard error. Nothing smaller than this is ruled out by a test that did not reject.
    """
    reach = student_quantile(1.0 - significance / 2.0, df) + student_quantile(chance, df)
    return reach * standard_error
