"""Today's stance in words: what a strategy says on its last decision day, how far from changing."""

from __future__ import annotations

import numpy as np

from engine.config import Threshold
from engine.result import Result
from engine.results import figures

#: More names than this are counted, not listed.
LISTED = 6


def stance_today(result: Result) -> str:
    """Date, stance, score, distance to its next change; target weights where there is no stance."""
    today = result.outlook
    if not today.stance:
        return f"{today.day}: takes no stance; target weights {_weights(result)}"
    active = {name: stance for name, stance in today.stance.items() if stance != 0.0}
    if len(today.stance) > LISTED or result.config.rule is None:
        return f"{today.day}: {_many(active, len(today.stance))}"
    return f"{today.day}: " + "; ".join(_one(result, name) for name in today.stance)


def said_today(result: Result) -> list[str]:
    """What the strategy itself has to say of that day, a line each."""
    said = result.outlook.said.items()
    return [f"{name}: {value if isinstance(value, str) else _figure(value)}" for name, value in said]


def _figure(value: float | None) -> str:
    return figures.DASH if value is None else figures.number(value)


def _one(result: Result, name: str) -> str:
    stance, score, distance = (getattr(result.outlook, key)[name] for key in ("stance", "score", "distance"))
    said = f"{name} {_words(stance)}{_points(result, name, stance)}"
    if score is None:
        return f"{said}, no opinion"
    said += f", score {figures.number(score)}"
    if distance is None:
        return said
    if not isinstance(result.config.rule, Threshold):
        return f"{said}, {figures.number(distance)} from a change"
    return f"{said}, {figures.number(distance)} from {'leaving' if stance else 'entering'}"


def _words(stance: float) -> str:
    if stance == 0.0:
        return "neutral"
    side = "over" if stance > 0 else "under"
    return f"fully {side}" if abs(stance) == 1.0 else f"{side} at {abs(stance):.0%} of its tilt"


def _points(result: Result, name: str, stance: float) -> str:
    tilt = result.config.tilt.get(name)
    if tilt is None or stance == 0.0:
        return ""
    width = tilt.over if stance > 0 else tilt.under_points(result.config.policy.get(name, 0.0))
    keep = result.outlook.keep.get(name, 1.0) if stance > 0 else 1.0
    braked = f", braked to {keep:.0%}" if keep < 1.0 else ""
    return f" ({100.0 * stance * width * keep:+.1f} points{braked})"


def _many(active: dict[str, float], count: int) -> str:
    over = [name for name, stance in active.items() if stance > 0]
    under = [name for name, stance in active.items() if stance < 0]
    said = [f"{side} {', '.join(names)}" for side, names in (("over", over), ("under", under)) if names]
    return "; ".join([*said, f"neutral on the other {count - len(active)}"] if said else ["neutral on all"])


def _weights(result: Result) -> str:
    panel, last = result.panel, result.own.targets[-1]
    largest = [int(i) for i in np.argsort(-np.abs(last), kind="stable") if last[i] != 0.0]
    said = ", ".join(f"{panel.assets[i]} {figures.percent(float(last[i]), 1)}" for i in largest[:LISTED])
    return said + (f" and {len(largest) - LISTED} smaller ones" if len(largest) > LISTED else "")
