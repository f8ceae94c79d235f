"""Roles exchanged: the strategy told that what follows leads, and that what leads follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.decide import Setting

#: Parameters that say their role by their name; in any other strategy it is told by what the sleeves are.
FOLLOWER, LEADER = "lagging", "leading"
#: And by their name what both are held against.
YARDSTICKS = ("versus", "market")


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of two parameters, and of the sleeves that a config gives them."""

    follower: tuple[str, str]
    leader: tuple[str, str]


def roles_of(setting: Setting) -> Roles | str:
    """Which of the strategy's parameters names the sleeve that follows, and which the one that leads; or why not.

    `lagging` and `leading` where it has them; else the one that names a tilted sleeve, and the one that names a sleeve
    that is only watched.
    """
    config, given = setting.config, setting.strategy.given(setting.config)
    sleeves = {key: value for key, value in given.items() if isinstance(value, str) and value in setting.sleeves}
    if {FOLLOWER, LEADER} <= sleeves.keys():
        return Roles((FOLLOWER, sleeves[FOLLOWER]), (LEADER, sleeves[LEADER]))
    followers = [(key, name) for key, name in sleeves.items() if name in config.tilt]
    leaders = [(key, name) for key, name in sleeves.items() if name in config.watch and key not in YARDSTICKS]
    for role, found in (("is tilted", followers), ("is only watched", leaders)):
        if len(found) != 1:
            return f"{len(found) or 'none'} of its parameters name{'s' * (not found)} a sleeve that {role}, not one"
    return Roles(followers[0], leaders[0])


def exchanged(setting: Setting, roles: Roles) -> Setting:
    """The same question with the two sleeves in each other's place; the tilt stays where it is."""
    (one, follower), (other, leader) = roles.follower, roles.leader
    given: Mapping[str, Any] = {**setting.config.with_, one: leader, other: follower}
    return replace(setting, config=setting.config.model_copy(update={"with_": given}))
