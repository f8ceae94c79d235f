"""Phases: the same question decided one session later, two, three ...: how much of a result is the luck of the day.

A phase is the config with another `offset`, everything else as it is: `run --set offset=3` gives phase 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from engine.backtest import beside_policy
from engine.config.schedule import period_sessions
from engine.decide import Setting, decide, with_offset
from engine.measure import formulas
from engine.measure.track import excess_returns
from engine.portfolio.ledger import COMPILED

#: Where `every` fixes no period, the usual gap between two decisions stands for it, up to a quarter.
LONGEST = 63


@dataclass(frozen=True, slots=True)
class Phase:
    """What a schedule earned when every decision came `offset` sessions later than `every` says.

    first: the first decision day. decisions: how many. cagr, sharpe: of the strategy, a year; active_return: its CAGR
    less that of policy, which decides on the same days. None where not defined.
    """

    offset: int
    first: str
    decisions: int
    cagr: float | None
    sharpe: float | None
    active_return: float | None


def phase_count(setting: Setting) -> int:
    """How many phases the config's schedule has: the sessions of its period, over its tranches.

    `once` has one. Given dates and arrivals have as many as usually lie between two of them (the median), at most 63.
    """
    config = setting.config
    if config.every == "once":
        return 1
    period = period_sessions(config.every)
    if period is None:
        gaps = np.diff(setting.decisions)
        period = min(max(int(np.median(gaps)), 1), LONGEST) if len(gaps) else 1
    return period // config.tranches


def phase_offsets(setting: Setting) -> range:
    """The offset of every phase, the config's own among them. A phase that would decide nothing is left out."""
    count, own = phase_count(setting), setting.config.offset
    first = own - own % count
    # Before its last tranche has had its turn, a phase has not begun.
    begun = max(int(setting.decisions[setting.tranche == part][0]) for part in np.unique(setting.tranche)) - own
    return range(first, min(first + count, len(setting.panel.sessions) - begun))


def phases(setting: Setting) -> Iterator[Phase]:
    """Every phase, one after another, by offset."""
    offsets = phase_offsets(setting)
    if len(offsets) > 1:
        import_module(COMPILED)  # many runs repay numba's loading
    return (_phase(with_offset(setting, offset)) for offset in offsets)


def active_return_by_phase(setting: Setting) -> tuple[float, ...]:
    """Active return against policy (difference of CAGRs) of every phase; those where it is not defined left out."""
    found = (phase.active_return for phase in phases(setting))
    return tuple(one for one in found if one is not None)


def _phase(setting: Setting) -> Phase:
    decided = decide(setting)
    per_year = setting.config.sessions_per_year
    own, policy = beside_policy(setting, decided)
    earned = formulas.cagr(own.equity, per_year)
    return Phase(
        setting.config.offset,
        str(setting.panel.sessions[setting.decisions[0]]),
        len(setting.decisions),
        earned,
        formulas.sharpe(excess_returns(own), per_year),
        formulas.difference(earned, formulas.cagr(policy.equity, per_year)),
    )
