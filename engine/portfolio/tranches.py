"""Tranches: the portfolio in equal parts that decide on their own turns, each with a ledger, added up again.

Part k of n, counted from 0, begins with its share of the capital in cash on the first decision day, makes every
decision k x period / n sessions after part 0, and trades and pays as if it stood alone. What the parts hold is never
set off against each other and money never moves between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.config.schedule import period_sessions
from engine.errors import ConfigError
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix
from engine.portfolio.costs import Costs
from engine.portfolio.ledger import Decisions, Ledger, Trades
from engine.portfolio.schedule import decision_sessions, session_before

#: What simulates one part.
Simulator = Callable[[Config, Panel, Decisions, Costs], Ledger]
#: What every part's ledger shares, and what is made anew of the sums; everything else of a ledger is a sum.
SHARED = ("start", "sessions")
ANEW = ("weights", "rebalances", "trades", "carried")


def take_turns(config: Config, panel: Panel) -> tuple[Indices, Indices]:
    """(D,) the decisions of all parts, by session, then by part; and (D,) the part that makes each.

    Raises ConfigError where a part would never decide.
    """
    first = decision_sessions(config, panel)
    turns = [first + part * apart(config) for part in range(config.tranches)]
    turns = [turn[turn < len(panel.sessions)] for turn in turns]
    served = sum(len(turn) > 0 for turn in turns)
    if served < len(turns):
        raise _never(config, panel, int(first[0]) + served * apart(config) - len(panel.sessions) + 1, served)
    sessions = np.concatenate(turns)
    parts = np.repeat(np.arange(len(turns)), [len(turn) for turn in turns])
    order = np.lexsort((parts, sessions))
    return sessions[order], parts[order]


def apart(config: Config) -> int:
    """Sessions between the turns of two parts; 0 where there is one part."""
    period = period_sessions(config.every)
    return 0 if config.tranches == 1 or period is None else period // config.tranches


def rows_of(tranche: Indices) -> list[Indices]:
    """For each part the rows that are its own, in order of time."""
    return [np.flatnonzero(tranche == part) for part in np.unique(tranche)]


def first_of_each(tranche: Indices) -> NDArray[np.bool_]:
    """(D,) whether a decision is the first of its part."""
    first = np.zeros(len(tranche), np.bool_)
    first[[own[0] for own in rows_of(tranche)]] = True
    return first


def sessions_before(config: Config, panel: Panel, decisions: Indices, tranche: Indices) -> Indices:
    """(D,) for each decision the same part's decision before it, from which on a value counts as new."""
    before = np.empty_like(decisions)
    for own in rows_of(tranche):
        later = config.offset + int(tranche[own[0]]) * apart(config)
        before[own[0]] = session_before(config, panel, int(decisions[own[0]]), later)
        before[own[1:]] = decisions[own[:-1]]
    return before


def whole_stance(values: Matrix, decisions: Indices, tranche: Indices) -> tuple[Indices, Matrix]:
    """The stance of all parts together: (U,) the sessions of decisions, each once, and (U, S) the mean over the parts
    of the stance in force after it. A part that is yet to decide stands at 0.
    """
    rows = rows_of(tranche)
    if len(rows) == 1:
        return decisions, values
    days = np.unique(decisions)
    total = np.zeros((len(days), values.shape[1]))
    for own in rows:
        last = np.searchsorted(decisions[own], days, side="right") - 1
        total += np.where(last[:, None] >= 0, values[own][last], 0.0)
    return days, total / len(rows)


def run_tranches(
    simulate: Simulator, config: Config, panel: Panel, decisions: Decisions, tranche: Indices, costs: Costs
) -> Ledger:
    """Each part through the simulator, with its own decisions and its share of the capital; then all of them added."""
    rows = rows_of(tranche)
    if len(rows) == 1:
        return simulate(config, panel, decisions, costs)
    part = config.model_copy(update={"capital": config.capital / len(rows)})
    return add_up(panel, [simulate(part, panel, _own(decisions, own), costs) for own in rows])


def add_up(panel: Panel, ledgers: Sequence[Ledger]) -> Ledger:
    """The ledger of several portfolios of the same sessions held side by side; trades by session, then by asset."""
    first = ledgers[0]
    summed = {
        field.name: sum(getattr(one, field.name) for one in ledgers)
        for field in fields(Ledger)
        if field.name not in (*SHARED, *ANEW)
    }
    held, missing = summed["units"], np.isnan(panel.prices[first.start :])
    return replace(
        first,
        **summed,
        weights=held * panel.known[first.start :] / summed["equity"][:, None],
        rebalances=np.unique(np.concatenate([one.rebalances for one in ledgers])),
        trades=_joined([one.trades for one in ledgers]),
        carried=(missing & (held != 0.0)).sum(axis=0),
    )


def _own(decisions: Decisions, own: Indices) -> Decisions:
    """One part's decisions. A decision on the first day of all that trades nothing lets its ledger begin there."""
    sessions, targets, trades = decisions.sessions[own], decisions.targets[own], decisions.trades[own]
    if sessions[0] == decisions.sessions[0]:
        return Decisions(sessions, targets, trades)
    nothing = np.zeros((1, targets.shape[1]))
    return Decisions(
        np.concatenate([decisions.sessions[:1], sessions]),
        np.concatenate([nothing, targets]),
        np.concatenate([[False], trades]),
    )


def _joined(several: Sequence[Trades]) -> Trades:
    columns = {field.name: np.concatenate([getattr(one, field.name) for one in several]) for field in fields(Trades)}
    order = np.lexsort((columns["asset"], columns["session"]))
    return Trades(**{name: values[order] for name, values in columns.items()})


def _never(config: Config, panel: Panel, missing: int, served: int) -> ConfigError:
    sessions = f"{missing} session{'s' * (missing > 1)}"
    return ConfigError(
        config.fault(
            "tranches",
            f"a part that would first decide {sessions} after {panel.sessions[-1]}, where the data end",
            f"data in which each of the {config.tranches} parts decides at least once",
            "split it in fewer parts, or give an earlier `from`",
        )
    )
