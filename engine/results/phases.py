"""The phases of a schedule as a table: what one config earns, had it decided a session later, two, three ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.answers import load_run
from engine.config import Config
from engine.config.schedule import EveryArrival, EveryDate, EverySessions, EveryWeekday
from engine.decide import set_up
from engine.results import figures, terminal
from engine.study.phase import Phase, phase_offsets, phases

#: The figures of a phase, and what is said of all phases together.
FIGURES = ("active_return", "cagr", "sharpe")
OVER_ALL: dict[str, Callable[[Sequence[float]], float]] = {"median": median, "lowest": min, "highest": max}
ORDINALS = ("", "first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Phases:
    """All phases of one config, by offset; its own is among them."""

    config: Config
    phases: tuple[Phase, ...]

    @property
    def own(self) -> Phase:
        """The config's own."""
        return next(one for one in self.phases if one.offset == self.config.offset)

    def values(self, figure: str) -> list[float]:
        """One of FIGURES in every phase in which it is defined."""
        return [value for one in self.phases if (value := getattr(one, figure)) is not None]

    def over_all(self, name: str, figure: str) -> float | None:
        """One of OVER_ALL of one of FIGURES; None where no phase has it."""
        values = self.values(figure)
        return OVER_ALL[name](values) if values else None

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "name": self.config.name,
            "every": self.config.resolved()["every"],
            "tranches": self.config.tranches,
            "offset": self.config.offset,
            **{name: {figure: self.over_all(name, figure) for figure in FIGURES} for name in OVER_ALL},
            "phases": [asdict(one) for one in self.phases],
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, then what to make of it."""
        words = f"  {schedule_words(self.config)}, each decision so many sessions later"
        yield Text.assemble((self.config.name, "bold"), words)
        yield ""
        yield self._table()
        yield ""
        yield from self._sentences()

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("sessions\nlater", no_wrap=True)
        for header in ("first\ndecision", "\ndecisions", "active\nreturn", "return\na year", "\nSharpe"):
            table.add_column(header, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for one in self.phases:
            own = one is self.own
            cells = _cells(one.active_return, one.cagr, one.sharpe)
            mark = "this config" if own else ""
            table.add_row(str(one.offset), one.first, str(one.decisions), *cells, mark, style="bold" if own else None)
        if len(self.phases) > 1:
            table.add_row("")
        for name in OVER_ALL if len(self.phases) > 1 else ():
            table.add_row(name, "", "", *_cells(*(self.over_all(name, figure) for figure in FIGURES)))
        return table

    def _sentences(self) -> RenderResult:
        if len(self.phases) < 2:
            yield "A single phase: there is no other day on which this schedule could decide."
            return
        active, own = self.values("active_return"), self.own.active_return
        if not active or own is None:
            yield "No active return: the window is too short for a figure a year."
            return
        others = len(active) - 1
        more, positive = sum(value > own for value in active), sum(value > 0 for value in active)
        width = figures.signed_percent(max(active) - min(active)).removeprefix("+")
        yield f"Active return, against policy, is above zero in {positive} of {len(active)} phases."
        yield f"Of the {others} others {more} earned more than this one; worst and best lie {width} apart."


def show_phases(file: str, overrides: Sequence[str], *, as_json: bool) -> int:
    """Measure every phase of a config, print, save nothing; the exit code. Raises what a run of it raises."""
    config = load_run(file, overrides)
    with terminal.foreign_code(), terminal.progress() as progress:
        setting = set_up(config)
        count = len(phase_offsets(setting))
        found = []
        for phase in phases(setting):
            found.append(phase)
            progress.say(f"phase {len(found)} of {count}")
    measured = Phases(config, tuple(found))
    if as_json:
        terminal.put_json(measured.as_json())
    else:
        terminal.put_drawn(measured)
    return 0


def schedule_words(config: Config) -> str:
    """The schedule as one says it: `month_end`, `third friday of a month in 3 tranches`."""
    every = config.every
    if isinstance(every, EverySessions):
        words = "every session" if every.sessions == 1 else f"every {every.sessions} sessions"
    elif isinstance(every, EveryWeekday):
        nth = every.nth if isinstance(every.nth, str) else ORDINALS[every.nth or 0]
        words = f"{nth} {every.weekday} of a month" if nth else f"every {every.weekday}"
    elif isinstance(every, EveryDate):
        words = f"{len(every.dates)} given date{'s' * (len(every.dates) > 1)}"
    elif isinstance(every, EveryArrival):
        words = f"on each new value of {every.on}"
    else:
        words = every
    return words if config.tranches == 1 else f"{words} in {config.tranches} tranches"


def _cells(active: float | None, cagr: float | None, sharpe: float | None) -> tuple[str, str, str]:
    return figures.signed_percent(active), figures.percent(cagr), figures.ratio(sharpe)
