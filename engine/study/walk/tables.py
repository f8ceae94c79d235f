"""What a walk-forward came to as plain data and as tables; what was chosen, when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.config.written import plain_value, written
from engine.market.table import Indices, Vector
from engine.measure.episodes import count_episodes
from engine.measure.inference import Interval, active_return_interval, verdict
from engine.measure.metrics import measure
from engine.measure.track import Track
from engine.portfolio.tranches import whole_stance
from engine.study.walk.candidates import Candidate, Candidates
from engine.study.walk.cut import figure_between, span_of
from engine.study.walk.forward import Walked
from engine.tables import Columns

#: Metrics that need decisions, or average weights over all of them, which a part of a run has not.
OF_WHOLE_RUNS = ("episodes", "share_over", "share_under", "timing", "standing_tilt")

Plain = dict[str, Any]


def walk_figures(walked: Walked) -> Plain:
    """Plain data, as `study.json` says it."""
    candidates = walked.candidates
    interval = interval_of(walked)
    days = candidates.setting.panel.sessions
    return {
        "way": "windows",
        "candidates": counted(candidates),
        "choose_by": walked.metric,
        "against": candidates.setting.config.against[0],
        "out_of_sample": {
            "from": str(days[walked.opened + 1]),
            "to": str(days[-1]),
            "sessions": candidates.last - walked.opened,
        },
        "portfolios": {name: _metrics(walked, track) for name, track in tracks_of(walked).items()},
        "hindsight": None if walked.hindsight is None else told(candidates, candidates.all[walked.hindsight]),
        "interval_95": None if interval is None else [interval.low, interval.high],
        "episodes": _episodes(walked),
        "verdict": verdict(_episodes(walked), interval),
        "folds": [_fold(walked, number) for number in range(len(walked.folds))],
        "decay": decay_of(walked),
    }


def tracks_of(walked: Walked) -> dict[str, Track]:
    """What is measured, from one session on: the walk, the policy mix, the run as written, the best in hindsight."""
    candidates = walked.candidates
    found = {
        "walk_forward": walked.stitched.track,
        "policy": candidates.beside.policy,
        "base": candidates.written.track,
    }
    if walked.hindsight is not None:
        found["hindsight"] = candidates.all[walked.hindsight].track
    return found


def counted(candidates: Candidates) -> Plain:
    """How many there are, and why some did not run."""
    reasons = list(candidates.reasons.values())
    return {
        "variants": candidates.variants.count,
        "failed": len(reasons),
        "reasons": {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
    }


def told(candidates: Candidates, one: Candidate) -> Plain:
    """Which variant, and what it sets."""
    return {"variant": one.number, "values": plain_values(candidates.variants.values(one.number))}


def plain_values(values: Mapping[str, Any]) -> Plain:
    """What a variant sets, lists and blocks as they are written."""
    return {key: plain_value(value) for key, value in values.items()}


def interval_of(walked: Walked) -> Interval | None:
    """Of the active return out of sample."""
    beside, span = walked.candidates.beside, (walked.opened, walked.candidates.last)
    own, reference = (span_of(one, beside.total, *span) for one in (walked.stitched.track, beside.reference))
    return active_return_interval(own, reference, beside.sessions_per_year)


def _metrics(walked: Walked, track: Track) -> Plain:
    beside, span = walked.candidates.beside, (walked.opened, walked.candidates.last)
    own, reference, policy = (span_of(one, beside.total, *span) for one in (track, beside.reference, beside.policy))
    whole = measure(own, reference, None, None, sessions_per_year=beside.sessions_per_year, policy=policy)
    return {name: value for name, value in whole.items() if name not in OF_WHOLE_RUNS}


def _episodes(walked: Walked) -> int | None:
    """Bets from the first choice on; None where the candidates take no stance, or on other names."""
    stitched = walked.stitched
    if stitched.stance is None:
        return None
    days, values = whole_stance(stitched.stance.values, stitched.setting.decisions, stitched.setting.tranche)
    return count_episodes(values[days >= walked.folds[0].known])


def _fold(walked: Walked, number: int) -> Plain:
    fold, (first, last) = walked.folds[number], walked.tested(number)
    days, candidates = walked.candidates.setting.panel.sessions, walked.candidates
    decisions = walked.stitched.setting.decisions
    return {
        "train_from": str(days[fold.start + 1]),
        "train_to": str(days[fold.end]),
        "known": str(days[fold.known]),
        "first_decision": str(days[decisions[decisions >= fold.known][0]]),
        "test_from": str(days[min(first + 1, last)]),
        "test_to": str(days[last]),
        **told(candidates, walked.candidate(number)),
        "in_sample": float(walked.inside[number, walked.chosen[number]]),
        "out_of_sample": out_of_sample(walked, number, walked.metric),
        "rank": rank_of(walked.outside[number], walked.chosen[number]),
        "cagr": out_of_sample(walked, number, "cagr"),
        "active_return": out_of_sample(walked, number, "active_return"),
    }


def out_of_sample(walked: Walked, number: int, metric: str) -> float:
    """A metric of the one run in a fold's test window; NaN where it is undefined."""
    return figure_between(metric, walked.stitched.track, walked.candidates.beside, *walked.tested(number))


