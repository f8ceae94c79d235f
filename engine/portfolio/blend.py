"""The blend: a strategy whose scores are the stances of other configs, each held since it was taken, added up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.config.record import choice
from engine.errors import ConfigError, Fault
from engine.market.past import Past
from engine.market.table import Dates, Indices, Matrix
from engine.portfolio.asking import Heard
from engine.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Part:
    """Another config, as a blend sees it.

    name, weight: as the blend says them. sleeves: the S that it tilts. held: (T, S) the stance that it held at each
    session of the blend, from the first on which its decision was known; NaN before its first decision.
    source: what it decides by, for the result's id; data: the fingerprint of its market; caveats: of its data.
    heard: what its strategies were asked and answered, for an audit.
    """

    name: str
    weight: float
    sleeves: tuple[str, ...]
    held: Matrix
    source: str
    data: str
    caveats: tuple[str, ...]
    heard: tuple[Heard, ...] = ()

    def words(self, sleeve: str, session: int) -> str:
        """Its stance on a sleeve, as `metals_lead (0.5 x +1)`."""
        return f"{self.name} ({self.weight:g} x {self.held[session, self.sleeves.index(sleeve)]:+.3g})"


def cut_off(blend: Config, part: Config) -> Config:
    """A part as far as its blend goes: later data of it are not looked at. One that begins later stays whole."""
    if blend.to is None or (part.to is not None and part.to <= blend.to):
        return part
    begins = part.from_ is None or part.from_ < blend.to
    return part.model_copy(update={"to": blend.to}) if begins else part


def held_stances(decided: Dates, values: Matrix, moments: Dates) -> Matrix:
    """(T, S) the last of the stances (U, S) that was decided by each moment (T,); NaN before the first.

    decided: (U,) when, ascending. Both are days, or times of closes.
    """
    last: Indices = np.searchsorted(decided, moments, side="right") - 1
    return np.where(last[:, None] >= 0, values[np.maximum(last, 0)], np.nan)


def blended(config: Config, parts: Sequence[Part]) -> Strategy:
    """The strategy that a blend is: on each day the weighted sum of what its parts hold, 0 for one yet to decide."""
    tilted = sorted(config.tilt)
    total = {name: np.zeros(len(parts[0].held)) for name in tilted}
    for part in parts:
        for s, sleeve in enumerate(part.sleeves):
            total[sleeve] += part.weight * np.nan_to_num(part.held[:, s])

    def score(past: Past) -> dict[str, float]:
        return {name: float(total[name][past.session]) for name in tilted}

    def explain(past: Past) -> dict[str, str]:
        return {
            f"{kind} on {name}" if len(tilted) > 1 else kind: ", ".join(words)
            for name in tilted
            for kind, words in _sides(parts, name, past.session, float(total[name][past.session])).items()
        }

    named = [f"{part.name} ({part.weight:g})" for part in parts]
    return Strategy(
        name="blend",
        path=config.path,
        answers="score",
        function=score,
        parameters=(),
        thesis=f"A blend of the stances of {' and '.join(filter(None, [', '.join(named[:-1]), named[-1]]))}.",
        source=json.dumps([[part.name, part.weight, part.source, part.data] for part in parts]),
        explain=explain,
    )


def passed_on(config: Config, key: str, path: Path, fault: Fault) -> Fault:
    """A fault inside a part, at the place where the blend names it."""
    if fault.place == config.place(key):
        return fault
    inside = f"{fault.key}: " if fault.key else ""
    return config.fault(key, f"a fault in it: {fault.place}: {inside}found {fault.found}", fault.expected, fault.cure)


def refuse_other_sleeves(config: Config, key: str, named: Sequence[str]) -> None:
    """Raise ConfigError where a part has stances on other sleeves than the blend tilts, or none at all."""
    strangers = [name for name in named if name not in config.tilt]
    if strangers or not named:
        found = f"a part with stances on {choice(strangers)}" if strangers else "a part without stances"
        expected = f"parts that tilt only what the blend tilts ({choice(config.tilt)})"
        raise ConfigError(config.fault(key, found, expected, "tilt the same sleeves in both, or leave it out"))


def part_caveats(parts: Sequence[Part], known: Sequence[str]) -> list[str]:
    """What a reader has to know of the parts' data, beside what is known already: each once, with whom it is about."""
    about: dict[str, list[str]] = {}
    for part in parts:
        for caveat in part.caveats:
            about.setdefault(caveat, []).append(part.name)
    return [f"{', '.join(names)}: {caveat}" for caveat, names in about.items() if caveat not in known]


def late_caveats(parts: Sequence[Part], sessions: Dates, decisions: Indices) -> list[str]:
    """Which parts had not decided yet on the first decisions of a blend, or never do, and what they count as."""
    said = []
    for part in parts:
        waiting = np.isnan(part.held[decisions]).any(axis=1)
        if waiting.all():
            said.append(
                f"{part.name} ({part.weight:g}) decides nothing in this window: it counts as neutral throughout"
            )
        elif waiting.any():
            begun = sessions[int(np.flatnonzero(~np.isnan(part.held).any(axis=1))[0])]
            told = f"until then it counts as neutral, on {int(waiting.sum())} of {len(decisions)} decisions"
            said.append(f"{part.name} ({part.weight:g}) begins on {begun}; {told}")
    return said


def _sides(parts: Sequence[Part], sleeve: str, session: int, total: float) -> dict[str, list[str]]:
    """Which parts lean the way of the whole, which against it, and which not at all."""
    sides: dict[str, list[str]] = {"agree": [], "disagree": [], "neutral": [], "yet to decide": []}
    for part in parts:
        if sleeve not in part.sleeves:
            continue
        held = part.held[session, part.sleeves.index(sleeve)]
        if np.isnan(held):
            sides["yet to decide"].append(part.name)
        elif held == 0.0:
            sides["neutral"].append(part.name)
        else:
            side = "agree" if held * part.weight * total > 0 else "disagree"
            sides[side].append(part.words(sleeve, session))
    return {side: words for side, words in sides.items() if words}
