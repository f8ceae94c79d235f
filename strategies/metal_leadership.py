"""Which miners gain depends on which metal leads: hold those whose metals have risen and who have not followed yet."""

import numpy as np

from engine.signals import exposures, momentum

ESTIMATED: dict = {}


def score(
    past,
    *,
    miners: str,
    metals: str,
    market: str = "",
    exposure: dict = ESTIMATED,
    lookback: int = 126,
    skip: int = 0,
    regress_over: int = 252,
):
    """For each of the `miners`: its exposure times the momentum of the `metals`, less its own momentum.

    `exposure` gives parts by miner and metal, as {FCX: {copper: 0.8, gold: 0.2}}; without it they are betas of the last
    `regress_over` sessions, beside that to `market`. A miner without enough of a past has no score.
    """
    metal_names, miner_names = past.members(metals), past.members(miners)
    moves = np.array([momentum(past.asset(name), lookback, skip) for name in metal_names])
    if exposure:
        parts = np.array([[exposure.get(one, {}).get(name, 0.0) for name in metal_names] for one in miner_names])
    else:
        drivers = [past.asset(name) for name in metal_names] + ([past.sleeve(market)] if market else [])
        betas = exposures([past.asset(name) for name in miner_names], drivers, regress_over)
        parts = betas[:, : len(metal_names)]
    behind = parts @ moves - [momentum(past.asset(name), lookback, skip) for name in miner_names]
    return {name: float(gap) for name, gap in zip(miner_names, behind, strict=True) if gap == gap}
