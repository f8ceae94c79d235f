"""What can be pulled: from a publisher and a key, or from a config, to the files that a pull asks for.

yahoo      a ticker: XME
french     49, 49.monthly, 49.daily.equal, factors_5, momentum.monthly (or the key of a snapshot)
gpr        daily, monthly, daily.xls
pinksheet  monthly
fred       the name of a series: DGS10
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from engine.config import Config
from engine.config.publishers import FredSource, FrenchSource, GprSource, PinksheetSource, YahooSource
from engine.errors import ConfigError, Fault
from engine.market.labels import wanted_by
from engine.market.publishers import fred, french, gpr, pinksheet, yahoo
from engine.market.sources.yahoo import PRICED, tickers_of
from engine.market.wanted import Wanted

_FRENCH_KEY = re.compile(
    r"(?P<set>\d+|factors_[35]|momentum)(\.(?P<frequency>daily|monthly))?(\.(?P<weights>value|equal))?"
)
_GPR_KEY = re.compile(r"(?P<frequency>daily|monthly)(\.(?P<form>dta|xls)|\.base_\w+)?")


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher: how a key becomes a Wanted, the keys pulled where none is named, and keys as examples."""

    wanted: Callable[[str], Wanted]
    usual: tuple[str, ...]
    examples: tuple[str, ...]


def wanted_of(source: str, keys: Sequence[str] = ()) -> list[Wanted]:
    """What `overweight data pull SOURCE KEY...` asks for. Raises ConfigError for an unknown source or key."""
    if source not in PUBLISHERS:
        near = difflib.get_close_matches(source, PUBLISHERS, n=1, cutoff=0.5)
        cure = f"did you mean `{near[0]}`?" if near else "choose one of them, or name a config"
        raise _refused("SOURCE", source, " or ".join(PUBLISHERS) + ", or a config (.yaml)", cure)
    publisher = PUBLISHERS[source]
    if not keys and not publisher.usual:
        example = f"overweight data pull {source} {' '.join(publisher.examples)}"
        raise _refused("KEY", "nothing", f"what to pull from {source}", f"name it: {example}")
    return [publisher.wanted(key) for key in dict.fromkeys(keys or publisher.usual)]


def needed_by(config: Config) -> list[Wanted]:
    """Every published file that a config reads, in the order of its `data`; [] where it reads none.

    Raises ConfigError where a Yahoo entry stands beside other prices and does not say its tickers.
    """
    keys: dict[tuple[str, str], None] = {}
    for name, entry in config.data.items():
        for key in _keys_of(config, name):
            keys[entry.source, key] = None
    return [PUBLISHERS[source].wanted(key) for source, key in keys]


def _keys_of(config: Config, name: str) -> tuple[str, ...]:
    entry = config.data[name]
    if isinstance(entry, YahooSource):
        return _tickers(config, name, entry)
    if isinstance(entry, FrenchSource):
        return (f"{entry.data_set}.{entry.frequency}" + (f".{entry.weights}" if entry.factors is None else ""),)
    if isinstance(entry, GprSource):
        return (entry.frequency,)
    if isinstance(entry, PinksheetSource):
        return ("monthly",)
    return entry.keys if isinstance(entry, FredSource) else ()


def _tickers(config: Config, name: str, entry: YahooSource) -> tuple[str, ...]:
    if entry.tickers is not None:
        return entry.tickers
    if any(other != name and one.source in PRICED for other, one in config.data.items()):
        raise ConfigError(
            config.fault(
                f"data.{name}.tickers",
                "nothing, and another source of prices",
                "which labels are Yahoo's",
                "add `tickers: [...]`",
            )
        )
    return tuple(tickers_of(config, name, wanted_by(config).all).values())


def _french(key: str) -> Wanted:
    found = _FRENCH_KEY.fullmatch(key)
    if found is None:
        found = _FRENCH_KEY.fullmatch(_from_data_set(key))
    if found is None or (found["set"].isdigit() and int(found["set"]) not in french.INDUSTRIES):
        sets = ", ".join(map(str, (*french.INDUSTRIES, *french.FACTORS)))
        raise _refused("KEY", key, f"a data set of french: {sets}", "write for example 49, 49.monthly or factors_5")
    data_set: int | str = int(found["set"]) if found["set"].isdigit() else found["set"]
    frequency = cast(Literal["daily", "monthly"], found["frequency"] or "daily")
    return french.wanted(data_set, frequency, cast(Literal["value", "equal"], found["weights"] or "value"))


def _from_data_set(key: str) -> str:
    """49_Industry_Portfolios_daily.value, as snapshots are called, as 49.daily.value."""
    stem, _, weights = key.partition(".")
    frequency = "daily" if stem.endswith("_daily") else "monthly"
    stem = stem.removesuffix("_daily")
    short = next(
        (name for name, long in french.FACTORS.items() if long == stem), stem.removesuffix("_Industry_Portfolios")
    )
    return ".".join(part for part in (short, frequency, weights) if part)


def _gpr(key: str) -> Wanted:
    found = _GPR_KEY.fullmatch(key)
    if found is None:
        raise _refused("KEY", key, "daily, monthly, daily.xls or monthly.xls", "write for example daily")
    form = cast(Literal["dta", "xls"], found["form"] or "dta")
    return gpr.wanted(cast(Literal["daily", "monthly"], found["frequency"]), form)


def _pinksheet(key: str) -> Wanted:
    if key != "monthly":
        raise _refused("KEY", key, "monthly, all there is", "leave it out")
    return pinksheet.wanted()


def _yahoo(key: str) -> Wanted:
    # A pull of TICKER brings TICKER.actions too.
    return yahoo.wanted(key.removesuffix(".actions"))


def _refused(place: str, found: str, expected: str, cure: str) -> ConfigError:
    shown = found if found == "nothing" else f"`{found}`"
    return ConfigError(Fault(f"data pull {place}", "", shown, expected, cure))


PUBLISHERS: Mapping[str, Publisher] = {
    "yahoo": Publisher(_yahoo, (), ("XME", "GDX", "SPY")),
    "french": Publisher(_french, ("49",), ("49",)),
    "gpr": Publisher(_gpr, ("daily",), ("daily",)),
    "pinksheet": Publisher(_pinksheet, ("monthly",), ("monthly",)),
    "fred": Publisher(fred.wanted, (), ("DGS10",)),
}
