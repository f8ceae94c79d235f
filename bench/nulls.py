"""Null markets of made markets: how often the real one stands out where nothing is planted, and where something is."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from engine.backtest import simulate, track_of
from engine.config import load
from engine.decide import decide, set_up
from engine.market.sources.sample import labels
from engine.measure.inference import active_return_interval
from engine.study.null.measured import policy_track
from engine.study.null.study import null_stands
from engine.study.processes import cores

#: A made market: over miners where metals beat equities over so many sessions, under where they do not.
RULE = """\
strategy: ai_demand
with: {{leaders: metals, market: equities, lookback: {lookback}}}
hold: {{miners: [miner_1, miner_2, miner_3], equities: [equity_1, equity_2, equity_3]}}
watch: {{metals: [metal_1, metal_2]}}
policy: {{miners: 0.5, equities: 0.5}}
stance: {{rule: proportional, full_at: {full_at}}}
tilt: {{miners: {{over: 0.3, under: 0.3, from: equities}}}}
every: {every}
from: 2000-02-29
data: {{source: made, seed: 0, sessions: {sessions}, from: 2000-01-03, effect: {effect}}}
"""
PLANTED = "{lead_lag: {delay_sessions: 5, strength: 1.0}}"
NOTHING = "none"
#: Each week by what a week told, in two years; each month by what a month told, in four.
WEEKLY = {"every": "week_end", "lookback": 5, "full_at": 0.02, "sessions": 500}
MONTHLY = {"every": "month_end", "lookback": 21, "full_at": 0.04, "sessions": 1000}
#: With so many null markets p is at most 5% where the real one beats them all.
MARKETS = 19
CALIBRATED = ("shifted", "bootstrap", "mirrored", "made")
#: Fewer studies than this are done before another process has begun.
WORTH = 20
#: A rotation between two sleeves of five industries, before costs: over the one that rose more, fully.
SPLIT = """\
strategy: ai_demand
with: {{leaders: one, market: other, lookback: {lookback}}}
hold: {{one: [{one}], other: [{other}]}}
policy: {{one: 0.5, other: 0.5}}
stance: {{rule: proportional, full_at: 0.000001}}
tilt: {{one: {{over: 0.25, under: 0.25, from: other}}}}
every: month_end
from: 1971-01-29
to: 2021-12-31
data: {{source: sample}}
"""


@dataclass(frozen=True)
class Asked:
    """Which studies: made markets by seed, with what is planted in them; the rule; kinds of null markets; and blocks of
    the bootstrap, None for the usual ones.
    """

    effect: str = NOTHING
    rule: Mapping[str, object] = field(default_factory=lambda: WEEKLY)
    kinds: tuple[str, ...] = CALIBRATED
    block: int | None = None


def shares_that_stand_out(studies: int, asked: Asked) -> dict[str, float]:
    """By kind of null market the share of made markets whose information ratio beats all of MARKETS null ones."""
    parts = spread_out(partial(_standing_out, asked), [*range(studies)])
    return {kind: sum(part[kind] for part in parts) / studies for kind in asked.kinds}


def spread_out(action: Callable[[list[Any]], Any], things: list[Any]) -> list[Any]:
    """What becomes of things in as many parts as there are processors, each in a process of its own."""
    count = min(cores(), len(things) // WORTH)
    if count < 2:
        return [action(things)]
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        return [*pool.map(action, [part.tolist() for part in np.array_split(np.array(things), count)])]


def _standing_out(asked: Asked, seeds: list[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rule.yaml"
        path.write_text(RULE.format(effect=asked.effect, **asked.rule), encoding="utf-8")
        for seed in seeds:
            config = load(path, [f"data.seed={seed}"])
            for one in null_stands(
                config, kinds=asked.kinds, markets=MARKETS, seed=seed, block=asked.block, processes=1
            ):
                found[one.kind] += one.p_value("information_ratio") <= 0.05
    return found


def splits_beyond(splits: int, lookback: int) -> float:
    """Of rotations between two random fives of the sample's industries the share with a t above 1.96."""
    industries = sorted({*labels()} - {"gold", "silver"})
    rng = np.random.default_rng(49)
    drawn = [rng.permutation(industries)[:10].tolist() for _ in range(splits)]
    return sum(spread_out(partial(_beyond, lookback), drawn)) / splits


def _beyond(lookback: int, drawn: list[list[str]]) -> int:
    beyond = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "split.yaml"
        for ten in drawn:
            names = {"one": ", ".join(ten[:5]), "other": ", ".join(ten[5:])}
            path.write_text(SPLIT.format(**names, lookback=lookback), encoding="utf-8")
            setting = set_up(load(path))
            decided = decide(setting)
            own = track_of(setting, simulate(setting, decided.targets, decided))
            interval = active_return_interval(own, policy_track(setting, decided), 252)
            beyond += interval is not None and interval.low > 0.0
    return beyond
