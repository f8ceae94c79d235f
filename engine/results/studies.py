"""Studies in the terminal: what each kind shows of what it came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.results.claims import claims_drawn
from engine.results.event_study import event_study_drawn
from engine.results.sweep import sweep_drawn
from engine.results.walk_forward import walk_forward_drawn
from engine.study.answered import Studied

#: By kind, the renderables that show a study, from top to bottom.
DRAWN: dict[str, Callable[[Studied], list[Any]]] = {
    "claims": claims_drawn,
    "event_study": event_study_drawn,
    "sweep": sweep_drawn,
    "walk_forward": walk_forward_drawn,
}


def drawn(studied: Studied) -> list[Any]:
    """A study as renderables."""
    return DRAWN[studied.kind](studied)
