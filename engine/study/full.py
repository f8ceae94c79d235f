"""What `--full` adds to a run: all phases of its schedule, and how sure one can be where that takes longer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.market.table import Vector
from engine.measure.difference import SharpeDifference, break_in_mean, sharpe_difference
from engine.measure.inference import deflated_sharpe
from engine.measure.overfit import Haircut, harvey_liu
from engine.measure.sureness import Alpha, SharpeRecord, alpha_over
from engine.measure.track import excess_returns, returns
from engine.result import Deflated, Measured, Parting, Result
from engine.study.bootstrap import active_return_bootstrap, own_bootstrap
from engine.study.phase import active_return_by_phase
from engine.trials import Tried


@dataclass(frozen=True, slots=True)
class _Series:
    """(n,) simple returns of strategy, reference and cash; per_year: sessions a year."""

    own: Vector
    other: Vector
    cash: Vector
    per_year: int


def measure_fully(result: Result, tried: Tried) -> Measured:
    """Everything of one result. tried: what the ledger of trials says of its question."""
    track = result.own.track
    series = _Series(
        returns(track),
        returns(result.portfolios[result.reference].track),
        track.cash_rate[1:],
        result.config.sessions_per_year,
    )
    own = own_bootstrap(series.own, series.cash, series.per_year) if len(series.own) > 1 else None
    return Measured(
        phases=active_return_by_phase(result.setting),
        bootstrap=active_return_bootstrap(series.own, series.other, series.per_year) if len(series.own) > 1 else None,
        bootstrap_sharpe=own.sharpe if own else None,
        bootstrap_drawdown=own.drawdown if own else None,
        deflated=deflated(result, tried),
        alpha=alphas(result),
        sharpe_difference=_difference(series),
        parting=_parting(result, series),
    )


def deflated(result: Result, tried: Tried) -> Deflated:
    """The deflated Sharpe ratio and the haircuts of a result among so many tries.

    With a single try there is nothing to deflate. Fewer than two ratios known among several have no variance: None.
    """
    sure = result.judgement.sureness
    return Deflated(
        tried.count,
        tried.variance,
        _dsr(sure.sharpe, tried, result.config.sessions_per_year),
        _haircut(sure.sharpe, tried.count),
        _haircut(sure.active, tried.count),
    )


def _dsr(record: SharpeRecord | None, tried: Tried, per_year: int) -> float | None:
    if record is None or (tried.variance is None and tried.count > 1):
        return None
    n = round(record.years * per_year)
    shape = {"skew": record.skew, "kurtosis": record.kurtosis}
    spread = (tried.variance or 0.0) / per_year
    return deflated_sharpe(record.sharpe / per_year**0.5, n, trials=max(tried.count, 1), trial_variance=spread, **shape)


def _haircut(record: SharpeRecord | None, trials: int) -> Haircut | None:
    return None if record is None else harvey_liu(record.sharpe, record.years, max(trials, 1))


def alphas(result: Result) -> dict[str, Alpha]:
    """Alpha over policy and over what else the result is held `against`; those that are undefined left out."""
    own, per_year = result.own.track, result.config.sessions_per_year
    found = {}
    for name in dict.fromkeys(("policy", *result.config.against)):
        market = excess_returns(result.portfolios[name].track, own.cash_rate)
        one = alpha_over(excess_returns(own), market, per_year)
        if one is not None:
            found[name] = one
    return found


def _difference(series: _Series) -> SharpeDifference | None:
    if np.array_equal(series.own, series.other):
        return None
    return sharpe_difference(series.own - series.cash, series.other - series.cash)


def _parting(result: Result, series: _Series) -> Parting | None:
    found = break_in_mean(series.own - series.other)
    if found is None:
        return None
    day = str(result.own.track.sessions[1 + found.index])
    return Parting(day, found.p, found.before * series.per_year, found.after * series.per_year)
