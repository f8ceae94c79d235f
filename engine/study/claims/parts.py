"""A part: one figure beside what was claimed of it. A claim is one part or several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.study.claims.verdicts import CANNOT_TELL, NOT_MEASURABLE, Ends, Verdict, together

#: Units that are no currency: a fraction is shown as a percentage, a ratio and a count as they are.
FRACTION, RATIO = "fraction", "ratio"


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """One figure of a claim.

    what: of what it is, and which. value, low, high: the figure and the ends of its 95% interval, in `unit`; None where
    it has none. claimed: the ends of what was claimed, infinite where open, in `claimed_unit` (`unit` unless said).
    smallest: the smallest effect that would have been seen, where the verdict is `cannot tell`. note: what a reader has
    to know. details: further figures.
    """

    what: str
    verdict: Verdict
    value: float | None = None
    claimed: Ends | None = None
    unit: str = FRACTION
    low: float | None = None
    high: float | None = None
    smallest: float | None = None
    observations: int | None = None
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    claimed_unit: str = ""

    def figures(self) -> dict[str, Any]:
        """Plain data, as `study.json` says it; an open end of what was claimed is null."""
        return {
            "what": self.what,
            "verdict": self.verdict,
            "value": self.value,
            "unit": self.unit,
            "claimed": None if self.claimed is None else [_end(end) for end in self.claimed],
            "claimed_unit": self.claimed_unit or self.unit,
            "interval": None if self.low is None or self.high is None else [self.low, self.high],
            "smallest_visible": self.smallest if self.verdict == CANNOT_TELL else None,
            "observations": self.observations,
            "note": self.note,
            **({"details": dict(self.details)} if self.details else {}),
        }


def unmeasured(what: str, why: str) -> ClaimPart:
    """A part of which the data at hand say nothing."""
    return ClaimPart(what, NOT_MEASURABLE, note=why)


def verdict_of(parts: tuple[ClaimPart, ...]) -> Verdict:
    """The verdict of all parts at once."""
    return together([part.verdict for part in parts])


def _end(value: float) -> float | None:
    """`> 0` begins at the smallest number above zero; nobody needs to read that."""
    return round(value, 12) if math.isfinite(value) else None
