"""Other moves: what each way of mixing keeps, to the last bit, and what it takes away, on a market with an effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.market.made.market import make_market
from engine.market.made.recipe import LeadLag, Recipe
from engine.market.panel import Panel
from engine.study.null import moves as how

PLANTED = make_market(Recipe(seed=3, sessions=4000, lead_lag=LeadLag(delay_sessions=5, strength=0.5)))


def panel_of(prices: np.ndarray, opens: np.ndarray | None = None) -> Panel:
    """A panel of held assets."""
    count, width = prices.shape
    days = np.busday_offset(np.datetime64("2000-01-03"), np.arange(count))
    return Panel(
        days, tuple(f"A{i:02}" for i in range(width)), prices, opens, None, np.ones(width, np.bool_),
        np.full(width, count), {}, np.zeros(count), days[-1], {}, "",
    )  # fmt: skip


def planted() -> Panel:
    return panel_of(PLANTED.levels())


def gappy() -> Panel:
    """Assets that begin late, miss sessions, end, or are worth nothing in the end; with opens."""
    prices = PLANTED.levels()[:300].copy()
    prices[:100, 1] = np.nan
    prices[150:153, 2] = np.nan
    prices[250:, 3] = np.nan
    prices[280:, 4] = 0.0
    return panel_of(prices, prices * 1.001)


def led(days: np.ndarray, sessions: int) -> float:
    """Correlation of miners' moves with metals' so many sessions before."""
    groups = {
        kind: [i for i, label in enumerate(PLANTED.labels) if label.startswith(kind)] for kind in ("metal", "miner")
    }
    metals, miners = (np.nan_to_num(days[:, groups[kind]]).mean(axis=1) for kind in ("metal", "miner"))
    if sessions < 0:
        metals, miners, sessions = miners, metals, -sessions
    return float(np.corrcoef(metals[: len(metals) - sessions], miners[sessions:])[0, 1])


def test_moves_put_together_again_are_the_prices() -> None:
    for panel in (planted(), gappy()):
        again = how.with_moves(panel, how.moves_of(panel))
        np.testing.assert_allclose(again.prices, panel.prices, rtol=1e-12)
        if panel.opens is not None and again.opens is not None:
            np.testing.assert_allclose(again.opens[:279], panel.opens[:279], rtol=1e-12)


@pytest.mark.parametrize("way", ["bootstrapped", "mirrored", "made"])
def test_prices_stand_on_their_own_days_whatever_the_moves(way: str) -> None:
    panel, rng = gappy(), np.random.default_rng(1)
    own = how.moves_of(panel)
    other = how.bootstrapped(own, rng, 5) if way == "bootstrapped" else getattr(how, way)(own, rng)
    changed = how.with_moves(panel, other)
    assert (np.isnan(changed.prices) == np.isnan(panel.prices)).all()
    assert ((changed.prices == 0.0) == (panel.prices == 0.0)).all()
    assert changed.opens is not None
    assert np.isfinite(changed.opens[~np.isnan(panel.prices)]).all()
    assert (np.abs(np.log(changed.prices[1:, 0] / panel.prices[1:, 0])) > 1e-6).mean() > 0.9


def test_a_bootstrap_takes_whole_sessions_in_blocks_of_the_mean_length() -> None:
    """Politis and Romano: a block goes on with probability 1 - 1/mean, and every session is as likely as another."""
    rng, count, block = np.random.default_rng(5), 2000, 8
    rows = np.array([how.stationary_rows(count, block, rng) for _ in range(50)])
    goes_on = (np.diff(rows, axis=1) % count == 1).mean()
    assert goes_on == pytest.approx(1 - 1 / block, abs=4 * np.sqrt(7 / 64 / rows.size) + 1 / count)
    drawn = np.bincount(rows.ravel(), minlength=count)
    assert drawn.mean() == 50
    assert drawn.std() < 4 * np.sqrt(50 * block)
    own = how.moves_of(planted())
    other = how.bootstrapped(own, rng, block)
    place = {row.tobytes(): i for i, row in enumerate(own.days)}
    assert all(row.tobytes() in place for row in other.days[1:])


def test_a_bootstrap_of_single_sessions_keeps_what_moves_together_and_nothing_that_leads() -> None:
    own = how.moves_of(planted())
    other = how.bootstrapped(own, np.random.default_rng(2), 1)
    assert led(own.days, 5) > 0.15
    assert abs(led(other.days, 5)) < 0.06
    assert led(other.days, 0) == pytest.approx(led(own.days, 0), abs=0.06)


def test_mirrored_moves_are_as_large_on_the_same_days_and_lead_nothing() -> None:
    own = how.moves_of(planted())
    other = how.mirrored(own, np.random.default_rng(2))
    mean = np.nanmean(own.days, axis=0)
    turned = (other.days[1:] - mean) / (own.days[1:] - mean)
    np.testing.assert_allclose(np.abs(turned), 1.0, rtol=1e-6)
    assert (np.ptp(turned, axis=1) < 1e-6).all()
    assert turned[:, 0].mean() == pytest.approx(0.0, abs=4 / np.sqrt(len(turned)))
    assert abs(led(other.days, 5)) < 0.06


def test_made_moves_resemble_the_panel_but_for_means() -> None:
    own = how.moves_of(planted())
    drawn = [how.made(own, np.random.default_rng(seed)).days[1:] for seed in range(30)]
    deviations = np.mean([one.std(axis=0) for one in drawn], axis=0)
    np.testing.assert_allclose(deviations, own.days[1:].std(axis=0), rtol=0.1)
    together = np.mean([np.corrcoef(one.T) for one in drawn], axis=0)
    np.testing.assert_allclose(together, np.corrcoef(own.days[1:].T), atol=0.03)
    means = np.mean([np.expm1(one).mean(axis=0) for one in drawn], axis=0)
    errors = deviations / np.sqrt(30 * len(own.days))
    np.testing.assert_allclose(means, np.expm1(own.days[1:]).mean(), atol=float(5 * errors.max()))
    squares = [np.corrcoef(one[:-1, 0] ** 2, one[1:, 0] ** 2)[0, 1] for one in drawn]
    assert np.mean(squares) > 0.1
    assert abs(np.mean([led(one, 5) for one in drawn])) < 0.02


def test_backwards_what_led_lags() -> None:
    own = how.moves_of(planted())
    other = how.backwards(own)
    assert (other.days[1:] == own.days[:0:-1]).all()
    assert led(own.days, 5) > 0.15 > 0.06 > abs(led(own.days, -5))
    assert led(other.days, -5) > 0.15 > 0.06 > abs(led(other.days, 5))


def test_an_asset_without_a_move_on_the_drawn_session_takes_one_of_its_own() -> None:
    panel = gappy()
    own = how.moves_of(panel)
    other = how.bootstrapped(own, np.random.default_rng(4), 3)
    for asset in range(5):
        has = ~np.isnan(own.days[:, asset])
        assert np.isin(other.days[has, asset], own.days[has, asset]).all()
        assert np.isnan(other.days[~has, asset]).all()


def test_dividends_stay_the_same_part_of_the_price() -> None:
    panel = planted()
    paid = np.zeros_like(panel.prices)
    paid[::63] = 0.01 * panel.prices[::63]
    panel = replace(panel, dividends=paid)
    changed = how.with_moves(panel, how.mirrored(how.moves_of(panel), np.random.default_rng(3)))
    assert changed.dividends is not None
    np.testing.assert_allclose(changed.dividends[::63] / changed.prices[::63], 0.01)
