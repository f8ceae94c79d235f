"""Phases: the same question decided one session later, two, three ...: how much of a result is the luck of the day."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from engine.backtest import simulate, track_of
from engine.decide import Setting, decide
from engine.measure.formulas import cagr
from engine.portfolio.ledger import COMPILED
from engine.portfolio.tilt import neutral_mix, targets_of

#: Sessions between two decisions: how many phases a schedule has.
PHASES = {"daily": 1, "once": 1, "week_end": 5, "month_end": 21, "quarter_end": 63}


def phase_count(setting: Setting) -> int:
    """How many phases the config's schedule has."""
    every = setting.config.every
    return PHASES[every] if isinstance(every, str) else every.sessions


def active_return_by_phase(setting: Setting) -> tuple[float, ...]:
    """Active return against policy (difference of CAGRs) with every decision 0, 1, 2 ... sessions later."""
    import_module(COMPILED)  # many runs repay numba's loading
    return tuple(_active_return(_shifted(setting, shift)) for shift in range(phase_count(setting)))


def _shifted(setting: Setting, shift: int) -> Setting:
    later = setting.decisions + shift
    decisions = later[later < len(setting.panel.sessions)]
    mix = neutral_mix(setting.config, setting.panel, setting.sleeves, decisions)
    return replace(setting, decisions=decisions, mix=mix)


def _active_return(setting: Setting) -> float:
    decided = decide(setting)
    per_year = setting.config.sessions_per_year
    own, policy = (
        cagr(track_of(setting, simulate(setting, targets, decided)).equity, per_year) or 0.0
        for targets in (decided.targets, targets_of(setting.mix, setting.mix.policy))
    )
    return own - policy
