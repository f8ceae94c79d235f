"""Signals find what is planted in made markets, within their standard error, and nothing where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from engine.market.made.market import MadeMarket, make_market
from engine.market.made.recipe import LeadLag, Recipe
from engine.signals import catch_up_gap, exposures

PLANTED = Recipe(seed=11, sessions=8000, lead_lag=LeadLag(delay_sessions=5, strength=0.5))


def groups(market: MadeMarket) -> dict[str, np.ndarray]:
    """Levels of an equal mix of metals, miners and equities."""
    return {kind: np.cumprod(1 + market.group(kind).mean(axis=1)) for kind in ("metal", "miner", "equity")}


def slope_t(signal: list[float], following: list[float]) -> float:
    """t of the slope of what followed on the signal; the weeks do not overlap."""
    x, y = np.array(signal) - np.mean(signal), np.array(following) - np.mean(following)
    slope = x @ y / (x @ x)
    residuals = y - slope * x
    return float(slope / np.sqrt(residuals @ residuals / (len(x) - 2) / (x @ x)))


def followed(recipe: Recipe, beta_sessions: int) -> float:
    """t of miners' return beyond the market in the week after a gap over the week before."""
    one = groups(make_market(recipe))
    signal, following = [], []
    for day in range(600, recipe.sessions - 6, 5):
        own, *drivers = (levels[: day + 1] for levels in (one["miner"], one["metal"], one["equity"]))
        signal.append(catch_up_gap(own, drivers, lookback=504, gap_sessions=5, beta_sessions=beta_sessions))
        week = [np.log(levels[day + 5] / levels[day]) for levels in (one["miner"], one["equity"])]
        following.append(week[0] - week[1])
    return slope_t(signal, following)


def test_a_gap_closes_where_miners_follow_late_and_only_there() -> None:
    assert followed(PLANTED, beta_sessions=63) > 3
    assert abs(followed(PLANTED.null(), beta_sessions=63)) < 2


def test_daily_betas_are_blind_to_what_follows_late() -> None:
    """They measure what comes at once, so the gap they leave is noise: a limit of the canonical form, kept in view."""
    assert abs(followed(PLANTED, beta_sessions=1)) < 2


def test_exposures_are_those_that_the_market_was_made_with() -> None:
    market = make_market(Recipe(seed=5, sessions=6000))
    levels = market.levels()
    names = {label: levels[:, place] for place, label in enumerate(market.labels)}
    metals = np.cumprod(1 + market.group("metal").mean(axis=1))
    equities = np.cumprod(1 + market.group("equity").mean(axis=1))
    found = exposures([names["miner_1"], names["miner_2"]], [metals, equities], 5000)
    # Gold-like miners have a beta of 1.01 to metals, the others .28 (engine/market/made/calibration.py).
    assert found[0, 0] == pytest.approx(1.012, abs=0.06)
    assert found[1, 0] == pytest.approx(0.277, abs=0.04)
