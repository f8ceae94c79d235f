"""What a made market promises: its null is the same market, and what is added or taken away changes nothing else."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pytest

from engine.market.levels import from_returns
from engine.market.made.calibration import SAMPLE
from engine.market.made.draws import tailed
from engine.market.made.market import MadeMarket, labels_of, make_market
from engine.market.made.recipe import LeadLag, Recipe, ShockResponse

SMALL = Recipe(seed=7, sessions=600, metals=2, miners=3, equities=4, shocks_per_year=6)
LATE = LeadLag(delay_sessions=5, strength=0.5)
SHOCKED = ShockResponse(move=-0.05, half_life_sessions=5, flips_on=dt.date(1986, 2, 3))
PINNED = Recipe(
    7, 40, metals=1, miners=1, equities=1, shocks_per_year=40, lead_lag=LATE,
    response=ShockResponse(-0.05, 5, dt.date(1985, 2, 1)),
)  # fmt: skip
PINNED_LEVELS = (97.23261629601441, 96.20388779968286, 104.26502751748761)
PINNED_INDEX = 2158.235831836034


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    "without",
    [
        {"lead_lag": LeadLag(5, 0.0)},
        {"response": ShockResponse(0.0)},
        {"lead_lag": LeadLag(252, 0.0), "response": ShockResponse(0.0, 1.0, dt.date(1986, 2, 3))},
    ],
)
def test_strength_zero_is_the_null_bit_for_bit(without: dict) -> None:
    null, nothing = make_market(SMALL), make_market(replace(SMALL, **without))
    assert same(null.levels(), nothing.levels())
    assert same(null.index.values, nothing.index.values)


@pytest.mark.parametrize("planted", [{"lead_lag": LATE}, {"response": SHOCKED}])
def test_an_effect_changes_miners_and_nothing_else(planted: dict) -> None:
    null, changed = make_market(SMALL), make_market(replace(SMALL, **planted))
    assert replace(SMALL, **planted).null() == SMALL
    for kind in ("metal", "equity"):
        assert same(null.group(kind), changed.group(kind))
    assert same(null.index.values, changed.index.values)
    assert same(null.index.shocks, changed.index.shocks)
    assert (np.abs(null.group("miner") - changed.group("miner")).max(axis=0) > 1e-3).all()


def test_lead_lag_moves_the_planted_part_by_the_planted_delay() -> None:
    null, late = make_market(SMALL), make_market(replace(SMALL, lead_lag=LATE))
    metals = null.group("metal").mean(axis=1) - SAMPLE.drift
    moved = late.group("miner") - null.group("miner")
    for column, kind in enumerate(SAMPLE.miners):
        expected = kind.metals * 0.5 * (metals[:-5] - metals[5:])
        assert moved[5:, column] == pytest.approx(expected, abs=1e-12)


def test_late_moves_reach_the_first_sessions_too() -> None:
    null, late = make_market(SMALL), make_market(replace(SMALL, lead_lag=LeadLag(5, 1.0)))
    metals = null.group("metal").mean(axis=1) - SAMPLE.drift
    arrived = late.group("miner")[:5, 0] - null.group("miner")[:5, 0] + SAMPLE.miners[0].metals * metals[:5]
    assert (np.abs(arrived) > 1e-5).all()


def test_a_shock_gives_its_whole_move_from_its_day_on_and_flips() -> None:
    null, shocked = make_market(SMALL), make_market(replace(SMALL, response=SHOCKED))
    moved = shocked.group("miner") - null.group("miner")
    assert moved[:, 0] == pytest.approx(moved[:, 2], abs=1e-12)
    kept = 0.5 ** (1 / 5)
    expected = np.zeros(len(moved))
    for day in null.index.shocks:
        first = int(np.searchsorted(null.sessions, day))
        sign = 1.0 if day < np.datetime64("1986-02-03") else -1.0
        for session in range(first, len(moved)):
            expected[session] += sign * -0.05 * (1 - kept) * kept ** (session - first)
    assert moved[:, 0] == pytest.approx(expected, abs=1e-12)
    assert expected.min() < 0 < expected.max()


def test_the_same_recipe_makes_the_same_market() -> None:
    one, other = make_market(SMALL), make_market(SMALL)
    assert same(one.levels(), other.levels())
    assert not same(one.levels(), make_market(replace(SMALL, seed=8)).levels())


def test_a_small_market_is_pinned() -> None:
    market = make_market(PINNED)
    assert market.labels == ("metal_1", "miner_1", "equity_1")
    assert market.levels()[-1] == pytest.approx(PINNED_LEVELS, rel=1e-9)
    assert market.index.values[-1] == pytest.approx(PINNED_INDEX, rel=1e-9)


def test_a_longer_market_begins_as_the_shorter_one() -> None:
    recipe = replace(SMALL, lead_lag=LATE, response=SHOCKED)
    short, long = make_market(recipe), make_market(replace(recipe, sessions=1000))
    assert long.levels()[:600] == pytest.approx(short.levels(), rel=1e-12)
    assert long.index.values[: len(short.index.values)] == pytest.approx(short.index.values, rel=1e-12)


def test_more_assets_leave_the_others_alone() -> None:
    more = make_market(replace(SMALL, miners=7, equities=9))
    few = make_market(SMALL)
    columns = [more.labels.index(label) for label in few.labels]
    assert more.returns[:, columns] == pytest.approx(few.returns, abs=1e-15)
    metals = make_market(replace(SMALL, metals=5))
    assert metals.group("equity") == pytest.approx(few.group("equity"), abs=1e-15)


def test_sessions_are_weekdays_from_the_start_on() -> None:
    market = make_market(replace(SMALL, start=dt.date(2000, 1, 1), sessions=6))
    days = [str(day) for day in market.sessions]
    assert days == ["2000-01-03", "2000-01-04", "2000-01-05", "2000-01-06", "2000-01-07", "2000-01-10"]
    assert (str(market.index.days[0]), str(market.index.days[-1]), len(market.index.days)) == (
        "2000-01-03", "2000-01-10", 8,
    )  # fmt: skip


def test_levels_are_those_of_the_returns() -> None:
    market = make_market(SMALL)
    assert market.levels() == pytest.approx(from_returns(market.returns), rel=1e-12)
    assert labels_of(SMALL) == market.labels
    assert [market.group(kind).shape[1] for kind in ("metal", "miner", "equity")] == [2, 3, 4]


def test_no_asset_is_expected_to_beat_another() -> None:
    """Mean active returns of null markets stand around zero: the sleeves' t statistics are those of chance."""
    statistics = []
    for seed in range(60):
        market = make_market(Recipe(seed, sessions=2000))
        active = market.group("miner").mean(axis=1) - market.group("equity").mean(axis=1)
        statistics.append(active.mean() / active.std() * np.sqrt(len(active)))
    assert abs(np.mean(statistics)) < 3.3 / np.sqrt(60)
    assert 0.7 < np.std(statistics) < 1.35


def test_prices_stay_above_zero_and_no_day_is_cut_off() -> None:
    markets: list[MadeMarket] = [make_market(Recipe(seed)) for seed in range(10)]
    assert max(np.abs(market.returns).max() for market in markets) < 0.5
    assert min(market.levels().min() for market in markets) > 0.0


def best_of(times: int, work) -> float:  # type: ignore[no-untyped-def]
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return min(spent)


def test_a_market_costs_little_more_than_its_random_numbers() -> None:
    bare = best_of(5, lambda: tailed(1, "equities", 23, 13_252, 9.0))
    whole = best_of(5, lambda: make_market(Recipe(1, sessions=13_000)).levels())
    assert whole < 5.0 * bare
