"""Every kind of study on a page, by the key of its block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.results.opened import Opened
from engine.results.report.studied.claims import claims_shown, claims_verdict
from engine.results.report.studied.event_study import event_study_shown, event_study_verdict
from engine.results.report.studied.shown import Shown
from engine.results.report.studied.sweep import sweep_shown, sweep_verdict
from engine.results.report.studied.walk_forward import walk_forward_shown, walk_forward_verdict

SHOWN: dict[str, Callable[[Opened], Shown]] = {
    "claims": claims_shown,
    "event_study": event_study_shown,
    "sweep": sweep_shown,
    "walk_forward": walk_forward_shown,
}
#: The line of each, from the figures in its document: a list of studies reads no tables.
VERDICTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "claims": claims_verdict,
    "event_study": event_study_verdict,
    "sweep": sweep_verdict,
    "walk_forward": walk_forward_verdict,
}


def verdict_of(study: Opened) -> str:
    """What a saved study came to, in a line."""
    return VERDICTS[str(study.document["kind"])](study.document["figures"])


def shown_of(study: Opened) -> Shown:
    """The parts of a saved study. Raises DataError where a table is missing or damaged."""
    return SHOWN[str(study.document["kind"])](study)
