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
    # A session's return is earned by the parts of the close before: nobody knew those of its own.
    earned = (frame[["AAA", "BBB"]].loc[:"2021-06-30"].pct_change().to_numpy()[63:] * one.parts[62:-1]).sum(axis=1)
    np.testing.assert_allclose(one.levels[63:] / one.levels[62:-1] - 1, earned, rtol=1e-9, atol=1e-15)


def test_inverse_volatility_waits_for_more_than_half_of_its_returns(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[:100, 1] = np.nan
    one = sleeve(desk, frame, "{members: [AAA, BBB], parts: inverse_volatility, lookback: 63}")
    # 31 returns of BBB, those of rows 101 to 131, are not half of 63; 32 are more.
    assert one.parts[131].tolist() == [1.0, 0.0]
    assert 0.0 < one.parts[132, 1] < 1.0


def test_a_sleeve_keeps_its_parts_for_seven_sessions_without_a_price(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[100:108, 0] = np.nan
    one = sleeve(desk, frame, "[AAA]")
    assert one.parts[99:109, 0].tolist() == [1, *[1] * 7, 0, 1]


def test_an_asset_belongs_to_its_sleeve_on_both_days_of_its_membership(desk: Desk) -> None:
    frame = made_prices()
    first, last = (str(frame.index[row].date()) for row in (150, 200))
    config = load(desk.config(membership=f"{{BBB: {{from: {first}, to: {last}}}}}"))
    parts = sleeve_series(config, build_panel(config))["one"].parts[:, 1]
    assert np.flatnonzero(parts).tolist() == list(range(150, 201))


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
