"""Each signal against an independent calculation on real series: pandas, numpy's solver, statsmodels."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.market.sources.sample import FOLDER
from engine.signals import (
    above_trend,
    catch_up_gap,
    drawdown,
    error_correction,
    gains,
    has_turned_up,
    momentum,
    percentile,
    relative_momentum,
    residual_momentum,
    volatilities,
    z_score,
)
from engine.signals.regression import least_squares


@pytest.fixture(scope="module")
def levels() -> pd.DataFrame:
    """Levels of four industries of the sample, 1990 to 1999."""
    table = pq.read_table(FOLDER / "industries_daily.parquet", columns=["date", "Gold", "Mines", "Oil", "Banks"])
    frame = table.to_pandas().set_index("date") / 10_000
    frame.index = pd.DatetimeIndex(frame.index)
    return (1 + frame.loc["1990":"1999"]).cumprod()


def test_momentum_is_the_return_between_two_sessions(levels: pd.DataFrame) -> None:
    gold = levels["Gold"]
    assert momentum(gold.to_numpy(), 252, 21) == pytest.approx(gold.pct_change(252 - 21).shift(21).iloc[-1], rel=1e-12)
    assert momentum(np.array([100.0, 110.0, 121.0]), 2) == pytest.approx(0.21)
    assert math.isnan(momentum(np.array([100.0, 110.0]), 2))


@pytest.mark.parametrize(("lookback", "gap_sessions"), [(252, 126), (126, 126), (63, 250)])
def test_catch_up_gap_is_the_residual_move_over_its_deviation(
    levels: pd.DataFrame, lookback: int, gap_sessions: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sm = pytest.importorskip("statsmodels.api")
    logs = np.log(levels)
    returns = logs.diff().iloc[-lookback:]
    fit = sm.OLS(returns["Mines"], sm.add_constant(returns[["Gold", "Oil"]])).fit()
    moves = logs.iloc[-1] - logs.iloc[-1 - gap_sessions]
    implied = fit.params["Gold"] * moves["Gold"] + fit.params["Oil"] * moves["Oil"]
    expected = (implied - moves["Mines"]) / (math.sqrt(fit.mse_resid) * math.sqrt(gap_sessions))
    found = catch_up_gap(
        levels["Mines"].to_numpy(),
        (levels["Gold"].to_numpy(), levels["Oil"].to_numpy()),
        lookback=lookback,
        gap_sessions=gap_sessions,
    )
    assert found == pytest.approx(expected, rel=1e-9)


def test_catch_up_gap_is_positive_where_the_laggard_lags() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, 300)
    driver = np.exp(noise.cumsum())
    own = np.exp((noise + np.random.default_rng(1).normal(0, 0.001, 300)).cumsum())
    own[-20:] *= 0.9
    assert catch_up_gap(own, (driver,), lookback=252, gap_sessions=126) > 1
    assert math.isnan(catch_up_gap(own[:252], (driver[:252],), lookback=252, gap_sessions=126))
    late = np.where(np.arange(300) < 100, np.nan, driver)
    assert math.isnan(catch_up_gap(own, (late,), lookback=252, gap_sessions=126))


@pytest.mark.parametrize("drivers", [1, 2, 3, 6])
@pytest.mark.parametrize("alike", [1.0, 1e-2, 1e-6, 0.0])
def test_least_squares_is_what_a_decomposition_says(drivers: int, alike: float) -> None:
    """Also where the last driver is nearly, or wholly, the first one again: then nothing but the fit is known."""
    random = np.random.default_rng(drivers)
    rows = random.normal(size=(drivers + 1, 60))
    rows[-1] = rows[1] + alike * rows[-1] if drivers > 1 else rows[-1]
    rows -= rows.mean(axis=1, keepdims=True)
    expected = np.linalg.lstsq(rows[1:].T, rows[0], rcond=None)[0]
    np.testing.assert_allclose(np.array(least_squares(rows)) @ rows[1:], expected @ rows[1:], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(least_squares(rows), expected, rtol=1e-10)


def test_relative_momentum_and_z_score_agree_with_pandas(levels: pd.DataFrame) -> None:
    ratio = np.log(levels["Gold"] / levels["Banks"]).diff(126).dropna()
    found = relative_momentum(levels["Gold"].to_numpy(), levels["Banks"].to_numpy(), 126)
    np.testing.assert_allclose(found, ratio, atol=1e-12)
    last = ratio.iloc[-756:]
    assert z_score(found, 756) == pytest.approx((last.iloc[-1] - last.mean()) / last.std(), rel=1e-9)
    assert math.isnan(z_score(found[:755], 756))
    assert math.isnan(z_score(np.ones(10), 5))
    assert len(relative_momentum(np.ones(5), np.ones(5), 5)) == 0


def test_signals_do_not_touch_their_inputs(levels: pd.DataFrame) -> None:
    gold, oil = levels["Gold"].to_numpy().copy(), levels["Oil"].to_numpy().copy()
    gold.flags.writeable = oil.flags.writeable = False
    momentum(gold, 10)
    catch_up_gap(gold, (oil,), lookback=20, gap_sessions=10)
    z_score(relative_momentum(gold, oil, 5), 10)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda one, two: momentum(one, -5), "lookback is -5, and has to be 1 or more"),
        (lambda one, two: momentum(one, 0), "lookback is 0, and has to be 1 or more"),
        (lambda one, two: momentum(one, 252, -21), "skip is -21, and has to be 0 or more"),
        (lambda one, two: relative_momentum(one, two, 0), "lookback is 0, and has to be 1 or more"),
        (lambda one, two: residual_momentum(one, [two], lookback=252, formation=126, skip=-1), "skip is -1"),
        (lambda one, two: residual_momentum(one, [two], lookback=0, formation=126), "lookback is 0"),
        (lambda one, two: catch_up_gap(one, [two], lookback=252, gap_sessions=0), "gap_sessions is 0"),
        (lambda one, two: catch_up_gap(one, [two], lookback=-1, gap_sessions=9), "lookback is -1"),
        (lambda one, two: catch_up_gap(one, [two], lookback=99, gap_sessions=9, beta_sessions=0), "beta_sessions is 0"),
        (lambda one, two: error_correction(one, [two], lookback=0), "lookback is 0, and has to be 1 or more"),
        (lambda one, two: drawdown(one, -3), "lookback is -3, and has to be 1 or more"),
        (lambda one, two: has_turned_up(one, lookback=0, fallen=0.1, risen=0.1), "lookback is 0"),
        (lambda one, two: gains(one, 0), "over_sessions is 0, and has to be 1 or more"),
        (lambda one, two: above_trend(one, 0), "over_sessions is 0, and has to be 1 or more"),
        (lambda one, two: z_score(one, 0), "window is 0, and has to be 2 or more"),
        (lambda one, two: z_score(one, 1), "window is 1, and has to be 2 or more"),
        (lambda one, two: percentile(one, 0), "window is 0, and has to be 1 or more"),
        (lambda one, two: volatilities(one, 1), "lookback is 1, and has to be 2 or more"),
    ],
)
def test_a_count_of_sessions_that_counts_nothing_is_refused(
    levels: pd.DataFrame, ask: Callable[[np.ndarray, np.ndarray], object], words: str
) -> None:
    """Taken as it is, levels[-1 - lookback] of a negative lookback would be a level from the beginning."""
    with pytest.raises(ValueError, match=words):
        ask(levels["Gold"].to_numpy(), levels["Oil"].to_numpy())
