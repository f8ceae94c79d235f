"""The ground that variants stand on: one market, its decision days and what they are held against, as lanes take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.backtest import own_tracks
from engine.config import Config
from engine.decide import Decided, Setting
from engine.market.panel import Panel
from engine.market.table import Dates, Indices, Matrix, Vector
from engine.measure.sums import Shared
from engine.measure.track import Track, excess_returns
from engine.portfolio.lanes.run import MATCHED, POLICY, STRATEGY
from engine.portfolio.lanes.table import LaneMarket
from engine.portfolio.ledger import first_session
from engine.portfolio.tilt import Mix


@dataclass(frozen=True, slots=True)
class Given:
    """The path of a reference that no variant changes: excess (L,), months (U,) as in LanePaths, ends (3,): last
    equity, in the money of the variants, and the sums of excess and its square.
    """

    excess: Vector
    months: Vector
    ends: Vector


@dataclass(frozen=True, slots=True)
class Ground:
    """columns: (N,) of the panel, one a slot. tilted: the sleeves that are tilted, alphabetical. reference: POLICY,
    MATCHED, or STRATEGY where its path is given.
    """

    setting: Setting
    columns: Indices
    market: LaneMarket
    shared: Shared
    tilted: tuple[str, ...]
    reference: int
    given: Given | None

    @property
    def slots(self) -> int:
        """Slots of the market, empty ones included."""
        return len(self.market.home)


def ground_of(setting: Setting, decided: Decided) -> Ground:
    """The ground of a config for which `lanes_can` has no reason; decided: any variant's decisions on it."""
    config, panel = setting.config, setting.panel
    start = first_session(config, setting.decisions)
    days = panel.sessions[start:]
    month = month_numbers(days)
    cash = panel.cash_rate[start:].copy()
    cash[0] = 0.0
    name = config.against[0]
    reference = {"policy": POLICY, "policy_matched": MATCHED}.get(name, STRATEGY)
    given = None
    if reference == STRATEGY:
        given = given_by(own_tracks(setting, decided)[name], month, config.capital)
    return Ground(
        setting=setting,
        columns=np.flatnonzero(panel.held),
        market=market_of(setting, start, cash, month),
        shared=Shared(config.capital, cash[1:], int(month.max()) + 1, len(setting.decisions), config.sessions_per_year),
        tilted=tuple(config.tilt),
        reference=reference,
        given=given,
    )


def market_of(setting: Setting, start: int, cash: Vector, month: Indices) -> LaneMarket:
    """The market from a session of the panel on."""
    config, panel, mix = setting.config, setting.panel, setting.mix
    columns = np.flatnonzero(panel.held)
    due = setting.decisions + config.trade.after
    due = due[due < len(panel.sessions)]
    fills, tradable = fills_of(config, panel, due)
    fills, tradable = fills[:, columns], tradable[:, columns]
    inverse = np.divide(1.0, fills, out=np.zeros_like(fills), where=fills > 0.0)
    ended = panel.ends[columns] + 1 - start
    gone = np.flatnonzero((ended >= 1) & (ended < len(panel.sessions) - start))
    payouts = np.column_stack([ended[gone], gone]).astype(np.int64)
    home = homes(mix, columns)
    parts = np.column_stack([mix.parts[h][:, i] for h, i in zip(home, columns, strict=True)])
    return LaneMarket(
        prices=padded(panel.known[start:, columns]),
        growth=np.asarray(np.cumprod(1.0 + cash), np.float64),
        rate=cash,
        month=month,
        events=events_of(due - start, payouts[:, 0], len(panel.sessions) - start),
        fills=padded(fills),
        inverse=padded(inverse),
        tradable=padded(tradable).astype(np.bool_),
        parts=padded(parts),
        home=padded(home[None, :])[0].astype(np.int64),
        changed=changed(parts, tradable),
        paid=bool(cash.any()),
        payouts=payouts,
        sessions=setting.decisions.astype(np.float64),
        capital=config.capital,
    )


def padded(values: NDArray[Any]) -> NDArray[Any]:
    """Columns added, zero, up to a multiple of four."""
    return np.ascontiguousarray(np.pad(values, ((0, 0), (0, -values.shape[1] % 4))))


def homes(mix: Mix, columns: Indices) -> Indices:
    """(N,) the sleeve of each held asset; 0 for one that never has a part."""
    return np.array([int(np.argmax(mix.parts[:, :, i].any(axis=1))) for i in columns], dtype=np.int64)


def fills_of(config: Config, panel: Panel, due: Indices) -> tuple[Matrix, NDArray[np.bool_]]:
    """Prices (K, N) traded at, the last known where there is none, and where there is one; as `run_ledger` has them."""
    raw, known = panel.prices[due], panel.known[due]
    if config.trade.at == "open":
        assert panel.opens is not None
        raw, known = panel.opens[due], panel.known[np.maximum(due - 1, 0)]
    return np.where(np.isnan(raw), known, raw), ~np.isnan(raw)


def changed(parts: Matrix, tradable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(K,) whether the goals of a mix have to be set anew."""
    parts = parts[: len(tradable)]
    same = (parts[1:] == parts[:-1]).all(axis=1) & tradable[:-1].all(axis=1)
    return np.append(True, ~same)[: len(parts)]


def events_of(due: Indices, ended: Indices, sessions: int) -> Indices:
    """(E, 3) what happens from session 1 on: from when to before when nothing else does, and the rebalance, or -1."""
    starts = np.unique(np.concatenate([[1], due, ended]))
    starts = starts[starts < sessions]
    stops = np.append(starts[1:], sessions)
    place = np.searchsorted(due, starts)
    traded = (place < len(due)) & (due[np.minimum(place, len(due) - 1)] == starts) if len(due) else starts < 0
    return np.column_stack([starts, stops, np.where(traded, place, -1)]).astype(np.int64)


def month_numbers(days: Dates) -> Indices:
    """(L,) the number of the month that ends with a session, -1 where none does; a month needs a return in it."""
    months = days.astype("datetime64[M]")
    last = np.append(months[1:] != months[:-1], True)
    last[0] = False
    return np.where(last, np.cumsum(last) - 1, -1)


def given_by(track: Track, month: Indices, capital: float) -> Given:
    """A track as lanes are held against it."""
    excess = np.append(0.0, excess_returns(track))
    ends = np.flatnonzero(month >= 0)
    months = track.equity[ends] / track.equity[np.append(0, ends[:-1])]
    sums = [float(np.sum(excess)), float(np.sum(excess * excess))]
    return Given(excess, months, np.array([track.equity[-1] / track.equity[0] * capital, *sums]))
