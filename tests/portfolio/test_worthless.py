"""A price of zero: what was held is worth nothing, cannot be sold, and the result says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.backtest import backtest
from engine.config import load
from engine.market.assemble import build_panel
from engine.market.quality import findings
from engine.market.sleeves import sleeve_series
from engine.market.sources import read_source
from engine.market.worthless import passing_zeros, until_worthless
from tests.desk import Desk, made_prices

#: A Wednesday; decisions are daily, so that one of them trades on it.
DAY = 200


@pytest.fixture
def gone(desk: Desk) -> pd.DataFrame:
    """Prices of which AAA falls to 0 and stays there."""
    prices = made_prices()
    prices.iloc[DAY:, 0] = 0.0
    desk.prices(prices)
    return prices


def test_what_was_held_is_lost_and_the_rest_is_what_it_was(desk: Desk, gone: pd.DataFrame) -> None:
    result = desk.run(every="daily")
    ledger, day = result.own.ledger, gone.index[DAY]
    row = result.equity.index.get_loc(day)
    held = ledger.units[row - 1] * gone.iloc[DAY - 1].to_numpy()
    moves = gone.iloc[DAY].to_numpy() / gone.iloc[DAY - 1].to_numpy() - 1.0
    assert moves[0] == -1.0
    assert ledger.equity[row] == pytest.approx(ledger.equity[row - 1] + (held * moves).sum(), rel=1e-12)
    assert ledger.equity[row] / ledger.equity[row - 1] == pytest.approx(0.65, abs=0.02)
    assert result.weights.loc[day:, "AAA"].abs().max() == 0.0
    # Half of the 70% of its sleeve was AAA; the order decided the day before came to nothing.
    refused = result.trades[result.trades["reason"] == "worthless"]
    assert refused[["date", "asset", "units"]].values.tolist() == [[day, "AAA", 0.0]]
    assert f"worth nothing from a price of 0 on, and not traded: AAA {day.date()}" in result.judgement.caveats
    assert not any(caveat.startswith("ended") for caveat in result.judgement.caveats)


def test_it_is_a_delisting_without_recovery_on_that_day(desk: Desk, gone: pd.DataFrame) -> None:
    """Prices that end the day before, of which nothing is paid: the same equity, bit for bit, but for the sleeve's own
    level, which falls with a price of 0 and knows nothing of recoveries."""
    zero = backtest(load(desk.config())).own.ledger
    gone.iloc[DAY:, 0] = np.nan
    desk.prices(gone, "ended.csv")
    ended = desk.config(data="{source: files, path: ended.csv}", delisting="{recovery: 0}")
    other = backtest(load(ended)).own.ledger
    assert zero.equity.tobytes() == other.equity.tobytes()
    assert zero.units[DAY:].tobytes() == other.units[DAY:].tobytes()


def test_a_sleeve_falls_with_it_and_is_then_its_other_members(desk: Desk, gone: pd.DataFrame) -> None:
    config = load(desk.config(to=None))
    panel = build_panel(config)
    one = sleeve_series(config, panel)["one"]
    moves = gone["BBB"].pct_change().to_numpy()
    assert one.levels[DAY] / one.levels[DAY - 1] - 1.0 == pytest.approx((moves[DAY] - 1.0) / 2)
    assert one.levels[DAY + 1] / one.levels[DAY] - 1.0 == pytest.approx(moves[DAY + 1])
    assert one.parts[DAY - 1 : DAY + 1].tolist() == [[0.5, 0.5], [0.0, 1.0]]
    assert (panel.known[DAY:, 0] == 0.0).all()
    assert panel.ends[0] == DAY


def test_the_first_zero_is_the_last_price() -> None:
    prices = np.array([[1.0, 2.0, np.nan], [0.0, np.nan, 1.0], [0.0, 0.0, 2.0], [np.nan, 0.0, 3.0]])
    nan = np.nan
    wanted = np.array([[1.0, 2.0, nan], [0.0, nan, 1.0], [nan, 0.0, 2.0], [nan, nan, 3.0]])
    np.testing.assert_array_equal(until_worthless(prices), wanted)
    whole = prices[:, 2:]
    assert until_worthless(whole) is whole
    assert passing_zeros(np.array([0.0, nan, 1.0, 0.0, 2.0, 0.0, nan])).tolist() == [1, 0, 0, 1, 0, 0, 0]


def test_opened_in_vectorbt_it_is_worth_as_much(desk: Desk, gone: pd.DataFrame) -> None:
    pytest.importorskip("vectorbt")
    result = desk.run()
    assert np.allclose(result.to_vectorbt().value(), result.equity, rtol=1e-9)


def test_verify_tells_of_it(desk: Desk, gone: pd.DataFrame) -> None:
    config = load(desk.config())
    (found,) = [
        one
        for one in findings(read_source(config, next(iter(config.data)), {"AAA", "BBB", "CCC"}))
        if one.label == "AAA"
    ]
    assert (found.kind, str(found.first), found.worst) == ("not positive", str(gone.index[DAY].date()), 0.0)
    assert found.words == "1 price at or below zero, the lowest 0"
