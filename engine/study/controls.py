"""Controls on request: what the same question earns where one thing is changed that should matter.

All keep the config's tilt, brakes, limits, schedule and costs, and are measured as active return (a difference of
CAGRs) over the policy mix.

circular_shifts: the stances, moved along the decisions; what moves past the end begins anew.
random_sleeves: other assets in the tilted sleeves, against a policy mix that holds the same ones.
leave_one_out: each episode in turn put to neutral.
dollar: the stance of the dollar's own 12-1 momentum, turned round: over while it falls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np

from engine.backtest import beside_policy, simulate, track_of
from engine.config import Config, Sleeve
from engine.decide import Decided, Setting, decided_as, stance_in_force
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.table import Vector
from engine.measure import formulas
from engine.measure.episodes import Episode, active_log_returns, list_episodes
from engine.measure.track import Track
from engine.portfolio.controls import momentum_on, stance_by_sign
from engine.portfolio.ledger import COMPILED
from engine.portfolio.stance import Stance
from engine.portfolio.tranches import rows_of
from engine.result import Control, Dollar, LeftOut, Result, Spread, Unmeasured
from engine.study.random_sleeves import drawn_settings

#: At most so many portfolios for one control.
MOST = 100
#: How the sleeve is called that holds the dollar.
DOLLAR = "dollar (control)"


@dataclass(frozen=True, slots=True)
class Held:
    """What is held against what: the setting, its own decisions, and the active return over its own policy mix."""

    setting: Setting
    decided: Decided
    stance: Stance
    active_return: float


def measure_controls(result: Result) -> dict[str, Control]:
    """The controls that the config asks for, by name, in the order of its keys.

    Raises ConfigError where the dollar is nowhere to be found.
    """
    asked, setting, stance = result.config.controls, result.setting, result.decided.stance
    wanted = {name: measured for name, measured in MEASURED.items() if getattr(asked, name)}
    own = active_return(setting, result.own.track, result.portfolios["policy"].track)
    if stance is None or own is None:
        reason = "it states weights, not a stance" if stance is None else "it lost everything, or has no year's figure"
        return dict.fromkeys(wanted, Unmeasured(reason))
    import_module(COMPILED)  # many runs repay numba's loading
    held = Held(setting, result.decided, stance, own)
    return {name: measured(result, held) for name, measured in wanted.items()}


def circular_shifts(result: Result, held: Held) -> Control:
    """All shifts of the stances but none at all, or MOST of them, evenly spread."""
    rows = rows_of(held.setting.tranche)
    count = min(map(len, rows))
    values = held.stance.values
    if all((values[own] == values[own[0]]).all() for own in rows):
        return Unmeasured("its stance never changes")
    shifts = np.unique(np.linspace(1, count - 1, min(count - 1, MOST)).round().astype(int))
    shifted = []
    for shift in shifts:
        moved = values.copy()
        for own in rows:
            moved[own] = np.roll(values[own], shift, axis=0)
        shifted.append(replace(held.stance, values=moved))
    return _spread(held.active_return, _with_stances(result, held, shifted))


def leave_one_out(result: Result, held: Held) -> Control:
    """Each episode put to neutral; where there are more than MOST, those that earned or lost most."""
    days, whole = stance_in_force(held.setting, held.decided)
    own, policy = result.own, result.portfolios["policy"]
    active, after = active_log_returns(own.track, policy.track), held.setting.config.trade.after
    episodes = list_episodes(whole, days - own.ledger.start, active, after=after)
    if not episodes:
        return Unmeasured("it never left neutral")
    largest = sorted(episodes, key=lambda one: -abs(one.active_log_return))[:MOST]
    kept = sorted(largest, key=lambda one: one.first_decision)
    without = _with_stances(result, held, [_without(held, days, episode) for episode in kept])
    spans = [tuple(str(held.setting.panel.sessions[days[d]]) for d in _ends(episode)) for episode in kept]
    low, high = int(np.argmin(without)), int(np.argmax(without))
    return LeftOut(
        held.active_return, len(episodes), float(without[low]), spans[low], float(without[high]), spans[high]
    )


def random_sleeves(result: Result, held: Held) -> Control:
    """The stances on random other assets of the data, as many as there are members, MOST times."""
    if any(name not in held.setting.config.tilt for name in held.stance.names):
        return Unmeasured("its stances are on assets, not on sleeves")
    drawn = drawn_settings(held.setting, MOST)
    if isinstance(drawn, str):
        return Unmeasured(drawn)
    return _spread(held.active_return, np.array([*_over_own_policy(held, drawn)]))


def dollar(result: Result, held: Held) -> Control:
    """The tilted sleeves over while the dollar's 12-1 momentum is below zero; under, where the rule may, above."""
    setting, config = held.setting, held.setting.config
    if any(name not in config.tilt for name in held.stance.names):
        return Unmeasured("its stances are on assets, not on sleeves")
    levels = dollar_levels(config, setting.panel)
    if len(levels) < len(setting.panel.sessions):
        return Unmeasured(f"{config.controls.dollar} ends before the data do")
    names = tuple(sorted(config.tilt))
    falling = np.column_stack([-momentum_on(levels, setting.decisions)] * len(names))
    stance = stance_by_sign(config, names, falling, setting.decisions, setting.tranche)
    returns = _with_stances(result, held, [stance])
    agreeing = float(np.mean(np.sign(stance.values) == np.sign(_on(held.stance, names))))
    return Dollar(held.active_return, float(returns[0]), agreeing)


