"""Backtests a second in the vector lanes, on W3 of `../shared/bench` and on `metals_lead`: rows of `make bench`.

W3 asks 1,000 or 10,000 sets of lookback, threshold and tilt of a momentum and lead-lag rotation among ten assets. Here
each asset has W3's score (its rise over the lookback, and the tilt times what the first asset did in five days, with a
sign by half), stance `threshold` enters at W3's threshold, and what is over gets points out of cash.

Timed is what a sweep pays for each variant: stances, targets, the simulations of the strategy and of its matched mix
(and of the policy mix, where costs or policy are others than those of the variants before), and all metrics. Not timed
is what variants share or what is asked once: the panel, the scores of each lookback and tilt, the table of variants.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
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

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "bench"
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

    def bytes_each(self) -> float:
        """The most that a variant takes at any moment: its row of the table, its sums and its figures.

        What a thread works in does not grow with variants: without it, by two counts of variants.
        """
        counts = (len(self.table) // 2, len(self.table))
        half, whole = (_peak(replace(self, table=_first(self.table, count))) for count in counts)
        own = sum(getattr(self.table.picks, name).itemsize for name in Picks.__slots__)
        return own + (whole - half) / (counts[1] - counts[0])


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


def vectorbt_w3(prices: np.ndarray, sets: np.ndarray) -> Callable[[], Any]:
    """What simulates W3's sets at once in vectorbt, warm, with W3's figures; weights are made before."""
    import pandas as pd
    import vectorbt

    common = SourceFileLoader("common", str(SHARED / "common.py")).load_module()
    days, close = np.arange(START, len(prices), 21), prices[START:]
    size = np.full((len(close), len(sets) * close.shape[1]), np.nan)
    size[days - START] = np.hstack([common.w3_weights(prices, one, days) for one in sets])
    frame = pd.DataFrame(np.tile(close, (1, len(sets))), index=pd.bdate_range("2001-01-01", periods=len(close)))
    group = np.repeat(np.arange(len(sets)), close.shape[1])

    def run() -> None:
        portfolio = vectorbt.Portfolio.from_orders(
            frame, size=size, size_type="targetpercent", group_by=group, cash_sharing=True, call_seq="auto", fees=COST,
            init_cash=CAPITAL, freq="1D", direction="longonly",
        )  # fmt: skip
        returns = portfolio.value().pct_change().fillna(0.0).vbt.returns(freq="1D", year_freq="252D")
        returns.annualized(), returns.annualized_volatility(), returns.sharpe_ratio(), returns.max_drawdown()

    run()
    return run


def metals_lead(path: Path, count: int) -> Many:
    """So many variants of a config on the sample: where it enters, and how many points it moves."""
    base = load(path)
    setting = set_up(base)
    decided = decide(setting)
    assert decided.scores is not None
    side = int(np.sqrt(count))
    rules = [base.rule.model_copy(update={"enter": float(at)}) for at in np.linspace(0.5, 2.0, side)]  # type: ignore
    (name, tilt), *_ = base.tilt.items()
    tilts = [{name: tilt.model_copy(update={"over": float(points)})} for points in np.linspace(0.05, 0.25, side)]
    pairs = zip(rules, tilts, strict=True)
    configs = [base.model_copy(update={"stance": rule, "tilt": own}) for rule, own in pairs]
    none = np.zeros(side, np.int64)
    ground = ground_of(setting, decided)
    table = table_of(ground, configs, none, none, lane_keep([], ground.tilted, len(setting.decisions)))
    enters, points = np.divmod(np.arange(side * side), side)
    picked = _picked(table, enters, np.zeros(side * side, np.int64))
    picked = replace(picked, picks=replace(picked.picks, tilt=table.picks.tilt[points]))
    return Many(ground, decided.scores.names, lane_scores([decided.scores]), picked)


def _first(table: VariantTable, count: int) -> VariantTable:
    return replace(table, picks=Picks(*(getattr(table.picks, name)[:count] for name in Picks.__slots__)))


def _peak(many: Many) -> int:
    """Bytes allocated at most while variants are simulated."""
    tracemalloc.start()
    many.run(threads=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


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
