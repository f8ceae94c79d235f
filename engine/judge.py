"""The judgement: what may be said of a run in words, with its caveats; and what the strategy says today."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.audit.record import Audit
from engine.config import Config
from engine.decide import Decided, Setting, entries, stance_in_force, unpriced
from engine.market.panel import Panel
from engine.market.table import Matrix
from engine.measure.episodes import Episode, active_log_returns, best_episode_share, list_episodes
from engine.measure.inference import Interval, active_return_interval, verdict
from engine.measure.sureness import Sureness, interval_against_zero, sharpe_record
from engine.measure.track import Track, excess_returns, returns
from engine.portfolio.blend import late_caveats, part_caveats
from engine.portfolio.brake import brake_caveats, stances_left
from engine.portfolio.explaining import Said
from engine.portfolio.ledger import Ledger
from engine.portfolio.limited import limit_caveats
from engine.portfolio.stance import distance_to_change
from engine.portfolio.tranches import whole_stance

Figures = Mapping[str, float | None]

#: More assets than this are counted, not named.
LISTED = 5


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One simulated portfolio: its targets (D, N) on decision days, its ledger, its track and its figures."""

    targets: Matrix
    ledger: Ledger
    track: Track
    figures: Figures


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the strategy says on its last decision day.

    stance, score, distance: by name; distance is how far a score is from the threshold that would change the stance.
    keep: by sleeve, the share of its overweight that its brakes let stand. said: what the strategy itself has to say.
    """

    day: str
    stance: Mapping[str, float]
    score: Mapping[str, float | None]
    distance: Mapping[str, float | None]
    keep: Mapping[str, float] = field(default_factory=dict)
    said: Said = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said of the active return.

    interval: HAC, None where there is no reference. best_episode_share: None without episodes, or where the active
    return is not positive. words: the verdict. caveats: each a sentence. sureness: of the Sharpe ratio and the active
    return, in closed form. bets: the episodes of which the brakes left anything, by which the verdict goes; None for a
    strategy about weights.
    """

    interval: Interval | None
    best_episode_share: float | None
    words: str
    caveats: tuple[str, ...]
    sureness: Sureness
    bets: int | None = None


def judge(setting: Setting, decided: Decided, portfolios: Mapping[str, Portfolio], reference: str) -> Judgement:
    """The HAC interval of the active return, the best bet's share, the verdict and the caveats."""
    own, other = portfolios["strategy"], portfolios[reference]
    interval = active_return_interval(own.track, other.track, setting.config.sessions_per_year)
    share, bets, caveats = None, None, _caveats(setting, decided, own.ledger)
    if decided.stance is not None:
        active = active_log_returns(own.track, other.track)
        days, stance = stance_in_force(setting, decided)
        episodes = list_episodes(stance, days - own.ledger.start, active, after=setting.config.trade.after)
        share, bets = best_episode_share(episodes, active), _taken(setting, decided, episodes)
        if bets < len(episodes):
            words = f"{len(episodes) - bets} of {len(episodes)} episodes"
            caveats = (*caveats, f"the brakes left nothing of {words}: the verdict counts {bets} bets")
    sureness = _sureness(own.track, other.track, interval, setting.config.sessions_per_year)
    return Judgement(interval, share, verdict(bets, interval), caveats, sureness, bets)


def _taken(setting: Setting, decided: Decided, episodes: Sequence[Episode]) -> int:
    """How many episodes were bets: the brakes left something of them on some decision."""
    if decided.stance is None or decided.braked is None:
        return len(episodes)
    left = stances_left(setting.config, decided.stance, decided.braked)
    _, whole = whole_stance(left, setting.decisions, setting.tranche)
    return sum(bool(whole[one.first_decision : one.last_decision + 1].any()) for one in episodes)


def _sureness(own: Track, other: Track, interval: Interval | None, per_year: float) -> Sureness:
    active = sharpe_record(returns(own) - returns(other), per_year)
    return Sureness(sharpe_record(excess_returns(own), per_year), active, interval_against_zero(interval))


def warned(judgement: Judgement, audit: Audit) -> Judgement:
    """The judgement with the findings of an audit that failed before its caveats."""
    if audit.verdict != "fail":
        return judgement
    said = tuple(f"the audit failed: {finding}" for finding in audit.findings)
    return replace(judgement, caveats=(*said, *judgement.caveats))


