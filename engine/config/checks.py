"""What no block can know alone: the checks between the blocks of a config."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator

from engine.config.claims_checks import claims_on_shocks
from engine.config.event_study_checks import event_study_findings
from engine.config.extends import OF_PRICES, STUDIES
from engine.config.limit_checks import borrowing_is_simulated, limit_findings, policy_within_limits
from engine.config.marked import Found, Marked, MarkedFault, Path
from engine.config.models import Config
from engine.config.record import choice, did_you_mean, number
from engine.config.schedule import EveryArrival, tranches_of
from engine.config.simulator import beyond_vectorbt
from engine.config.sleeve import SUM_TOLERANCE
from engine.config.stance import Rank, Threshold
from engine.config.strategy_checks import braked, strategy_or_blend
from engine.config.study_checks import study_findings
from engine.config.trading import COSTS, Band
from engine.config.walk_forward_checks import walk_forward_findings

#: Top-level keys in which sleeves and assets are named.
NAMED = frozenset({"hold", "watch", "policy", "tilt", "limits", "trade"})


def findings_across(config: Config, tree: Marked, faulty: frozenset[str]) -> Iterator[MarkedFault]:
    """Every fault between blocks; a check that would read a faulty block is left out."""
    for needs, check in _CHECKS:
        if faulty.isdisjoint(needs):
            for path, found, expected, cure in check(config):
                yield MarkedFault(tree.nearest(path)[0].place, tree.dotted(path), found, expected, cure)
    if "hold" not in faulty:
        yield from _names(config, tree)
    if faulty.isdisjoint(STUDIES):
        yield from study_findings(config, tree)


def checks_on(keys: Collection[str]) -> list[tuple[frozenset[str], Callable[[Config], bool]]]:
    """The checks that read one of these top-level keys: all that each reads, and whether a config passes it."""
    found = [(reads, _passes(check)) for reads, check in _CHECKS if not reads.isdisjoint(keys)]
    if not NAMED.isdisjoint(keys):
        found.append((NAMED, lambda config: not any(_names(config, config.tree))))
    return found


def _passes(check: Callable[[Config], Iterator[Found]]) -> Callable[[Config], bool]:
    return lambda config: not any(check(config))


def _dates(config: Config) -> Iterator[Found]:
    if config.from_ and config.to and config.from_ >= config.to:
        yield ("to",), str(config.to), f"a day after `from` ({config.from_})", "change `from` or `to`"


def _names(config: Config, tree: Marked) -> Iterator[MarkedFault]:
    """Names that mean no sleeve, or two; read off the tree, so that a fault in what they name hides none."""
    held = [*config.hold]
    assets = sorted({label for sleeve in config.hold.values() for label in sleeve.members})
    cases: list[tuple[Path, list[str], str]] = [
        (("policy",), [*held, "cash"], f"a held sleeve ({choice(held)}) or `cash`"),
        (("tilt",), held, f"a held sleeve ({choice(held)})"),
        (("limits", "sleeve"), held, f"a held sleeve ({choice(held)})"),
    ]
    priced = "a held sleeve, an asset in one, or `default`"
    cases += [(("trade", cost), [*held, *assets, "default"], priced) for cost in (*COSTS, "lots")]
    named = "a held asset or `default`; what a whole sleeve may hold stands under `limits.sleeve`"
    if not (_written(tree, ("limits", "asset")).keys() <= {"min", "max"}):
        cases.append((("limits", "asset"), [*assets, "default"], named))
    for path, known, expected in cases:
        for name, value in _written(tree, path).items():
            if name not in known:
                cure = did_you_mean(name, known, "use one of those names")
                yield MarkedFault(value.key_place, tree.dotted((*path, name)), f"the name `{name}`", expected, cure)
    for name, value in _written(tree, ("watch",)).items():
        if name in held:
            found, cure = "a name that is also in `hold`", "rename one of the two"
            yield MarkedFault(value.key_place, f"watch.{name}", found, "a name of its own", cure)


def _written(tree: Marked, path: Path) -> dict[str, Marked]:
    node, whole = tree.nearest(path)
    return node.children() if whole else {}


def _policy(config: Config) -> Iterator[Found]:
    if not config.policy:
        if len(config.hold) > 1 and config.study not in OF_PRICES:
            example = ", ".join(f"{name}: {1 / len(config.hold):.2g}" for name in config.hold)
            yield ("policy",), "nothing", "the weights of the neutral mix", f"add `policy: {{{example}}}`"
        return
    for name, weight in config.policy.items():
        borrowed = min(config.limits.least_cash, 0.0) if config.limits and name == "cash" else 0.0
        if weight < borrowed - SUM_TOLERANCE * (borrowed < 0) and not config.allow_short:
            cure, expected = "make it 0 or more, or write `allow_short: true`", "no short weight"
            if borrowed:
                cure = f"make it {number(borrowed)} or more, or let `limits` borrow more"
                expected = f"at least {number(borrowed)}, which `limits` let borrow"
            yield ("policy", name), f"the weight {number(weight)}", expected, cure
            return
    total = math.fsum(config.policy.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        gap = number(1.0 - total)
        cure = f"add {gap}, for example to `cash`" if total < 1 else f"take {number(total - 1.0)} away"
        if math.isclose(total, 100.0, abs_tol=SUM_TOLERANCE * 100.0):
            cure = "write percentages as fractions: 0.4 for 40"
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
    if config.tilt and not config.rule:
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


def _ranked(config: Config) -> Iterator[Found]:
    """A rank that chooses every member has nobody to take from."""
    if isinstance(config.stance, Rank):
        for name, tilt in config.tilt.items():
            members = len(config.hold[name].members) if name in config.hold else 0
            chosen = max(config.stance.top, config.stance.bottom)
            if tilt.from_ == "same" and members and chosen >= members:
                found = f"`same`, though the rank may choose {chosen} of the {members} members of {name}"
                cure = f"rank fewer than {members}, or name another sleeve"
                yield ("tilt", name, "from"), found, "members left to take from", cure


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
        for key in ("commission_per_share", "commission_minimum", "impact", "smallest_trade", "turnover_cap", "lots"):
            if getattr(config.trade, key):
                yield here, f"{found} `{key}`", f"`net_of_costs` with `{key}`", "write `sizing: net_of_costs`"


def _tranches(config: Config) -> Iterator[Found]:
    possible = tranches_of(config.every)
    if config.tranches == 1 or config.tranches in possible:
        return
    found = f"the number {config.tranches}"
    if not possible:
        expected = "1, for this `every` does not come back after so many sessions"
        yield ("tranches",), found, expected, "remove it, or write for example `every: month_end`"
        return
    period, most = possible[-1], max(n for n in possible if n < config.tranches)
    sessions = f"{period} session{'s' * (period > 1)}"
    expected = f"a number that divides the {sessions} of a period ({choice(map(str, possible))})"
    yield ("tranches",), found, expected, f"write {most}" if most > 1 else "remove it"


def _arrivals(config: Config) -> Iterator[Found]:
    """Of what arrives, the source must stand in the file; its columns are seen once the data are read."""
    if not isinstance(config.every, EveryArrival):
        return
    name, series = config.every.on, [key for key, one in config.watch.items() if one.series is not None]
    if name in config.watch and name not in series:
        cure = f"name a series, for example {series[0]}" if series else "watch one: `name: {series: source.column}`"
        yield ("every", "on"), f"`{name}`, a sleeve of assets", "a series, whose values come on days of their own", cure
    elif name not in series and name.partition(".")[0] not in config.data:
        known = [*series, *(f"{source}.*" for source in config.data)]
        found, cure = f"the name `{name}`", did_you_mean(name, known, "name one of those")
        yield ("every", "on"), found, f"a watched series or one of `data` ({choice(known)})", cure


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
    if config.allow_short or names_are_wrong or any(any(check(config)) for check in (_policy, _tilted, _same)):
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
    lent = max(-config.limits.least_cash, 0.0) if config.limits and giver == "cash" else 0.0
    beside = [tilt.over * over_reach for key, tilt in config.tilt.items() if key != name and tilt.from_ == giver]
    if giver in config.tilt:
        beside.append(config.tilt[giver].under_points(weight) * under_reach)
    taken = math.fsum(beside)
    also = f" and {number(lent)} that `limits` let borrow" if lent else ""
    also += f", of which other tilts take {number(taken)}" if taken else ""
    return weight + lent - taken, f"the policy weight {number(weight)} of {giver}{also}"


def _too_much(path: Path, found: float, most: float, what: str) -> Found:
    cure = f"write {number(most)} or less, or `allow_short: true`"
    return path, f"the number {number(found)}", f"at most {number(most)} ({what})", cure


_CHECKS: tuple[tuple[frozenset[str], Callable[[Config], Iterator[Found]]], ...] = (
    (frozenset({"from", "to"}), _dates),
    (frozenset({"strategy", "blend", "with", "stance", "tilt", "hold"}), strategy_or_blend),
    (frozenset({"brake", "tilt", "hold"}), braked),
    (frozenset({"hold", "policy", "allow_short", "limits", *OF_PRICES}), _policy),
    (frozenset({"stance"}), _levels),
    (frozenset({"blend", "stance", "tilt", "hold"}), _stance_and_tilt),
    (frozenset({"hold", "tilt"}), _tilted),
    (frozenset({"trade", "rebalance", "allow_short"}), _trading),
    (frozenset({"every", "tranches"}), _tranches),
    (frozenset({"every", "watch", "data"}), _arrivals),
    (frozenset({"stance", "tilt"}), _same),
    (frozenset({"stance", "tilt", "hold"}), _ranked),
    (frozenset({"hold", "policy", "stance", "tilt", "allow_short", "limits"}), _room),
    (frozenset({"hold", "limits", "allow_short"}), limit_findings),
    (frozenset({"hold", "limits", "allow_short", "policy", "tilt"}), policy_within_limits),
    (frozenset({"limits", "trade"}), borrowing_is_simulated),
    (frozenset({"claims", "event_study"}), claims_on_shocks),
    (frozenset({"event_study", "hold", "watch", "data"}), event_study_findings),
    (frozenset({"walk_forward", "sweep", "rebalance"}), walk_forward_findings),
    (
        frozenset({"simulator", "trade", "cash", "rebalance", "allow_short", "delisting", "dividends"}),
        beyond_vectorbt,
    ),
)
