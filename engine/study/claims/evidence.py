"""Evidence: the data of a claims file, and the series that each name in it means.

A source that is not there makes no claim fail that does not need it: what needs it is not measurable, and says so.
A name that nothing at hand can mean is a fault of the file.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.config import Config, Sleeve
from engine.config.claim_kinds import ShocksClaim
from engine.config.claims_checks import study_of
from engine.config.event_study import EventShocks, EventStudy
from engine.config.own_sources import EventsSource
from engine.errors import ConfigError, DataError
from engine.market.currency import rate_label, scale
from engine.market.digest import column_digest
from engine.market.levels import as_of
from engine.market.panel import Panel, find_series
from engine.market.sleeves import sleeve_series
from engine.market.sources import read_source
from engine.market.table import Table, Vector
from engine.study.claims.levels import STALE_DAYS, Levels, NotMeasurable, aligned
from engine.study.events.outcome import EventOutcome
from engine.study.events.study import event_study_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """tables: what was read, by source. missing: by source, why it could not be.

    used: a hash of every series that was looked at. studied: what event studies came to, by what they ask.
    """

    config: Config
    tables: Mapping[str, Table]
    missing: Mapping[str, str]
    used: dict[str, str] = field(default_factory=dict)
    studied: dict[str, EventOutcome | NotMeasurable] = field(default_factory=dict)

    def levels(self, name: str, key: str) -> Levels:
        """What a name means, prices in the base currency. key: where the name stands, for a fault about it.

        Raises NotMeasurable where its source is missing, ConfigError where nothing has that name.
        """
        sleeve = {**self.config.watch, **self.config.hold}.get(name)
        if sleeve is not None and sleeve.series is None:
            return self._sleeve(name, sleeve, key)
        named = sleeve.series if sleeve is not None and sleeve.series is not None else name
        return self._series(named) or self._price(named, key, base=True)

    def quoted(self, name: str, key: str) -> Levels:
        """Like `levels`, in the unit in which the source quotes it. Raises NotMeasurable for a sleeve too."""
        sleeve = {**self.config.watch, **self.config.hold}.get(name)
        if sleeve is not None and sleeve.series is None:
            raise NotMeasurable(f"{name} is a sleeve, which has no price")
        named = sleeve.series if sleeve is not None and sleeve.series is not None else name
        return self._series(named) or self._price(named, key, base=False)

    def pair(self, one: Levels, other: Levels, key: str) -> tuple[Levels, Levels]:
        """Both on their common days. Raises ConfigError for price returns beside total ones, unless accepted."""
        kinds = {one.returns, other.returns}
        if kinds == {"price", "total"} and "price_against_total" not in self.config.accept:
            found = f"price returns ({one.name if one.returns == 'price' else other.name}) beside total returns"
            cure = "use total-return data, or say `accept: price_against_total`"
            raise ConfigError(self.config.fault(key, found, "one kind of return on both sides", cure))
        both = aligned(one, other)
        return both[0], both[1]

    def shocks(self, claim: ShocksClaim) -> EventOutcome:
        """The event study that a claim is measured on, done once. Raises NotMeasurable where its data are missing."""
        assert self.config.event_study is not None
        study = study_of(self.config.event_study, claim)
        asked = f"{study.model_dump_json()} to {self.config.to}"
        if asked not in self.studied:
            self.studied[asked] = self._event_study(study)
        found = self.studied[asked]
        if isinstance(found, NotMeasurable):
            raise found
        self.used.setdefault(f"event study {asked}", found.panel.fingerprint)
        return found

    def fingerprint(self) -> str:
        """16 hex digits over every series that was looked at, and every source that was missing."""
        said = repr((sorted(self.used.items()), sorted(self.missing.items())))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _event_study(self, study: EventStudy) -> EventOutcome | NotMeasurable:
        """On a market of what it names alone: what other claims watch may begin later, end before, or be missing."""
        shocks = (study.events.shocks,) if isinstance(study.events, EventShocks) else ()
        named = {*study.of, *study.factors, *self.config.hold}
        try:
            for name in (*sorted(named), *shocks):
                self.levels(name, "event_study")
        except NotMeasurable as why:
            return NotMeasurable(f"the event study: {why}")
        named |= {getattr(study.events, "calendar", ""), *shocks}
        watched = {name: one for name, one in self.config.watch.items() if name in named or named & {*one.members}}
        sleeves = {**watched, **self.config.hold}
        labels = {*named, *self.config.fx.values(), *(label for one in sleeves.values() for label in one.members)}
        data = {name: one for name, one in self.config.data.items() if self._serves(name, labels)}
        alone = {"event_study": study, "watch": watched, "data": data}
        return event_study_of(self.config.model_copy(update=alone))

    def _serves(self, source: str, labels: set[str]) -> bool:
        """Whether a source can be read, and has values, or prices of one of the labels."""
        if source in self.missing:
            return False
        table = self.tables.get(source)
        return table is None or table.kind != "prices" or not labels.isdisjoint(table.columns)

    def _series(self, name: str) -> Levels | None:
        """A column of a table of values, by `source.column` or a source's name alone; None where it is none."""
        source = name.partition(".")[0]
        if source in self.missing and (source == name or "." in name):
            raise NotMeasurable(self.missing[source])
        columns = {
            f"{source}.{column}": (table, i)
            for source, table in self.tables.items()
            if table.kind == "values"
            for i, column in enumerate(table.columns)
        }
        found = find_series(columns, name)
        if found is None:
            return None
        table, column = columns[found]
        return self._read(found, table, table.values[:, column], "", "values")

    def _price(self, label: str, key: str, *, base: bool) -> Levels:
        homes = [name for name, table in self.tables.items() if table.kind == "prices" and label in table.columns]
        if len(homes) != 1:
            raise self._unknown(label, key, homes)
        home, table = homes[0], self.tables[homes[0]]
        own = self._read(label, table, table.values[:, table.columns.index(label)], "", "total")
        quoted = self.config.data[home].currency_of(label)
        returns = self.config.data[home].returns
        if not base or quoted == self.config.base_currency:
            return Levels(label, own.dates, own.values, quoted, returns, own.place)
        rate = rate_label(self.config, quoted, f"data.{home}.currency")
        values = own.values * scale(quoted) * (1.0 if rate is None else self._rate(rate, own, key))
        known = ~np.isnan(values)
        if not known.any():
            raise NotMeasurable(f"{rate} has no rate on the days of {label}")
        unit = self.config.base_currency
        return Levels(label, own.dates[known], values[known], unit, returns, own.place)

    def _rate(self, label: str, of: Levels, key: str) -> Vector:
        """(R,) the rate last known on each day, NaN where that is too long ago."""
        rate = self._price(label, key, base=False)
        rows = np.arange(len(rate.dates))
        places = np.searchsorted(of.dates, rate.dates)
        last = as_of(rows.astype(np.float64), rate.dates, places, len(of.dates))
        held = np.nan_to_num(last, nan=0.0).astype(np.int64)
        old = (of.dates - rate.dates[held]).astype(np.int64) > STALE_DAYS
        return np.where(np.isnan(last) | old, np.nan, rate.values[held])

    def _sleeve(self, name: str, sleeve: Sleeve, key: str) -> Levels:
        """The daily-rebalanced level of a sleeve, on the days on which any member has a price."""
        members = {label: self._price(label, key, base=True) for label in sorted(sleeve.members)}
        dates = np.unique(np.concatenate([one.dates for one in members.values()]))
        prices = np.full((len(dates), len(members)), np.nan)
        for column, one in enumerate(members.values()):
            prices[np.searchsorted(dates, one.dates), column] = one.values
        count = len(members)
        panel = Panel(
            sessions=dates, assets=tuple(members), prices=prices, opens=None, fx=None, held=np.ones(count, np.bool_),
            ends=np.full(count, len(dates)), series={}, cash_rate=np.zeros(len(dates)), following=dates[-1] + 1,
            digests={}, fingerprint="",
        )  # fmt: skip
        belongs = {label: one for label, one in self.config.membership.items() if label in members}
        alone = self.config.model_copy(update={"hold": {name: sleeve}, "watch": {}, "membership": belongs})
        levels = sleeve_series(alone, panel)[name].levels
        begun = ~np.isnan(levels)
        kinds: set[Literal["total", "price", "values"]] = {one.returns for one in members.values()}
        returns: Literal["total", "price", "values"] = "price" if "price" in kinds else "total"
        return Levels(name, dates[begun], levels[begun], self.config.base_currency, returns)

    def _read(self, name: str, table: Table, values: Vector, unit: str, returns: Literal["total", "values"]) -> Levels:
        given = ~np.isnan(values)
        if not given.any():
            raise NotMeasurable(f"{name} has no value in {table.place}")
        self.used.setdefault(name, column_digest(table.dates, values))
        return Levels(name, table.dates[given], values[given], unit, returns, table.place)

    def _unknown(self, label: str, key: str, homes: list[str]) -> Exception:
        if homes:
            found = f"`{label}`, which the sources {' and '.join(homes)} both have"
            cure = "rename it in one of them with `columns: {new: old}`"
            return ConfigError(self.config.fault(key, found, "one source per name", cure))
        offered = [*self.config.hold, *self.config.watch, *self.config.data]
        offered += [label for table in self.tables.values() for label in (table.offered or table.columns)]
        close = difflib.get_close_matches(label, offered, n=1, cutoff=0.75)
        if self.missing and not close:
            return NotMeasurable(f"no `{label}` in the data at hand; {'; '.join(self.missing.values())}")
        same = [other for other in offered if other.lower() == label.lower()]
        cure = f"did you mean `{(same or close)[0]}`?" if same or close else "name one of them, or add its source"
        expected = "a sleeve of this file, a label of its data, or `source.column`"
        return ConfigError(self.config.fault(key, f"`{label}`, which nothing is called", expected, cure))


def gather(config: Config, names: Iterable[str]) -> Evidence:
    """Read every source of a claims file. Raises where none can be read, or where one is misdescribed."""
    sleeves = {**config.watch, **config.hold}
    wanted = {*names, *config.fx.values(), *(label for one in sleeves.values() for label in one.members)}
    tables: dict[str, Table] = {}
    missing: dict[str, str] = {}
    errors: list[ConfigError | DataError] = []
    for name, entry in config.data.items():
        if isinstance(entry, EventsSource):
            continue
        try:
            tables[name] = read_source(config, name, wanted)
        except (ConfigError, DataError) as error:
            if isinstance(error, ConfigError) and not _absent(error):
                raise
            errors.append(error)
            missing[name] = f"{name}: {error.faults[0].found}"
    if errors and not tables:
        raise errors[0]
    return Evidence(config, tables, missing)


def _absent(error: ConfigError) -> bool:
    """Whether a source is refused because its file is nowhere: the file of claims itself may be right."""
    return all(fault.key.endswith(".path") and fault.found.endswith("no file") for fault in error.faults)
