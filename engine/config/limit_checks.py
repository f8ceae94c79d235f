"""Limits that contradict each other, or what stands beside them; seen before any market is read."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.config.limits import Limits, Range
from engine.config.marked import Found, Path
from engine.config.models import Config
from engine.config.record import number
from engine.config.sleeve import SUM_TOLERANCE

Ends = tuple[float, float]


def limit_findings(config: Config) -> Iterator[Found]:
    """Every contradiction among the limits; what they add up to is looked at once each is sound by itself."""
    if config.limits is None:
        return
    found = [*_ranges(config, config.limits), *_totals(config, config.limits), *_homes(config, config.limits)]
    yield from found or _sums(config, config.limits)


def policy_within_limits(config: Config) -> Iterator[Found]:
    """The neutral mix of a tilt must be one that may be held."""
    if config.limits is None or not config.tilt or any(limit_findings(config)):
        return
    policy = config.policy or dict.fromkeys(config.hold, 1.0)
    for name in config.hold:
        least, most = _together(config, config.limits, name)
        weight = policy.get(name, 0.0)
        if not least - SUM_TOLERANCE <= weight <= most + SUM_TOLERANCE:
            path: Path = ("policy", name) if name in config.policy else ("limits",)
            cure = "change the policy or the limits"
            yield (
                path,
                f"the neutral weight {number(weight)}",
                f"{_between(least, most)}, by the `limits` of {name}",
                cure,
            )


def borrowing_is_simulated(config: Config) -> Iterator[Found]:
    """Sizing `gross` is another engine's convention, which knows no debt."""
    if config.limits is not None and config.limits.least_cash < 0 and config.trade.sizing == "gross":
        found = "`gross`, which follows vectorbt's from_orders and knows no borrowing"
        cure = "write `sizing: net_of_costs`, or keep `limits` to a sum of 1"
        yield ("trade", "sizing"), found, "`net_of_costs` with `limits` above 1", cure


def _ranges(config: Config, limits: Limits) -> Iterator[Found]:
    """Each pair by itself: least up to most, and nothing below zero where nothing may be sold short."""
    pairs: list[tuple[Path, Range, Ends]] = [(("limits", "net"), limits.net, limits.net.ends())]
    pairs += [(("limits", "sleeve", name), one, one.ends()) for name, one in limits.sleeve.items()]
    if isinstance(limits.asset, Range):
        pairs.append((("limits", "asset"), limits.asset, limits.asset.ends()))
    else:
        pairs += [(("limits", "asset", name), one, limits.of_asset(name)) for name, one in limits.asset.items()]
    for path, written, (least, most) in pairs:
        if least > most:
            end, cure = ("min", "lower") if written.min is not None else ("max", "raise")
            bound = f"at most the `max` {number(most)}" if end == "min" else f"at least the `min` {number(least)}"
            value = least if end == "min" else most
            yield (*path, end), f"the number {number(value)}", bound, f"{cure} it, or change the other"
        for end, said in (("min", written.min), ("max", written.max)):
            if said is not None and said < 0 and not config.allow_short:
                cure = "make it 0 or more, or write `allow_short: true`"
                yield (*path, end), f"the number {number(said)}", "no short weight", cure


def _totals(config: Config, limits: Limits) -> Iterator[Found]:
    """`net`, `gross` and `cash_floor` beside each other."""
    net, gross, floor = limits.net, limits.gross, limits.cash_floor
    for end, value in (("min", net.min), ("max", net.max)):
        if gross is not None and value is not None and value > gross:
            expected, cure = f"at most `gross` ({number(gross)})", "lower it, or raise `gross`"
            yield ("limits", "net", end), f"the number {number(value)}", expected, cure
    if floor is None:
        return
    left = f"at most {number(1 - floor)}, which `cash_floor` leaves"
    reached: list[tuple[Path, float | None]] = [(("net", "min"), net.min)]
    reached += [(("net", "max"), net.max)] if (net.max or 0.0) > 1 else []
    reached += [(("gross",), gross)] if (gross or 0.0) > 1 and not config.allow_short else []
    for path, value in reached:
        if value is not None and value > 1 - floor + SUM_TOLERANCE:
            cure = "lower it, or remove `cash_floor`"
            yield ("limits", *path), f"the number {number(value)}", left, cure


