"""`simulator: vectorbt`: vectorbt's own orders and equity, equal to ours; what it cannot take is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.backtest import backtest
from engine.config import load
from engine.errors import ConfigError
from engine.peer import simulated
from engine.peer.book import ask_vectorbt
from engine.peer.simulated import simulate_in_vectorbt
from engine.portfolio.costs import free, mere_rates
from engine.portfolio.ledger import Ledger, run_ledger
from tests.desk import Desk, made_prices
from tests.portfolio.markets import Market, config_of, orders_of, panel_of, random_market

pytest.importorskip("vectorbt")
CONFIGS = Path(__file__).parents[2] / "configs"
GROSS = ["trade.sizing=gross", "cash.rate=0"]
COSTLY = [*GROSS, "trade.commission_bps=10", "trade.half_spread_bps=5", "trade.slippage_bps=15"]
MONEY = 1e-9 * 1_000_000.0


def same(own: Ledger, theirs: Ledger) -> None:
    """Two ledgers of one portfolio: equity to 1e-9, trade by trade, cost by cost."""
    np.testing.assert_allclose(theirs.equity, own.equity, rtol=1e-9)
    np.testing.assert_allclose(theirs.cash, own.cash, atol=MONEY)
    np.testing.assert_allclose(theirs.weights, own.weights, atol=1e-9)
    np.testing.assert_allclose(theirs.costs, own.costs, atol=MONEY)
    np.testing.assert_allclose(theirs.traded, own.traded, atol=10 * MONEY)
    assert theirs.trades.session.tolist() == own.trades.session.tolist()
    assert theirs.trades.asset.tolist() == own.trades.asset.tolist()
    np.testing.assert_allclose(theirs.trades.value, own.trades.value, atol=10 * MONEY)
    np.testing.assert_allclose(theirs.trades.costs, own.trades.costs, atol=MONEY)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("metals_lead", COSTLY),
        ("hard_asset_rotation", [*COSTLY, "rebalance=on_change"]),
        ("momentum_rotation", [*COSTLY, "trade.commission_per_order=20"]),
        ("equal_weight", [*GROSS, "trade.after=0"]),
        ("buy_and_hold", COSTLY),
        ("metals_lead", [*COSTLY, "every={sessions: 21}", "tranches=3"]),
    ],
)
def test_sample_configs(name: str, options: list[str]) -> None:
    path = CONFIGS / f"{name}.yaml"
    own, peer = backtest(load(path, options)), backtest(load(path, [*options, "simulator=vectorbt"]))
    assert own.portfolios.keys() == peer.portfolios.keys()
    for portfolio in own.portfolios:
        same(own.portfolios[portfolio].ledger, peer.portfolios[portfolio].ledger)
    np.testing.assert_allclose(peer.metrics, own.metrics, rtol=1e-7, atol=1e-12)


def ledgers(market: Market, engine: str = "auto") -> tuple[Ledger, Ledger]:
    config = config_of(market.prices.shape[1], trade={"after": 0, "sizing": "gross"}, capital=market.capital)
    panel, fixed = panel_of(market), np.full(market.prices.shape[1], 3.0)
    costs = replace(mere_rates(market.fee, 0.25 * market.slip, 0.75 * market.slip), per_order=fixed)
    own = run_ledger(config, panel, orders_of(market), costs)
    return own, simulate_in_vectorbt(config, panel, orders_of(market), costs, own, engine)


@pytest.mark.parametrize("engine", ["numba", "rust"])
def test_markets_with_holes_late_listings_and_delistings(engine: str) -> None:
    """What ended is sold without costs at its last price, also where the session after it rebalances."""
    if engine == "rust":
        pytest.importorskip("vectorbt_rust", reason='vectorbt\'s rust engine is absent: pip install "overweight[rust]"')
    rng = np.random.default_rng(11)
    ended = 0
    for _ in range(40):
        market = random_market(rng, 60, 4, cash=False, holes=0.15)
        market = replace(market, due=np.unique(np.maximum(market.due, 1)))
        market = replace(market, targets=market.targets[: len(market.due)])
        own, theirs = ledgers(market, engine)
        same(own, theirs)
        gone = np.flatnonzero(market.ends + 1 < 60)
        ended += int((own.units[np.maximum(market.ends[gone] - own.start, 0), gone] > 0).sum())
    assert ended > 10


def test_opens(desk: Desk) -> None:
    """Sized and done at the open, worth what it is at the close."""
    frame = made_prices(seed=5)
    frame.iloc[180:400:7, 2] = np.nan
    long = frame.melt(ignore_index=False, var_name="ticker", value_name="close").dropna().reset_index()
    long["open"] = long["close"] * np.random.default_rng(6).uniform(0.98, 1.02, len(long))
    long.loc[long.index[300:600:9], "open"] = np.nan
    long.to_csv(desk.folder / "long.csv", index=False)
    keys: dict[str, Any] = {
        "trade": "{at: open, sizing: gross, commission_bps: 8, slippage_bps: 4}", "every": "week_end",
        "data": "{source: files, path: long.csv, format: long, open: open}",
    }  # fmt: skip
    own, peer = desk.run(**keys), desk.run(**keys, simulator="vectorbt")
    same(own.own.ledger, peer.own.ledger)
    assert len(own.own.ledger.trades.units) > 50


def test_the_ledger_is_vectorbts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records, not ours under another name: an answer moved within the agreement moves the ledger."""

    def nudged(*asked: Any) -> Any:
        return [replace(answer, equity=answer.equity * (1 + 5e-10)) for answer in ask_vectorbt(*asked)]

    plain = desk.run(simulator="vectorbt", trade="{sizing: gross}")
    monkeypatch.setattr(simulated, "ask_vectorbt", nudged)
    moved = desk.run(simulator="vectorbt", trade="{sizing: gross}")
    np.testing.assert_allclose(moved.own.ledger.equity / plain.own.ledger.equity - 1, 5e-10, rtol=1e-3)


