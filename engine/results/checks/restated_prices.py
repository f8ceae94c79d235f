"""Which price was restated, to the day: the baseline's run held it at a price that its own tables still tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.market.table import Dates, Vector
from engine.result import Result
from engine.results.checks.data_marks import Restated
from engine.results.checks.stored_run import StoredRun

#: Two prices are the same within this part: a price read back from a weight has lost a few digits.
PART = 1e-8
#: A holding below this weight tells no price.
LEAST = 1e-7


@dataclass(frozen=True, slots=True)
class RestatedPrice:
    """The first session on which a holding was worth another price than now."""

    asset: str
    day: str
    was: float
    now: float

    def __str__(self) -> str:
        return f"{self.asset} on {self.day}: {self.was:.8g} -> {self.now:.8g}"


def restated_prices(data: Restated, stored: StoredRun, result: Result) -> tuple[RestatedPrice, ...]:
    """The first restated price of each series that was held, by day; the others' prices are in no table."""
    found = [_first(name, stored, result) for name in data.series if name in stored.weights and name != "date"]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.day, one.asset)))


def sharpened(data: Restated, prices: tuple[RestatedPrice, ...]) -> Restated:
    """The same with the first day, where all that changed was held then and the marks knew less."""
    if not prices or len(prices) < len(data.series) or not prices[0].day.startswith(data.first):
        return data
    return replace(data, first=prices[0].day)


def _first(asset: str, stored: StoredRun, result: Result) -> RestatedPrice | None:
    panel = result.panel
    days: Dates = stored.ledger["date"]
    worth: Vector = stored.weights[asset] * stored.ledger["equity"]
    units = _units(asset, stored, days)
    if asset not in panel.assets:
        return None
    # After its end an asset has no price, but one that is carried on.
    priced = np.isin(days, panel.sessions[: panel.ends[panel.column(asset)] + 1])
    rows = np.flatnonzero((np.abs(stored.weights[asset]) > LEAST) & (units != 0.0) & priced)
    if len(rows) == 0:
        return None
    was = worth[rows] / units[rows]
    now = panel.known[np.searchsorted(panel.sessions, days[rows]), panel.column(asset)]
    differs = np.flatnonzero(np.abs(was - now) > PART * np.maximum(np.abs(was), np.abs(now)))
    if len(differs) == 0:
        return None
    row = differs[0]
    return RestatedPrice(asset, str(days[rows[row]]), float(was[row]), float(now[row]))


def _units(asset: str, stored: StoredRun, days: Dates) -> Vector:
    """(L,) units held at each close: all trades up to it."""
    own = stored.trades["asset"] == asset
    traded, when = stored.trades["units"][own], stored.trades["date"][own]
    total = np.concatenate([[0.0], np.cumsum(traded)])
    return np.asarray(total[np.searchsorted(when, days, side="right")], dtype=np.float64)
