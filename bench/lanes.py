"""Backtests a second in the vector lanes, on W3 of `../shared/bench` and on `metals_lead`: rows of `make bench`.

W3 asks 1,000 or 10,000 sets of lookback, threshold and tilt of a momentum and lead-lag rotation among ten assets. Here
each asset has W3's score (its rise over the lookback, and the tilt times what the first asset did in five days, with a
sign by half), stance `threshold` enters at W3's threshold, and what is over gets points out of cash.

Timed is what a sweep pays for each variant: stances, targets, the simulations of the strategy and of its matched mix
(and of the policy mix, where costs or policy are others than those of the variants before), and all metrics. Not timed
is what variants share or what is asked once: the panel, the scores of each lookback and tilt, the table of variants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import Config, load
from engine.decide import Decided, Setting, decide, set_up
from engine.market.panel import Panel
from engine.market.sleeves import sleeve_series
from engine.portfolio.lanes.stances import LaneScores
from engine.portfolio.scores import Scores
from engine.portfolio.tilt import neutral_mix
from engine.portfolio.tranches import take_turns
from engine.study.fused.ground import Ground, ground_of
from engine.study.fused.heard import lane_keep, lane_scores
from engine.study.fused.simulate import Simulated, simulate_many
from engine.study.fused.table import Picks, VariantTable, table_of

#: As in `../shared/bench/common.py`.
START, COST, CAPITAL = 252, 0.001, 1_000_000.0


@dataclass(frozen=True)
class Many:
    """Variants ready to be simulated, as often as asked."""

    ground: Ground
    names: tuple[str, ...]
    scores: LaneScores
    table: VariantTable

    def run(self, threads: int | None = None) -> Simulated:
        return simulate_many(self.ground, self.names, self.scores, self.table, threads)


def w3(prices: np.ndarray, sets: np.ndarray, every: int = 21, **keys: Any) -> Many:
    """W3's sets (V, 3) of lookback, threshold and tilt, decided every so many sessions. keys: the config's, changed."""
    panel = _panel(prices)
    thresholds, which = np.unique(sets[:, 1], return_inverse=True)
    settings = [_setting(panel, every, float(threshold), keys) for threshold in thresholds]
    own, score = np.unique(sets[:, [0, 2]], axis=0, return_inverse=True)
    days = settings[0].decisions
    said = [_scores(prices, panel.assets, days, int(lookback), float(tilt)) for lookback, tilt in own]
    none = np.zeros(len(settings), np.int64)
    ground = ground_of(settings[0], Decided(None, None, np.zeros((len(days), len(panel.assets)))))
    table = table_of(ground, [one.config for one in settings], none, none, lane_keep([], ground.tilted, len(days)))
    return Many(ground, said[0].names, lane_scores(said), _picked(table, which, score))


def metals_lead(path: Path, count: int) -> Many:
    """So many variants of a config on the sample: where it enters, and how many points it moves."""
    base = load(path)
    setting = set_up(base)
    decided = decide(setting)
    assert decided.scores is not None
    side = int(np.sqrt(count))
    configs = [
        base.model_copy(update={"rule": base.rule.model_copy(update={"enter": float(enter)})})  # type: ignore[union-attr]
        for enter in np.linspace(0.5, 2.0, side)
    ]
    none = np.zeros(side, np.int64)
    ground = ground_of(setting, decided)
    table = table_of(ground, configs, none, none, lane_keep([], ground.tilted, len(setting.decisions)))
    row = np.tile(np.arange(side), side)
    return Many(ground, decided.scores.names, lane_scores([decided.scores]), _picked(table, row, np.zeros_like(row)))


def _picked(table: VariantTable, row: np.ndarray, scores: np.ndarray) -> VariantTable:
    """The table with variants that are each one of its own, on a set of scores."""
    picks = {name: getattr(table.picks, name)[row] for name in Picks.__slots__}
    return replace(table, picks=Picks(**{**picks, "scores": scores.astype(np.int64)}))


def _panel(prices: np.ndarray) -> Panel:
    sessions, assets = prices.shape
    days = np.busday_offset("2000-01-03", np.arange(sessions + 1), roll="forward").astype("datetime64[D]")
    return Panel(
        sessions=days[:-1], assets=tuple(f"a{i}" for i in range(assets)), prices=prices, opens=None, fx=None,
        held=np.ones(assets, np.bool_), ends=np.full(assets, sessions), series={}, cash_rate=np.zeros(sessions),
        following=days[-1], digests={}, fingerprint="",
    )  # fmt: skip


def _setting(panel: Panel, every: int, threshold: float, keys: dict[str, Any]) -> Setting:
    config = Config.model_validate(
        {
            "strategy": "always_over",
            "hold": {"all": panel.assets},
            "policy": {"all": 0.5, "cash": 0.5},
            "stance": {"rule": "threshold", "enter": threshold, "exit": threshold, "sides": "over"},
            "tilt": {"all": {"over": 0.5, "from": "cash"}},
            "every": {"sessions": every},
            "from": str(panel.sessions[START]),
            "trade": {"after": 0, "commission_bps": COST * 1e4},
            "capital": CAPITAL,
            "data": {"prices": {"source": "sample"}},
            "against": ("policy",),
            **keys,
        }
    )
    sleeves = sleeve_series(config, panel)
    decisions, tranche = take_turns(config, panel)
    mix = neutral_mix(config, panel, sleeves, decisions)
    return Setting(config, None, panel, sleeves, decisions, tranche, mix)  # type: ignore[arg-type]


def _scores(prices: np.ndarray, names: tuple[str, ...], days: np.ndarray, lookback: int, tilt: float) -> Scores:
    """W3's: momentum, and the lead of the first asset on the first half, against it on the second."""
    sign = np.where(np.arange(len(names)) < len(names) // 2, 1.0, -1.0)
    lead = prices[days, 0] / prices[days - 5, 0] - 1.0
    values = prices[days] / prices[days - lookback] - 1.0 + tilt * lead[:, None] * sign
    return Scores(names, values, np.ones(values.shape, np.bool_), np.zeros(values.shape, np.int64))
