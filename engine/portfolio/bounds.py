"""The bounds of target weights on decision days, as arrays: what a config's `limits` mean for each asset and sleeve.

An asset that does not trade on a decision day cannot be bought for a floor: its floor is waived that day, and so is a
sleeve's of which no member trades. Caps hold always.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.config import Config, Limits
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.tilt import Mix

#: A limit broken by less than this is kept: sums of weights carry rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most on D decision days, of M held assets in H sleeves; infinite where nothing is said.

    home: (M,) each asset's sleeve, 0..H-1. parts: (D, M) each asset's part of its sleeve; 0 where it does not trade.
    least, most: (D, M) of assets. sleeve_least, sleeve_most: (D, H). net_least, net_most: of the sum of weights.
    gross_most: of the sum of their sizes; infinite where nothing is sold short, for the two sums are then one.
    """

    home: Indices
    parts: Matrix
    least: Matrix
    most: Matrix
    sleeve_least: Matrix
    sleeve_most: Matrix
    net_least: float
    net_most: float
    gross_most: float

    def on(self, rows: NDArray[np.bool_]) -> Bounds:
        """These bounds on some of the days."""
        days = ("parts", "least", "most", "sleeve_least", "sleeve_most")
        return replace(self, **{name: getattr(self, name)[rows] for name in days})

    def by_sleeve(self, values: Matrix) -> Matrix:
        """(D, H) sums of (D, M) values over the members of each sleeve."""
        count = self.sleeve_least.shape[1]
        return np.column_stack([across(values[:, self.home == h]) for h in range(count)])


def bounds_of(config: Config, limits: Limits, panel: Panel, mix: Mix) -> tuple[Indices, Bounds]:
    """The columns of the held assets (M,), and their bounds as the config says them, nothing waived."""
    held = np.flatnonzero(panel.held)
    labels = [panel.assets[i] for i in held]
    home = np.array([_home(config, mix.names, label) for label in labels], dtype=np.int64)
    days = mix.parts.shape[1]
    lowest = -np.inf if config.allow_short else 0.0
    assets = np.array([limits.of_asset(label) for label in labels]).reshape(-1, 2)
    sleeves = np.array([limits.of_sleeve(name) for name in mix.names]).reshape(-1, 2)
    return held, Bounds(
        home=home,
        parts=np.stack([mix.parts[h][:, i] for h, i in zip(home, held, strict=True)], axis=1),
        least=np.tile(np.maximum(assets[:, 0], lowest), (days, 1)),
        most=np.tile(assets[:, 1], (days, 1)),
        sleeve_least=np.tile(sleeves[:, 0], (days, 1)),
        sleeve_most=np.tile(sleeves[:, 1], (days, 1)),
        net_least=limits.net.ends()[0],
        net_most=1.0 - limits.least_cash,
        # Without shorts it is what the sum of weights may be, and stands there.
        gross_most=limits.gross if limits.gross is not None and config.allow_short else np.inf,
    )


def waived(bounds: Bounds, asked: Matrix) -> Bounds:
    """Bounds without the floors that nothing can be bought for: what does not trade may shrink, and not grow.

    asked: (D, M) target weights.
    """
    trades = bounds.parts > 0
    kept = np.clip(asked, np.minimum(bounds.least, 0.0), np.maximum(bounds.most, 0.0))
    least = np.where(trades, bounds.least, np.minimum(kept, 0.0))
    most = np.where(trades, bounds.most, np.maximum(kept, 0.0))
    alive = bounds.by_sleeve(trades.astype(np.float64)) > 0
    low, high = bounds.by_sleeve(least), bounds.by_sleeve(most)
    return replace(
        bounds,
        least=least,
        most=most,
        sleeve_least=np.where(alive, bounds.sleeve_least, np.minimum(bounds.sleeve_least, high)),
        sleeve_most=np.where(alive, bounds.sleeve_most, np.maximum(bounds.sleeve_most, low)),
    )


def across(values: Matrix) -> Vector:
    """(D,) sums of the rows of (D, K) values: the bits of a row are the same, however many rows stand beside it."""
    sums: Vector = np.ascontiguousarray(values).sum(axis=1)
    return sums


def attainable(bounds: Bounds) -> tuple[Matrix, Matrix]:
    """(D, H) least and most of each sleeve, by its own bounds and those of its members together."""
    low = np.maximum(bounds.sleeve_least, bounds.by_sleeve(bounds.least))
    high = np.minimum(bounds.sleeve_most, bounds.by_sleeve(bounds.most))
    return low, high


def _home(config: Config, names: tuple[str, ...], label: str) -> int:
    """The first sleeve that holds an asset. With limits of assets or sleeves there is one only."""
    return next(h for h, name in enumerate(names) if label in config.hold[name].members)
