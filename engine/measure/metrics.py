"""The metrics: one literal table from name to formula, unit and direction; `measure` answers all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.measure import formulas
from engine.measure.episodes import count_episodes
from engine.measure.inference import sharpe_se
from engine.measure.track import FloatArray, Track, check_same_sessions, excess_returns, returns

Unit = Literal["fraction", "ratio", "per year", "bps a year", "count"]
Direction = Literal["higher", "lower", "none"]


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """A track and what it is held against: all that a metric may read.

    reference: the first of `against`. matched: the static mix with the track's own average weights.
    policy: the neutral mix; where no other one is named it is the reference.
    stance: (D,) or (D, S) in [-1, 1], a row a decision; None for a baseline without decisions.
    """

    track: Track
    reference: Track | None
    matched: Track | None
    stance: FloatArray | None
    sessions_per_year: int
    policy: Track | None


@dataclass(frozen=True, slots=True)
class Metric:
    """function: None where undefined. direction: which way is better, `none` if neither."""

    function: Callable[[HeldAgainst], float | None]
    formula: str
    unit: Unit
    direction: Direction


def measure(
    track: Track,
    reference: Track | None,
    matched: Track | None,
    stance: FloatArray | None,
    *,
    sessions_per_year: int,
    policy: Track | None = None,
) -> dict[str, float | None]:
    """Every metric of METRICS, in its order; None where undefined, never NaN or infinite.

    Raises ValueError if reference or matched cover other sessions than the track, or the stance holds NaN.
    """
    for name, other in (("the reference", reference), ("policy matched", matched)):
        if other is not None:
            check_same_sessions(track, other, name)
    comparison = HeldAgainst(track, reference, matched, stance, sessions_per_year, policy or reference)
    return {name: metric.function(comparison) for name, metric in METRICS.items()}


def _total_return(of: HeldAgainst) -> float | None:
    return formulas.total_return(of.track.equity)


def _cagr(of: HeldAgainst) -> float | None:
    return formulas.cagr(of.track.equity, of.sessions_per_year)


def _volatility(of: HeldAgainst) -> float | None:
    return formulas.volatility(returns(of.track), of.sessions_per_year)


def _sharpe(of: HeldAgainst) -> float | None:
    return formulas.sharpe(excess_returns(of.track), of.sessions_per_year)


def _sharpe_se(of: HeldAgainst) -> float | None:
    """None where the Sharpe ratio is."""
    excess = excess_returns(of.track)
    per_session = formulas.sharpe_per_session(excess)
    return None if per_session is None else sharpe_se(per_session, excess.size) * of.sessions_per_year**0.5


def _sortino(of: HeldAgainst) -> float | None:
    return formulas.sortino(excess_returns(of.track), of.sessions_per_year)


def _max_drawdown(of: HeldAgainst) -> float | None:
    return formulas.max_drawdown(of.track.equity)


def _calmar(of: HeldAgainst) -> float | None:
    return formulas.calmar(of.track.equity, of.sessions_per_year)


def _turnover(of: HeldAgainst) -> float | None:
    track = of.track
    return formulas.turnover(track.traded, track.equity, track.first_purchase, of.sessions_per_year)


def _costs_bps_a_year(of: HeldAgainst) -> float | None:
    return formulas.costs_bps_a_year(of.track.costs, of.track.equity, of.sessions_per_year)


def _cagr_of(track: Track | None, of: HeldAgainst) -> float | None:
    return None if track is None else formulas.cagr(track.equity, of.sessions_per_year)


def _active_return(of: HeldAgainst) -> float | None:
    """None without a reference."""
    return formulas.difference(_cagr(of), _cagr_of(of.reference, of))


def _tracking_error(of: HeldAgainst) -> float | None:
    """None without a reference or below two returns; 0.0 for the reference itself."""
    if of.reference is None:
        return None
    return formulas.volatility(returns(of.track) - returns(of.reference), of.sessions_per_year)


def _information_ratio(of: HeldAgainst) -> float | None:
    """None without a reference."""
    return formulas.information_ratio(_active_return(of), _tracking_error(of))


def _beta(of: HeldAgainst) -> float | None:
    """None without a reference. Both are in excess of the track's cash rate."""
    if of.reference is None:
        return None
    return formulas.beta(excess_returns(of.track), excess_returns(of.reference, of.track.cash_rate))


