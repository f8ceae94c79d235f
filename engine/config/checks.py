"""What no block can know alone: the checks between the blocks of a config."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from engine.config.marked import Finding, Marked, Path
from engine.config.models import Config
from engine.config.record import choice, did_you_mean, number
from engine.config.sleeve import SUM_TOLERANCE
from engine.config.stance import Rank, Threshold
from engine.config.trading import COSTS, Band

Found = tuple[Path, str, str, str]  # path, found, expected, cure


def findings_across(config: Config, tree: Marked, faulty: frozenset[str]) -> Iterator[Finding]:
    """Every fault between blocks; a check that would read a faulty block is left out."""
    for needs, check in _CHECKS:
        if faulty.isdisjoint(needs):
            for path, found, expected, cure in check(config):
                yield Finding(tree.nearest(path)[0].place, tree.dotted(path), found, expected, cure)
    if "hold" not in faulty:
        yield from _names(config, tree)


def _dates(config: Config) -> Iterator[Found]:
    if config.from_ and config.to and config.from_ >= config.to:
        yield ("to",), str(config.to), f"a day after `from` ({config.from_})", "change `from` or `to`"


def _names(config: Config, tree: Marked) -> Iterator[Finding]:
    """Names that mean no sleeve, or two; read off the tree, so that a fault in what they name hides none."""
    held = [*config.hold]
    assets = sorted({label for sleeve in config.hold.values() for label in sleeve.members})
    cases: list[tuple[Path, list[str], str]] = [
        (("policy",), [*held, "cash"], f"a held sleeve ({choice(held)}) or `cash`"),
        (("tilt",), held, f"a held sleeve ({choice(held)})"),
    ]
    priced = "a held sleeve, an asset in one, or `default`"
    cases += [(("trade", cost), [*held, *assets, "default"], priced) for cost in COSTS]
    for path, known, expected in cases:
        for name, value in _written(tree, path).items():
            if name not in known:
                cure = did_you_mean(name, known, "use one of those names")
                yield Finding(
                    value.key_place, tree.dotted((*path, name)), f"the name `{name}`", expected, cure
                )
    for name, value in _written(tree, ("watch",)).items():
        if name in held:
            found, cure = "a name that is also in `hold`", "rename one of the two"
            yield Finding(value.key_place, f"watch.{name}", found, "a name of its own", cure)


def _written(tree: Marked, path: Path) -> dict[str, Marked]:
    node, whole = tree.nearest(path)
    return node.children() if whole else {}


def _policy(config: Config) -> Iterator[Found]:
    if not config.policy:
        if len(config.hold) > 1:
            example = ", ".join(f"{name}: {1 / len(config.hold):.2g}" for name in config.hold)
            yield ("policy",), "nothing", "the weights of the neutral mix", f"add `policy: {{{example}}}`"
        return
    for name, weight in config.policy.items():
        if weight < 0 and not config.allow_short:
            cure = "make it 0 or more, or write `allow_short: true`"
            yield ("policy", name), f"the weight {number(weight)}", "no short weight", cure
            return
    total = math.fsum(config.policy.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        gap = number(1.0 - total)
        cure = f"add {gap}, for example to `cash`" if total < 1 else f"take {number(total - 1.0)} away"
        yield ("policy",), f"weights that sum to {number(total)}", "a sum of 1", cure


def _levels(config: Config) -> Iterator[Found]:
    stance = config.stance
    if isinstance(stance, Rank) and stance.top + stance.bottom == 0:
        yield (
            ("stance",),
            "`top` and `bottom` both 0",
            "at least one of them above 0",
            "write for example `top: 1`",
        )
    if not isinstance(stance, Threshold):
        return
    if stance.exit > stance.enter:
        expected = f"at most `enter` ({number(stance.enter)})"
        yield (
            ("stance", "exit"),
            f"the number {number(stance.exit)}",
            expected,
            "lower `exit` or raise `enter`",
        )
    if stance.sides == "both" and stance.enter < 0:
        expected = "at least 0 with `sides: both`"
        yield (
            ("stance", "enter"),
            f"the number {number(stance.enter)}",
            expected,
            "raise it, or choose one side",
        )


def _stance_and_tilt(config: Config) -> Iterator[Found]:
    if config.stance and not config.tilt:
        name = next(iter(config.hold))
        cure = f"add `tilt: {{{name}: {{over: 0.20, from: ...}}}}`, or remove `stance`"
        yield ("stance",), "a stance without `tilt`", "both or neither", cure
    if config.tilt and not config.stance:
        cure = "add for example `stance: {rule: threshold, enter: 1, exit: 0}`, or remove `tilt`"
        yield ("tilt",), "tilts without `stance`", "both or neither", cure


def _tilted(config: Config) -> Iterator[Found]:
    sources = [*config.hold, "cash", "pro_rata", "same"]
    for name, tilt in config.tilt.items():
        here = ("tilt", name, "from")
        if tilt.from_ == name:
            cure = "name another sleeve, or `same` with `rule: rank`"
            yield here, "the tilted sleeve itself", "another sleeve", cure
        elif tilt.from_ not in sources:
            yield here, f"the text `{tilt.from_}`", choice(sources), did_you_mean(tilt.from_, sources)


def _trading(config: Config) -> Iterator[Found]:
    if config.trade.at == "open" and config.trade.after == 0:
        found = "the open of the very session that was decided at its close"
        yield ("trade", "at"), found, "a later open, or the close", "write `after: 1`, or `at: close`"
    if config.trade.sizing == "gross":
        here, found = ("trade", "sizing"), "`gross`, which follows vectorbt's from_orders and knows no"
        if isinstance(config.rebalance, Band):
            yield here, f"{found} band", "`net_of_costs` with a band", "write `sizing: net_of_costs`"
        if config.allow_short:
            yield here, f"{found} shorts", "`net_of_costs` with `allow_short`", "write `sizing: net_of_costs`"


def _same(config: Config) -> Iterator[Found]:
    rule = getattr(config.stance, "rule", "rank")
    for name, tilt in config.tilt.items():
        if tilt.from_ == "same" and rule != "rank":
            cure = "name another sleeve, or write `rule: rank`"
            yield (
                ("tilt", name, "from"),
                f"`same` with the rule {rule}",
                "`same` with `rule: rank` only",
                cure,
            )


def _room(config: Config) -> Iterator[Found]:
    """Nothing is sold short: what a sleeve gives at full stance is covered by its policy weight."""
    names_are_wrong = bool((config.tilt.keys() | config.policy.keys()) - {*config.hold, "cash"})
    if (
        config.allow_short
        or names_are_wrong
        or any(any(check(config)) for check in (_policy, _tilted, _same))
    ):
        return
    policy = config.policy or dict.fromkeys(config.hold, 1.0)
    over_reach, under_reach = config.stance.reach() if config.stance else (1.0, 1.0)
    for name, tilt in config.tilt.items():
        own = policy.get(name, 0.0)
        most_under = own / (under_reach or 1.0)
        if tilt.under is not None and tilt.under > most_under + SUM_TOLERANCE:
            yield _too_much(("tilt", name, "under"), tilt.under, most_under, f"the policy weight of {name}")
        room, what = _given(config, policy, name, over_reach, under_reach)
        if tilt.over * over_reach > room + SUM_TOLERANCE:
            yield _too_much(("tilt", name, "over"), tilt.over, max(room, 0.0) / over_reach, what)


def _given(
    config: Config, policy: dict[str, float], name: str, over_reach: float, under_reach: float
) -> tuple[float, str]:
    """The most that one tilt can take from where it takes, and where that is in words."""
    giver, own = config.tilt[name].from_, policy.get(name, 0.0)
    if giver == "pro_rata":
        return 1.0 - own, f"what the policy holds beside {name}"
    if giver == "same":
        return own, f"the policy weight of {name}"
    weight = policy.get(giver, 0.0)
    beside = [
        tilt.over * over_reach for key, tilt in config.tilt.items() if key != name and tilt.from_ == giver
    ]
    if giver in config.tilt:
        beside.append(config.tilt[giver].under_points(weight) * under_reach)
    taken = math.fsum(beside)
    also = f", of which other tilts take {number(taken)}" if taken else ""
    return weight - taken, f"the policy weight {number(weight)} of {giver}{also}"


def _too_much(path: Path, found: float, most: float, what: str) -> Found:
    cure = f"write {number(most)} or less, or `allow_short: true`"
    return path, f"the number {number(found)}", f"at most {number(most)} ({what})", cure


_CHECKS: tuple[tuple[frozenset[str], Callable[[Config], Iterator[Found]]], ...] = (
    (frozenset({"from", "to"}), _dates),
    (frozenset({"hold", "policy", "allow_short"}), _policy),
    (frozenset({"stance"}), _levels),
    (frozenset({"stance", "tilt", "hold"}), _stance_and_tilt),
    (frozenset({"hold", "tilt"}), _tilted),
    (frozenset({"trade", "rebalance", "allow_short"}), _trading),
    (frozenset({"stance", "tilt"}), _same),
    (frozenset({"hold", "policy", "stance", "tilt", "allow_short"}), _room),
)
