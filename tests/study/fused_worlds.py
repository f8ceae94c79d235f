"""Random worlds for the lanes: a market with holes, late listings and ends, and a few variants of one run on it.

Every figure that the lanes give is held against the path of every run: `decided_on`, `own_tracks`, `figures_of`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.backtest import figures_of, own_tracks
from engine.config import Config
from engine.decide import Decided, Setting, decided_on
from engine.errors import ConfigError
from engine.market.panel import Panel
from engine.market.sleeves import sleeve_series
from engine.measure.metrics import METRICS
from engine.portfolio.scores import Scores
from engine.portfolio.tilt import neutral_mix
from engine.portfolio.tranches import take_turns
from engine.study.fused.ground import Ground, ground_of
from engine.study.fused.heard import lane_keep, lane_scores
from engine.study.fused.simulate import Simulated, simulate_many
from engine.study.fused.table import Picks, VariantTable, table_of

Random = np.random.Generator


@dataclass(frozen=True)
class World:
    """Variants on one ground. sets: scores; which (V,): the set of each. keeps: by sleeve what brakes keep; brake (V,):
    0 for none, else one of them.
    """

    settings: list[Setting]
    sets: list[Scores]
    which: np.ndarray
    keeps: list[dict[str, np.ndarray]]
    brake: np.ndarray

    def decided(self, v: int) -> Decided:
        keep = self.keeps[self.brake[v] - 1] if self.brake[v] else {}
        return decided_on(self.settings[v], self.sets[self.which[v]], keep)

    def alone(self, v: int) -> np.ndarray | ConfigError:
        """The figures of a variant run alone, NaN where undefined; or why it cannot run."""
        setting = self.settings[v]
        try:
            decided = self.decided(v)
            found = figures_of(setting, decided, own_tracks(setting, decided)).values()
        except ConfigError as error:
            return error
        return np.array([np.nan if value is None else value for value in found])

    def ground(self) -> Ground:
        return ground_of(self.settings[0], self.decided(0))

    def table(self, ground: Ground) -> VariantTable:
        keep = lane_keep(self.keeps, ground.tilted, len(self.settings[0].decisions))
        return table_of(ground, [one.config for one in self.settings], self.which, self.brake, keep)

    def simulated(self, ground: Ground, table: VariantTable, threads: int = 1) -> Simulated:
        return simulate_many(ground, self.sets[0].names, lane_scores(self.sets), table, threads)

    def together(self, threads: int = 1) -> Simulated:
        """All variants in the lanes."""
        ground = self.ground()
        return self.simulated(ground, self.table(ground), threads)


def rows(table: VariantTable, chosen: np.ndarray) -> VariantTable:
    """Some variants of a table, in an order."""
    return replace(table, picks=Picks(*(getattr(table.picks, name)[chosen] for name in Picks.__slots__)))


def same_to(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of figures (..., metrics), as a part of the larger of 1 and the value; infinite where one
    is NaN and one is not. A tracking error of less than a hundredth of a basis point a year makes a ratio of rounding.
    """
    if (np.isnan(one) != np.isnan(other)).any():
        return np.inf
    apart = np.abs(one - other) / np.maximum(np.abs(other), 1.0)
    error, ratio = (list(METRICS).index(name) for name in ("tracking_error", "information_ratio"))
    apart[..., ratio] = np.where(other[..., error] < 1e-6, 0.0, apart[..., ratio])
    return float(np.nanmax(apart, initial=0.0))


def random_world(seed: int, most: int = 5, sessions: tuple[int, int] = (30, 120)) -> World:
    """Up to `most` variants, none of which a config's own checks would refuse."""
    rng = np.random.default_rng(seed)
    shape = _Shape(rng, sessions)
    settings = [shape.setting(rng) for _ in range(int(rng.integers(1, most + 1)))]
    days = len(settings[0].decisions)
    sets = [shape.scores(rng, days) for _ in range(int(rng.integers(1, 3)))]
    keeps = [shape.keep(rng, days) for _ in range(2)] if rng.random() < 0.4 else []
    count = len(settings)
    return World(settings, sets, rng.integers(0, len(sets), count), keeps, rng.integers(0, len(keeps) + 1, count))


