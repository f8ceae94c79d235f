"""The response: what shocks did to something, learnt from those that are over, and how sure one can be of its sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.signals.regression import Matrix, log_returns, with_intercept
from engine.signals.score import Levels, Vector


@dataclass(frozen=True, slots=True)
class Response:
    """A response and its standard error; `certainty` is one over the other: its sign is the sign learnt."""

    mean: float
    deviation: float

    @property
    def certainty(self) -> float:
        """Standard errors from zero; NaN where nothing is known, or nothing varies."""
        return self.mean / self.deviation if self.deviation > 0.0 else math.nan


def shock_response(
    own: Levels, drivers: Sequence[Levels], known_at: int, *, over_sessions: int, lookback: int = 252
) -> float:
    """Log return of `own` that its drivers do not explain, over the sessions in which one could have acted on a shock.

    It runs from the close of the session after `known_at`, the first on which one could have traded, for
    `over_sessions`. Betas come from the `lookback` sessions up to `known_at`, by least squares with intercept.
    NaN where it is not over yet, where there is too little past, or a gap.
    """
    start, end = known_at + 1, known_at + 1 + over_sessions
    if end >= len(own):
        return math.nan
    before = log_returns([one[: known_at + 1] for one in (own, *drivers)], lookback)
    if before is None:
        return math.nan
    moves = np.array([math.log(one[end] / one[start]) for one in (own, *drivers)])
    betas = np.linalg.lstsq(with_intercept(before[:, 1:]), before[:, 0], rcond=None)[0][1:]
    return float(moves[0] - betas @ moves[1:])


def mean_response(responses: Vector) -> Response:
    """The mean of responses and its standard error (ddof 1); NaN for fewer than two."""
    if len(responses) < 2:
        return Response(math.nan, math.nan)
    return Response(float(responses.mean()), float(responses.std(ddof=1)) / math.sqrt(len(responses)))


def changing_response(own: Vector, changes: Vector, controls: Matrix, *, half_life: float, prior: float) -> Response:
    """The response of `own` (n,) to `changes` (n,), controls (n, c) held still: what it is now, shrunk towards zero.

    Least squares with intercept in which an observation counts half as much as one `half_life` later, and the
    response is believed beforehand to be zero with a deviation of `prior`: posterior mean and deviation of a normal
    regression (Zellner 1971; West and Harrison 1997 for the discount). The residual variance is that of the discounted
    fit without prior, its degrees of freedom the sum of the discounts less the number of columns.
    NaN where these are not positive, or columns depend on each other.
    """
    unknown = Response(math.nan, math.nan)
    design = np.column_stack([changes, np.ones(len(own)), controls])
    weights = 0.5 ** (np.arange(len(own))[::-1] / half_life)
    freedom = float(weights.sum()) - design.shape[1]
    if freedom <= 0.0:
        return unknown
    moments = design.T @ (design * weights[:, None])
    toward = design.T @ (weights * own)
    if np.linalg.cond(moments) > 1e12:
        return unknown
    residuals = own - design @ np.linalg.solve(moments, toward)
    variance = float(weights @ (residuals * residuals)) / freedom
    if variance == 0.0:
        return unknown
    precision = moments / variance
    precision[0, 0] += 1.0 / prior**2
    inverse = np.linalg.inv(precision)
    return Response(float(inverse[0] @ toward) / variance, math.sqrt(float(inverse[0, 0])))


def shocks_until_flip(responses: Vector) -> int:
    """How many shocks it takes until the mean of the last len(responses) turns, if each does the opposite of the mean.

    0 where there are none, or their mean is zero.
    """
    mean = float(responses.mean()) if len(responses) else 0.0
    for count in range(1, len(responses) + 1):
        if (float(responses[count:].sum()) - count * mean) * mean < 0.0:
            return count
    return 0


def weeks_until_flip(weeks: int, half_life: float) -> float:
    """How many weeks it takes until a discounted response to the last `weeks` turns, if each does the opposite of it.

    With weights that halve every `half_life` weeks and news of the same size, the new weeks weigh more than the old
    ones after half_life * log2(2 - 0.5 ** (weeks / half_life)); one half-life where the past is long. A belief
    beforehand of no response changes nothing in that.
    """
    return half_life * math.log2(2.0 - 0.5 ** (weeks / half_life))
