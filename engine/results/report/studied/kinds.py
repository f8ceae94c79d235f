"""Every kind of study on a page, by the key of its block."""

from __future__ import annotations

from collections.abc import Callable

from engine.results.opened import Opened
from engine.results.report.studied.claims import claims_shown
from engine.results.report.studied.event_study import event_study_shown
from engine.results.report.studied.shown import Shown
from engine.results.report.studied.sweep import sweep_shown
from engine.results.report.studied.walk_forward import walk_forward_shown

SHOWN: dict[str, Callable[[Opened], Shown]] = {
    "claims": claims_shown,
    "event_study": event_study_shown,
    "sweep": sweep_shown,
    "walk_forward": walk_forward_shown,
}


def shown_of(study: Opened) -> Shown:
    """The parts of a saved study. Raises DataError where a table is missing or damaged."""
    return SHOWN[str(study.document["kind"])](study)
