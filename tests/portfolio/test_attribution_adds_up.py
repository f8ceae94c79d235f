"""Attribution adds up on every market: session by session in money, and linked over all of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.portfolio.attribution import EFFECTS, attribution_columns, attribution_summary
from engine.portfolio.brinson import Side, brinson_fachler, carino
from engine.portfolio.contribution import contributions
from engine.portfolio.lines import active_weights, lines_of
from tests.portfolio.attributed import Case, case_of, quiet_market, random_case
from tests.portfolio.markets import config_of, panel_of

HOW: list[dict[str, Any]] = [
    {"trade": {"after": 1}},
    {"trade": {"after": 1, "at": "open"}},
    {"trade": {"after": 1, "sizing": "gross", "at": "open"}},
    {"rebalance": {"band": 0.03, "to": "edge"}},
]


@given(seed=st.integers(0, 2**32 - 1), sessions=st.integers(3, 60), assets=st.integers(2, 6), how=st.integers(0, 3))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_it_adds_up_on_any_market(seed: int, sessions: int, assets: int, how: int) -> None:
    case = random_case(seed, sessions, assets, **HOW[how])
    for ledger in (case.own, case.policy):
        money = contributions(case.panel, ledger)
        change = np.append(0.0, np.diff(ledger.equity))
        np.testing.assert_allclose(money.total - change, 0.0, atol=1e-9 * ledger.equity.min())
        np.testing.assert_allclose(money.currency.sum(axis=1), ledger.currency, atol=1e-9)
        np.testing.assert_array_equal(money.overhead, 0.0)
        if case.config.trade.at == "close":
            np.testing.assert_array_equal(money.trading, 0.0)
    found = case.attribution
    assert found.contribution.sum() == pytest.approx(found.total_return, abs=1e-9)
    assert found.policy.sum() == pytest.approx(found.policy_return, abs=1e-9)
    assert sum(found.effects[name].sum() for name in EFFECTS) == pytest.approx(found.active_return, abs=1e-9)
    assert found.total_return == pytest.approx(case.own.equity[-1] / case.own.equity[0] - 1.0)
    assert all(np.isfinite(values).all() for values in attribution_columns(found).values() if values.dtype == float)
    active = active_weights(lines_of(case.config, case.panel, case.own, case.policy), case.own, case.policy)
    np.testing.assert_allclose(active.assets.sum(axis=1) + active.cash, 0.0, atol=1e-11)
    np.testing.assert_allclose(active.sleeves.sum(axis=1) + active.cash, 0.0, atol=1e-11)


def test_a_strategy_that_is_the_policy_has_no_effects() -> None:
    case = random_case(11)
    found = Case(case.config, case.panel, case.own, case.own).attribution
    assert found.active_return == 0.0
    assert max(np.abs(values).max() for values in found.effects.values()) < 1e-15
    assert max(map(abs, attribution_summary(found, 252)["effects"].values())) < 1e-12


def made_to_last(seed: int, sessions: int = 40) -> Case:
    """No holes, no costs: both hold something of both sleeves, and cash, throughout."""
    rng = np.random.default_rng(seed)
    rates = [0.0, 0.0, *[1e-4] * (sessions - 2)]
    market = quiet_market(100.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (sessions, 4)), axis=0)), rates)
    config = config_of(4, hold={"left": ("a00", "a01"), "right": ("a02", "a03")}, policy={"left": 0.6, "right": 0.3})
    own, policy = rng.dirichlet(np.ones(5), 2)[:, :4]
    return case_of(config, panel_of(market), market, own[None], policy[None])


def textbook(case: Case) -> list[dict[str, tuple[float, float, float]]]:
    """Brinson-Fachler by session and sleeve from weights and prices, in plain numbers, cash among the sleeves."""
    sleeves = {"left": (0, 1), "right": (2, 3)}
    told = []
    for t in range(len(case.own.sessions) - 1):
        prices = case.panel.prices[case.own.start + t : case.own.start + t + 2]
        moved = prices[1] / prices[0] - 1.0
        sides = []
        for ledger in (case.own, case.policy):
            side = {name: (sum(ledger.weights[t, i] for i in own), own) for name, own in sleeves.items()}
            held = {
                name: (W, sum(ledger.weights[t, i] * moved[i] for i in own) / W if W else 0.0)
                for name, (W, own) in side.items()
            }
            held["cash"] = (ledger.cash[t] / ledger.equity[t], case.panel.cash_rate[case.own.start + t + 1])
            sides.append(held)
        whole = sum(W * r for W, r in sides[1].values())
        told.append(
            {
                name: ((W - Wb) * (rb - whole), Wb * (r - rb), (W - Wb) * (r - rb))
                for (name, (W, r)), (Wb, rb) in zip(sides[0].items(), sides[1].values(), strict=True)
            }
        )
    return told


@pytest.mark.parametrize("seed", range(3))
def test_effects_by_sleeve_are_the_textbooks_linked_by_carino(seed: int) -> None:
    case = made_to_last(seed)
    grown = [np.diff(ledger.equity) / ledger.equity[:-1] for ledger in (case.own, case.policy)]
    R, Rb = (ledger.equity[-1] / ledger.equity[0] - 1.0 for ledger in (case.own, case.policy))
    K = (math.log(1 + R) - math.log(1 + Rb)) / (R - Rb)
    expected = {name: np.zeros(3) for name in ("left", "right", "cash")}
    for r, rb, session in zip(*grown, textbook(case), strict=True):
        k = (math.log(1 + r) - math.log(1 + rb)) / (r - rb) if r != rb else 1 / (1 + r)
        for name, effects in session.items():
            expected[name] += np.array(effects) * k / K
    found = case.attribution
    for name, effects in expected.items():
        own = np.array([sleeve == name for sleeve in found.sleeves])
        ours = [found.effects[effect][:, own].sum() for effect in EFFECTS[:3]]
        np.testing.assert_allclose(ours, effects, atol=1e-12)


def test_perfattr_agrees() -> None:
    perfattr = pytest.importorskip("perfattr", reason="perfattr is not installed")
    case = made_to_last(7, 12)
    days = pd.to_datetime(case.own.sessions)
    moved = case.panel.prices[case.own.start + 1 :] / case.panel.prices[case.own.start : -1] - 1.0
    frames = []
    for ledger in (case.own, case.policy):
        rows = []
        for t in range(1, len(days) - 1):  # nothing happens on the first session, of cash alone
            left, right = ledger.weights[t, :2], ledger.weights[t, 2:]
            cash = ledger.cash[t] / ledger.equity[t]
            rate = case.panel.cash_rate[case.own.start + t + 1]
            rows += [
                (days[t + 1], days[t + 1], 1, "left", left.sum(), (left * moved[t, :2]).sum() / left.sum()),
                (days[t + 1], days[t + 1], 1, "right", right.sum(), (right * moved[t, 2:]).sum() / right.sum()),
                (days[t + 1], days[t + 1], 1, "cash", cash, rate),
            ]
        names = ["from_date", "thru_date", "quantity_of_days", "identifier", "weight", "return"]
        frames.append(pd.DataFrame(rows, columns=names))
    method = perfattr.AttributionMethod.BRINSON_FACHLER_THREE_EFFECT
    theirs = perfattr.calculate_attribution(*frames, method=method).overall_detail.set_index("identifier")
    found = case.attribution
    for name in ("left", "right", "cash"):
        own = np.array([sleeve == name for sleeve in found.sleeves])
        for effect in EFFECTS[:3]:
            linked = theirs.loc[name, f"linked_{effect}_effect"]
            assert found.effects[effect][:, own].sum() == pytest.approx(linked, abs=1e-12)


def test_a_quiet_session_between_changes_no_linked_effect() -> None:
    """Why Carino and not Menchero: periods in which nothing happens carry no weight."""
    own, policy = np.array([0.05, -0.02]), np.array([0.01, 0.03])
    quiet = carino(np.array([0.05, 0.0, -0.02]), np.array([0.01, 0.0, 0.03]))
    np.testing.assert_allclose(quiet[[0, 2]], carino(own, policy), rtol=1e-15)
    total = 1.05 * 0.98 - 1.01 * 1.03
    assert carino(own, policy) @ (own - policy) == pytest.approx(total, abs=1e-16)


def test_equal_returns_are_linked_by_the_limit_and_a_loss_of_all_by_nothing() -> None:
    same = np.array([0.10, -0.05])
    whole = 1.10 * 0.95
    np.testing.assert_allclose(carino(same, same), whole / (1.0 + same), rtol=1e-15)
    assert np.isnan(carino(np.array([0.1, -1.0]), same)).all()


def test_shorts_and_sleeves_held_by_one_side_alone_sum_to_the_active_return() -> None:
    """Long and short in one sleeve that nets to nothing is selection; a sleeve that only one side holds, allocation."""
    groups = [np.array([0, 1]), np.array([2]), np.array([3])]
    returns = np.array([[0.10, 0.02, -0.05, 0.001]])
    w, w_policy = np.array([[0.3, -0.3, 0.4, 0.6]]), np.array([[0.0, 0.0, 0.0, 1.0]])
    parts = np.array([[0.5, 0.5, 1.0, 1.0]])
    own, policy = Side(w, w * returns), Side(w_policy, w_policy * returns)
    found = brinson_fachler(own, policy, returns, parts, groups)
    np.testing.assert_allclose(found.allocation.sum(axis=1), 0.4 * (-0.05 - 0.001), atol=1e-16)
    np.testing.assert_allclose(found.selection[0, :2].sum(), 0.3 * 0.08, atol=1e-16)
    np.testing.assert_allclose(found.interaction, 0.0, atol=1e-16)
    whole = found.allocation + found.selection + found.interaction
    np.testing.assert_allclose(whole.sum(), (own.earned - policy.earned).sum(), atol=1e-16)
