"""Kinds of null markets: what each takes away, what it leaves, and how one is made of a question that is set up.

A market is a pure function of the question, the kind, the seed and its number, whoever makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from engine.config import Config, EveryArrival
from engine.decide import Setting
from engine.errors import ConfigError
from engine.market.panel import Panel
from engine.market.sleeves import sleeve_series
from engine.portfolio.tilt import neutral_mix
from engine.portfolio.tranches import take_turns
from engine.study.null import moves, seen

#: Sessions in a block of the bootstrap, on average: at most so many, and at most this part of the wait between two
#: decisions. A block hands on what its first days tell of its last ones: with blocks as long as the wait a null market
#: keeps some of the real one's luck, and a test by it rejects 2.6% where it says 5 (`make calibration`).
BLOCK, OF_WAIT = 5, 0.25

#: Multiples of it, without what is before the point, lie as far from each other as so many numbers can.
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Draw:
    """What one market is drawn with. rng: its own. part: from 0 to below 1, the parts of all markets evenly spread: two
    that were near would be nearly one market. block: of the bootstrap. own: the real moves, which are mixed anew.
    """

    rng: Generator
    part: float
    block: int
    own: moves.Moves


@dataclass(frozen=True, slots=True)
class Kind:
    """gone, left: what is gone from such a market, and what is left in it, in words. make: one such market.

    prices: whether what is held moves otherwise, so that policy earns something else too.
    """

    gone: str
    left: str
    make: Callable[[Setting, Draw], Setting]
    prices: bool


def _shifted(setting: Setting, draw: Draw) -> Setting:
    panel, sleeves = seen.from_another_era(setting.config, setting.panel, setting.sleeves, draw.part)
    return replace(setting, panel=panel, sleeves=sleeves)


def _dates(setting: Setting, draw: Draw) -> Setting:
    return _with_series(setting, seen.on_other_days(setting.config, setting.panel, draw.rng))


def _signs(setting: Setting, draw: Draw) -> Setting:
    return _with_series(setting, seen.with_other_signs(setting.config, setting.panel, draw.rng))


def _bootstrap(setting: Setting, draw: Draw) -> Setting:
    return with_panel(setting, moves.with_moves(setting.panel, moves.bootstrapped(draw.own, draw.rng, draw.block)))


def _mirrored(setting: Setting, draw: Draw) -> Setting:
    return with_panel(setting, moves.with_moves(setting.panel, moves.mirrored(draw.own, draw.rng)))


def _made(setting: Setting, draw: Draw) -> Setting:
    return with_panel(setting, moves.with_moves(setting.panel, moves.made(draw.own, draw.rng)))


#: By name. Never change the order, only add: a market's random numbers hang on the place of its kind.
KINDS = {
    "shifted": Kind(
        "all that what is watched tells, as it comes from another era",
        "what held sleeves tell of themselves",
        _shifted,
        False,
    ),
    "dates": Kind(
        "all that the days of the watched series tell, as they are others",
        "what prices tell",
        _dates,
        False,
    ),
    "signs": Kind(
        "whether values of the watched series are above 0 or below, as that is drawn",
        "that something happened on those days; what prices tell",
        _signs,
        False,
    ),
    "bootstrap": Kind(
        "what the past tells of the future beyond a few sessions, as sessions come in another order",
        "each asset's mean return; what moves together",
        _bootstrap,
        True,
    ),
    "mirrored": Kind(
        "what the past tells of a move's direction, as each session's moves are turned round or not by chance",
        "each asset's mean return; what moves together; calm and wild times",
        _mirrored,
        True,
    ),
    "made": Kind(
        "everything that can be timed, and what one asset earns more than another, as prices are drawn",
        "deviations and correlations; that wild times last",
        _made,
        True,
    ),
}


def usual_block(setting: Setting) -> int:
    """Sessions in a block of a question's bootstrap: 5 for a rule that decides monthly, 1 for one that does weekly."""
    own = setting.decisions[setting.tranche == setting.tranche[0]]
    return min(max(int(OF_WAIT * float(np.median(np.diff(own)))), 1), BLOCK) if len(own) > 1 else BLOCK


def with_panel(setting: Setting, panel: Panel) -> Setting:
    """The same question on a panel with the same sessions and assets, but other prices."""
    sleeves = sleeve_series(setting.config, panel)
    mix = neutral_mix(setting.config, panel, sleeves, setting.decisions)
    return replace(setting, panel=panel, sleeves=sleeves, mix=mix)


def null_market(
    setting: Setting, kind: str, seed: int, number: int, block: int = BLOCK, own: moves.Moves | None = None
) -> Setting:
    """Null market `number` of a kind. Raises ConfigError where there is no decision left in it.

    own: the moves of the setting's panel, for who makes many markets of it.
    """
    place = [*KINDS].index(kind)
    begin = np.random.default_rng([seed, place]).random()
    rng, part = np.random.default_rng([seed, place, number]), float((begin + number * GOLDEN) % 1.0)
    draw = Draw(rng, part, block, moves.moves_of(setting.panel) if own is None else own)
    return KINDS[kind].make(setting, draw)


def unfit(setting: Setting, kind: str) -> str | None:
    """Why there are no null markets of this kind for a question; None where there are."""
    config, panel = setting.config, setting.panel
    if kind == "shifted" and not seen.watched_sleeves(config, setting.sleeves):
        return "no sleeve of assets is watched"
    series = seen.watched_series(config, panel)
    if kind in ("dates", "signs") and not series:
        return "no series is watched"
    if kind == "signs" and not any(seen.has_signs(panel.series[key]) for key in series):
        return "no watched series has values above 0 and below"
    return None


def kinds_for(setting: Setting, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds asked for; where none are, those of what the config watches, and the bootstrap.

    Raises ConfigError for one that does not fit, and for a blend, whose parts have markets of their own.
    """
    config = setting.config
    if config.blend is not None:
        found, cure = "a blend, whose parts stand on markets of their own", "ask for each part by itself"
        raise ConfigError(config.fault("blend", found, "a config with a `strategy`", cure))
    fit = [kind for kind in KINDS if unfit(setting, kind) is None]
    faults = [
        config.fault("watch", f"no null market of kind `{kind}`, as {unfit(setting, kind)}", " or ".join(fit), CURE)
        for kind in dict.fromkeys(asked)
        if kind not in fit
    ]
    if faults:
        raise ConfigError(*faults)
    return tuple(dict.fromkeys(asked)) or tuple(_usual(setting))


CURE = "name another kind, or none"


def _usual(setting: Setting) -> Iterator[str]:
    for kind in ("shifted", "dates"):
        if unfit(setting, kind) is None:
            yield kind
    yield "bootstrap"


def _with_series(setting: Setting, panel: Panel) -> Setting:
    """Other series; where decisions are made on their arrival, on other days too."""
    if not isinstance(setting.config.every, EveryArrival):
        return replace(setting, panel=panel)
    decisions, tranche = take_turns(setting.config, panel)
    mix = neutral_mix(setting.config, panel, setting.sleeves, decisions)
    return replace(setting, panel=panel, decisions=decisions, tranche=tranche, mix=mix)


def measured_over(config: Config) -> bool:
    """Whether policy earns the same in every market that leaves prices alone: it trades on its own days."""
    return config.rebalance != "on_change" and not isinstance(config.every, EveryArrival)
