"""Studies in the terminal: what each kind shows of what it came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.study.answered import Studied

#: By kind, the renderables that show a study, from top to bottom.
DRAWN: dict[str, Callable[[Studied], list[Any]]] = {}


def drawn(studied: Studied) -> list[Any]:
    """A study as renderables."""
    return DRAWN[studied.kind](studied)
