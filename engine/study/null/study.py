"""A config in its null markets: where the real figures stand among theirs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import numpy as np

from engine.config import Config
from engine.decide import Setting, set_up
from engine.errors import ConfigError
from engine.study.null.crew import all_answers
from engine.study.null.job import UNDEFINED, MarketAnswer, NullJob
from engine.study.null.kinds import kinds_for, usual_block
from engine.study.null.measured import FIGURES, Stands, figures_in

MARKETS, SEED = 200, 1
#: The first word on the time left comes after so many seconds.
SOON = 2.0


def null_stands(
    config: Config,
    *,
    kinds: tuple[str, ...] = (),
    markets: int = MARKETS,
    seed: int = SEED,
    block: int | None = None,
    processes: int | None = None,
    setting: Setting | None = None,
    saying: Callable[[str], None] = lambda doing: None,
) -> tuple[Stands, ...]:
    """Where the real figures stand among those of so many null markets, for each kind (none: the usual ones).

    setting: the question, where it is set up already. block: of the bootstrap; None: the usual one. Raises what a run
    of the config raises, and ConfigError where a kind does not fit or the real figures are not defined.
    """
    setting = setting or set_up(config)
    job = NullJob(config, kinds_for(setting, kinds), markets, seed, block or usual_block(setting))
    real = figures_in(setting)
    if real is None:
        found = "a window without a figure a year"
        raise ConfigError(config.fault("to", found, "a longer window", "let it begin earlier, or end later"))
    found_of, began = {}, time.monotonic()
    with closing(all_answers(job, setting, processes)) as asked:
        for answer in asked:
            found_of[answer.number] = answer
            saying(_progress(len(found_of), job.count, time.monotonic() - began))
    return tuple(
        _stands(kind, real, [found_of[i * markets + m] for m in range(markets)]) for i, kind in enumerate(job.kinds)
    )


def _stands(kind: str, real: np.ndarray, found: list[MarketAnswer]) -> Stands:
    figures = [one.figures for one in found if one.figures is not None]
    nulls = np.array(figures).reshape(len(figures), len(FIGURES))
    return Stands(kind, real, nulls, dict(Counter(one.reason or UNDEFINED for one in found if one.figures is None)))


def _progress(done: int, count: int, seconds: float) -> str:
    words = f"null market {done:,} of {count:,}"
    return words if seconds < SOON else f"{words}, about {_seconds(seconds / done * (count - done))} left"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
