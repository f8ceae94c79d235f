"""Attribution by hand, against Bacon's example, and on real runs of the configs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.backtest import backtest
from engine.config import load
from engine.folder import plain
from engine.portfolio.attribution import (
    EFFECTS,
    PARTS,
    a_year,
    attribute,
    attribution_columns,
    attribution_summary,
)
from engine.portfolio.contribution import contributions
from engine.portfolio.costs import KINDS, mere_rates
from engine.portfolio.lines import active_weights, lines_of
from engine.result import Result
from tests.portfolio.attributed import Case, case_of, quiet_market, random_case
from tests.portfolio.markets import config_of, panel_of

CONFIGS = Path(__file__).parents[2] / "configs"


def bacon() -> Case:
    """Bacon's three sectors, two assets in each. Policy holds them half and half; the strategy makes 20, -5 and 6%."""
    returns = np.array([-0.20, 0.40, -0.12, 0.04, 0.00, 0.16])
    weights = np.repeat([0.4, 0.3, 0.3], 2) * np.array([1 / 3, 2 / 3, 9 / 16, 7 / 16, 10 / 16, 6 / 16])
    policy = np.repeat([0.4, 0.2, 0.4], 2) * 0.5
    market = quiet_market(100.0 * np.vstack([np.ones(6), np.ones(6), 1.0 + returns]))
    hold = {name: (f"a{2 * i:02}", f"a{2 * i + 1:02}") for i, name in enumerate(("uk", "japan", "us"))}
    config = config_of(6, hold=hold, policy={"uk": 0.4, "japan": 0.2, "us": 0.4}, capital=1000.0)
    return case_of(config, panel_of(market), market, weights[None], policy[None])


def test_bacons_three_sectors() -> None:
    """Bacon, Practical Portfolio Performance Measurement and Attribution, the Brinson-Fachler tables."""
    found = bacon().attribution
    assert found.total_return == pytest.approx(0.083, abs=1e-12)
    assert found.policy_return == pytest.approx(0.064, abs=1e-12)
    sectors = {"uk": (0.0, 4.0, 0.0), "japan": (-1.04, -0.2, -0.1), "us": (-0.16, -0.8, 0.2), "cash": (0.0, 0.0, 0.0)}
    summary = attribution_summary(found, sessions_per_year=2)
    for name, expected in sectors.items():
        own = np.array([sleeve == name for sleeve in found.sleeves])
        effects = [100 * found.effects[effect][:, own].sum() for effect in EFFECTS[:3]]
        np.testing.assert_allclose(effects, expected, atol=1e-12)
        # Two sessions make the year, so that effects a year are the effects.
        told = [100 * summary["sleeves"][name][effect] for effect in EFFECTS[:3]]
        np.testing.assert_allclose(told, expected, atol=1e-12)
    sums = [100 * values.sum() for values in found.effects.values()]
    np.testing.assert_allclose(sums, [-1.2, 3.0, 0.1, 0.0, 0.0], atol=1e-12)


def test_effects_are_split_over_the_assets_of_a_sector() -> None:
    """Japan: 30% against 20%; assets that make -12 and 4%, held 9 to 7 where policy has half and half; the UK alike."""
    found = bacon().attribution
    split = {
        "a02": (0.1 * 0.5 * (-0.12 - 0.064), 2 / 3 * 0.01875 * (-0.12 + 0.04), 1 / 3 * 0.01875 * (-0.12 + 0.04)),
        "a03": (0.1 * 0.5 * (0.04 - 0.064), -2 / 3 * 0.01875 * (0.04 + 0.04), -1 / 3 * 0.01875 * (0.04 + 0.04)),
        "a00": (0.0, (0.4 / 3 - 0.2) * (-0.20 - 0.10), 0.0),
        "a01": (0.0, (0.8 / 3 - 0.2) * (0.40 - 0.10), 0.0),
    }
    for asset, expected in split.items():
        line = found.assets.index(asset)
        np.testing.assert_allclose([found.effects[name][:, line].sum() for name in EFFECTS[:3]], expected, atol=1e-14)


