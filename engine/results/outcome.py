"""An Outcome: what of a run is compared, listed and printed as JSON, just run or saved long ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.results import shape

Figures = Mapping[str, float | None]
#: The figures that a list or a comparison shows, or holds runs together by.
SHOWN = (
    "total_return", "cagr", "volatility", "sharpe", "sharpe_se", "max_drawdown", "turnover", "costs_bps_a_year",
    "active_return", "episodes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """window: first decision day and last session. currency: in which it is counted. interval: low, high of the active
    return at 95%, or None. reference: what `benchmark` are the figures of. policy: those of policy. path: None if
    nowhere. audit: the short one, None where an older run has none.
    """

    name: str
    id: str
    path: Path | None
    window: tuple[str, str]
    currency: str
    reference: str
    metrics: Figures
    benchmark: Figures
    policy: Figures
    interval: Mapping[str, float] | None
    verdict: str
    caveats: tuple[str, ...]
    audit: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints of a run."""
        return {
            "name": self.name,
            "id": self.id,
            "path": None if self.path is None else str(self.path),
            "window": {"from": self.window[0], "to": self.window[1]},
            "currency": self.currency,
            "metrics": dict(self.metrics),
            "reference": self.reference,
            "benchmark": dict(self.benchmark),
            "active_return_interval": None if self.interval is None else dict(self.interval),
            "verdict": self.verdict,
            "caveats": list(self.caveats),
            "audit": self.audit,
        }


def outcome_of(document: Mapping[str, Any], path: Path | None) -> Outcome:
    """The outcome in a `result.json`. Raises ValueError where the document is not one."""
    part = partial(shape.part, document)
    figures = partial(shape.figures, needed=SHOWN)
    window, portfolios = part("window", shape.mapping), part("portfolios", shape.mapping)
    return Outcome(
        name=part("name", shape.text),
        id=part("id", shape.text),
        path=path,
        window=(shape.part(window, "from", shape.day, "window"), shape.part(window, "to", shape.day, "window")),
        currency=currency_of(document),
        reference=part("reference", shape.text),
        metrics=part("metrics", figures),
        benchmark=part("benchmark", shape.figures),
        policy=shape.part(portfolios, "policy", figures, "portfolios"),
        interval=part("active_return_interval", _interval),
        verdict=part("verdict", shape.text),
        caveats=part("caveats", shape.texts),
        audit=part("audit", shape.mapping) if "audit" in document else None,
    )


def currency_of(document: Mapping[str, Any]) -> str:
    """The base currency that a `result.json` says. Raises ValueError where it says none."""
    return str(shape.part(shape.part(document, "config", shape.mapping), "base_currency", shape.text, "config"))


def _interval(value: Any, where: str) -> dict[str, float] | None:
    if value is None:
        return None
    found = shape.mapping(value, where)
    return {**found, **{key: shape.part(found, key, shape.number, where) for key in ("low", "high", "se")}}


def labels_of(outcomes: Sequence[Outcome]) -> list[str]:
    """Names; with the beginning of the id where a name stands for several runs, long enough to tell them apart."""
    count = Counter(one.name for one in outcomes)
    ids = {one.id for one in outcomes if count[one.name] > 1}
    digits = next((n for n in range(6, 16) if len({one[:n] for one in ids}) == len(ids)), 16)
    return [one.name if count[one.name] == 1 else f"{one.name} {one.id[:digits]}" for one in outcomes]
