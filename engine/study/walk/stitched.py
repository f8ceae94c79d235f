"""ONE run whose parameters are dated: the decisions of whoever was chosen on their day, simulated once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.backtest import simulate_on, track_of
from engine.decide import Setting
from engine.market.table import Indices, Matrix
from engine.measure.track import Track
from engine.portfolio.ledger import Ledger
from engine.portfolio.stance import Stance
from engine.portfolio.tranches import rows_of
from engine.study.walk.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Stitched:
    """setting: that of the run as it is written, with the decisions (D,) of this one.

    chosen: (D,) the number of the candidate that makes each decision. targets: (D, N). stance: None where the
    candidates have none, or of other names. ledger, track: of the one simulation.
    """

    setting: Setting
    chosen: Indices
    targets: Matrix
    stance: Stance | None
    ledger: Ledger
    track: Track


def stitch(setting: Setting, pieces: Sequence[tuple[int, Candidate]]) -> Stitched:
    """Simulate pieces: each from which panel session on a candidate decides, ascending, until the next one does.

    A candidate's decisions are those of its own path: a stance that it took before its piece is in force in it. With
    `on_change` the first decision of another candidate trades, for it holds what another one opened.
    """
    untils = [*(since for since, _ in pieces[1:]), len(setting.panel.sessions)]
    rows = [
        np.flatnonzero((one.decisions >= since) & (one.decisions < until))
        for (since, one), until in zip(pieces, untils, strict=True)
    ]
    parts = [(one, own) for (_, one), own in zip(pieces, rows, strict=True)]
    decisions, tranche, targets, trades = (
        np.concatenate([getattr(one, name)[own] for one, own in parts])
        for name in ("decisions", "tranche", "targets", "trades")
    )
    chosen = np.concatenate([np.full(len(own), one.number) for one, own in parts])
    for own in rows_of(tranche):
        trades[own[1:]] |= chosen[own[1:]] != chosen[own[:-1]]
    whole = replace(setting, decisions=decisions, tranche=tranche)
    ledger = simulate_on(whole, targets, trades)
    return Stitched(whole, chosen, targets, _stance(parts), ledger, track_of(whole, ledger))


def _stance(parts: Sequence[tuple[Candidate, Indices]]) -> Stance | None:
    names = {None if one.stance is None else one.stance.names for one, own in parts if len(own)}
    if None in names or len(names) != 1:
        return None
    (same,) = names
    assert same is not None
    values = [one.stance.values[own] for one, own in parts if one.stance is not None]
    return Stance(same, np.concatenate(values))
