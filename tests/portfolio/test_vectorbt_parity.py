"""`gross` sizing is vectorbt's: the same orders, the same equity. One grouped call prices all random markets.

Cold, vectorbt compiles for up to half a minute; afterwards its cache serves.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.peer.book import PeerAnswer, ask_vectorbt
from engine.portfolio import kernel
from tests.portfolio.gross import Charged, book_of, compare_orders, random_charged, run_gross
from tests.portfolio.markets import Market

pytest.importorskip("vectorbt")
MARKETS = 1_000


@pytest.fixture(scope="module")
def markets() -> list[Charged]:
    rng = np.random.default_rng(2024)
    return [random_charged(rng, m) for m in range(MARKETS)]


@pytest.fixture(scope="module", params=["numba", "rust"])
def answers(request: pytest.FixtureRequest, markets: list[Charged]) -> list[PeerAnswer]:
    if request.param == "rust":
        pytest.importorskip("vectorbt_rust", reason='vectorbt\'s rust engine is absent: pip install "overweight[rust]"')
    return ask_vectorbt([book_of(market) for market in markets], request.param)


def test_equity_and_cash_of_random_markets(markets: list[Charged], answers: list[PeerAnswer]) -> None:
    for market, answer in zip(markets, answers, strict=True):
        own = run_gross(market)
        np.testing.assert_allclose(own.equity, answer.equity, rtol=1e-9)
        np.testing.assert_allclose(own.cash, answer.cash, atol=1e-9 * market.market.capital)


def test_order_by_order(markets: list[Charged], answers: list[PeerAnswer]) -> None:
    """The same assets on the same sessions, with the same signed size, price and fees, and no order more."""
    pairs = zip(markets, answers, strict=True)
    assert sum(compare_orders(market, run_gross(market), answer) for market, answer in pairs) > 10_000


def test_fixed_fees_refuse_and_cut_orders(markets: list[Charged]) -> None:
    """The markets are no easy ones: in many a fee eats a sale, or cash does not reach for a buy."""
    charged = [market for market in markets if (market.fixed >= 2_000).any()]
    free = [Charged(market.market, np.zeros_like(market.fixed)) for market in charged]
    moved = [(run_gross(a).units != run_gross(b).units).any() for a, b in zip(charged, free, strict=True)]
    assert sum(moved) > 300
    fewer = [(np.diff(run_gross(a).units, axis=0) == 0).sum() for a in charged]
    more = [(np.diff(run_gross(b).units, axis=0) == 0).sum() for b in free]
    assert sum(fewer) > sum(more)


def test_a_tiny_order_pays_its_fixed_fee_in_both() -> None:
    """A buy of 2.5e-9 units costs a whole fee, though vectorbt's own settings would refuse it."""
    none = np.zeros(2)
    market = Market(
        np.full((3, 2), 100.0), np.full(2, 3), np.ones(3), np.array([1]), np.array([[2.5e-12, 0.5]]), none, none
    )
    charged = Charged(market, np.array([25.0, 0.0]))
    (answer,) = ask_vectorbt([book_of(charged)], "numba")
    own = run_gross(charged)
    assert own.units[0] == pytest.approx([2.5e-9, 500.0])
    assert own.equity[-1] == answer.equity[-1] == market.capital - 25.0


def test_the_plain_kernel_gives_the_same_bits(markets: list[Charged]) -> None:
    for market in markets[::20]:
        one, two = run_gross(market), run_gross(market, kernel.simulate)
        assert one.equity.tobytes() == two.equity.tobytes()
        assert one.units.tobytes() == two.units.tobytes()
