"""Placebos: the same question where what should matter is exchanged for what should not.

sleeves: random other assets in the tilted sleeves, as many as there are members, the strategy asked anew on them.
backwards: the market with its sessions in the opposite order: who led now lags.
roles: the strategy told that who lags leads and who leads lags; what it then says is traded in the same tilt.
circular_shifts, leave_one_out: as under `controls` (`engine.study.controls`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.backtest import backtest_setting
from engine.config.controls import Controls
from engine.decide import Setting
from engine.errors import OverweightError
from engine.market.table import Vector
from engine.result import Control, Unmeasured
from engine.study.controls import measure_controls
from engine.study.null import moves, seen
from engine.study.null.job import UNDEFINED
from engine.study.null.kinds import with_panel
from engine.study.null.measured import Stands, figures_in
from engine.study.null.roles import Roles, exchanged, roles_of
from engine.study.random_sleeves import drawn_settings

SLEEVES = "sleeves"
#: At most so many random sleeves.
MOST = 100


@dataclass(frozen=True, slots=True)
class Placebos:
    """sleeves: where the real figures stand among random sleeves. backwards: (2,) figures. roles: (2,) figures, and
    what was exchanged. controls: by name.

    A string says why there is none.
    """

    sleeves: Stands | str
    backwards: Vector | str
    roles: tuple[Vector, Roles] | str
    controls: dict[str, Control]


def placebos(setting: Setting, markets: int, saying: Callable[[str], None] = lambda doing: None) -> Placebos:
    """Every placebo of a question. Raises what a run of it raises."""
    saying("placebos")
    real = figures_in(setting)
    return Placebos(
        UNDEFINED if real is None else _on_random_sleeves(setting, real, min(markets, MOST), saying),
        _backwards(setting),
        _exchanged(setting),
        _controls(setting),
    )


def _on_random_sleeves(setting: Setting, real: Vector, count: int, saying: Callable[[str], None]) -> Stands | str:
    if not setting.config.tilt:
        return "it has no tilted sleeve"
    drawn = drawn_settings(setting, count, watching=True)
    if isinstance(drawn, str):
        return drawn
    figures: list[Vector] = []
    failed: Counter[str] = Counter()
    for number, one in enumerate(drawn):
        saying(f"random sleeves {number + 1} of {count}")
        try:
            found = figures_in(one)
        except OverweightError as error:
            failed[error.faults[0].found] += 1
            continue
        if found is None:
            failed[UNDEFINED] += 1
        else:
            figures.append(found)
    if not figures:
        return f"it does not run on other assets: {failed.most_common(1)[0][0]}"
    return Stands(SLEEVES, real, np.array(figures), dict(failed))


def _backwards(setting: Setting) -> Vector | str:
    config, panel = setting.config, setting.panel
    if seen.watched_series(config, panel):
        return "it watches a series, and what was published cannot run backwards"
    there = ~np.isnan(panel.prices)
    if int(np.argmax(there, axis=0).max()) >= setting.decisions[0]:
        return "assets begin after the first decision"
    if not there[-1].all():
        return "assets end before the data do"
    try:
        found = figures_in(with_panel(setting, moves.with_moves(panel, moves.backwards(moves.moves_of(panel)))))
    except OverweightError as error:
        return error.faults[0].found
    return UNDEFINED if found is None else found


def _exchanged(setting: Setting) -> tuple[Vector, Roles] | str:
    roles = roles_of(setting)
    if isinstance(roles, str):
        return roles
    try:
        found = figures_in(exchanged(setting, roles))
    except OverweightError as error:
        return f"it does not run so: {error.faults[0].found}"
    return UNDEFINED if found is None else (found, roles)


def _controls(setting: Setting) -> dict[str, Control]:
    asked = Controls(circular_shifts=True, leave_one_out=True)
    config = setting.config.model_copy(update={"controls": asked})
    try:
        return measure_controls(backtest_setting(replace(setting, config=config)))
    except OverweightError as error:
        return {"circular_shifts": Unmeasured(error.faults[0].found)}
