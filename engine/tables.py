"""The tables of a result as plain columns: what is written to parquet, and what Result shows as pandas objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from engine.market.table import Dates
from engine.portfolio.costs import KINDS, OF_TRADES
from engine.portfolio.ledger import Ledger
from engine.portfolio.trades import REASONS

if TYPE_CHECKING:
    from engine.result import Result

#: Column by name, in order; all of one length. Days are datetime64[ms].
Columns: TypeAlias = "dict[str, np.ndarray[Any, Any]]"


def ledger_columns(ledger: Ledger) -> Columns:
    """A row per session: equity, cash, return, interest, currency effect, dividends, value traded, and each cost."""
    change = np.concatenate([[0.0], ledger.equity[1:] / ledger.equity[:-1] - 1.0])
    return {
        "date": _days(ledger.sessions),
        "equity": ledger.equity,
        "cash": ledger.cash,
        "return": change,
        "interest": ledger.interest,
        "currency": ledger.currency,
        "dividends": ledger.dividends,
        "traded": ledger.traded,
    } | {kind: ledger.costs[:, i] for i, kind in enumerate(KINDS)}


def portfolios_columns(result: Result) -> Columns:
    """A row per session: the return of cash into it, and the equity of the strategy and of all it is held against."""
    track = result.own.track
    rate = np.concatenate([[0.0], track.cash_rate[1:]])
    equities = {name: one.track.equity for name, one in result.portfolios.items()}
    return {"date": _days(track.sessions), "cash_rate": rate} | equities


def weights_columns(result: Result) -> Columns:
    """A row per session: the fraction of equity in each asset held, at the close."""
    return {"date": _days(result.own.ledger.sessions)} | _by_asset(result, result.own.ledger.weights)


def targets_columns(result: Result) -> Columns:
    """A row per decision: the target weight of each asset held."""
    return {"date": _decision_days(result)} | _by_asset(result, result.own.targets)


def trades_columns(result: Result) -> Columns:
    """A row per order: when done and decided, the asset, signed units, price and value before costs, each cost.

    wanted: the units that were aimed at; reason: why they were cut or refused, empty where they were not.
    """
    trades, sessions = result.own.ledger.trades, result.panel.sessions
    return {
        "date": _days(sessions[trades.session]),
        "decided": _days(sessions[trades.decision]),
        "asset": np.array(result.panel.assets, dtype=object)[trades.asset],
        "units": trades.units,
        "price": trades.price,
        "value": trades.value,
        "wanted": trades.wanted,
        "reason": np.array(REASONS, dtype=object)[trades.reason],
    } | {kind: trades.costs[:, i] for i, kind in enumerate(KINDS[:OF_TRADES])}


def decisions_columns(result: Result) -> Columns:
    """A row per decision: the score and the stance of each name; the day alone for a strategy about weights.

    Where there are tranches also which one decided, counted from 1. Where there are brakes whether they changed the
    target, and the share of each sleeve's overweight that they said to keep. Of a blend what each part held (NaN before
    it has decided).
    """
    columns: Columns = {"date": _decision_days(result)}
    if result.decided.limited is not None:
        columns["limited"] = result.decided.limited.changed.astype(np.float64)
    if (braked := result.decided.braked) is not None:
        columns["braked"] = braked.changed.astype(np.float64)
        columns |= {f"brake {name}": shares for name, shares in braked.keep.items()}
    if result.config.tranches > 1:
        columns["tranche"] = result.setting.tranche + 1.0
    scores, stance = result.decided.scores, result.decided.stance
    if scores is not None and stance is not None:
        columns |= {f"score {name}": scores.values[:, s] for s, name in enumerate(scores.names)}
        columns |= {f"stance {name}": stance.values[:, s] for s, name in enumerate(stance.names)}
    for part in result.setting.parts:
        held = part.held[result.setting.decisions]
        columns |= {f"stance {part.name} {name}": held[:, s] for s, name in enumerate(part.sleeves)}
    return columns


def _by_asset(result: Result, values: np.ndarray[Any, Any]) -> Columns:
    panel = result.panel
    return {label: values[:, i] for i, label in enumerate(panel.assets) if panel.held[i]}


def _decision_days(result: Result) -> Dates:
    return _days(result.panel.sessions[result.setting.decisions])


def _days(days: Dates) -> Dates:
    return days.astype("datetime64[ms]")
