"""Gaps and exposures: against statsmodels and arch on real series, and on made ones whose truth is known."""

from __future__ import annotations

import math
import warnings
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from engine.signals import catch_up_gap, error_correction, exposures
from tests.strategies.conftest import Levels


def test_error_correction_is_engle_and_grangers_two_steps(frame: pd.DataFrame, levels: Levels, sm: ModuleType) -> None:
    logs = np.log(frame[["Gold", "gold", "Banks"]]).iloc[-757:]
    long_run = sm.OLS(logs["Gold"], sm.add_constant(logs[["gold", "Banks"]])).fit()
    behind = -long_run.resid
    lagged = sm.add_constant(behind.shift(1).iloc[1:])
    speeds = {name: sm.OLS(logs[name].diff().iloc[1:], lagged).fit().params.iloc[1] for name in logs}
    # What closes the gap between levels is its own regression on itself.
    closing = -sm.OLS(behind.diff().iloc[1:], lagged).fit().params.iloc[1]
    found = error_correction(levels["Gold"], (levels["gold"], levels["Banks"]), lookback=756)
    assert found.gap == pytest.approx(behind.iloc[-1] / math.sqrt(long_run.mse_resid), rel=1e-9)
    assert found.half_life == pytest.approx(math.log(0.5) / math.log(1 - closing), rel=1e-8)
    assert found.laggard_share == pytest.approx(speeds["Gold"] / closing, rel=1e-8)
    by_drivers = sum(long_run.params[name] * speeds[name] for name in ("gold", "Banks"))
    assert found.laggard_share == pytest.approx(1 + by_drivers / closing, rel=1e-8)


def test_slow_betas_are_those_of_overlapping_returns(frame: pd.DataFrame, levels: Levels, sm: ModuleType) -> None:
    logs = np.log(frame[["Gold", "gold", "Banks"]]).iloc[-505:]
    slow, daily = logs.diff(63).dropna(), logs.diff().dropna()
    betas = sm.OLS(slow["Gold"], sm.add_constant(slow[["gold", "Banks"]])).fit().params[["gold", "Banks"]]
    left = daily["Gold"] - daily[["gold", "Banks"]] @ betas
    deviation = left.std() * math.sqrt(503 / (504 - 3))
    moves = logs.iloc[-1] - logs.iloc[-127]
    expected = (moves[["gold", "Banks"]] @ betas - moves["Gold"]) / (deviation * math.sqrt(126))
    drivers = (levels["gold"], levels["Banks"])
    found = catch_up_gap(levels["Gold"], drivers, lookback=504, gap_sessions=126, beta_sessions=63)
    assert found == pytest.approx(expected, rel=1e-9)
    assert math.isnan(catch_up_gap(levels["Gold"], drivers, lookback=63, gap_sessions=126, beta_sessions=61))


def test_the_gap_is_that_of_arch(frame: pd.DataFrame, levels: Levels) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cointegration = pytest.importorskip("arch.unitroot.cointegration")
    logs = np.log(frame).iloc[-757:]
    test = cointegration.engle_granger(logs["Gold"], logs[["gold"]], trend="c")
    residuals = test.resid
    found = error_correction(levels["Gold"], (levels["gold"],), lookback=756)
    assert found.gap == pytest.approx(-residuals.iloc[-1] / math.sqrt((residuals**2).sum() / 755), rel=1e-8)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_who_corrects_and_how_fast_is_found(share: float) -> None:
    """A made pair: of a gap a twentieth closes each day, by the laggard alone or by the driver alone."""
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.01, (4000, 2))
    logs = np.zeros((4001, 2))
    for day in range(4000):
        gap = logs[day, 1] - logs[day, 0]
        logs[day + 1] = logs[day] + [0.05 * share * gap, -0.05 * (1 - share) * gap] + noise[day]
    found = error_correction(np.exp(logs[:, 0]), (np.exp(logs[:, 1]),), lookback=4000)
    assert found.half_life == pytest.approx(math.log(0.5) / math.log(0.95), rel=0.2)
    assert found.laggard_share == pytest.approx(share, abs=0.15)


def test_a_gap_that_widens_has_no_half_life() -> None:
    days = np.arange(300)
    driver = np.exp(0.01 * np.random.default_rng(0).normal(size=300).cumsum())
    # Below its tie to the driver and falling ever faster: yesterday's gap is followed by a wider one.
    own = driver * np.exp(-0.5 * 1.03 ** (days - 300))
    found = error_correction(own, (driver,), lookback=299)
    assert found.half_life == math.inf
    assert math.isnan(found.laggard_share)
    assert found.gap > 1


def test_error_correction_needs_a_past_without_holes(levels: Levels) -> None:
    gold, metal = levels["Gold"], levels["gold"]
    for own, driver in ((gold[:756], metal[:756]), (gold, np.where(np.arange(len(metal)) == 2000, np.nan, metal))):
        found = error_correction(own, (driver,), lookback=756)
        assert math.isnan(found.gap)
        assert math.isnan(found.half_life)
    assert math.isnan(error_correction(gold, (gold.copy() * 0 + 1.0,), lookback=3).gap)


def test_exposures_are_betas(frame: pd.DataFrame, levels: Levels, sm: ModuleType) -> None:
    returns = np.log(frame).diff().iloc[-252:]
    drivers = ["gold", "silver", "Banks"]
    found = exposures([levels["Gold"], levels["Mines"]], [levels[name] for name in drivers], 252)
    for row, name in enumerate(("Gold", "Mines")):
        fit = sm.OLS(returns[name], sm.add_constant(returns[drivers])).fit()
        np.testing.assert_allclose(found[row], fit.params[drivers], rtol=1e-9)


def test_exposures_of_what_has_too_little_past_are_unknown(levels: Levels) -> None:
    late = np.where(np.arange(len(levels["Gold"])) < len(levels["Gold"]) - 100, np.nan, levels["Gold"])
    found = exposures([late, levels["Mines"]], [levels["gold"]], 252)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    assert np.isnan(exposures([levels["Mines"]], [late], 252)).all()
    assert np.isnan(exposures([late], [levels["gold"]], 252)).all()
