"""The variants of a sweep as trials: what the ledger keeps of them, whether all were run at once or as candidates."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from engine.config import Config
from engine.market.table import Indices, Vector
from engine.study.sweep.worlds import SweepWorlds
from engine.trials import SweptTrials


def swept_trials(config: Config, worlds: SweepWorlds, ran: Indices, sharpes: Vector) -> list[SweptTrials]:
    """For each question on each data set how many variants had figures, and how their Sharpe ratios spread.

    ran: (R,) numbers of the variants that had figures. sharpes: (R,) theirs, NaN where undefined. The same grid on the
    same data is the same trials, whichever study runs it.
    """
    asked = json.dumps([{"sweep": config.studied()["sweep"]}, config.question()], sort_keys=True)
    sweep = hashlib.sha256(f"{asked}\0{worlds.identity}".encode()).hexdigest()[:16]
    by_question: dict[tuple[str, str], list[int]] = {}
    for number, world in enumerate(worlds.all):
        by_question.setdefault((world.question, world.data), []).append(number)
    rows = []
    for (question, data), numbers in by_question.items():
        own = sharpes[np.isin(worlds.of[ran], numbers)]
        known = own[~np.isnan(own)]
        mean, spread = (float(known.mean()), float(known.var())) if len(known) else (None, None)
        if len(own):
            rows.append(SweptTrials(question, data, sweep, config.name, len(own), mean, spread))
    return rows
