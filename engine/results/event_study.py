"""An event study in the terminal: what was measured in each window and era, every test of it, and what may be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.results import figures
from engine.results.screen import StudyScreen, caveat_lines, figure_table, labelled
from engine.study.answered import Studied
from engine.study.events.words import p_words, window_words

#: With fewer columns than this, the interval stands below the mean.
ONE_LINE = 100
WIDE = ("events", "mean\nCAR", "\n95% interval", "\nup", "p\nadj. BMP", "p\nranks", "p\ndays", "would be\nmissed")
NARROW = ("events", "mean CAR\n95% interval", "p\nBMP", "p\nranks", "p\ndays", "would be\nmissed")
#: The tests that allow for what moves together, and those that take every event and unit for itself.
TESTS = {
    "adjusted_bmp": "adjusted BMP", "adjusted_bmp_by_event": "by event", "adjusted_patell": "adjusted Patell",
    "corrado_rank": "Corrado rank", "generalised_rank": "generalised rank", "sign_flip": "flipped signs",
    "random_days": "drawn days",
}  # fmt: skip
ALONE = {"patell": "Patell", "bmp": "BMP", "cross_sectional_t": "t", "sign": "signs"}

Effect = Mapping[str, Any]


def event_study_drawn(studied: Studied) -> list[Any]:
    """The renderables."""
    return [StudyScreen(studied, _body)]


def _body(studied: Studied, caveats: Sequence[str], width: int) -> Iterator[RenderableType]:
    """What was measured, the table, the sentences."""
    yield _title(studied)
    yield ""
    yield _table(studied.figures, width >= ONE_LINE)
    yield ""
    yield labelled([*_lines(studied), *caveat_lines(caveats)])


def _title(studied: Studied) -> Text:
    found, study = studied.figures["events"], studied.config.event_study
    assert study is not None
    what = ", ".join(study.of) if len(study.of) <= 4 else f"{len(study.of)} units"
    beyond = f"net of {' and '.join(study.factors)}" if study.factors else "net of the mean"
    left = "".join(f"; {count} {why}" for why, count in found["left_out"].items())
    span = f"{found['first']} to {found['last']}, " if found["first"] else ""
    return Text.assemble(
        (studied.name, "bold"),
        f"  {what} around {found['measured']} events ({found['of']}), {beyond}\n",
        (f"{span}{found['found']} found{left}", "dim"),
    )


def _table(shown: Mapping[str, Any], wide: bool) -> Table:
    table = figure_table("sessions from\nday zero", WIDE if wide else NARROW, wide=wide)
    for label, one, style in _rows(shown):
        cells = _wide(one) if wide else _narrow(one)
        table.add_row(label, *cells, style=style)
    return table


def _rows(shown: Mapping[str, Any]) -> Iterator[tuple[str, Effect, str | None]]:
    """Each window with its eras; below the first one every unit, where there are several."""
    unit, first = shown["judged"]["unit"], shown["judged"]["window_sessions"]
    windows = {tuple(one["window_sessions"]): None for one in shown["effects"]}
    for window in map(list, windows):
        here = [one for one in shown["effects"] if one["window_sessions"] == window]
        for one in (one for one in here if one["unit"] == unit):
            label = f"  {one['era']}" if one["era"] else window_words(window)
            yield label, one, "bold" if window == first and not one["era"] else None
        for one in here:
            if window == first and one["era"] is None and one["unit"] != unit:
                yield f"  {one['unit']}", one, "dim"


def _wide(one: Effect) -> Iterator[str]:
    yield str(one["events"])
    yield figures.signed_percent(one["mean_car"])
    yield _interval(one)
    yield figures.share(one["share_up"])
    yield from _p_values(one)
    yield figures.percent(one["smallest_visible"], 1)


def _narrow(one: Effect) -> Iterator[str]:
    yield str(one["events"])
    yield f"{figures.signed_percent(one['mean_car'])}\n{_interval(one)}"
    yield from _p_values(one)
    yield figures.percent(one["smallest_visible"], 1)


def _interval(one: Effect) -> str:
    return figures.DASH if one["interval_95"] is None else figures.span(*one["interval_95"])


def _p_values(one: Effect) -> Iterator[str]:
    for name in ("adjusted_bmp", "corrado_rank", "random_days"):
        yield _p(one["tests"].get(name))


def _p(test: Mapping[str, Any] | None) -> str:
    return figures.DASH if test is None else p_words(test["p_value"])


def _lines(studied: Studied) -> Iterator[tuple[str, Text]]:
    shown = studied.figures
    first = next(one for one in shown["effects"] if one["unit"] == shown["judged"]["unit"] and one["era"] is None)
    yield "verdict", Text(shown["verdict"]["sentence"], "bold")
    yield from (("" if i else "eras", Text(line)) for i, line in enumerate(shown["differences_in_words"]))
    if first["events"]:
        where = f"(sessions {window_words(first['window_sessions'])})"
        yield "p-values", Text(f"{_tests(first, TESTS)}; each for itself: {_tests(first, ALONE)} {where}")


def _tests(one: Effect, words: Mapping[str, str]) -> str:
    return ", ".join(f"{word} {_p(one['tests'][name])}" for name, word in words.items() if one["tests"].get(name))
