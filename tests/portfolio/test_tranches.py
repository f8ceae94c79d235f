"""Tranches against what they are: portfolios of their own, each run alone and added by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.backtest import backtest
from engine.config import load
from engine.errors import ConfigError
from engine.portfolio.contribution import contributions
from engine.portfolio.ledger import Ledger
from engine.portfolio.tranches import ANEW, SHARED, rows_of, whole_stance
from engine.result import Result
from tests.desk import Desk, made_prices

SWING = '''"""Over on odd days of the month, and the more new values there are the further."""
def score(past):
    return (1.0 if past.today.day % 2 else -1.0) * (1 + len(past.new("x")) / 100)
'''
DATA = "{prices: {source: files, path: prices.csv}, values: {source: files, path: values.csv, kind: values}}"
COSTS = "{commission_bps: 5, half_spread_bps: 3, commission_per_order: 2}"


def asked(desk: Desk, *overrides: str, **changes: object) -> Result:
    """A strategy that changes its mind all the time, on prices with holes and a delisting."""
    frame = made_prices(seed=3, sessions=400)
    frame.iloc[::7, 1] = np.nan
    frame.iloc[300:, 0] = np.nan
    desk.prices(frame)
    desk.prices(made_prices(seed=4, labels="x"), "values.csv")
    desk.text(SWING, "strategies/swing.py")
    written: dict[str, object] = {
        "strategy": "swing", "stance": "{rule: proportional, full_at: 2}", "watch": "{x: {series: values.x}}",
        "data": DATA, "every": "{sessions: 21}", "from_": "2020-03-02", "trade": COSTS, "cash": "{rate: 0.04}",
    }  # fmt: skip
    return backtest(load(desk.config(**(written | changes)), overrides))


def alone(desk: Desk, whole: Result, part: int, **changes: object) -> Result:
    """The same question for one part: with its offset, and its capital as it has grown in cash until its turn."""
    count = whole.config.tranches
    turn = whole.setting.decisions[0] + part * (21 // count)
    growth = np.prod(1.0 + whole.panel.cash_rate[whole.setting.decisions[0] + 1 : turn + 1])
    capital = whole.config.capital / count * growth
    overrides = (f"offset={part * (21 // count)}", f"capital={float(capital)!r}")
    return asked(desk, *overrides, **changes)


@pytest.mark.parametrize("sizing", ["net_of_costs", "gross"])
@pytest.mark.parametrize("rebalance", ["every_decision", "on_change"])
def test_the_whole_is_the_sum_of_its_parts_run_alone(desk: Desk, sizing: str, rebalance: str) -> None:
    changes = {"trade": COSTS.replace("}", f", sizing: {sizing}}}"), "rebalance": rebalance}
    whole = asked(desk, "tranches=3", **changes)
    parts = [alone(desk, whole, part, **changes) for part in range(3)]
    for name in ("strategy", "policy", "momentum", "always_over"):
        ledgers = [one.portfolios[name].ledger for one in parts]
        ledger = whole.portfolios[name].ledger
        # Each part begins in its own time; before that it is cash that earns interest.
        common = max(one.start for one in ledgers)
        for column in ("equity", "cash", "traded", "costs", "units", "interest"):
            total = sum(getattr(one, column)[common - one.start + 1 :] for one in ledgers)
            own = getattr(ledger, column)[common - ledger.start + 1 :]
            np.testing.assert_allclose(own, total, rtol=1e-11, atol=1e-7, err_msg=f"{name} {column}")
        assert len(ledger.trades.session) == sum(len(one.trades.session) for one in ledgers)
        assert len(ledger.trades.session) > 30


def test_each_part_says_what_it_would_say_alone(desk: Desk) -> None:
    """Its scores read the values that are new since its own decision before, its stance its own memory."""
    rule = "{rule: threshold, enter: 1.0, exit: -1.1}"
    whole = asked(desk, "tranches=7", stance=rule)
    assert whole.decided.scores is not None
    assert whole.decided.stance is not None
    for part, own in enumerate(rows_of(whole.setting.tranche)):
        one = alone(desk, whole, part, stance=rule)
        assert one.decided.scores is not None
        assert one.decided.stance is not None
        assert one.setting.decisions.tolist() == whole.setting.decisions[own].tolist()
        assert one.decided.scores.values.tolist() == whole.decided.scores.values[own].tolist()
        assert one.decided.stance.values.tolist() == whole.decided.stance.values[own].tolist()
        assert one.decided.targets.tolist() == whole.decided.targets[own].tolist()


def test_the_sum_keeps_the_identities_of_a_ledger(desk: Desk) -> None:
    whole = asked(desk, "tranches=3")
    ledger, panel = whole.own.ledger, whole.panel
    held = ledger.cash + (ledger.units * panel.known[ledger.start :]).sum(axis=1)
    np.testing.assert_allclose(ledger.equity, held, rtol=1e-12)
    np.testing.assert_allclose(ledger.weights.sum(axis=1) + ledger.cash / ledger.equity, 1.0, rtol=1e-12)
    gained = contributions(panel, ledger)
    np.testing.assert_allclose(np.diff(ledger.equity), gained.total[1:], atol=1e-6)
    assert ledger.equity[0] == whole.config.capital
    order = np.lexsort((ledger.trades.asset, ledger.trades.session))
    assert order.tolist() == list(range(len(order)))
    assert set(ledger.rebalances) == set(whole.setting.decisions[whole.setting.decisions + 1 < len(panel.sessions)] + 1)


def test_the_last_parts_wait_in_cash_that_earns_interest(desk: Desk) -> None:
    ledger = asked(desk, "tranches=3").own.ledger
    # Decided on session 0 and traded on the next; the other parts follow 7 and 14 sessions later.
    shares = ledger.cash / ledger.equity
    assert shares[0] == 1.0
    assert shares[1:8] == pytest.approx(2 / 3, abs=0.03)
    assert shares[8:15] == pytest.approx(1 / 3, abs=0.03)
    assert shares[15] == pytest.approx(0.0, abs=1e-6)
    assert (ledger.interest[1:15] > 0).all()


def test_one_tranche_is_no_tranche(desk: Desk) -> None:
    one, plain = asked(desk, "tranches=1"), asked(desk)
    assert one.id == plain.id
    assert one.own.ledger.equity.tobytes() == plain.own.ledger.equity.tobytes()
    assert one.setting.tranche.tolist() == [0] * len(one.setting.decisions)


def test_two_parts_may_decide_on_one_session_where_a_month_is_short(desk: Desk) -> None:
    whole = asked(desk, "tranches=21", every="month_end", from_="2020-03-31")
    decisions, tranche = whole.setting.decisions, whole.setting.tranche
    assert (np.diff(decisions) >= 0).all()
    (twice,) = np.nonzero(np.diff(decisions) == 0)
    assert len(twice) > 0
    assert (tranche[twice] < tranche[twice + 1]).all()
    held = whole.own.ledger.cash + (whole.own.ledger.units * whole.panel.known[whole.own.ledger.start :]).sum(axis=1)
    np.testing.assert_allclose(whole.own.ledger.equity, held, rtol=1e-12)
    table = whole.opinions
    assert sorted(set(table["tranche"])) == list(range(1, 22))


def test_bets_are_counted_on_what_all_parts_hold_together() -> None:
    """Two parts, by hand: over and neutral in turn is no new bet each time, for the whole stays over."""
    values = np.array([[1.0], [0.0], [1.0], [0.0], [0.0], [-1.0], [1.0]])
    decisions, tranche = np.array([0, 5, 10, 15, 20, 25, 30]), np.array([0, 1, 0, 1, 0, 1, 0])
    days, stance = whole_stance(values, decisions, tranche)
    assert days.tolist() == decisions.tolist()
    assert stance[:, 0].tolist() == [0.5, 0.5, 0.5, 0.5, 0.0, -0.5, 0.0]
    both = np.array([0, 5, 10, 10, 20, 20, 30])
    days, stance = whole_stance(values, both, np.array([0, 1, 0, 1, 0, 1, 0]))
    assert days.tolist() == [0, 5, 10, 20, 30]
    assert stance[:, 0].tolist() == [0.5, 0.5, 0.5, -0.5, 0.0]


def test_the_result_counts_those_bets(desk: Desk) -> None:
    whole = asked(desk, "tranches=3", stance="{rule: threshold, enter: 1, exit: 0}")
    assert whole.decided.stance is not None
    _, stance = whole_stance(whole.decided.stance.values, whole.setting.decisions, whole.setting.tranche)
    assert whole.metrics["share_over"] == (stance > 0).mean()
    runs = np.flatnonzero(np.diff(np.concatenate([[0.0], np.sign(stance[:, 0])])) > 0)
    assert whole.metrics["episodes"] == len(runs)


def test_a_part_that_never_decides_is_refused_with_the_sessions_missing(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        asked(desk, "tranches=3", every="quarter_end", from_="2020-09-30", to="2020-10-21")
    assert str(caught.value) == (
        "--set tranches=3: tranches: found a part that would first decide 6 sessions after 2020-10-21, where the "
        "data end; expected data in which each of the 3 parts decides at least once; "
        "split it in fewer parts, or give an earlier `from`"
    )


def test_every_column_of_a_ledger_is_added_or_made_anew() -> None:
    """A column that is added to the ledger has to be thought about here."""
    added = {field.name for field in fields(Ledger)} - {*SHARED, *ANEW}
    assert added == {"equity", "cash", "interest", "currency", "dividends", "traded", "costs", "units"}


def test_a_tranched_run_opens_in_vectorbt(desk: Desk) -> None:
    pytest.importorskip("vectorbt")
    whole = asked(desk, "tranches=3")
    value = whole.to_vectorbt().value()
    np.testing.assert_allclose(np.asarray(value), whole.own.ledger.equity, rtol=1e-9)


def test_a_tranched_run_is_saved_and_attributed(desk: Desk, tmp_path: Path) -> None:
    asked(desk, "tranches=3")
    result = engine.run("a.yaml", ["tranches=3"])
    assert result.path is not None
    assert (result.path / "decisions.parquet").is_file()
    found = result.attribution
    assert float(found.contribution.sum()) == pytest.approx(found.total_return, abs=1e-12)
    assert replace(result, path=None).metrics["active_return"] == result.metrics["active_return"]
