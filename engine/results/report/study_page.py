"""The page of a saved study."""

from __future__ import annotations

from collections.abc import Sequence

from engine.results.compared.compare import cautions
from engine.results.opened import Opened
from engine.results.report import words
from engine.results.report.rendered import Page, Section, rendered
from engine.results.report.studied.kinds import shown_of

KINDS = {"claims": "Claims, measured", "event_study": "Event study", "sweep": "Sweep", "walk_forward": "Walk-forward"}
#: Kinds that stand on a run; the others bring assets alone.
ON_A_RUN = ("sweep", "walk_forward")


def study_page(study: Opened, pictures: Sequence[tuple[str, str]], script: str) -> str:
    """One study. pictures: words and places of the pages that were saved with it. script: the tag that brings plotly.

    Raises DataError where one of its tables is missing or damaged.
    """
    document, shown = study.document, shown_of(study)
    grave = cautions(tuple(document["caveats"]))
    kind = str(document["kind"])
    base = words.asked(document["base"]) if kind in ON_A_RUN else []
    tables = [one for one in shown.tables if not one.folded]
    page = Page(
        title=study.name,
        thesis=KINDS.get(kind, kind),
        span="",
        cautions=grave,
        verdict=shown.verdict,
        sections=[
            Section("asked", "What was asked", [*shown.asked, *(["The run below it:", *base] if base else [])]),
            Section("found", "What was found", told=shown.told),
            Section("pictures", "In pictures", parts=shown.charts),
            Section("tables", "In figures", parts=[*tables, *(one for one in shown.tables if one.folded)]),
            Section("caveats", "What to know before believing it",
                    listed=[one for one in document["caveats"] if one not in grave]),
            Section("also", "Also", links=pictures),
        ],
        footer=f"Study {study.id}. A backtest says what would have been, not what will be.",
        dates=shown.dates,
    )  # fmt: skip
    return rendered(page, script)
