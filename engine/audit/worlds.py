"""Other worlds: the market of a config changed where its sources deliver it, or once it is made, and decided anew.

What is read is read once. Every file of a strategy is loaded anew in every world, so that none remembers another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from engine.audit.again import undisturbed
from engine.audit.twin import ended
from engine.config import Config
from engine.decide import Decided, Setting, decide, set_up
from engine.market.assemble import WORLD, OtherMarket
from engine.market.panel import Panel, Series
from engine.market.sources import read_source
from engine.market.table import Matrix, Table, Vector

#: Standard deviation of a scrambled price's daily moves.
MOVES = 0.02
#: What scrambled values of series are near: a cash rate among them stays one.
SMALL = 1e-4


@dataclass(frozen=True, slots=True)
class Worlds:
    """The worlds of one config. Tables are kept as they were first read, by the entry and the labels wanted of it."""

    config: Config
    _read: dict[tuple[str, str, frozenset[str]], Table] = field(default_factory=dict)

    def decided(
        self,
        table: Callable[[Table], Table] = lambda table: table,
        panel: Callable[[Panel], Panel] = lambda panel: panel,
        setting: Callable[[Setting], Setting] = lambda setting: setting,
        config: Config | None = None,
        until: np.datetime64 | None = None,
    ) -> tuple[Setting, Decided]:
        """Every decision in a world, up to a day. Raises what a run of the config there raises.

        table, panel, setting: what becomes of each table that is read, of the panel made of them, and of all that is
        set up with it.
        """

        with self.inside(table, panel):
            there = _up_to(setting(set_up(config or self.config)), until)
            return there, decide(there)

    @contextmanager
    def inside(
        self,
        table: Callable[[Table], Table] = lambda table: table,
        panel: Callable[[Panel], Panel] = lambda panel: panel,
    ) -> Iterator[None]:
        """Whatever is set up here stands in such a world, and what strategies say aloud is not heard."""

        def read(asked: Config, name: str, wanted: Collection[str]) -> Table:
            key = (str(asked.path), name, frozenset(wanted))
            if key not in self._read:
                self._read[key] = read_source(asked, name, wanted)
            return table(self._read[key])

        token = WORLD.set(OtherMarket(read, panel))
        try:
            with undisturbed():
                yield
        finally:
            WORLD.reset(token)

    def homes(self) -> dict[str, str]:
        """The entry of `data` that each label's prices were read from; none before anything was decided."""
        return {
            label: name
            for (_, name, _), table in self._read.items()
            if table.kind != "values"
            for label in table.columns
        }


def _up_to(setting: Setting, until: np.datetime64 | None) -> Setting:
    """The same with its decisions after a day left out."""
    if until is None:
        return setting
    rows = setting.panel.sessions[setting.decisions] <= until
    mix = replace(setting.mix, parts=setting.mix.parts[:, rows])
    return replace(setting, decisions=setting.decisions[rows], tranche=setting.tranche[rows], mix=mix)


def scrambled(day: np.datetime64, seed: int) -> Callable[[Table], Table]:
    """After a day other moves from where prices stand, and values of nothing, on the same days."""

    def change(table: Table) -> Table:
        late = table.dates > day
        moves = MOVES * np.random.default_rng(seed).normal(size=table.values[late].shape)
        if table.kind == "values":
            wild = SMALL * np.exp(moves)
        elif table.kind == "returns":
            wild = moves
        else:
            wild = _last(table.values[~late]) * np.exp(moves.cumsum(axis=0))
        values = table.values.copy()
        values[late] = np.where(np.isnan(values[late]), np.nan, wild)
        opens = None
        if table.opens is not None:
            opens = table.opens.copy()
            opens[late] = np.where(np.isnan(opens[late]), np.nan, wild)
        return replace(table, values=values, opens=opens)

    return change


def _last(values: Matrix) -> Vector:
    """(C,) the last value of each column, 100 where there is none."""
    there = ~np.isnan(values)
    rows = len(values) - 1 - np.argmax(there[::-1], axis=0) if len(values) else np.zeros(values.shape[1], np.int64)
    return np.array([values[row, c] if there[:, c].any() else 100.0 for c, row in enumerate(rows)])


def cut(day: np.datetime64) -> Callable[[Panel], Panel]:
    """Nothing after a day, but that the session after it comes."""

    def change(panel: Panel) -> Panel:
        return ended(panel, int(np.searchsorted(panel.sessions, day, side="right")) - 1)

    return change


def nudged(size: float, seed: int) -> Callable[[Table], Table]:
    """Every price moved by a normal part of itself."""

    def change(table: Table) -> Table:
        if table.kind == "values":
            return table
        moves = 1.0 + size * np.random.default_rng(seed).normal(size=table.values.shape)
        return replace(table, values=table.values * moves)

    return change


def begun(day: np.datetime64) -> Callable[[Table], Table]:
    """Nothing before a day."""

    def change(table: Table) -> Table:
        rows = table.dates >= day
        kept = {
            name: array[rows] for name in ("known", "opens", "volumes") if (array := getattr(table, name)) is not None
        }
        return replace(table, dates=table.dates[rows], values=table.values[rows], **kept)

    return change


def in_units(factors: Mapping[str, float]) -> Callable[[Table], Table]:
    """Prices of some labels times a factor each."""

    def change(table: Table) -> Table:
        if table.kind == "values":
            return table
        by = np.array([factors.get(label, 1.0) for label in table.columns])
        return replace(table, values=table.values * by, opens=None if table.opens is None else table.opens * by)

    return change


def in_sleeve_units(factor: float) -> Callable[[Setting], Setting]:
    """The levels of held sleeves, which begin at 1 for no reason, times a factor."""

    def change(setting: Setting) -> Setting:
        sleeves = {
            name: replace(one, levels=one.levels * factor) if name in setting.config.hold else one
            for name, one in setting.sleeves.items()
        }
        return replace(setting, sleeves=sleeves)

    return change


def renamed(shown: Mapping[str, str]) -> Callable[[Table], Table]:
    """Under each of some labels the data of another one of them."""

    def change(table: Table) -> Table:
        own = {label: c for c, label in enumerate(table.columns)}
        columns = [own.get(shown.get(label, label), c) for label, c in own.items()]
        taken = {
            name: array[:, columns]
            for name in ("values", "opens", "volumes")
            if (array := getattr(table, name)) is not None
        }
        return replace(table, **taken)

    return change


def known_later(sessions: int) -> Callable[[Panel], Panel]:
    """What is watched and not held, seen some sessions later than it was known; till then a price stands still."""

    def change(panel: Panel) -> Panel:
        prices = panel.prices.copy()
        watched = ~panel.held
        prices[sessions:, watched] = panel.prices[:-sessions, watched]
        prices[:sessions, watched] = panel.prices[0, watched]
        return replace(
            panel,
            prices=prices,
            series={name: _later(one, sessions, len(prices)) for name, one in panel.series.items()},
        )

    return change


def _later(one: Series, sessions: int, count: int) -> Series:
    there = one.visible + sessions < count
    return Series(one.values[there], one.dates[there], one.visible[there] + sessions)
