"""Walking forward: at every choice day the best candidate of the training window, then one run of what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.config.walk_forward import WalkForward
from engine.errors import ConfigError
from engine.market.table import Matrix
from engine.measure.metrics import METRICS
from engine.measure.track import Track
from engine.study.sweep.outcome import best_of
from engine.study.walk.candidates import Candidate, Candidates
from engine.study.walk.cut import figure_between
from engine.study.walk.stitched import Stitched, stitch
from engine.study.walk.windows import Fold, folds_of


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk-forward came to.

    metric: by which was chosen. folds: F of them; chosen: the place of each one's choice in `candidates.all`.
    inside, outside: (F, V) the metric of every candidate's own run in training and test windows, NaN where undefined.
    opened: the panel session at whose close the first choice traded: what comes after it is out of sample.
    """

    candidates: Candidates
    metric: str
    folds: tuple[Fold, ...]
    chosen: tuple[int, ...]
    inside: Matrix
    outside: Matrix
    stitched: Stitched
    opened: int

    def tested(self, fold: int) -> tuple[int, int]:
        """The closes from which and up to which the returns of a fold's test window count."""
        one = self.folds[fold]
        return min(max(one.known, self.opened), one.until), one.until

    def candidate(self, fold: int) -> Candidate:
        """Whoever was chosen for a fold."""
        return self.candidates.all[self.chosen[fold]]

    @property
    def hindsight(self) -> int | None:
        """The place of the candidate with the best metric out of sample, which nobody could know; None without one."""
        return best_of(self.whole([one.track for one in self.candidates.all]), self.metric)

    def whole(self, tracks: Sequence[Track]) -> Matrix:
        """(K,) the metric of tracks over all that is out of sample; NaN where it is undefined."""
        span = (self.opened, self.candidates.last)
        return np.array([figure_between(self.metric, one, self.candidates.beside, *span) for one in tracks])


def walk(candidates: Candidates, asked: WalkForward, metric: str) -> Walked:
    """Choose and stitch. Raises ConfigError where the windows are longer than the data, or decide nothing."""
    folds = _folds(candidates, asked)
    inside = _figures(candidates, metric, [(fold.start, fold.end) for fold in folds])
    folds, chosen = _chosen(candidates, asked, folds, inside, metric)
    inside = inside[: len(folds)]
    stitched = stitch(candidates.setting, pieces_of(candidates, folds, chosen))
    decided = stitched.setting.decisions
    opened = int(decided[decided >= folds[0].known][0]) + candidates.setting.config.trade.after
    if opened >= candidates.last:
        raise _too_long(candidates, asked, folds[0].known)
    spans = [(max(fold.known, opened), fold.until) for fold in folds]
    outside = _figures(candidates, metric, spans)
    return Walked(candidates, metric, folds, chosen, inside, outside, stitched, opened)


def pieces_of(candidates: Candidates, folds: Sequence[Fold], chosen: Sequence[int]) -> list[tuple[int, Candidate]]:
    """From which session on who decides. Before the first choice is known it is the run as it is written; where there
    is but one candidate there is nothing to choose, and it is known from the beginning.
    """
    first = candidates.all[0] if candidates.variants.count == 1 else candidates.written
    return [(0, first), *((fold.known, candidates.all[place]) for fold, place in zip(folds, chosen, strict=True))]


def _figures(candidates: Candidates, metric: str, spans: Sequence[tuple[int, int]]) -> Matrix:
    return np.array(
        [[figure_between(metric, one.track, candidates.beside, *span) for one in candidates.all] for span in spans]
    )


def _folds(candidates: Candidates, asked: WalkForward) -> tuple[Fold, ...]:
    train, test = asked.sessions(candidates.config.sessions_per_year)
    begin, last = candidates.begin, candidates.last
    folds = folds_of(begin, last, train, test, asked.embargo_sessions, asked.anchored)
    if not folds:
        raise _too_long(candidates, asked, begin + train + asked.embargo_sessions)
    return folds


def _chosen(
    candidates: Candidates, asked: WalkForward, folds: Sequence[Fold], inside: Matrix, metric: str
) -> tuple[tuple[Fold, ...], tuple[int, ...]]:
    """Folds and whom each chose. Where no candidate has a figure the choice before stands. A last fold, cut short by
    the end of the data, in which nothing is decided, is none.
    """
    kept: list[Fold] = []
    chosen: list[int] = []
    for fold, figures in zip(folds, inside, strict=True):
        best = best_of(figures, metric)
        if best is None and not chosen:
            raise _undefined(candidates, fold, metric)
        place = chosen[-1] if best is None else best
        decisions = candidates.all[place].decisions
        if not ((decisions >= fold.known) & (decisions < fold.until)).any():
            if not kept or fold is not folds[-1]:
                raise _nothing_decided(candidates, asked, fold)
            kept[-1] = Fold(kept[-1].start, kept[-1].end, kept[-1].known, fold.until)
            break
        kept.append(fold)
        chosen.append(place)
    return tuple(kept), tuple(chosen)


def _too_long(candidates: Candidates, asked: WalkForward, known: int) -> ConfigError:
    config, have = candidates.config, candidates.last - candidates.begin
    need = known - candidates.begin
    found = f"a first choice after {need:,} sessions of training and embargo, where the data have {have:,}"
    key = "train_sessions" if asked.train_sessions else "train_years"
    expected = "windows that leave sessions to test on"
    return ConfigError(config.fault(f"walk_forward.{key}", found, expected, "train on less, or give an earlier `from`"))


def _nothing_decided(candidates: Candidates, asked: WalkForward, fold: Fold) -> ConfigError:
    days = candidates.setting.panel.sessions
    found = f"a test window from {days[fold.known]} to {days[fold.until]} in which nothing is decided"
    key = "test_sessions" if asked.test_sessions else "test_years"
    expected = "windows longer than the time between two decisions"
    return ConfigError(candidates.config.fault(f"walk_forward.{key}", found, expected, "test for longer"))


def _undefined(candidates: Candidates, fold: Fold, metric: str) -> ConfigError:
    days = candidates.setting.panel.sessions
    found = f"no candidate with a `{metric}` from {days[fold.start]} to {days[fold.end]}"
    expected = f"one that has it: {METRICS[metric].formula}"
    return ConfigError(
        candidates.config.fault("walk_forward", found, expected, "train for longer, or choose otherwise")
    )
