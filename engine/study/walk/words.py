"""What has to be known before a walk-forward is believed, and what it came to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.config.walk_forward import PurgedSplits
from engine.study.walk.candidates import Candidates
from engine.study.walk.forward import Walked

GRID = (
    "which variants stand in the sweep was decided by somebody who knew these data: out of sample is the choice among "
    "them, not they"
)


def common_caveats(candidates: Candidates) -> Iterator[str]:
    """Of windows and of splits."""
    yield from candidates.setting.panel.caveats
    yield GRID
    count, failed = candidates.variants.count, len(candidates.reasons)
    if failed:
        yield (
            f"{failed:,} of {count:,} variants failed and could not be chosen on any day, also before what they failed "
            "of was known; the table says why"
        )


def walk_caveats(walked: Walked) -> Iterator[str]:
    """Of windows."""
    yield from common_caveats(walked.candidates)
    fold, usual = walked.folds[-1], walked.folds[0]
    if len(walked.folds) > 1 and fold.until - fold.known < usual.until - usual.known:
        yield f"the last test window ends with the data, after {fold.until - fold.known} sessions"


def split_caveats(candidates: Candidates, asked: PurgedSplits) -> Iterator[str]:
    """Of splits."""
    yield from common_caveats(candidates)
    yield (
        "choices of a split learn from years after its test too: so it measures choosing, and is no run one could have "
        "had"
    )
    yield "paths join what candidates earned by themselves: changing from one to the next costs nothing in them"
    if asked.embargo_sessions == 0:
        yield "without an embargo what looks back carries test sessions into training"


def decay_words(figures: Mapping[str, Any], shown: Any) -> str:
    """What became of the metric out of sample. shown: a figure of the metric in words."""
    decay = figures["decay"]
    if decay["in_sample"] is None:
        return "the metric is not defined in enough windows to say what became of it"
    kept = (
        f"{figures['choose_by']} {shown(decay['in_sample'])} where it was chosen, {shown(decay['out_of_sample'])} after"
    )
    if decay["mean_rank"] is None:
        return f"{kept}; one candidate alone, nothing to rank"
    return (
        f"{kept}; there the choice was ahead of {decay['mean_rank']:.0%} of the other candidates on average (luck: 50%)"
    )