def rank_of(figures: Vector, place: int) -> float | None:
    """The share of the other candidates with a lower figure there, ties half; None where one of two has none."""
    others = np.delete(figures, place)
    others = others[~np.isnan(others)]
    if len(others) == 0 or np.isnan(figures[place]):
        return None
    return float(((others < figures[place]) + 0.5 * (others == figures[place])).mean())


def decay_of(walked: Walked) -> Plain:
    """What is left of the metric out of sample: means over folds, and how the choice ranked among all candidates."""
    inside = [float(row[place]) for row, place in zip(walked.inside, walked.chosen, strict=True)]
    outside = [out_of_sample(walked, number, walked.metric) for number in range(len(walked.folds))]
    both = np.array([pair for pair in zip(inside, outside, strict=True) if not np.isnan(pair).any()])
    ranks = [rank_of(row, place) for row, place in zip(walked.outside, walked.chosen, strict=True)]
    known = [rank for rank in ranks if rank is not None]
    changes = sum(one != other for one, other in zip(walked.chosen[1:], walked.chosen, strict=False))
    return {
        "in_sample": float(both[:, 0].mean()) if len(both) else None,
        "out_of_sample": float(both[:, 1].mean()) if len(both) else None,
        "mean_rank": float(np.mean(known)) if known else None,
        "folds": len(walked.folds),
        "changes": changes,
    }


def walk_tables(walked: Walked) -> dict[str, Columns]:
    """equity: a row a session. folds: a row each. dated_targets: a row a decision. candidates: a row each."""
    return {
        "equity": _equity(walked),
        "folds": _folds(walked),
        "dated_targets": _targets(walked),
        "candidates": candidates_table(walked.candidates, walked.chosen, {
            f"{walked.metric}_out_of_sample": walked.whole([one.track for one in walked.candidates.all])
        }),
    }  # fmt: skip


def _equity(walked: Walked) -> Columns:
    """Money; NaN before a portfolio begins. fold: whose choice was in force at the close, 0 before the first."""
    total, days = walked.candidates.beside.total, walked.stitched.track.sessions
    columns: Columns = {
        "date": days.astype("datetime64[ms]"),
        "fold": _fold_of(walked, np.arange(total - len(days), total)),
    }
    for name, track in tracks_of(walked).items():
        row = np.full(total, np.nan)
        row[total - len(track.equity) :] = track.equity
        columns[name] = row[total - len(days) :]
    return columns


def _fold_of(walked: Walked, sessions: Indices) -> Indices:
    return np.searchsorted([fold.known for fold in walked.folds], sessions, side="right").astype(np.int64)


def _folds(walked: Walked) -> Columns:
    rows = [_fold(walked, number) for number in range(len(walked.folds))]
    columns: Columns = {"fold": np.arange(1, len(rows) + 1)}
    for name in rows[0]:
        if name == "values":
            columns |= values_columns([row["values"] for row in rows])
        elif name in ("train_from", "train_to", "known", "first_decision", "test_from", "test_to"):
            columns[name] = np.array([row[name] for row in rows], "datetime64[ms]")
        elif name == "variant":
            columns[name] = np.array([row[name] for row in rows], np.int64)
        else:
            columns[name] = np.array([np.nan if row[name] is None else row[name] for row in rows], np.float64)
    return columns


def _targets(walked: Walked) -> Columns:
    stitched, panel = walked.stitched, walked.candidates.setting.panel
    columns: Columns = {
        "date": panel.sessions[stitched.setting.decisions].astype("datetime64[ms]"),
        "fold": _fold_of(walked, stitched.setting.decisions),
        "variant": stitched.chosen.astype(np.int64),
    }
    return columns | {panel.assets[i]: stitched.targets[:, i] for i in np.flatnonzero(panel.held)}


def candidates_table(candidates: Candidates, chosen: tuple[int, ...], figures: Mapping[str, Vector]) -> Columns:
    """A row for each variant: what it sets, figures of those that ran, how often it was chosen, why it failed."""
    count = candidates.variants.count
    ran = np.array([one.number for one in candidates.all])
    columns: Columns = {"variant": np.arange(count)}
    columns |= values_columns([plain_values(candidates.variants.values(number)) for number in range(count)])
    for name, values in figures.items():
        columns[name] = np.full(count, np.nan)
        columns[name][ran] = values
    columns["chosen"] = np.bincount(ran[list(chosen)], minlength=count)
    columns["reason"] = np.array([candidates.reasons.get(number, "") for number in range(count)], object)
    return columns


def whole_or_real(values: Sequence[Any]) -> Any:
    """Whole numbers stay whole, as the table of a sweep has them: `--set with.lookback=126.0` would be refused."""
    return np.int64 if all(isinstance(value, int) for value in values) else np.float64


def values_columns(rows: list[Plain]) -> Columns:
    """A column for each swept key: numbers where all are, else words."""
    columns: Columns = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
        columns[key] = (
            np.array(values, whole_or_real(values))
            if numeric
            else np.array([written(value) for value in values], object)
        )
    return columns
