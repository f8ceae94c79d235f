"""A sleeve's series is the daily-rebalanced return of its parts; entries and exits change no past value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.market.assemble import build_panel
from engine.market.sleeves import SleeveSeries, sleeve_series
from tests.desk import Desk, made_prices


def sleeve(desk: Desk, frame: pd.DataFrame, form: str = "[AAA, BBB]") -> SleeveSeries:
    desk.prices(frame)
    config = load(desk.config(hold=f"{{one: {form}, two: [CCC]}}"))
    return sleeve_series(config, build_panel(config))["one"]


def test_equal_parts_are_the_mean_of_the_members_returns(desk: Desk) -> None:
    frame = made_prices()
    returns = frame.loc[:"2021-06-30", ["AAA", "BBB"]].pct_change().fillna(0.0).mean(axis=1)
    np.testing.assert_allclose(sleeve(desk, frame).levels, (1 + returns).cumprod(), rtol=1e-12)


def test_fixed_parts_are_rescaled_over_those_that_trade(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[:100, 1] = np.nan
    one = sleeve(desk, frame, "{AAA: 0.25, BBB: 0.75}")
    assert one.parts[50].tolist() == [1.0, 0.0]
    assert one.parts[150].tolist() == [0.25, 0.75]
    returns = frame.pct_change(fill_method=None)
    late = returns.AAA * 0.25 + returns.BBB * 0.75
    expected = returns.AAA.where(returns.BBB.isna(), late).fillna(0.0).loc[:"2021-06-30"]
    np.testing.assert_allclose(one.levels, (1 + expected).cumprod(), rtol=1e-12)


def test_inverse_volatility_parts_are_one_over_trailing_deviation(desk: Desk) -> None:
    frame = made_prices()
    frame["AAA"] = 100 * (frame["AAA"] / 100) ** 3
    one = sleeve(desk, frame, "{members: [AAA, BBB], parts: inverse_volatility, lookback: 63}")
    inverse = 1 / frame[["AAA", "BBB"]].pct_change().rolling(63).std()
    expected = inverse.div(inverse.sum(axis=1), axis=0).loc[:"2021-06-30"].to_numpy()
    np.testing.assert_allclose(one.parts[63:], expected[63:], rtol=1e-9)
    assert not one.parts[:62].any()


def test_a_gap_drops_no_return_and_a_later_entry_changes_no_past(desk: Desk) -> None:
    frame = made_prices()
    gap = frame.copy()
    gap.iloc[100:103, 0] = np.nan
    alone = sleeve(desk, gap.drop(columns="BBB").assign(BBB=frame.BBB), "[AAA]")
    assert alone.levels[150] == pytest.approx(frame.AAA.iloc[150] / frame.AAA.iloc[0], rel=1e-12)
    late = frame.copy()
    late.iloc[:200, 1] = np.nan
    full = sleeve(desk, late).levels[:200]
    none = late.copy()
    none.iloc[:300, 1] = np.nan
    assert (sleeve(desk, none).levels[:200] == full).all()
