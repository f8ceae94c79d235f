"""What the purged splits came to as plain data and as tables: the distribution over paths, and every split."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.market.table import Vector
from engine.study.walk.crossed import Crossed, whole_figure
from engine.study.walk.tables import candidates_table, counted, rank_of, values_columns
from engine.study.walk.tables import plain_values as values_of
from engine.tables import Columns


def crossed_figures(crossed: Crossed) -> dict[str, Any]:
    """Plain data, as `study.json` says it."""
    candidates, days = crossed.candidates, crossed.candidates.setting.panel.sessions
    inside = np.array([row[place] for row, place in zip(crossed.inside, crossed.chosen, strict=True)])
    outside = np.array([row[place] for row, place in zip(crossed.outside, crossed.chosen, strict=True)])
    both = ~(np.isnan(inside) | np.isnan(outside))
    ranks = [one for one in _ranks(crossed) if one is not None]
    active = crossed.metrics["active_return"]
    active = active[~np.isnan(active)]
    return {
        "way": "splits",
        "candidates": counted(candidates),
        "choose_by": crossed.metric,
        "against": candidates.setting.config.against[0],
        "from": str(days[crossed.edges[0] + 1]),
        "to": str(days[crossed.edges[-1]]),
        "groups": len(crossed.edges) - 1,
        "splits": len(crossed.splits),
        "paths": {name: _distribution(values) for name, values in crossed.metrics.items()},
        "path_count": len(crossed.paths),
        "paths_ahead": float((active > 0.0).mean()) if len(active) else None,
        "base": {name: whole_figure(crossed, name, candidates.written.track) for name in crossed.metrics},
        "policy": {name: whole_figure(crossed, name, candidates.beside.policy) for name in crossed.metrics},
        "decay": {
            "in_sample": float(inside[both].mean()) if both.any() else None,
            "out_of_sample": float(outside[both].mean()) if both.any() else None,
            "mean_rank": float(np.mean(ranks)) if ranks else None,
            "share_in_lower_half": float(np.mean([rank <= 0.5 for rank in ranks])) if ranks else None,
        },
    }


def _distribution(values: Vector) -> dict[str, float | None]:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return dict.fromkeys(("mean", "sd", "lowest", "p05", "median", "p95", "highest"))
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    return {
        "mean": float(known.mean()),
        "sd": float(known.std(ddof=1)) if len(known) > 1 else None,
        "lowest": float(known.min()),
        "p05": float(low),
        "median": float(middle),
        "p95": float(high),
        "highest": float(known.max()),
    }


def _ranks(crossed: Crossed) -> list[float | None]:
    return [rank_of(row, place) for row, place in zip(crossed.outside, crossed.chosen, strict=True)]


def crossed_tables(crossed: Crossed) -> dict[str, Columns]:
    """paths: a row each, with every figure. splits: a row each. candidates: a row each."""
    candidates = crossed.candidates
    ran = np.array([one.number for one in candidates.all])
    chosen = [int(ran[place]) for place in crossed.chosen]
    tested = [" ".join(str(group + 1) for group in split.tested) for split in crossed.splits]
    ranks = [np.nan if one is None else one for one in _ranks(crossed)]
    pairs = [(row[place], other[place]) for row, other, place in zip(
        crossed.inside, crossed.outside, crossed.chosen, strict=True
    )]  # fmt: skip
    whole = np.array([whole_figure(crossed, crossed.metric, one.track) for one in candidates.all])
    return {
        "paths": {"path": np.arange(1, len(crossed.paths) + 1), **crossed.metrics},
        "splits": {
            "split": np.arange(1, len(tested) + 1),
            "test_groups": np.array(tested, object),
            "train_sessions": np.array([len(split.train) for split in crossed.splits]),
            "test_sessions": np.array([len(split.test) for split in crossed.splits]),
            "variant": np.array(chosen),
            **values_columns([values_of(candidates.variants.values(number)) for number in chosen]),
            "in_sample": np.array([inside for inside, _ in pairs]),
            "out_of_sample": np.array([outside for _, outside in pairs]),
            "rank": np.array(ranks, np.float64),
        },
        "candidates": candidates_table(candidates, crossed.chosen, {crossed.metric: whole}),
    }
