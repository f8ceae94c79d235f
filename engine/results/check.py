"""Checks: does a config still answer what was agreed on? One verdict for each, for people and for CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.table import Table
from rich.text import Text

from engine.backtest import backtest
from engine.config import Config, load
from engine.errors import ConfigError, Fault
from engine.results.baseline import (
    Baseline,
    Difference,
    baseline_of,
    causes,
    differences,
    read_baseline,
    write_baseline,
)
from engine.results.expectation import unmet

Word = Literal["ok", "differs", "fails", "no baseline", "written", "updated"]
GOOD: frozenset[Word] = frozenset({"ok", "written", "updated"})
STYLES = {"ok": "green", "written": "green", "updated": "green"}
#: More differences than this are counted, not listed; `--json` has them all.
LISTED = 8


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one config. told: what else to know, a line each. causes: what changed underneath."""

    name: str
    word: Word
    differences: tuple[Difference, ...] = ()
    causes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether CI may go on."""
        return self.word in GOOD

    def as_json(self) -> dict[str, Any]:
        """The entry of `check --json`."""
        return {
            "name": self.name,
            "verdict": self.word,
            "differences": [{"figure": one.figure, "was": one.was, "now": one.now} for one in self.differences],
            "changed": list(self.causes),
            "notes": list(self.told),
        }


def check(file: str, results: Path) -> Check:
    """Run a config, save nothing, hold it against its baseline and its own expectations."""
    config = load(file)
    path = baseline_path(config, results)
    if not path.is_file():
        cure = f'overweight check --update --reason "first figures" {file}'
        return Check(config.name, "no baseline", told=(f"agree on its figures: {cure}",))
    was = read_baseline(path)
    now, broken = _measure(config, was.reason)
    moved, below = tuple(differences(was, now)), tuple(causes(was, now))
    return Check(config.name, "fails" if broken else "differs" if moved else "ok", moved, below, broken)


def update(file: str, reason: str, results: Path) -> Check:
    """Run a config and agree on what it answers now; a baseline that says the same already stays as it is."""
    config = load(file)
    path = baseline_path(config, results)
    was = read_baseline(path) if path.is_file() else None
    now, broken = _measure(config, reason)
    if broken:
        return Check(config.name, "fails", told=(*broken, "not written"))
    moved = () if was is None else tuple(differences(was, now))
    if was is not None and not moved and not {"config", "data"} & {*causes(was, now)}:
        return Check(config.name, "ok", told=("it says the same already",))
    write_baseline(now, path)
    return Check(config.name, "written" if was is None else "updated", moved, told=(str(path),))


def baseline_path(config: Config, results: Path) -> Path:
    """Where the baseline of a config lies."""
    return results / "baselines" / f"{config.name}.json"


def every_baseline(results: Path) -> list[str]:
    """The config of every baseline there is. Raises ConfigError where there is none."""
    home = results / "baselines"
    names = sorted(path.relative_to(home).with_suffix("").as_posix() for path in home.rglob("*.json"))
    if not names:
        cure = 'agree on some: overweight check --update --reason "first figures" FILE'
        raise ConfigError(Fault(str(home), "", "no baseline", "at least one", cure))
    return [f"configs/{name}.yaml" for name in names]


def checks_table(checks: Sequence[Check]) -> Table:
    """A row for each check: its name, the verdict, what differs."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in checks:
        word = Text(one.word, STYLES.get(one.word, "bold red"))
        table.add_row(Text(one.name, "bold"), word, "\n".join(_told(one)))
    return table


def _told(one: Check) -> Iterator[str]:
    yield from one.told
    for difference in one.differences[:LISTED]:
        yield str(difference)
    if len(one.differences) > LISTED:
        yield f"and {len(one.differences) - LISTED} more (--json has them all)"
    if one.causes and one.differences:
        yield f"changed since the baseline: {', '.join(one.causes)}"


def _measure(config: Config, reason: str) -> tuple[Baseline, tuple[str, ...]]:
    result = backtest(config)
    return baseline_of(result, reason), tuple(unmet(config, result.own.figures))
