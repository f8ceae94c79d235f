"""Labels: which assets a config names, which source each comes from, or where it is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.config import Config, Sleeve
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, Fault
from engine.market.table import Indices, Table, Vector


@dataclass(frozen=True, slots=True)
class WantedLabels:
    """The labels a config names, by what it does with them; `rates` are prices of currencies."""

    held: tuple[str, ...]
    watched: tuple[str, ...]
    against: tuple[str, ...]
    rates: tuple[str, ...]

    @property
    def assets(self) -> tuple[str, ...]:
        """Everything that becomes a column of the panel, alphabetical."""
        return tuple(sorted({*self.held, *self.watched, *self.against}))

    @property
    def all(self) -> frozenset[str]:
        """Everything that is read as prices."""
        return frozenset((*self.assets, *self.rates))


@dataclass(frozen=True, slots=True)
class FoundLabels:
    """The tables that were read, and for each label the one it comes from."""

    tables: Mapping[str, Table]
    home: Mapping[str, str]

    def by_table(self, labels: tuple[str, ...]) -> Iterator[tuple[Table, Indices, list[str]]]:
        """Each table that has any of the labels, with their columns in it, and which labels these are."""
        for name, table in self.tables.items():
            own = [label for label in labels if self.home[label] == name]
            if own:
                at = {column: i for i, column in enumerate(table.columns)}
                yield table, np.array([at[label] for label in own]), own

    def column(self, label: str) -> tuple[Table, Vector]:
        """A label's table and its values (R,)."""
        table = self.tables[self.home[label]]
        return table, table.values[:, table.columns.index(label)]


def wanted_by(config: Config) -> WantedLabels:
    """The labels of a config."""

    def members(sleeves: Mapping[str, Sleeve]) -> tuple[str, ...]:
        return tuple(sorted({label for one in sleeves.values() for label in one.members}))

    against = tuple(sorted({name for name in config.against if is_label(name)}))
    return WantedLabels(members(config.hold), members(config.watch), against, tuple(sorted(set(config.fx.values()))))


def is_label(name: str) -> bool:
    """Whether an entry of `against` names an asset, neither a mix of the config's own nor another config."""
    return name not in ("policy", "policy_matched") and not name.endswith(ENDINGS)


def locate(config: Config, tables: Mapping[str, Table], labels: tuple[str, ...]) -> dict[str, str]:
    """Which source each label comes from. All labels that are nowhere, or in two places, are reported at once."""
    home: dict[str, str] = {}
    faults = []
    priced = {name: frozenset(table.columns) for name, table in tables.items() if table.kind == "prices"}
    for label in labels:
        found = [name for name, columns in priced.items() if label in columns]
        if len(found) == 1:
            home[label] = found[0]
        else:
            faults.append(_label_fault(config, label, found, tables))
    if faults:
        raise ConfigError(*faults)
    return home


def _label_fault(config: Config, label: str, found: list[str], tables: Mapping[str, Table]) -> Fault:
    key = _key_of(config, label)
    if found:
        return config.fault(
            key, f"`{label}`, which the sources {' and '.join(found)} both have", "one source per label",
            "rename it in one of them with `columns: {new: old}`",
        )  # fmt: skip
    offered = [other for table in tables.values() for other in table.offered]
    close = difflib.get_close_matches(label, offered, n=1, cutoff=0.6)
    same = [other for other in offered if other.lower() == label.lower()]
    hint = f"did you mean `{(same or close)[0]}`?" if same or close else "its labels: " + _few(offered)
    sources = ", ".join(f"{name} ({table.place})" for name, table in tables.items())
    also = "`policy`, `policy_matched`, another config (.yaml), or " if key == "against" else ""
    return config.fault(key, f"`{label}`, which no source has", f"{also}a label of {sources}", hint)


def _few(labels: list[str]) -> str:
    return ", ".join(labels[:12]) + (f" and {len(labels) - 12} more" if len(labels) > 12 else "")


def _key_of(config: Config, label: str) -> str:
    """The key under which a label stands."""
    for room, sleeves in (("hold", config.hold), ("watch", config.watch)):
        for name, sleeve in sleeves.items():
            if label in sleeve.members:
                return f"{room}.{name}"
    if label in config.against:
        return "against"
    return next((f"fx.{currency}" for currency, rate in config.fx.items() if rate == label), "against")
