"""Claims in the terminal: each with its figures, what was claimed, the verdict, and what the verdict hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.results import figures
from engine.results.screen import StudyScreen, noted
from engine.study.answered import Studied
from engine.study.claims.parts import FRACTION, RATIO
from engine.study.claims.verdicts import CANNOT_TELL, NOT_MEASURABLE

#: With fewer columns than this, the interval stands below the figure.
ONE_LINE = 110
STYLES = {"holds": "green", "holds in part": "yellow", "does not hold": "red"}
#: More than these are counted, not named.
NAMED = 4

Figures = Mapping[str, Any]


def claims_drawn(studied: Studied) -> list[Any]:
    """The renderables."""
    return [StudyScreen(studied, _body)]


def _body(studied: Studied, caveats: Sequence[str], width: int) -> Iterator[RenderableType]:
    """How many hold, the table, the caveats."""
    counts = studied.figures["verdicts"]
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    yield Text.assemble((studied.name, "bold"), f"  {sum(counts.values())} claims: {told}")
    yield ""
    yield _table(studied.figures["claims"], width >= ONE_LINE)
    if caveats:
        yield ""
        yield noted(caveats)


def _table(claims: Mapping[str, Figures], wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("claim", overflow="fold", ratio=1)
    for header in ("measured", "95% interval", "claimed") if wide else ("measured\n95% interval", "claimed"):
        table.add_column(Text(header, justify="right"), justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold", min_width=13, max_width=15)
    for i, (name, one) in enumerate(claims.items()):
        if i:
            table.add_row("")
        for row in _rows(name, one, wide):
            table.add_row(*row)
    return table


def _rows(name: str, one: Figures, wide: bool) -> Iterator[tuple[Text | str, ...]]:
    """The claim, then a row for each of its parts, then what its verdict hangs on."""
    head, parts = Text(one["claim"]), one["parts"]
    empty = ("",) * (3 if wide else 2)
    if len(parts) == 1:
        yield Text(name, "bold"), head, *_cells(parts[0], wide), _verdict(one["verdict"])
        if _note(parts[0]):
            yield "", Text(_note(parts[0]), "dim"), *empty, ""
    else:
        yield Text(name, "bold"), head, *empty, _verdict(one["verdict"])
        for part in parts:
            note = _note(part).removeprefix(part["what"]).strip()
            said = Text.assemble(f"- {part['what']}", (f"; {note}" if note else "", "dim"))
            yield "", said, *_cells(part, wide), Text(part["verdict"], "dim")
    yield "", Text(sensitive(one), "dim"), *empty, ""


def _cells(part: Figures, wide: bool) -> tuple[str, ...]:
    value = shown(part["value"], part["unit"])
    interval = interval_of(part)
    claimed = claimed_of(part)
    if wide:
        return value, interval, claimed
    return f"{value}\n{interval}" if interval != figures.DASH else value, claimed


def _note(part: Figures) -> str:
    """What has to be said of a part beside its figures."""
    note: str = part["note"]
    smallest = part["smallest_visible"]
    if part["verdict"] == CANNOT_TELL and smallest is not None and smallest not in part["claimed"]:
        seen = f"smallest effect that could have been seen: {shown(smallest, part['unit'])}"
        return f"{note}; {seen}" if note else seen
    return note


def _verdict(verdict: str) -> Text:
    return Text(verdict, f"bold {STYLES.get(verdict, '')}".strip())


def sensitive(one: Figures) -> str:
    """What the verdict of a claim hangs on, in a sentence."""
    others = {**one["alternatives"], **one["shifts"]}
    differing = [f"{name} ({others[name]['verdict']})" for name in one["sensitive_to"]]
    if one["verdict"] == NOT_MEASURABLE:
        return f"by another measure: {', '.join(differing)}" if differing else "measurable in no other way either"
    silent = [name for name, other in others.items() if other["verdict"] == NOT_MEASURABLE]
    tried = len(others) - len(silent)
    mute = f"; not measurable: {', '.join(silent)}" if silent else ""
    if differing:
        more = f" and {len(differing) - NAMED} more" if len(differing) > NAMED else ""
        return f"sensitive to: {', '.join(differing[:NAMED])}{more}, of {tried} tried{mute}"
    if tried:
        return f"the same in all {tried} other ways tried{mute}" if tried > 1 else f"the same in the other way{mute}"
    return f"measured in one way{mute}"


def interval_of(part: Figures) -> str:
    """Both ends of an interval, or a dash."""
    if part["interval"] is None:
        return figures.DASH
    low, high = part["interval"]
    return span(low, high, part["unit"])


def claimed_of(part: Figures) -> str:
    """What was claimed: `> 0.0%`, `45.0% to 51.0%`."""
    if part["claimed"] is None:
        return figures.DASH
    (low, high), unit = part["claimed"], part["claimed_unit"]
    if low is None or high is None:
        return f"> {shown(low, unit)}" if high is None else f"< {shown(high, unit)}"
    return shown(low, unit) if low == high else span(low, high, unit)


def span(low: float, high: float, unit: str) -> str:
    """Two figures, their unit said once: 45.0% to 51.0%, 5,049 to 5,151 USD."""
    first = shown(low, unit)
    return f"{first if unit in (FRACTION, RATIO) else first.removesuffix(f' {unit}')} to {shown(high, unit)}"


def shown(value: float | None, unit: str) -> str:
    """A figure in its unit: 48.5%, 0.92, 5,100 USD."""
    if value is None:
        return figures.DASH
    value = 0.0 if abs(value) < 1e-12 else value
    if unit == FRACTION:
        return "0%" if value == 0.0 else figures.percent(value, 1 if abs(value) >= 0.001 else 2)
    return figures.ratio(value) if unit == RATIO else f"{value:,.5g} {unit}"
