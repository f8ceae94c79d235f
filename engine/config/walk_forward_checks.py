"""What `walk_forward:` cannot know alone: whether there is something to choose from, and it can be chosen in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.config.marked import Found
from engine.config.models import Config
from engine.config.record import choice
from engine.config.sweep import Span
from engine.config.trading import Band

#: What a decision is made of, and so what may change from one window to the next. All else is the one run's own:
#: what trading costs, how far it may drift, what cash must stay.
CHOSEN = (
    "strategy", "with", "blend", "stance", "tilt", "brake", "limits.asset", "limits.sleeve", "every", "offset",
    "rebalance",
)  # fmt: skip


def walk_forward_findings(config: Config) -> Iterator[Found]:
    """Every fault between `walk_forward` and the blocks beside it."""
    if config.walk_forward is None:
        return
    if config.sweep is None:
        cure = "add for example `sweep: {over: {with.lookback: [126, 252]}}`"
        yield ("walk_forward",), "a walk-forward without a `sweep`", "a `sweep` beside it, to choose from", cure
        return
    cure = "leave it out; a plain `sweep` may vary it"
    for key, swept in config.sweep.over.items():
        here = ("sweep", "over", key)
        if not any(f"{key}.".startswith(f"{chosen}.") for chosen in CHOSEN):
            yield here, f"`{key}`, which one run has one of", choice(CHOSEN), cure
        elif key.startswith("rebalance") and (_banded(swept) or isinstance(config.rebalance, Band)):
            expected = "`every_decision` and `on_change`, over a base without a band"
            yield here, "a band, which one run has one of", expected, cure


def _banded(swept: Span | tuple[Any, ...]) -> bool:
    return isinstance(swept, Span) or not all(isinstance(one, str) for one in swept)