def test_simulators_that_disagree_are_a_bug_and_say_where(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*asked: Any) -> Any:
        return [replace(answer, equity=answer.equity * 1.01) for answer in ask_vectorbt(*asked)]

    monkeypatch.setattr(simulated, "ask_vectorbt", wrong)
    with pytest.raises(RuntimeError, match=r"the simulators disagree on 2020-.*: equity 10.* by vectorbt, 10.* by"):
        desk.run(simulator="vectorbt", trade="{sizing: gross}")


def test_a_result_says_who_simulated_it(desk: Desk) -> None:
    own, peer = desk.run(trade="{sizing: gross}"), desk.run(trade="{sizing: gross}", simulator="vectorbt")
    assert own.id != peer.id
    assert any("simulated by vectorbt" in caveat for caveat in peer.judgement.caveats)
    assert not any("simulated by vectorbt" in caveat for caveat in own.judgement.caveats)
    assert "vectorbt" not in own.manifest["versions"]
    assert peer.path is not None
    written = json.loads((peer.path / "result.json").read_text(encoding="utf-8"))
    assert written["config"]["simulator"] == "vectorbt"
    assert written["manifest"]["versions"]["vectorbt"]


@pytest.mark.parametrize(
    ("price", "targets", "what"),
    [
        (0.0, [0.5, 0.5], "a price of 0"),
        (1.0, [1.0, 0.2], "weights that sum to more than 1"),
        (1.0, [1.0, -0.2], "a short position"),
    ],
)
def test_what_only_the_day_shows_is_refused_by_its_day(price: float, targets: list[float], what: str) -> None:
    market = random_market(np.random.default_rng(1), 20, 2, cash=False, lives=False, holes=0.0, untouched=0.0)
    market = replace(market, due=np.array([1, 5]), targets=np.array([[0.0, 0.5], [0.5, 0.5]]))
    own, _ = ledgers(market)
    config, prices = config_of(2, trade={"after": 0, "sizing": "gross"}), market.prices.copy()
    prices[5, 0] *= price
    panel = panel_of(replace(market, prices=prices))
    decisions = orders_of(replace(market, targets=np.array([[0.0, 0.5], targets])))
    with pytest.raises(ConfigError) as caught:
        simulate_in_vectorbt(config, panel, decisions, free(panel), own)
    assert str(caught.value).endswith(
        f"simulator: found {what} on 2015-01-08; expected long positions, paid in full, at prices above 0: all that "
        "vectorbt's from_orders takes here; write `simulator: overweight`"
    )


def test_without_vectorbt_the_extra_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*asked: Any) -> Any:
        raise ImportError("No module named 'vectorbt'")

    monkeypatch.setattr(simulated, "ask_vectorbt", absent)
    with pytest.raises(ConfigError) as caught:
        engine.run(desk.config(simulator="vectorbt", trade="{sizing: gross}"))
    assert 'pip install "overweight[vectorbt]", or write `simulator: overweight`' in str(caught.value)
