"""The twin of a market: a copy that ends early, and of which everything after a day can be taken away for good.

A strategy that is asked in it finds what it is handed just as in the run; whatever it reaches for behind that is
garbage: prices of another world, series never known, assets that all go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.config import Config
from engine.market.panel import Panel, Series
from engine.market.past import Revealed
from engine.market.sleeves import SleeveSeries
from engine.market.table import Matrix

SEED = 20260102
#: What of a panel has a row for each session.
BY_SESSION = ("sessions", "prices", "opens", "fx", "cash_rate", "volumes", "dividends", "closes")


@dataclass(frozen=True, slots=True)
class Twin:
    """A market of its own. `conceal(t)` only goes backwards."""

    panel: Panel
    sleeves: Mapping[str, SleeveSeries]
    revealed: Revealed
    _noise: Matrix

    def conceal(self, session: int) -> None:
        """Turn everything that was not known by the close of `session` into garbage."""
        later = slice(session + 1, self.revealed.until + 1)
        for array in self._by_session():
            _open(array)[later] *= self._noise[later, : array.shape[1]]
        _open(self.panel.cash_rate)[later] *= self._noise[later, 0]
        for one in self.panel.series.values():
            self._spoil_series(one, session)
        self.panel._known.clear()
        _open(self.panel.ends)[self.panel.ends > session] = len(self.panel.sessions)
        self.revealed.conceal(session)

    def _by_session(self) -> list[Matrix]:
        """Every (T, ...) array; the levels of sleeves are concealed as what `revealed` is copied from."""
        panel = self.panel
        own = [panel.prices, panel.opens, panel.fx, panel.volumes, panel.dividends]
        return [array for array in (*own, *(one.parts for one in self.sleeves.values())) if array is not None]

    def _spoil_series(self, one: Series, session: int) -> None:
        known, until = np.searchsorted(one.visible, [session, self.revealed.until], side="right")
        rows = slice(int(known), int(until))
        _open(one.values)[rows] = np.resize(self._noise, rows.stop - rows.start) - 1.0
        _open(one.dates)[rows] = self.panel.sessions[-1] + 1
        _open(one.visible)[rows] = len(self.panel.sessions)


def twin_of(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], until: int) -> Twin:
    """The twin of a market that ends with the session `until`, all of it revealed."""
    own, parts = ended(panel, until), ended_sleeves(sleeves, until)
    revealed = Revealed(own, parts, config)
    revealed.reveal(until)
    # From half to one and a half of the truth: no move of it has to do with a true one.
    noise = 0.5 + np.random.default_rng(SEED).random((until + 1, len(panel.assets)))
    return Twin(own, parts, revealed, noise)


def ended(panel: Panel, until: int) -> Panel:
    """A copy of a panel as it stood at the close of the session `until`; only the day that follows is known."""
    count = until + 1
    cut: dict[str, Any] = {
        name: array[:count].copy() for name in BY_SESSION if (array := getattr(panel, name)) is not None
    }
    return replace(
        panel,
        **cut,
        series={name: _known(one, until) for name, one in panel.series.items()},
        ends=np.where(panel.ends > until, count, panel.ends),
        following=panel.sessions[count] if count < len(panel.sessions) else panel.following,
        digests={},
        fingerprint="",
        caveats=(),
    )


def ended_sleeves(sleeves: Mapping[str, SleeveSeries], until: int) -> dict[str, SleeveSeries]:
    """Copies of sleeves up to the session `until`."""
    rows = slice(until + 1)
    return {
        name: SleeveSeries(one.columns, one.parts[rows].copy(), one.levels[rows].copy())
        for name, one in sleeves.items()
    }


def _known(one: Series, until: int) -> Series:
    count = int(np.searchsorted(one.visible, until, side="right"))
    return Series(one.values[:count].copy(), one.dates[:count].copy(), one.visible[:count].copy())


def _open(array: Any) -> Any:
    """The twin's own arrays are written to, whatever they are to a strategy."""
    array.flags.writeable = True
    return array
