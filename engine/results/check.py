"""Checks: does a config still answer what was agreed on? One verdict for each, for people and for CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.table import Table
from rich.text import Text

from engine.answer import load_question
from engine.backtest import backtest
from engine.config import Config
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
    config = load_question(file)
    path = baseline_path(config, results)
    if not path.is_file():
        return _without_baseline(config, file, path)
    was = _own_baseline(config, path, results)
    now, broken = _measure(config, was.reason)
    moved, below = tuple(differences(was, now)), tuple(causes(was, now))
    return Check(config.name, "fails" if broken else "differs" if moved else "ok", moved, below, broken)


def update(file: str, reason: str, results: Path) -> Check:
    """Run a config and agree on what it answers now; a baseline that says the same already stays as it is.

    Raises ConfigError where the baseline of this name was made from another file.
    """
    config = load_question(file)
    path = baseline_path(config, results)
    was = _own_baseline(config, path, results) if path.is_file() else None
    now, broken = _measure(config, reason)
    if broken:
        return Check(config.name, "fails", told=(*broken, "not written"))
    moved = () if was is None else tuple(differences(was, now))
    if was is not None and not moved and not {"config", "data"} & {*causes(was, now)} and was.file in (None, now.file):
        return Check(config.name, "ok", told=("it says the same already",))
    write_baseline(now, path)
    return Check(config.name, "written" if was is None else "updated", moved, told=(str(path),))


def baseline_path(config: Config, results: Path) -> Path:
    """Where the baseline of a config lies."""
    return results / "baselines" / f"{config.name}.json"


def every_baseline(results: Path) -> list[Path]:
    """Every baseline there is. Raises ConfigError where there is none."""
    home = results / "baselines"
    found = sorted(home.rglob("*.json"))
    if not found:
        cure = 'agree on some: overweight check --update --reason "first figures" FILE'
        raise ConfigError(Fault(str(home), "", "no baseline", "at least one", cure))
    return found


def config_of(path: Path, results: Path) -> str:
    """The config that a baseline is about. Raises DataError where it is damaged, ConfigError where it is an orphan."""
    was = read_baseline(path, name_of(path, results))
    file = _made_from(was)
    if file is None:
        tried = " or ".join(f"`{name}`" for name in _candidates(was))
        cure = f"restore the config, or remove the baseline: `rm {path}`"
        raise ConfigError(Fault(str(path), "", "a baseline without its config", f"a file {tried}", cure))
    return file


def name_of(path: Path, results: Path) -> str:
    """The name of the config that a baseline is about."""
    return path.relative_to(results / "baselines").with_suffix("").as_posix()


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


def _without_baseline(config: Config, file: str, path: Path) -> Check:
    """The verdict of its expectations alone, where it has any."""
    cure = f'baseline missing ({path}); agree on one: overweight check --update --reason "first figures" {file}'
    if not config.expect:
        return Check(config.name, "no baseline", told=(cure,))
    broken = tuple(unmet(config, backtest(config).own.figures))
    return Check(config.name, "fails" if broken else "no baseline", told=(*(broken or ("expect met",)), cure))


def _own_baseline(config: Config, path: Path, results: Path) -> Baseline:
    """The baseline of this very config. Raises ConfigError where it was made from another file that is still there."""
    was = read_baseline(path, name_of(path, results))
    file = _made_from(was)
    if file is not None and config.path.exists() and not config.path.samefile(file):
        found = f"the baseline of `{file}`, which has the same name `{was.name}`"
        cure = f"give one of the two files another name, or remove the baseline: `rm {path}`"
        raise ConfigError(Fault(str(path), "", found, f"the baseline of `{config.path}`", cure))
    return was


def _made_from(was: Baseline) -> str | None:
    return next((name for name in _candidates(was) if Path(name).is_file()), None)


def _candidates(was: Baseline) -> list[str]:
    """Where its config may lie: where it lay, then below `configs`."""
    return [*dict.fromkeys(name for name in (was.file, f"configs/{was.name}.yaml") if name is not None)]


def _measure(config: Config, reason: str) -> tuple[Baseline, tuple[str, ...]]:
    result = backtest(config)
    return baseline_of(result, reason), tuple(unmet(config, result.own.figures))