def test_active_weights_of_bacons_sectors() -> None:
    case = bacon()
    active = active_weights(lines_of(case.config, case.panel, case.own, case.policy), case.own, case.policy)
    assert active.lines.sleeves == ("japan", "uk", "us")
    np.testing.assert_allclose(active.sleeves[:2], [[0, 0, 0], [0.1, 0.0, -0.1]], atol=1e-15)
    np.testing.assert_allclose(active.assets.sum(axis=1) + active.cash, 0.0, atol=1e-15)
    # After the move: 0.3 * 0.95 / 1.083 in Japan, policy 0.2 * 0.96 / 1.064.
    assert active.sleeves[2, 0] == pytest.approx(0.3 * 0.95 / 1.083 - 0.2 * 0.96 / 1.064, abs=1e-15)


def bought_at_the_open() -> Case:
    """Cash earns 1%, then all of 1010 buys at 10: 100 units and 10 of commission. Closes 11 and 12. Policy is cash."""
    market = quiet_market(np.array([[10.0], [11.0], [12.0]]), cash=[0.0, 0.01, 0.0])
    panel = panel_of(market, "2020-12-30", opens=np.array([[10.0], [10.0], [11.5]]))
    config = config_of(1, capital=1000.0, trade={"at": "open"})
    costs = mere_rates(np.array([0.01]), np.zeros(1), np.zeros(1))
    return case_of(config, panel, market, np.array([[1.0]]), np.array([[0.0]]), costs)


def test_a_purchase_at_the_open_by_hand() -> None:
    case = bought_at_the_open()
    np.testing.assert_allclose(case.own.equity, [1000.0, 1100.0, 1200.0], rtol=1e-14)
    money = contributions(case.panel, case.own)
    for values, expected in (
        (money.local[:, 0], [0, 0, 100]),
        (money.trading[:, 0], [0, 100, 0]),
        (money.costs[:, 0], [0, 10, 0]),
        (money.interest, [0, 10, 0]),
        (money.overhead[:, 0], [0, 0, 0]),
    ):
        np.testing.assert_allclose(values, expected, atol=1e-10)
    found = case.attribution
    # The year ends between the two sessions.
    assert [str(day) for day in found.years] == ["2020-12-31", "2021-01-01"]
    assert (found.sleeves, found.assets) == (("all", "cash", "overhead"), ("a00", "cash", "overhead"))
    parts = {name: values.sum(axis=0) for name, values in found.parts.items()}
    np.testing.assert_allclose(parts["price"], [0.1, 0, 0], atol=1e-14)
    np.testing.assert_allclose(parts["trading"], [0.1, 0, 0], atol=1e-14)
    np.testing.assert_allclose(parts["interest"], [0, 0.01, 0], atol=1e-14)
    np.testing.assert_allclose(parts["commission"], [-0.01, 0, 0], atol=1e-14)
    np.testing.assert_allclose(found.policy.sum(axis=0), [0, 0.01, 0], atol=1e-14)
    np.testing.assert_allclose(found.weights, [[0, 1, 0], [1, 0, 0]], atol=1e-14)


def test_its_effects_linked_by_hand() -> None:
    found = bought_at_the_open().attribution
    whole = (math.log(1.2) - math.log(1.01)) / (0.20 - 0.01)
    first = (math.log(1.1) - math.log(1.01)) / (0.10 - 0.01) / whole
    second = math.log(12 / 11) / (1 / 11) / whole
    effects = {name: values.sum(axis=1) for name, values in found.effects.items()}
    np.testing.assert_allclose(effects["active_trading"], [0.10 * first, 0.0], atol=1e-14)
    np.testing.assert_allclose(effects["active_costs"], [-0.01 * first, 0.0], atol=1e-14)
    # Policy holds no stock, so that holding it at all is allocation, against policy's own return of nothing.
    np.testing.assert_allclose(effects["allocation"], [0.0, second / 11], atol=1e-14)
    np.testing.assert_allclose(effects["selection"] + effects["interaction"], 0.0, atol=1e-14)
    assert sum(effects.values()).sum() == pytest.approx(0.19, abs=1e-14)


