"""What is left of the best of many variants: PBO, superior predictive ability, step-wise tests, haircuts.

White 2000, Hansen 2005 (SPA), Romano and Wolf 2005 (StepM), Bailey, Borwein, Lopez de Prado and Zhu 2017 (CSCV),
Harvey and Liu 2015. All of it reads active returns, of which more is better: no losses, whose sign is easily lost.
arch draws the sessions of the bootstrap. Its own SPA is not used: it is not studentised in spite of its name for it, so
that large tilts drown small ones, and takes the square of the sessions in time; tests hold the two equal all the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.market.table import Indices, Matrix, Vector
from engine.measure.formulas import sharpe
from engine.measure.overfit import Haircut, Overfitting, harvey_liu, probability_of_overfitting
from engine.measure.track import ZERO

REPETITIONS: Final = 1000
SEED: Final = 20260102
#: Parts into which the sessions are cut, as the authors of CSCV do.
BLOCKS: Final = 16
SIZE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Superior:
    """Whether any variant beats the reference, and which ones do, although they were chosen from many.

    lower, consistent, upper: p-values of Hansen's SPA; the consistent one is meant where one is named. superior: (S,)
    columns that StepM finds ahead of the reference, with at most SIZE of a chance that any of them is not.
    """

    lower: float
    consistent: float
    upper: float
    superior: Indices


@dataclass(frozen=True, slots=True)
class Snooping:
    """What many variants of one question come to. None where there are too few sessions, or no extra `stats`.

    best: column of the largest information ratio. information_ratio: that of the column, or of the variant that was
    chosen. trials: how many it is the best of. overfitting: CSCV. tested: SPA and StepM. haircut: of that ratio, by
    Bonferroni for the trials; haircut_bhy: by Benjamini, Hochberg and Yekutieli from the ratios at hand, this one
    among them. variants: how many were at hand.
    """

    best: int
    information_ratio: float
    variants: int
    trials: int
    overfitting: Overfitting | None
    tested: Superior | None
    haircut: Haircut
    haircut_bhy: Haircut


def sweep_inference(
    active: Matrix, per_year: float, *, trials: int | None = None, chosen: Vector | None = None
) -> Snooping | None:
    """Of the (T, V) active returns of V variants on the same sessions, simple and per session.

    trials: how many were tried in all, where these are a sample of them; V by default. A sample has to be drawn without
    a look at what its variants earned: the best of all in it would pass for the best of a few. chosen: (T,) those of
    the variant that was chosen of all, if it is not the column of the largest ratio; only the haircuts are about it.
    None below two variants that move, each in its own way, or below three sessions. Of variants that earned the same on
    every session PBO has the first: there is nothing to choose among them, and their ties would pass for failures.
    Raises ValueError on NaN or fewer trials than variants.
    """
    if active.ndim != 2 or not np.isfinite(active).all():
        raise ValueError(f"sweep_inference: needs (T, V) finite active returns, found {active.shape}")
    sessions, variants = active.shape
    count = variants if trials is None else trials
    if count < variants:
        raise ValueError(f"sweep_inference: {count} trials of {variants} variants")
    if sessions < 3:
        return None
    ratios = np.array([sharpe(active[:, one], per_year) or 0.0 for one in range(variants)])
    moving, unlike = active.std(axis=0) > ZERO, _unlike(active)
    if moving[unlike].sum() < 2:
        return None
    best, years = int(np.where(moving, ratios, -np.inf).argmax()), sessions / per_year
    if chosen is not None:
        ratios = np.append(ratios, sharpe(chosen, per_year) or 0.0)
    own = float(ratios[best if chosen is None else -1])
    return Snooping(
        best,
        own,
        variants,
        count,
        probability_of_overfitting(active[:, unlike], BLOCKS) if sessions >= 2 * BLOCKS else None,
        superior_ability(active),
        harvey_liu(own, years, count),
        harvey_liu(own, years, count, ratios),
    )


def _unlike(active: Matrix) -> Indices:
    """(U,) the columns that no column before them equals."""
    first: dict[bytes, int] = {}
    for place in range(active.shape[1]):
        first.setdefault(active[:, place].tobytes(), place)
    return np.array([*first.values()], np.int64)


def superior_ability(
    active: Matrix,
    *,
    block: int | None = None,
    repetitions: int = REPETITIONS,
    studentised: bool = True,
    seed: int = SEED,
) -> Superior | None:
    """SPA and StepM of (T, V) active returns by stationary bootstrap; block: mean length, by default Politis and
    White's of the best variant.

    Columns that do not move can neither win nor lose. None without the extra `stats`.
    """
    moving = np.flatnonzero(active.std(axis=0) > ZERO)
    held = active[:, moving]
    sessions = len(held)
    if block is None:
        block = _block(held[:, int((held.mean(axis=0) / held.std(axis=0)).argmax())]) if len(moving) else 1
    drawn = _drawn_shares(sessions, block, repetitions, seed)
    if drawn is None:
        return None
    if not len(moving):
        return Superior(1.0, 1.0, 1.0, moving)
    deviation = _deviation(held, block)
    scale = deviation if studentised else np.ones(len(moving))
    means, again = held.mean(axis=0) / scale, drawn @ held / scale  # (V,), (repetitions, V)
    far = means < -deviation / scale * math.sqrt(2.0 * math.log(math.log(sessions)) / sessions)
    centres = (np.maximum(means, 0.0), np.where(far, 0.0, means), means)
    simulated = [again - centre for centre in centres]
    p = [float((one.max(axis=1) > means.max()).mean()) for one in simulated]
    return Superior(p[0], p[1], p[2], moving[_stepwise(means, simulated[1])])


def _stepwise(means: Vector, simulated: Matrix) -> Indices:
    """Columns above the critical value of all, then of those that are left, until none is."""
    left = np.ones(len(means), np.bool_)
    while left.any():
        critical = np.percentile(simulated[:, left].max(axis=1), 100.0 * (1.0 - SIZE))
        found = left & (means > critical)
        if not found.any():
            break
        left &= ~found
    return np.flatnonzero(~left)


def _deviation(values: Matrix, block: int) -> Vector:
    """(V,) long-run deviation of columns under the stationary bootstrap: Politis and Romano 1994, lemma 1.

    Its weights on autocovariances, paired, are geometric ones on circular autocovariances, which one transform gives.
    """
    n = len(values)
    spectrum = np.abs(np.fft.rfft(values - values.mean(axis=0), axis=0)) ** 2
    circular = np.fft.irfft(spectrum, n, axis=0) / n
    lags = np.arange(1, n)
    weights = np.append(1.0, 2.0 * (1.0 - lags / n) * (1.0 - 1.0 / block) ** lags)
    deviation: Vector = np.sqrt(np.maximum(weights @ circular, ZERO * ZERO))
    return deviation


def _block(active: Vector) -> int:
    try:
        from arch.bootstrap import optimal_block_length
    except ImportError:
        return 1
    found = float(optimal_block_length(active)["stationary"].iloc[0])
    return max(round(found), 1) if math.isfinite(found) else 1


def _drawn_shares(sessions: int, block: int, repetitions: int, seed: int) -> Matrix | None:
    """(repetitions, T) the share that each session has in each resample, so that means are one product of matrices."""
    try:
        from arch.bootstrap import StationaryBootstrap
    except ImportError:
        return None
    drawn = StationaryBootstrap(block, np.arange(sessions), seed=seed)
    counts = [np.bincount(places[0][0], minlength=sessions) for places in drawn.bootstrap(repetitions)]
    return np.array(counts, np.float64) / sessions