def _homes(config: Config, limits: Limits) -> Iterator[Found]:
    """Limits of assets and sleeves need each asset in one sleeve, whose other members take what it may not hold."""
    anything_of_assets = not isinstance(limits.asset, Range) or limits.asset.ends() != Range().ends()
    if not (limits.sleeve or anything_of_assets):
        return
    home: dict[str, str] = {}
    for name, sleeve in config.hold.items():
        for label in sleeve.members:
            if label in home:
                found, expected = f"`{label}` in {home[label]} and in {name}", "each asset in one sleeve, with `limits`"
                yield ("hold", name), found, expected, "take it out of one of them"
            home[label] = name


def _sums(config: Config, limits: Limits) -> Iterator[Found]:
    """What limits add up to, with every asset trading: members within their sleeve, sleeves within the total."""
    least_of_all, most_of_all = 0.0, 0.0
    for name in config.hold:
        low, high = _members(config, limits, name)
        least, most = limits.of_sleeve(name)
        if least > high + SUM_TOLERANCE:
            expected = f"at most {number(high)}, what the `max` of its members add up to"
            yield ("limits", "sleeve", name, "min"), f"the number {number(least)}", expected, "lower it, or raise those"
        if most < low - SUM_TOLERANCE:
            expected = f"at least {number(low)}, what the `min` of its members add up to"
            yield ("limits", "sleeve", name, "max"), f"the number {number(most)}", expected, "raise it, or lower those"
        least_of_all += max(least, low)
        most_of_all += min(most, high)
    allowed = 1 - limits.least_cash
    if least_of_all > allowed + SUM_TOLERANCE:
        found, expected = f"floors that add up to {number(least_of_all)}", f"at most {number(allowed)} in all"
        yield ("limits",), found, expected, "lower a `min`, or leave more room to the total"
    elif limits.net.min is not None and limits.net.min > most_of_all + SUM_TOLERANCE:
        expected = f"at most {number(most_of_all)}, what the `max` of the sleeves add up to"
        yield ("limits", "net", "min"), f"the number {number(limits.net.min)}", expected, "lower it, or raise those"
    elif limits.gross is not None and _least_gross(config, limits) > limits.gross + SUM_TOLERANCE:
        expected = f"at least {number(_least_gross(config, limits))}, which the other limits ask for"
        yield ("limits", "gross"), f"the number {number(limits.gross)}", expected, "raise it, or loosen those"


def _members(config: Config, limits: Limits, name: str) -> Ends:
    """The least and the most that a sleeve's members add up to."""
    ends = [limits.of_asset(label) for label in config.hold[name].members]
    lowest = -math.inf if config.allow_short else 0.0
    return math.fsum(max(low, lowest) for low, _ in ends), math.fsum(high for _, high in ends)


def _together(config: Config, limits: Limits, name: str) -> Ends:
    """The least and the most of a sleeve, by its own limits and those of its members."""
    (least, most), (low, high) = limits.of_sleeve(name), _members(config, limits, name)
    return max(least, low), min(most, high)


def _least_gross(config: Config, limits: Limits) -> float:
    """The smallest sum of sizes that keeps every other limit: each weight as near zero as they let it be."""
    size, net = 0.0, 0.0
    for name, sleeve in config.hold.items():
        nearest = [_clipped(0.0, *limits.of_asset(label)) for label in sleeve.members]
        total = math.fsum(nearest)
        weight = _clipped(total, *limits.of_sleeve(name))
        size += math.fsum(abs(one) for one in nearest) + abs(weight - total)
        net += weight
    return size + abs(_clipped(net, limits.net.ends()[0], 1 - limits.least_cash) - net)


def _clipped(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _between(least: float, most: float) -> str:
    if math.isinf(most):
        return f"at least {number(least)}"
    return f"at most {number(most)}" if least <= 0 else f"from {number(least)} to {number(most)}"
