"""What a result hangs on: how it changes with known dates, with a basis point in every price, with trades done later.

None of it must stay the same; a result that falls apart is worth a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.audit import worlds
from engine.audit.moved import Both, same_decisions
from engine.audit.record import Check, Verdict
from engine.audit.worlds import Worlds
from engine.backtest import beside_policy
from engine.config import Config
from engine.decide import Setting
from engine.errors import OverweightError
from engine.market.panel import Panel, Series
from engine.market.table import Vector
from engine.measure import formulas
from engine.measure.inference import active_return_interval

#: Sessions by which trades come later, and by which what is only seen is known later.
LATER = (1, 2, 3, 4, 5)
KNOWN_LATER = (1, 5)
BASIS_POINT = 1e-4
SEED = 20260103
#: Of an active return that is surely above zero, the part that has to be left one session later.
LEFT = 0.5
#: A monthly series has dates so many days apart.
MONTH = (28, 31)
#: Decisions that a basis point may move by more than POINTS of weight.
OFTEN, POINTS = 0.1, 0.01
#: Weights further apart than this are others.
MOVED = 1e-6


def delays(base: Both) -> Check:
    """The same decisions traded one to five sessions later: how the active return decays."""
    setting, decided = base
    own, surely = _active(base)
    found: list[float | None] = []
    for later in LATER:
        trade = setting.config.trade.model_copy(update={"after": setting.config.trade.after + later})
        config = setting.config.model_copy(update={"trade": trade})
        found.append(_active((_with(setting, config), decided))[0])
    figures = {"active_return": own} | {f"traded_{k}_later": one for k, one in zip(LATER, found, strict=True)}
    told = f"active return {_percent(own)}; traded 1 to 5 sessions later {', '.join(map(_percent, found))}"
    verdict = _falls_apart(own, surely, found[0])
    gone = f"what it earned is gone when it trades one session later: {_percent(own)} to {_percent(found[0])}"
    findings = (gone,) if verdict == "warn" else ()
    return Check("delay", verdict, told, findings, figures, len(findings))


def known(base: Both, other: Worlds) -> Check:
    """What is only seen, known one and five sessions later; and whether it was known before it can have been."""
    panel = base[0].panel
    if panel.held.all() and not panel.series:
        return Check("known", "none", "nothing is seen that is not held")
    own, surely = _active(base)
    figures: dict[str, float | None] = {"active_return": own}
    told = []
    for later in KNOWN_LATER:
        word = f"{later} session{'s' * (later > 1)} later"
        try:
            there = other.decided(panel=worlds.known_later(later))
        except OverweightError:
            told.append(f"{word} the past is too short for it")
            continue
        share = float((_turned(base, there) > MOVED).mean())
        active = figures[f"known_{later}_later"] = _active(there)[0]
        figures[f"differ_{later}_later"] = share
        told.append(f"{word} {share:.0%} of decisions differ and the active return is {_percent(active)}")
    findings = [*_early(panel)]
    if _falls_apart(own, surely, figures.get("known_1_later")) == "warn":
        now = _percent(figures["known_1_later"])
        findings.append(f"what it earned is gone when all it sees is known a session later: {_percent(own)} to {now}")
    words = f"active return {_percent(own)}; with what it only sees known {', '.join(told)}"
    return Check("known", "warn" if findings else "pass", words, tuple(findings), figures, len(findings))


def noise(base: Both, other: Worlds) -> Check:
    """Every price a basis point off: how far decisions and result move."""
    try:
        there = other.decided(table=worlds.nudged(BASIS_POINT, SEED))
    except OverweightError as error:
        found = f"a basis point makes it fail: {error.faults[0].found}"
        return Check("noise", "warn", found, (found,), found=1)
    turned = _turned(base, there)
    often = float((turned > POINTS).mean())
    own, moved_to = _active(base)[0], _active(there)[0]
    words = (
        f"prices a basis point off move {often:.1%} of decisions by more than {POINTS * 100:.0f} point of weight, "
        f"and the active return from {_percent(own)} to {_percent(moved_to)}"
    )
    figures = {"moved": often, "mean_turnover": float(turned.mean()), "active_return": own, "nudged": moved_to}
    findings = (words,) if often > OFTEN else ()
    return Check("noise", "warn" if findings else "pass", words, findings, figures, len(findings))


def _turned(base: Both, there: Both) -> Vector:
    """(D,) how much weight lies elsewhere in another world, decision by decision; all of it where it makes none."""
    mine, yours = same_decisions(base[0], there[0])
    turned = np.ones(len(base[0].decisions))
    turned[mine] = 0.5 * np.abs(there[1].targets[yours] - base[1].targets[mine]).sum(axis=1)
    return turned


def _early(panel: Panel) -> Iterator[str]:
    """Series that are seen before what they describe is over, as far as their dates tell."""
    for name, one in panel.series.items():
        if not len(one.values):
            continue
        seen = panel.sessions[one.visible]
        before = np.flatnonzero(seen < one.dates)
        if len(before):
            day = one.dates[before[0]]
            yield f"{name}: {len(before)} values are seen before their own day, that of {day} on {seen[before[0]]}"
        elif _is_dated_on_firsts(one) and float(np.median((seen - one.dates).astype(int))) < MONTH[0]:
            yield f"{name}: monthly values dated on the first are seen in that month: is it the month they describe?"


def _is_dated_on_firsts(one: Series) -> bool:
    days = np.unique(one.dates)
    firsts = (days == days.astype("datetime64[M]").astype("datetime64[D]")).all()
    return len(days) > 6 and bool(firsts) and MONTH[0] <= float(np.median(np.diff(days).astype(int))) <= MONTH[1]


def _active(both: Both) -> tuple[float | None, bool]:
    """The active return over policy, both by our own simulation; and whether its interval is above zero."""
    setting = _with(both[0], both[0].config.model_copy(update={"simulator": "overweight"}))
    own, policy = beside_policy(setting, both[1])
    per_year = setting.config.sessions_per_year
    interval = active_return_interval(own, policy, per_year)
    earned = formulas.difference(formulas.cagr(own.equity, per_year), formulas.cagr(policy.equity, per_year))
    return earned, interval is not None and interval.low > 0.0


def _with(setting: Setting, config: Config) -> Setting:
    return replace(setting, config=config)


def _falls_apart(own: float | None, surely: bool, later: float | None) -> Verdict:
    """A warning where an active return that is surely above zero loses most of itself in one session."""
    return "warn" if surely and own is not None and later is not None and later < LEFT * own else "pass"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:+.2%}"
