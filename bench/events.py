"""Event studies of made markets: how often tests reject where nothing is, how far off what is planted is measured."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.config import load
from engine.study.events.abnormal import abnormal_returns
from engine.study.events.parametric import adjusted_bmp, bmp, cross_sectional_t
from engine.study.events.study import event_study_of
from engine.study.events.windows import Windows
from engine.study.events.words import FALLS, RISES, judge_effect

#: Ten years of a made market, three miners, shocks of its index; day zero is the day on which they happened.
STUDY = """\
event_study:
  of: miners
  each: asset
  events: {{shocks: threats, above_sd: 3.5, window_days: 365}}
  day_zero: happened
  window_sessions: [0, 10]
  normal: {{market: equities}}
  separation_sessions: 21
  estimation_sessions: 120
  permutations: 499
hold: {{miners: [miner_1, miner_2, miner_3]}}
watch: {{equities: [equity_1, equity_2, equity_3], threats: {{series: gpr}}}}
data:
  prices: {{source: made, seed: {seed}, sessions: 2520, market: {{shocks_per_year: 4}}, effect: {effect}}}
  gpr: {{source: made, shocks_of: prices, known: {{weekday: monday, after_days: 1}}}}
"""
#: One event in eight or so is no planted shock but noise of the index, so what is found falls a little short.
MOVE = 0.04
#: Of what a shock adds, eleven sessions have this part.
REACHED = 1.0 - 0.5 ** (11 / 5)


@dataclass(frozen=True)
class Sizes:
    """Shares of studies of null markets that reject at 5%; and of planted ones, (estimate - truth) / standard error."""

    adjusted_bmp: float
    random_days: float
    verdict: float
    distances: np.ndarray


def shared_day_sizes(simulations: int) -> dict[str, float]:
    """20 assets that share the day of one event, correlated by 0.3: how often each test rejects at 5%."""
    tests = {"t": cross_sectional_t, "BMP": bmp, "adjusted BMP": adjusted_bmp}
    rejected = dict.fromkeys(tests, 0)
    day, windows = np.array([205]), Windows(200, 0, 0, 0)
    for seed in range(simulations):
        random = np.random.default_rng(seed)
        common, own = random.standard_normal((210, 1)), random.standard_normal((210, 20))
        abnormal = abnormal_returns(np.sqrt(0.3) * common + np.sqrt(0.7) * own, day, windows)
        for name, test in tests.items():
            found = test(abnormal)
            rejected[name] += found is not None and found.p_value <= 0.05
    return {name: count / simulations for name, count in rejected.items()}


def whole_studies(markets: int) -> Sizes:
    """Whole studies, from a YAML to the verdict: on null markets, and on as many with a planted effect."""
    bmp_says, days_say, verdicts = [], [], []
    distances = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "s.yaml")
        for seed in range(markets):
            null, planted = (_effect(file, seed, effect) for effect in ("none", f"{{shocks: {{move: {MOVE}}}}}"))
            bmp_says.append(null.tests["adjusted_bmp"].p_value <= 0.05)
            days_say.append(null.random_days.p_value <= 0.05)
            verdicts.append(judge_effect(null).words in (RISES, FALLS))
            distances.append((planted.mean_car - MOVE * REACHED) / planted.standard_error)
    return Sizes(float(np.mean(bmp_says)), float(np.mean(days_say)), float(np.mean(verdicts)), np.array(distances))


def _effect(file: Path, seed: int, effect: str):
    file.write_text(STUDY.format(seed=seed, effect=effect), encoding="utf-8")
    return event_study_of(load(file)).effect()