def test_a_trade_on_the_last_session_of_a_year_costs_that_year() -> None:
    """Decided on 2019-12-30, traded on the 31st: 1000 / 1.01 of stock at 1%, the only cost there is."""
    market = quiet_market(np.full((4, 1), 10.0))
    panel, costs = panel_of(market, "2019-12-30"), mere_rates(np.array([0.01]), np.zeros(1), np.zeros(1))
    case = case_of(config_of(1, capital=1000.0), panel, market, np.array([[1.0]]), np.array([[0.0]]), costs)
    found = case.attribution
    assert found.years.astype(str).tolist() == ["2019-12-31", "2020-01-02"]
    np.testing.assert_allclose(found.parts["commission"][:, 0], [-0.01 / 1.01, 0.0], atol=1e-15)


def test_effects_a_year_have_a_limit_where_both_earned_the_same() -> None:
    """(a^p - b^p) / (a - b) goes to p b^(p - 1): here over two sessions of a year of four, 2 x 1.21."""
    found = bought_at_the_open().attribution
    same = replace(found, total_return=0.21, policy_return=0.21)
    near = replace(found, total_return=0.21 + 1e-7, policy_return=0.21)
    assert a_year(same, 4) == pytest.approx(2 * 1.21, rel=1e-14)
    assert a_year(near, 4) == pytest.approx(2 * 1.21, rel=1e-6)


def test_local_and_currency_by_hand() -> None:
    """100 units at 10 local and a rate of 1; then 12 local and 1.1: 100 * 2 * 1 is local, 100 * 12 * 0.1 currency."""
    market = quiet_market(np.array([[10.0], [10.0], [12.0 * 1.1]]))
    panel = replace(panel_of(market), fx=np.array([[1.0], [1.0], [1.1]]))
    case = case_of(config_of(1, capital=1000.0), panel, market, np.array([[1.0]]), np.array([[1.0]]))
    money = contributions(panel, case.own)
    np.testing.assert_allclose(money.local[:, 0], [0, 0, 200], atol=1e-10)
    np.testing.assert_allclose(money.currency[:, 0], [0, 0, 120], atol=1e-10)
    parts = case.attribution.parts
    assert (parts["price"].sum(), parts["currency"].sum()) == pytest.approx((0.2, 0.12), abs=1e-14)


def test_costs_without_a_trade_are_overhead() -> None:
    case = bought_at_the_open()
    fee = np.zeros((3, len(KINDS)))
    fee[2, KINDS.index("commission")], fee[2, KINDS.index("management")] = 2.0, 3.0
    charged = replace(case.own, costs=case.own.costs + fee, equity=case.own.equity - fee.cumsum(axis=0).sum(axis=1))
    found = replace(case, own=charged).attribution
    charged_now = {kind: found.parts[kind][1, -1] for kind in KINDS if found.parts[kind][1, -1] != 0.0}
    assert charged_now == pytest.approx({"commission": -0.002, "management": -0.003}, abs=1e-15)
    assert found.contribution.sum() == pytest.approx(found.total_return, abs=1e-13)
    assert sum(values.sum() for values in found.effects.values()) == pytest.approx(found.active_return, abs=1e-13)
    assert found.effects["active_costs"][1, -1] < 0 == found.effects["allocation"][1, -1]


def test_an_asset_of_two_sleeves_is_shown_under_both_names() -> None:
    hold = {"left": ("a00", "a01"), "right": ("a01", "a02")}
    case = random_case(5, assets=3, hold=hold, policy={"left": 0.5, "right": 0.5})
    found = case.attribution
    assert found.sleeves == ("left", "left & right", "right", "cash", "overhead")
    assert found.contribution.sum() == pytest.approx(found.total_return, abs=1e-12)


def test_ruin_leaves_the_money_and_no_effects() -> None:
    case = bought_at_the_open()
    ruined = replace(case.own, equity=np.array([1000.0, 1100.0, 0.0]))
    found = replace(case, own=ruined).attribution
    assert found.total_return == -1.0
    assert all(np.isnan(values).all() for values in found.effects.values())
    assert plain(attribution_summary(found, 252))["effects"] == dict.fromkeys(EFFECTS)


