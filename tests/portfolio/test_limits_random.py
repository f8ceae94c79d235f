"""Random limits on random targets: the result keeps them all, or scipy says that nothing can."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.portfolio.bounds import Bounds
from engine.portfolio.limits import fitted_weights
from tests.portfolio.limited_markets import HOLD, HOME, ROUNDING, Case, case_of, ends_of, most_in_all

linprog = pytest.importorskip("scipy.optimize").linprog
LABELS = [f"a{i:02}" for i in range(6)]
#: Twentieths: limits then either leave room or meet exactly.
STEP = 0.05


def twentieths(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low, high).map(lambda k: k * STEP)


@st.composite
def ranges(draw: st.DrawFn, lowest: int) -> dict[str, float]:
    """`min`, `max`, both or neither, in order."""
    ends = sorted(draw(st.lists(twentieths(lowest, 16), min_size=2, max_size=2)))
    written = dict(zip(("min", "max"), ends, strict=True))
    return {key: written[key] for key in draw(st.sets(st.sampled_from(["min", "max"])))}


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], Case, np.ndarray]:
    """Limits as written, the case, and which assets have a price (D, 6)."""
    short = draw(st.booleans())
    lowest = -8 if short else 0
    limits: dict[str, Any] = {
        "asset": draw(st.dictionaries(st.sampled_from(["default", *LABELS]), ranges(lowest), max_size=3)),
        "sleeve": draw(st.dictionaries(st.sampled_from(list(HOLD)), ranges(lowest), max_size=3)),
    }
    if draw(st.booleans()):
        limits["gross"] = draw(twentieths(8, 32))
    if draw(st.booleans()):
        limits["net"] = draw(ranges(lowest))
    if draw(st.booleans()):
        limits["cash_floor"] = draw(twentieths(0, 6))
    # A `min` above its own `max` is refused when the file is read.
    ends = [ends_of(limits, "asset", label) for label in LABELS]
    ends.append((limits.get("net", {}).get("min", -np.inf), most_in_all(limits)))
    assume(all(least <= most + ROUNDING for least, most in ends))
    days = draw(st.integers(1, 3))
    weights = st.lists(twentieths(lowest, 12), min_size=6, max_size=6)
    asked = np.array([draw(weights) for _ in range(days)])
    missing = np.array([[draw(st.integers(0, 9)) == 0 for _ in LABELS] for _ in range(days)])
    return limits, case_of(limits, asked, missing=missing, allow_short=short), ~missing


def allowed(limits: dict[str, Any], case: Case, trades: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    """(6, 2) ends of assets and (3, 2) of sleeves on a day: what does not trade may only shrink, its floors waived."""
    lowest = -np.inf if case.config.allow_short else 0.0
    assets = np.array([ends_of(limits, "asset", label) for label in LABELS])
    assets[:, 0] = np.maximum(assets[:, 0], lowest)
    sleeves = np.array([ends_of(limits, "sleeve", name) for name in HOLD])
    for i in np.flatnonzero(~trades[d]):
        capped = min(max(case.asked[d, i], min(assets[i, 0], 0.0)), max(assets[i, 1], 0.0))
        assets[i] = min(capped, 0.0), max(capped, 0.0)
    for h in range(3):
        if not trades[d][h == HOME].any():
            sleeves[h, 0] = min(sleeves[h, 0], assets[h == HOME, 1].sum())
            sleeves[h, 1] = max(sleeves[h, 1], assets[h == HOME, 0].sum())
    return assets, sleeves


def keeps(limits: dict[str, Any], case: Case, trades: np.ndarray, d: int, weights: np.ndarray) -> bool:
    """Every limit, one by one, to 1e-9."""
    assets, sleeves = allowed(limits, case, trades, d)
    sums = np.array([weights[h == HOME].sum() for h in range(3)])
    checks = [
        (weights >= assets[:, 0] - ROUNDING).all(),
        (weights <= assets[:, 1] + ROUNDING).all(),
        (sums >= sleeves[:, 0] - ROUNDING).all(),
        (sums <= sleeves[:, 1] + ROUNDING).all(),
        weights.sum() <= most_in_all(limits) + ROUNDING,
        weights.sum() >= limits.get("net", {}).get("min", -np.inf) - ROUNDING,
        np.abs(weights).sum() <= limits.get("gross", np.inf) + ROUNDING,
    ]
    return all(bool(check) for check in checks)


def can_be_kept(limits: dict[str, Any], case: Case, trades: np.ndarray, d: int) -> bool:
    """Whether any weights keep them, by linear programming over long and short parts."""
    assets, sleeves = allowed(limits, case, trades, d)
    if (assets[:, 0] > assets[:, 1]).any() or (sleeves[:, 0] > sleeves[:, 1]).any():
        return False
    rows, most = [], []

    def at_most(row: np.ndarray, bound: float, sign: float = -1.0) -> None:
        if np.isfinite(bound):
            rows.append(np.concatenate([row, sign * row]))
            most.append(bound)

    for i in range(6):
        one = np.eye(6)[i]
        at_most(one, assets[i, 1])
        at_most(-one, -assets[i, 0])
    for h in range(3):
        own = (h == HOME).astype(float)
        at_most(own, sleeves[h, 1])
        at_most(-own, -sleeves[h, 0])
    at_most(np.ones(6), most_in_all(limits))
    at_most(-np.ones(6), -limits.get("net", {}).get("min", -np.inf))
    at_most(np.ones(6), limits.get("gross", np.inf), sign=1.0)
    return bool(linprog(np.ones(12), A_ub=np.array(rows), b_ub=most).status == 0)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_result_keeps_every_limit_or_nothing_can(made: tuple[dict[str, Any], Case, np.ndarray]) -> None:
    limits, case, trades = made
    days = range(len(case.asked))
    if not all(can_be_kept(limits, case, trades, d) for d in days):
        with pytest.raises(ConfigError, match=r"found on 2015-01-0\d "):
            case.limit()
        return
    taken, log = case.limit()
    for d in days:
        assert keeps(limits, case, trades, d, taken[d]), (limits, case.asked[d], taken[d])
        kept = keeps(limits, case, trades, d, case.asked[d])
        assert not (kept and log.changed[d])
        assert not kept or taken[d].tobytes() == case.asked[d].tobytes()
        assert kept or (log.broken[d] > 0).any()
    np.testing.assert_array_equal(log.changed, (taken != case.asked).any(axis=1))


@settings(max_examples=80, deadline=None)
@given(cases())
def test_the_sum_is_kept_where_the_sleeves_held_have_room(made: tuple[dict[str, Any], Case, np.ndarray]) -> None:
    limits, case, trades = made
    if case.config.allow_short:
        return
    try:
        taken, _ = case.limit()
    except ConfigError:
        return
    for d, asked in enumerate(case.asked):
        assets, sleeves = allowed(limits, case, trades, d)
        low = np.array([max(sleeves[h, 0], assets[h == HOME, 0].sum()) for h in range(3)])
        high = np.array([min(sleeves[h, 1], assets[h == HOME, 1].sum()) for h in range(3)])
        held = np.array([asked[h == HOME].sum() > 0 for h in range(3)])
        goal = min(max(asked.sum(), limits.get("net", {}).get("min", 0.0)), most_in_all(limits))
        if low.sum() <= goal <= high[held].sum() + low[~held].sum():
            assert taken[d].sum() == pytest.approx(goal, abs=1e-12)


def test_a_day_does_not_depend_on_the_days_beside_it() -> None:
    """Bit for bit, so that what is decided later changes no earlier decision."""
    rng = np.random.default_rng(4)
    limits = {"asset": {"default": {"max": 0.3}, "a00": {"min": 0.02}}, "sleeve": {"hard": {"max": 0.4}}, "gross": 1.2}
    asked = rng.normal(0.2, 0.2, (40, 6))
    together, _ = case_of(limits, asked, allow_short=True).limit()
    for d, row in enumerate(asked):
        alone, _ = case_of(limits, row, allow_short=True).limit()
        assert alone[0].tobytes() == together[d].tobytes()
    again, _ = case_of(limits, together, allow_short=True).limit()
    assert again.tobytes() == together.tobytes()


def test_nor_in_sleeves_of_many_assets() -> None:
    """numpy adds rows of eight and more in an order that depends on how they lie in memory."""
    rng = np.random.default_rng(0)
    days, assets, sleeves = 50, 60, 4
    home = np.sort(rng.integers(0, sleeves, assets))
    asked = rng.normal(0.016, 0.03, (days, assets))

    def bounds(count: int) -> Bounds:
        parts = np.ones((count, assets)) / 15
        ends = [np.full((count, assets), -0.05), np.full((count, assets), 0.04)]
        totals = [np.full((count, sleeves), 0.1), np.full((count, sleeves), 0.3)]
        return Bounds(home, parts, *ends, *totals, 0.2, 0.98, 1.3)

    together, short = fitted_weights(asked, bounds(days))
    assert (short <= 0).all()
    for d in range(days):
        assert fitted_weights(asked[d : d + 1], bounds(1))[0].tobytes() == together[d].tobytes()
