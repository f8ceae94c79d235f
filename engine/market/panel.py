"""The Panel: sessions by assets, every series dated by when it was known. Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.market.levels import carry
from engine.market.table import Dates, Indices, Matrix, Vector


@dataclass(frozen=True, slots=True)
class Series:
    """A dated series that is seen, never held, in the order in which its values became known.

    values: (K,) float64. dates: (K,) the day each value describes.
    visible: (K,) ascending, index of the first session whose close comes at or after the value's known time.
    """

    values: Vector
    dates: Dates
    visible: Indices


@dataclass(frozen=True, slots=True)
class Panel:
    """What the market showed.

    sessions: (T,) datetime64[D], the days on which any held asset has a price.
    assets: N labels in alphabetical order, held and watched ones.
    prices: (T, N) total-return levels; NaN where a held asset has no price that session, or before a watched
        one begins (a watched price is the last one known).
    known: (T, N) the last price of each asset at each session, 0 before its first, its recovery after it has ended:
        what a holding is worth. Made when first asked for; `prices` themselves where no price is missing.
    opens: (T, N) like prices, or None where the source has none.
    volumes: (T, N) units traded, or None. dividends: (T, N) cash per unit on ex-dates, in the base currency, or None.
    recovery: (N,) part of its last price that an asset pays when it has ended.
    fx: (T, N) units of the base currency for one unit of the asset's own, in `prices` already; None where all is in it.
    held: (N,) bool. ends: (N,) index of the last session with a price in all of the data, T where it goes on.
    closes: (T,) datetime64[s] in UTC, when a session's decision is made; None where no held source says when it closes.
    series: by `source.column`. cash_rate: (T,) simple return of cash from the session before to this one.
    following: the first session after the last one of the panel, or the last one's next weekday.
    digests: a hash of every series by name; fingerprint: one over all. caveats: what a reader has to know of the data.
    """

    sessions: Dates
    assets: tuple[str, ...]
    prices: Matrix
    opens: Matrix | None
    fx: Matrix | None
    held: NDArray[np.bool_]
    ends: Indices
    series: Mapping[str, Series]
    cash_rate: Vector
    following: np.datetime64
    digests: Mapping[str, str]
    fingerprint: str
    caveats: tuple[str, ...] = ()
    volumes: Matrix | None = None
    dividends: Matrix | None = None
    recovery: Vector | None = None
    closes: Dates | None = None
    _known: list[Matrix] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for array in (self.sessions, self.prices, self.opens, self.fx, self.cash_rate):
            if array is not None:
                read_only(array)

    @property
    def known(self) -> Matrix:
        """(T, N) what one unit of each asset is worth at each session."""
        if not self._known:
            self._known.append(_last_worth(self.prices, self.ends, self.recovery))
            read_only(self._known[0])
        return self._known[0]

    def column(self, label: str) -> int:
        """Position of an asset; KeyError where there is no such asset."""
        try:
            return self.assets.index(label)
        except ValueError:
            raise KeyError(label) from None

    def series_key(self, name: str) -> str | None:
        """The key of a series: `source.column`, or a source's name where it has one column; None if there is none."""
        return find_series(self.series, name)

    def columns(self, labels: tuple[str, ...]) -> Indices:
        """Positions of several assets."""
        return np.array([self.column(label) for label in labels], dtype=np.int64)


def _last_worth(prices: Matrix, ends: Indices, recovery: Vector | None) -> Matrix:
    """(T, N) the last price so far, 0 before the first; after an asset's end that price times its recovery."""
    paid = np.ones(prices.shape[1]) if recovery is None else recovery
    ended = np.flatnonzero((ends < len(prices) - 1) & (paid != 1.0))
    if not len(ended) and not np.isnan(prices).any():
        return np.ascontiguousarray(prices)
    worth = carry(prices)
    worth[np.isnan(worth)] = 0.0
    for asset in ended:
        worth[ends[asset] + 1 :, asset] *= paid[asset]
    return worth


def find_series(series: Mapping[str, object], name: str) -> str | None:
    """The key that a name means among series by `source.column`."""
    if name in series:
        return name
    keys = [key for key in series if key.partition(".")[0] == name]
    return keys[0] if len(keys) == 1 else None


def read_only(values: NDArray[np.generic]) -> None:
    """Forbid writing to an array, here and through any view made of it later."""
    values.flags.writeable = False