def _hit_rate(of: HeldAgainst) -> float | None:
    """None without a reference."""
    if of.reference is None:
        return None
    return formulas.hit_rate(of.track.sessions, of.track.equity, of.reference.equity)


def _episodes(of: HeldAgainst) -> float | None:
    """A whole number. None without a stance."""
    return None if of.stance is None else count_episodes(of.stance)


def _share_over(of: HeldAgainst) -> float | None:
    """Share of decisions with any stance above zero. None without a stance or without a decision."""
    return None if of.stance is None or of.stance.size == 0 else _share(of.stance > 0.0)


def _share_under(of: HeldAgainst) -> float | None:
    """Share of decisions with any stance below zero. None without a stance or without a decision."""
    return None if of.stance is None or of.stance.size == 0 else _share(of.stance < 0.0)


def _share(on: NDArray[np.bool_]) -> float:
    return float(np.mean(on.reshape(len(on), -1).any(axis=1)))


def _timing(of: HeldAgainst) -> float | None:
    """None without a matched mix."""
    return formulas.difference(_cagr(of), _cagr_of(of.matched, of))


def _standing_tilt(of: HeldAgainst) -> float | None:
    """None without a matched mix or a policy."""
    return formulas.difference(_cagr_of(of.matched, of), _cagr_of(of.policy, of))


# E: equity; r, r_ref, rf: returns of track, reference and cash; n: number of returns; ppy: sessions a year.
METRICS: dict[str, Metric] = {
    "total_return": Metric(_total_return, "E_n / E_0 - 1", "fraction", "higher"),
    "cagr": Metric(_cagr, "(E_n / E_0) ^ (ppy / n) - 1", "per year", "higher"),
    "volatility": Metric(_volatility, "sd(r) * sqrt(ppy)", "per year", "lower"),
    "sharpe": Metric(_sharpe, "s * sqrt(ppy), s = mean(r - rf) / sd(r - rf)", "ratio", "higher"),
    "sharpe_se": Metric(_sharpe_se, "sqrt((1 + s^2 / 2) / n) * sqrt(ppy), Lo 2002", "ratio", "lower"),
    "sortino": Metric(_sortino, "mean(r - rf) / sqrt(mean(min(r - rf, 0)^2)) * sqrt(ppy)", "ratio", "higher"),
    "max_drawdown": Metric(_max_drawdown, "min of E_t / max(E_0 .. E_t) - 1, below zero", "fraction", "higher"),
    "calmar": Metric(_calmar, "cagr / |max_drawdown|", "ratio", "higher"),
    "turnover": Metric(_turnover, "sum of |trades| / 2 / E without the first purchase, * ppy / n", "per year", "lower"),
    "costs_bps_a_year": Metric(_costs_bps_a_year, "sum of costs / (E + costs) * 1e4 * ppy / n", "bps a year", "lower"),
    "active_return": Metric(_active_return, "cagr - cagr of the reference", "per year", "higher"),
    "tracking_error": Metric(_tracking_error, "sd(r - r_ref) * sqrt(ppy)", "per year", "none"),
    "information_ratio": Metric(_information_ratio, "active_return / tracking_error", "ratio", "higher"),
    "beta": Metric(_beta, "cov(r - rf, r_ref - rf) / var(r_ref - rf)", "ratio", "none"),
    "hit_rate": Metric(_hit_rate, "months with a return above the reference's / months", "fraction", "higher"),
    "episodes": Metric(_episodes, "runs of decisions with one stance sign", "count", "none"),
    "share_over": Metric(_share_over, "decisions with stance > 0 / decisions", "fraction", "none"),
    "share_under": Metric(_share_under, "decisions with stance < 0 / decisions", "fraction", "none"),
    "timing": Metric(_timing, "cagr - cagr of policy matched", "per year", "higher"),
    "standing_tilt": Metric(_standing_tilt, "cagr of policy matched - cagr of policy", "per year", "none"),
}
