"""What `--full` adds to a walk-forward: whether choosing among its candidates is worth anything on the whole sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.study.snooped import snooped
from engine.study.sweep.chosen import common_active
from engine.study.walk.candidates import Candidates
from engine.study.walk.cut import span_of


def choosing(candidates: Candidates) -> dict[str, Any]:
    """Plain data with words, as `full.json` says it; without a haircut, as nobody chose with all results in view."""
    beside, span = candidates.beside, (candidates.begin, candidates.last)
    reference = span_of(beside.reference, beside.total, *span)
    active = common_active([(span_of(one.track, beside.total, *span), reference) for one in candidates.all])
    numbers = np.array([one.number for one in candidates.all])
    return snooped(active, beside.sessions_per_year, numbers, len(numbers))
