"""Random sleeves: the same question with other assets of the same data in the place of the tilted sleeves' members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.decide import Setting
from engine.errors import OverweightError
from engine.market.assemble import build_panel
from engine.market.calendar import STALE_DAYS
from engine.market.panel import Panel
from engine.market.sleeves import sleeve_series
from engine.market.sources import read_source
from engine.market.table import Matrix
from engine.portfolio.tilt import neutral_mix

SEED = 20260101


def drawn_settings(setting: Setting, count: int, *, watching: bool = False) -> list[Setting] | str:
    """So many settings, each with random members in the tilted sleeves, no one of them twice; or why there are none.

    They are drawn from what the sources of the members have and the config does not hold, as far as it has prices from
    the first decision to the last session. Sleeves keep their size and the way in which they are parted.
    watching: whether what is watched stays, for the strategy to be asked anew.
    """
    config = setting.config
    if config.trade.at == "open" or config.trade.impact:
        return "opens and volumes are read of what the config holds alone"
    sizes = [len(config.hold[name].members) for name in config.tilt]
    try:
        others = sorted({label for name in config.data for label in _others(setting, name)})
        if len(others) < sum(sizes):
            return f"the data have {len(others)} other assets, it takes {sum(sizes)}"
        panel = build_panel(config.model_copy(update={"against": (*config.against, *others)}))
    except OverweightError as error:
        return f"the other assets of the data cannot be read: {error.faults[0]}"
    rng = np.random.default_rng(SEED)
    asked = setting if watching else replace(setting, config=config.model_copy(update={"watch": {}}))
    return [_drawn(asked, panel, rng.permutation(others)[: sum(sizes)].tolist(), sizes) for _ in range(count)]


def _others(setting: Setting, source: str) -> Iterator[str]:
    """The labels of a source that has members of tilted sleeves, whole through the window and not held."""
    config, panel = setting.config, setting.panel
    tilted = {label for name in config.tilt for label in config.hold[name].members}
    own = read_source(config, source, tilted)
    if own.kind != "prices" or not own.columns:
        return
    held = {label for sleeve in config.hold.values() for label in sleeve.members}
    table = read_source(config, source, {*own.offered} - held)
    first, last = panel.sessions[setting.decisions[0]], panel.sessions[-1] - STALE_DAYS
    for label, values in zip(table.columns, table.values.T, strict=True):
        days = table.dates[~np.isnan(values)]
        if len(days) and days[0] <= first and days[-1] >= last:
            yield label


def _drawn(setting: Setting, panel: Panel, labels: list[str], sizes: list[int]) -> Setting:
    config, hold = setting.config, dict(setting.config.hold)
    ends = np.cumsum(sizes)
    for name, end, size in zip(config.tilt, ends, sizes, strict=True):
        hold[name] = replace(hold[name], members=tuple(sorted(labels[end - size : end])))
    drawn = config.model_copy(update={"hold": hold})
    held, watched = ({label for one in some.values() for label in one.members} for some in (hold, config.watch))
    panel = _narrowed(panel, held, watched)
    sleeves = sleeve_series(drawn, panel)
    mix = neutral_mix(drawn, panel, sleeves, setting.decisions)
    return replace(setting, config=drawn, panel=panel, sleeves=sleeves, mix=mix)


def _narrowed(panel: Panel, held: set[str], watched: set[str]) -> Panel:
    """The panel with some of its assets alone, held or watched."""
    columns = np.flatnonzero(np.isin(panel.assets, [*held | watched]))

    def of(matrix: Matrix | None) -> Matrix | None:
        return None if matrix is None else matrix[:, columns]

    return replace(
        panel,
        assets=tuple(panel.assets[i] for i in columns),
        prices=panel.prices[:, columns],
        opens=of(panel.opens),
        fx=of(panel.fx),
        volumes=of(panel.volumes),
        dividends=of(panel.dividends),
        held=np.isin([panel.assets[i] for i in columns], [*held]),
        ends=panel.ends[columns],
        recovery=None if panel.recovery is None else panel.recovery[columns],
    )
