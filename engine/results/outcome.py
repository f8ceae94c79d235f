"""An Outcome: what of a run is compared, listed and printed as JSON, just run or saved long ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Figures = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """window: first decision day and last session. interval: low, high of the active return at 95%, or None.

    reference: what `benchmark` are the figures of. policy: those of policy. path: None if nowhere.
    """

    name: str
    id: str
    path: Path | None
    window: tuple[str, str]
    reference: str
    metrics: Figures
    benchmark: Figures
    policy: Figures
    interval: Mapping[str, float] | None
    verdict: str
    caveats: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints of a run."""
        return {
            "name": self.name,
            "id": self.id,
            "path": None if self.path is None else str(self.path),
            "window": {"from": self.window[0], "to": self.window[1]},
            "metrics": dict(self.metrics),
            "reference": self.reference,
            "benchmark": dict(self.benchmark),
            "active_return_interval": None if self.interval is None else dict(self.interval),
            "verdict": self.verdict,
            "caveats": list(self.caveats),
        }


def outcome_of(document: Mapping[str, Any], path: Path | None) -> Outcome:
    """The outcome in a `result.json`. Raises KeyError or TypeError where the document is not one."""
    return Outcome(
        name=document["name"],
        id=document["id"],
        path=path,
        window=(document["window"]["from"], document["window"]["to"]),
        reference=document["reference"],
        metrics=document["metrics"],
        benchmark=document["benchmark"],
        policy=document["portfolios"]["policy"],
        interval=document["active_return_interval"],
        verdict=document["verdict"],
        caveats=tuple(document["caveats"]),
    )