def test_ledgers_of_other_sessions_are_refused() -> None:
    one, two = random_case(1, 40), random_case(1, 50)
    with pytest.raises(ValueError, match=r"attribution: \d+ sessions from 2015-12-\d\d, and policy has \d+ from"):
        _ = replace(one, policy=two.policy).attribution


@pytest.fixture(scope="module", params=["metals_lead", "momentum_rotation"])
def run(request: pytest.FixtureRequest) -> Result:
    return backtest(load(CONFIGS / f"{request.param}.yaml"))


def test_a_real_run_adds_up(run: Result) -> None:
    own, policy, setting = run.own.ledger, run.portfolios["policy"].ledger, run.setting
    found = attribute(run.config, run.panel, setting.sleeves, own, policy)
    total, reference = own.equity[-1] / own.equity[0] - 1.0, policy.equity[-1] / policy.equity[0] - 1.0
    assert found.contribution.sum() == pytest.approx(total, rel=1e-11)
    assert found.policy.sum() == pytest.approx(reference, rel=1e-11)
    assert sum(values.sum() for values in found.effects.values()) == pytest.approx(total - reference, rel=1e-9)
    for kind, paid in zip(KINDS, own.costs.sum(axis=0), strict=True):
        assert found.parts[kind].sum() == pytest.approx(-paid / own.equity[0], rel=1e-12)
    assert found.parts["interest"].sum() == pytest.approx(own.interest.sum() / own.equity[0], rel=1e-12)
    assert set(found.sleeves) == {*run.config.hold, "cash", "overhead"}


def test_its_effects_a_year_sum_to_the_metric(run: Result) -> None:
    ledgers = run.own.ledger, run.portfolios["policy"].ledger
    summary = attribution_summary(
        attribute(run.config, run.panel, run.setting.sleeves, *ledgers), run.config.sessions_per_year
    )
    assert sum(summary["effects"].values()) == pytest.approx(run.metrics["active_return"], abs=1e-12)
    by_sleeve = [sleeve[effect] for sleeve in summary["sleeves"].values() for effect in EFFECTS]
    assert sum(by_sleeve) == pytest.approx(run.metrics["active_return"], abs=1e-12)
    assert sum(summary["parts"].values()) == pytest.approx(summary["total_return"], rel=1e-11)
    assert sum(sleeve["weight"] for sleeve in summary["sleeves"].values()) == pytest.approx(1.0, abs=1e-12)
    # A tilt from one sleeve to another is allocation; a choice inside the only sleeve is selection.
    one_sleeve = len(run.config.hold) == 1
    largest = max(("allocation", "selection", "interaction"), key=lambda effect: abs(summary["effects"][effect]))
    assert largest == ("selection" if one_sleeve else "allocation")
    json.dumps(plain(summary), allow_nan=False)


def test_the_table_has_a_row_per_year_and_line(run: Result) -> None:
    found = attribute(run.config, run.panel, run.setting.sleeves, run.own.ledger, run.portfolios["policy"].ledger)
    columns = attribution_columns(found)
    rows = len(found.years) * len(found.assets)
    assert {len(values) for values in columns.values()} == {rows}
    assert {values.dtype.kind for values in columns.values()} == {"M", "O", "f"}
    assert tuple(columns)[6 : 6 + len(PARTS)] == PARTS
    gold = (columns["asset"] == "Steel") & (columns["date"].astype("datetime64[Y]") == np.datetime64("2008"))
    assert gold.sum() == 1
    # One cell by hand: what the units of steel held earned in 2008, from weights and prices alone.
    ledger, i = run.own.ledger, run.panel.column("Steel")
    prices, money = run.panel.known[ledger.start :, i], ledger.weights[:, i] * ledger.equity
    earned = money[:-1] * (prices[1:] / prices[:-1] - 1.0)
    year = ledger.sessions[1:].astype("datetime64[Y]") == np.datetime64("2008")
    assert columns["price"][gold][0] == pytest.approx(earned[year].sum() / ledger.equity[0], rel=1e-11)