class _Shape:
    """What all variants of a world share."""

    def __init__(self, rng: Random, sessions: tuple[int, int]) -> None:
        count, sleeves = int(rng.integers(*sessions)), int(rng.integers(1, 4))
        assets = int(rng.integers(max(sleeves, 2), 10))
        opens = bool(rng.random() < 0.3)
        self.panel = random_panel(rng, count, assets, opens)
        self.names = [f"s{h}" for h in range(sleeves)]
        cuts = np.sort(rng.choice(np.arange(1, assets), sleeves - 1, replace=False))
        members = np.split(rng.permutation(self.panel.assets), cuts)
        self.hold = {name: tuple(sorted(map(str, own))) for name, own in zip(self.names, members, strict=True)}
        self.on_assets = bool(rng.random() < 0.4)
        self.kind = str(rng.choice(["threshold", "proportional", "impulse", "rank"][: 3 + self.on_assets]))
        self.cash = bool(rng.random() < 0.4)
        weights = rng.dirichlet(np.full(sleeves + self.cash, 2.0)).tolist()
        self.policy = dict(zip([*self.names, "cash"], weights, strict=False))
        self.tilted = sorted(map(str, rng.choice(self.names, int(rng.integers(1, min(sleeves, 2) + 1)), replace=False)))
        self.giver = {name: self._giver(rng, name) for name in self.tilted}
        scored = sorted({label for name in self.tilted for label in self.hold[name]})
        self.scored = tuple(scored[int(rng.integers(0, 2)) :] or scored) if self.on_assets else tuple(self.tilted)
        after = int(rng.integers(0, 3))
        self.trade = {"after": after, "at": "open" if opens and after > 0 else "close"}
        self.base = {
            "strategy": "always_over",
            "hold": self.hold,
            "policy": self.policy,
            "every": {"sessions": int(rng.choice([1, 3, 5, 21]))},
            "against": (str(rng.choice(["policy", "policy", "policy_matched", self.panel.assets[0]])),),
            "capital": float(rng.choice([1e6, 5e3])),
            "data": {"x": {"source": "sample"}},
            "from": str(self.panel.sessions[int(rng.integers(1, count // 4))]),
        }

    def _giver(self, rng: Random, name: str) -> str:
        others = [other for other in self.names if other not in self.tilted]
        known = [*others, *["pro_rata"] * (len(self.names) > 1), *["cash"] * (self.cash or len(self.names) == 1)]
        if self.kind == "rank" and len(self.hold[name]) > 2:
            known += ["same", "same"]
        return str(rng.choice(known))

    def setting(self, rng: Random) -> Setting:
        """One variant: its own rule, points, costs, bands and limits."""
        config = Config.model_validate(
            {
                **self.base,
                "stance": random_rule(rng, self.kind),
                "tilt": {name: self._points(rng, name) for name in self.tilted},
                "rebalance": random_rebalance(rng),
                "trade": {**self.trade, **random_costs(rng, self.panel.assets)},
                "limits": self._limits(rng) if rng.random() < 0.4 else None,
            }
        )
        sleeves = sleeve_series(config, self.panel)
        decisions, tranche = take_turns(config, self.panel)
        mix = neutral_mix(config, self.panel, sleeves, decisions)
        return Setting(config, None, self.panel, sleeves, decisions, tranche, mix)  # type: ignore[arg-type]

    def _points(self, rng: Random, name: str) -> dict[str, Any]:
        giver, own = self.giver[name], self.policy[name]
        room = {"pro_rata": (1.0 - own) / 2, "same": own}.get(giver, self.policy.get(giver, 0.0) / len(self.tilted))
        points: dict[str, Any] = {"over": float(rng.uniform(0, 0.9)) * room, "from": giver}
        if rng.random() < 0.5:
            points["under"] = float(rng.uniform(0, 0.9 if len(self.tilted) == 1 else 0.3)) * own
        return points

    def _limits(self, rng: Random) -> dict[str, Any]:
        limits: dict[str, Any] = {"asset": {"max": float(rng.uniform(0.15, 0.7))}}
        if rng.random() < 0.6:
            one = {"max": float(rng.uniform(0.2, 0.9)), **({"min": 0.1} if rng.random() < 0.4 else {})}
            limits["sleeve"] = {str(rng.choice(self.names)): one}
        if rng.random() < 0.4 and str(self.base["against"][0]).startswith("policy"):  # type: ignore[index]
            limits["cash_floor"] = float(rng.uniform(0, 0.2))
        return limits

    def scores(self, rng: Random, days: int) -> Scores:
        shape = (days, len(self.scored))
        values = np.round(rng.normal(0, 1, shape), int(rng.choice([3, 3, 0])))
        if self.kind == "impulse":
            values[rng.random(shape) < 0.6] = rng.choice([0.0, np.nan])
        values[rng.random(shape) < 0.1] = np.nan
        return Scores(self.scored, values, rng.random(shape) < 0.8, rng.integers(0, 4, shape))

    def keep(self, rng: Random, days: int) -> dict[str, np.ndarray]:
        return {name: rng.choice([1.0, 0.5, 0.0, 0.3], days) for name in self.tilted if rng.random() < 0.8}


def random_panel(rng: Random, sessions: int, assets: int, opens: bool) -> Panel:
    """Prices with holes; half of the markets with late listings and ends, at a recovery of less than all."""
    prices = rng.uniform(5, 500, assets) * np.exp(np.cumsum(rng.normal(0.0003, 0.02, (sessions, assets)), axis=0))
    prices[rng.random(prices.shape) < rng.choice([0.0, 0.05])] = np.nan
    ends = np.full(assets, sessions)
    if rng.random() < 0.5:
        for i in range(assets):
            fate, half = rng.random(), sessions // 2
            prices[: int(rng.integers(0, half)) if fate < 0.25 else 0, i] = np.nan
            prices[int(rng.integers(half, sessions - 1)) if 0.25 < fate < 0.45 else sessions :, i] = np.nan
    prices[0] = np.where(np.isnan(prices).all(axis=0), 10.0, prices[0])
    for i in range(assets):
        last = int(np.flatnonzero(~np.isnan(prices[:, i]))[-1])
        ends[i] = last if last < sessions - 1 else sessions
    days = np.busday_offset("2015-01-01", np.arange(sessions + 1), roll="forward").astype("datetime64[D]")
    cash = rng.choice(3)
    return Panel(
        sessions=days[:-1],
        assets=tuple(f"a{i:02}" for i in range(assets)),
        prices=prices,
        opens=prices * np.exp(rng.normal(0, 0.005, prices.shape)) if opens else None,
        fx=None,
        held=np.ones(assets, np.bool_),
        ends=ends,
        series={},
        cash_rate=rng.uniform(0, 0.0004, sessions) if cash == 2 else np.full(sessions, 1e-4 * cash),
        following=days[-1],
        digests={},
        fingerprint="",
        recovery=rng.choice([1.0, 0.3], assets),
    )


def random_rule(rng: Random, kind: str) -> dict[str, Any]:
    sides = {"sides": str(rng.choice(["over", "under", "both"]))}
    if kind == "threshold":
        enter = float(rng.uniform(0.1, 1))
        return {"rule": kind, "enter": enter, "exit": enter - float(rng.uniform(0, 1)), **sides}
    if kind == "proportional":
        return {"rule": kind, "full_at": float(rng.uniform(0.5, 3)), "cap": float(rng.choice([1.0, 0.6])), **sides}
    if kind == "rank":
        return {"rule": kind, "top": int(rng.integers(0, 3)), "bottom": int(rng.integers(1, 3))}
    half_life = None if rng.random() < 0.4 else float(rng.uniform(1, 30))
    return {"rule": kind, "hold_sessions": int(rng.integers(1, 40)), "half_life_sessions": half_life, **sides}


def random_rebalance(rng: Random) -> Any:
    band = {"band": float(rng.choice([0.005, 0.02])), "to": str(rng.choice(["edge", "target"]))}
    band["of"] = str(rng.choice(["portfolio", "target"]))
    return ["every_decision", "on_change", band][int(rng.integers(0, 3))]


def random_costs(rng: Random, assets: tuple[str, ...]) -> dict[str, Any]:
    """One number for all assets, or one each; at times fees by the order, and at least."""

    def cost(most: float) -> Any:
        return float(rng.uniform(0, most)) if rng.random() < 0.5 else {a: float(rng.uniform(0, most)) for a in assets}

    trade: dict[str, Any] = {"commission_bps": cost(50), "half_spread_bps": cost(20), "slippage_bps": cost(20)}
    trade["holding_sessions"] = int(rng.choice([0, 0, 15]))
    trade["smallest_trade"] = float(rng.choice([0, 0, 0.004]))
    trade["commission_per_order"] = cost(3) if rng.random() < 0.35 else 0.0
    trade["commission_minimum"] = cost(4) if rng.random() < 0.25 else 0.0
    return trade