def outlook(setting: Setting, decided: Decided) -> Outlook:
    """Stance, score and distance of the last decision; empty mappings for a strategy about weights."""
    day = str(setting.panel.sessions[setting.decisions[-1]])
    if decided.scores is None or decided.stance is None or setting.config.rule is None:
        return Outlook(day, {}, {}, {}, said=decided.said)
    scores, stance = decided.scores, decided.stance
    distance = distance_to_change(setting.config.rule, scores, stance)
    return Outlook(
        day,
        {name: float(value) for name, value in zip(stance.names, stance.values[-1], strict=True)},
        {name: _or_none(value) for name, value in zip(scores.names, scores.values[-1], strict=True)},
        {name: _or_none(value) for name, value in zip(scores.names, distance[-1], strict=True)},
        {name: float(shares[-1]) for name, shares in decided.keep.items()},
        decided.said,
    )


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _caveats(setting: Setting, decided: Decided, ledger: Ledger) -> tuple[str, ...]:
    """Each a sentence that a reader has to know before the figures."""
    config, panel = setting.config, setting.panel
    said = [*panel.caveats, *part_caveats(setting.parts, panel.caveats)]
    said += late_caveats(setting.parts, panel.sessions, setting.decisions)
    if config.trade.after == 0:
        said.append("decisions trade at the very close they were made on (`after: 0`), which nobody can do")
    if config.trade.sizing == "gross":
        said.append("sized before costs (`sizing: gross`): weights are short of their targets by the costs")
    if config.simulator == "vectorbt":
        said.append("simulated by vectorbt; overweight's own simulation agrees to 1e-9 of equity on every session")
    said += _in_several_sleeves(config)
    said += brake_caveats(decided.braked)
    said += limit_caveats(decided.limited)
    late = entries(setting)
    if late:
        said.append("entered later: " + ", ".join(f"{label} {day}" for label, day in late.items()))
    if never := unpriced(setting):
        said.append(f"without a price up to {panel.sessions[-1]}, and never held: {', '.join(never)}")
    said += _wild_moves(panel, ledger)
    said += _ended(panel, int(setting.decisions[0]))
    for h, name in enumerate(setting.mix.names):
        empty = int((setting.mix.parts[h].sum(axis=1) == 0.0).sum())
        if empty:
            said.append(
                f"on {empty} of {len(setting.decisions)} decisions no member of {name} traded: its weight was cash"
            )
    carried = int(ledger.carried.sum())
    if carried:
        worst = panel.assets[int(np.argmax(ledger.carried))]
        said.append(
            f"{carried} time{'s' if carried > 1 else ''} a position was carried at its last price, most often {worst}"
        )
    if ledger.stuck:
        said.append(f"{ledger.stuck} order{'s' if ledger.stuck > 1 else ''} cut or refused; the trades table says why")
    pending = int((setting.decisions + config.trade.after >= len(panel.sessions)).sum())
    if pending:
        said.append(f"the last decision, of {panel.sessions[setting.decisions[-1]]}, is not traded yet")
    return tuple(said)


def _in_several_sleeves(config: Config) -> list[str]:
    """Held assets that more than one sleeve names."""
    homes: dict[str, list[str]] = {}
    for name, sleeve in config.hold.items():
        for label in sleeve.members:
            homes.setdefault(label, []).append(name)
    shared = [f"{label} ({' and '.join(names)})" for label, names in sorted(homes.items()) if len(names) > 1]
    more = [f"{len(shared) - LISTED} more"] if len(shared) > LISTED else []
    named = ", ".join([*shared[:LISTED], *more])
    return [f"in several sleeves, whose weights add up: {named}"] if shared else []


def _ended(panel: Panel, first: int) -> list[str]:
    """Held assets that end before the data do, by how; first: the session of the first decision."""
    worthless = panel.held & (panel.prices == 0.0).any(axis=0)
    ended = panel.held & (panel.ends < len(panel.sessions)) & ~worthless
    kinds = (
        ("worth nothing from a price of 0 on, and not traded", worthless),
        ("ended before the first decision, and never held", ended & (panel.ends < first)),
        ("ended, their last price paid out in cash", ended & (panel.ends >= first)),
    )
    said = []
    for words, which in kinds:
        rows = np.where(worthless, np.argmax(panel.prices == 0.0, axis=0), panel.ends)
        days = ", ".join(f"{panel.assets[i]} {panel.sessions[rows[i]]}" for i in np.flatnonzero(which))
        said += [f"{words}: {days}"] if days else []
    return said


def _wild_moves(panel: Panel, ledger: Ledger) -> list[str]:
    """A price of what was held that tripled, or lost two thirds, in one session: true at times, at others a fault."""
    known = panel.known[ledger.start :]
    held = ledger.units[:-1] != 0.0
    ratio = np.divide(known[1:], known[:-1], out=np.ones_like(known[1:]), where=held & (known[:-1] > 0))
    wild = np.argwhere((ratio > 3.0) | (ratio < 1.0 / 3.0))
    if len(wild) == 0:
        return []
    row, asset = wild[0]
    more = f", and {len(wild) - 1} such moves more" if len(wild) > 1 else ""
    move = f"{panel.assets[asset]} moved {ratio[row, asset] - 1.0:+.0%} on {ledger.sessions[row + 1]}"
    return [f"{move}{more}: look whether the data are right"]
