"""Holdings from a CSV: what somebody holds, as `overweight stance --holdings` reads it."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from engine.config.record import did_you_mean
from engine.errors import ConfigError, Fault
from engine.market.panel import Panel
from engine.study.now import Holdings

COLUMNS = ["asset", "shares"]


def read_holdings(path: Path, panel: Panel, currency: str, allow_short: bool) -> Holdings:
    """Columns `asset` and `shares`; the row `cash` is money in `currency`, the base currency. Raises ConfigError.

    An asset that the config does not hold is a fault: it could be neither sold nor counted.
    """
    held = [label for label, own in zip(panel.assets, panel.held, strict=True) if own]
    units, cash, seen = np.zeros(len(panel.assets)), 0.0, set[str]()
    for line, asset, shares in _rows(path):
        place = f"{path}:{line}"
        if asset in seen:
            raise ConfigError(Fault(place, "asset", f"`{asset}` a second time", "each once", "add the two up"))
        seen.add(asset)
        amount = _number(place, shares)
        if asset == "cash":
            cash = amount
        elif asset not in held:
            expected = f"`cash`, in {currency}, or an asset that the config holds"
            raise ConfigError(Fault(place, "asset", f"`{asset}`", expected, did_you_mean(asset, [*held, "cash"])))
        elif amount < 0 and not allow_short:
            cure = "check the sign, or write `allow_short: true` in the config"
            raise ConfigError(Fault(place, "shares", f"the number {shares}", "0 or more", cure))
        else:
            units[panel.column(asset)] = amount
    found = Holdings(units, cash)
    if not cash + float(panel.known[-1] @ units) > 0:
        raise ConfigError(Fault(str(path), "", "holdings worth nothing", "a portfolio", "add its rows, and `cash`"))
    return found


def _rows(path: Path) -> list[tuple[int, str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "no text in UTF-8").lower()
        cure = "check its name"
        raise ConfigError(
            Fault(str(path), "", f"a file that cannot be read ({reason})", "a CSV: asset,shares", cure)
        ) from None
    rows = list(csv.reader(text.splitlines()))
    if not rows or [cell.strip().lower() for cell in rows[0]] != COLUMNS:
        found = f"the columns {', '.join(rows[0])}" if rows else "an empty file"
        cure = "write a first line `asset,shares`, then a row for each asset, and one for `cash`"
        raise ConfigError(Fault(f"{path}:1", "", found, "the columns asset, shares", cure))
    filled = [(line, row) for line, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    for line, row in filled:
        if len(row) != len(COLUMNS):
            cure = "give an asset and a number; no separators in numbers"
            raise ConfigError(Fault(f"{path}:{line}", "", f"{len(row)} cells", "2 cells", cure))
    return [(line, row[0].strip(), row[1].strip()) for line, row in filled]


def _number(place: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(Fault(place, "shares", f"`{text}`", "a number", "write it without separators: 1200.5"))
    return value