#: What measures each control.
MEASURED = {
    "circular_shifts": circular_shifts,
    "random_sleeves": random_sleeves,
    "leave_one_out": leave_one_out,
    "dollar": dollar,
}


def active_return(setting: Setting, own: Track, policy: Track) -> float | None:
    """CAGR less that of the policy mix; None where one of them has none."""
    year = setting.config.sessions_per_year
    one, other = (formulas.cagr(track.equity, year) for track in (own, policy))
    return formulas.difference(one, other)


def dollar_levels(config: Config, panel: Panel) -> Vector:
    """(T,) what the dollar was worth at each session, NaN before it is known. ConfigError where there is none."""
    name = config.controls.dollar
    assert name is not None
    if (key := panel.series_key(name)) is not None:
        one = panel.series[key]
        last = np.searchsorted(one.visible, np.arange(len(panel.sessions)), side="right") - 1
        return np.where(last >= 0, one.values[np.maximum(last, 0)], np.nan)
    if name not in panel.assets:
        watch = {**config.watch, DOLLAR: Sleeve(members=(name,))}
        try:
            panel = build_panel(config.model_copy(update={"watch": watch}))
        except ConfigError as error:
            faults = (config.fault("controls.dollar", f.found, f.expected, f.cure) for f in error.faults)
            raise ConfigError(*faults) from None
    return np.asarray(panel.prices[:, panel.column(name)])


def _with_stances(result: Result, held: Held, stances: Sequence[Stance]) -> Vector:
    """(K,) the active return of each stance in place of the strategy's own."""
    policy = result.portfolios["policy"].track
    found = []
    for stance in stances:
        other = decided_as(held.setting, stance, held.decided.keep)
        own = track_of(held.setting, simulate(held.setting, other.targets, other))
        found.append(active_return(held.setting, own, policy))
    return np.array([one for one in found if one is not None])


def _over_own_policy(held: Held, settings: Sequence[Setting]) -> Iterator[float]:
    """The active return of the same stances in each setting, over the policy mix of that setting."""
    for setting in settings:
        found = active_return(setting, *beside_policy(setting, decided_as(setting, held.stance, held.decided.keep)))
        if found is not None:
            yield found


def _spread(own: float, others: Vector) -> Control:
    if not len(others):
        return Unmeasured("none of them has a year's figure")
    low, high = np.percentile(others, [5.0, 95.0])
    beaten = int((others < own).sum())
    return Spread(own, len(others), beaten, float(others.mean()), float(low), float(high))


def _without(held: Held, days: np.ndarray, episode: Episode) -> Stance:
    """The stances with one episode neutral, in every tranche."""
    first, last = (days[d] for d in _ends(episode))
    inside = (held.setting.decisions >= first) & (held.setting.decisions <= last)
    return replace(held.stance, values=np.where(inside[:, None], 0.0, held.stance.values))


def _ends(episode: Episode) -> tuple[int, int]:
    return episode.first_decision, episode.last_decision


def _on(stance: Stance, names: tuple[str, ...]) -> np.ndarray:
    """(D, S) stances on those names, 0 where there is none."""
    held = {name: stance.values[:, s] for s, name in enumerate(stance.names)}
    return np.column_stack([held.get(name, np.zeros(len(stance.values))) for name in names])
