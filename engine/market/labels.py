"""Labels: which source each asset of a config comes from, or where it is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from engine.config import Config
from engine.errors import ConfigError, Fault
from engine.market.table import Table


def is_label(name: str) -> bool:
    """Whether an entry of `against` names an asset, neither a mix of the config's own nor another config."""
    return name not in ("policy", "policy_matched") and not name.endswith((".yaml", ".yml"))


def locate(config: Config, tables: Mapping[str, Table], labels: tuple[str, ...]) -> dict[str, str]:
    """Which source each label comes from. All labels that are nowhere, or in two places, are reported at once."""
    home: dict[str, str] = {}
    faults = []
    for label in labels:
        found = [name for name, table in tables.items() if table.kind == "prices" and label in table.columns]
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
    return config.fault(key, f"`{label}`, which no source has", f"a label of {sources}", hint)


def _few(labels: list[str]) -> str:
    return ", ".join(labels[:12]) + (f" and {len(labels) - 12} more" if len(labels) > 12 else "")


def _key_of(config: Config, label: str) -> str:
    """The key under which a label stands."""
    for room, sleeves in (("hold", config.hold), ("watch", config.watch)):
        for name, sleeve in sleeves.items():
            if label in sleeve.members:
                return f"{room}.{name}"
    return "against"
