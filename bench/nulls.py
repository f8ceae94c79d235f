"""Null markets of made markets: how often the real one stands out where nothing is planted, and where something is."""

from __future__ import annotations

import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from engine.backtest import simulate, track_of
from engine.config import load
from engine.decide import decide, set_up
from engine.market.sources.sample import labels
from engine.measure.inference import active_return_interval
from engine.study.null.crew import cores
from engine.study.null.measured import policy_track
from engine.study.null.study import null_stands

#: Two years of a made market: over miners where metals beat equities over a week, under where they do not.
RULE = """\
strategy: ai_demand
with: {{leaders: metals, market: equities, lookback: 5}}
hold: {{miners: [miner_1, miner_2, miner_3], equities: [equity_1, equity_2, equity_3]}}
watch: {{metals: [metal_1, metal_2]}}
policy: {{miners: 0.5, equities: 0.5}}
stance: {{rule: proportional, full_at: 0.02}}
tilt: {{miners: {{over: 0.3, under: 0.3, from: equities}}}}
every: week_end
from: 2000-02-25
data: {{source: made, seed: 0, sessions: {sessions}, from: 2000-01-03, effect: {effect}}}
"""
PLANTED = "{lead_lag: {delay_sessions: 5, strength: 1.0}}"
NOTHING = "none"
SESSIONS = {NOTHING: 500, PLANTED: 1500}
#: With so many null markets p is at most 5% where the real one beats them all.
MARKETS = 19
CALIBRATED = ("shifted", "bootstrap", "mirrored", "made")
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


def shares_that_stand_out(studies: int, effect: str = NOTHING) -> dict[str, float]:
    """By kind of null market the share of made markets whose information ratio beats all of MARKETS null ones."""
    count = min(cores(), studies)
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        parts = [*pool.map(_standing_out, [range(i, studies, count) for i in range(count)], [effect] * count)]
    return {kind: sum(part[kind] for part in parts) / studies for kind in CALIBRATED}


def _standing_out(seeds: range, effect: str) -> Counter[str]:
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rule.yaml"
        path.write_text(RULE.format(sessions=SESSIONS[effect], effect=effect), encoding="utf-8")
        for seed in seeds:
            config = load(path, [f"data.seed={seed}"])
            for one in null_stands(config, kinds=CALIBRATED, markets=MARKETS, seed=seed, processes=1):
                found[one.kind] += one.p_value("information_ratio") <= 0.05
    return found


def splits_beyond(splits: int, lookback: int) -> float:
    """Of rotations between two random fives of the sample's industries the share with a t above 1.96."""
    industries = sorted({*labels()} - {"gold", "silver"})
    rng, beyond = np.random.default_rng(49), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "split.yaml"
        for _ in range(splits):
            drawn = rng.permutation(industries)[:10].tolist()
            names = {"one": ", ".join(drawn[:5]), "other": ", ".join(drawn[5:])}
            path.write_text(SPLIT.format(**names, lookback=lookback), encoding="utf-8")
            setting = set_up(load(path))
            decided = decide(setting)
            own = track_of(setting, simulate(setting, decided.targets, decided))
            interval = active_return_interval(own, policy_track(setting, decided), 252)
            beyond += interval is not None and interval.low > 0.0
    return beyond / splits
