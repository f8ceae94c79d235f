"""Moves: the prices of a panel as daily log moves, mixed anew, and put together as prices again.

Every way of mixing takes whole sessions, so that what moves together goes on doing so. An asset that has no move on the
session that was drawn takes one of its own from another session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from engine.market.levels import carry
from engine.market.made.calibration import SAMPLE
from engine.market.made.draws import autoregression
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector

#: Where a made session opens: half of its move away from its close.
OPENS_AT = 0.5


@dataclass(frozen=True, slots=True)
class Moves:
    """days: (T, N) log moves since an asset's last price, NaN where it has none. opening: (T, N) log of open over
    close, or None where the panel has no opens.
    """

    days: Matrix
    opening: Matrix | None


def moves_of(panel: Panel) -> Moves:
    """The moves of a panel. A move from or to a price of 0 is none."""
    before = np.vstack([np.full((1, panel.prices.shape[1]), np.nan), carry(panel.prices)[:-1]])
    return Moves(_logs(panel.prices, before), None if panel.opens is None else _logs(panel.opens, panel.prices))


def with_moves(panel: Panel, moves: Moves) -> Panel:
    """The panel with other moves: every asset begins at its own first price, and has prices on its own days alone.

    A price of 0 stays where it is. Dividends keep their part of the price; volumes and rates of exchange are the same.
    """
    there = ~np.isnan(panel.prices)
    begun = np.argmax(there, axis=0)
    first = panel.prices[begun, np.arange(len(begun))]
    paths = first * np.exp(np.cumsum(np.nan_to_num(moves.days), axis=0))
    prices = np.where(there, np.where(panel.prices == 0.0, 0.0, paths), np.nan)
    opens, dividends = None, None
    if panel.opens is not None and moves.opening is not None:
        opens = np.where(np.isnan(panel.opens), np.nan, prices * np.exp(np.nan_to_num(moves.opening)))
    if panel.dividends is not None:
        share = np.divide(prices, panel.prices, out=np.ones_like(prices), where=there & (panel.prices > 0.0))
        dividends = panel.dividends * share
    return replace(panel, prices=prices, opens=opens, dividends=dividends)


def bootstrapped(moves: Moves, rng: Generator, block: int) -> Moves:
    """Sessions in another order, in blocks of random length, `block` on average (Politis and Romano 1994)."""
    return _drawn(moves, np.concatenate([[0], 1 + stationary_rows(len(moves.days) - 1, block, rng)]), rng)


def backwards(moves: Moves) -> Moves:
    """Sessions in the opposite order, from the first on which every asset has a move: who led now lags."""
    begun = int(np.argmax(~np.isnan(moves.days), axis=0).max())
    rows = np.arange(len(moves.days))
    rows[begun:] = rows[begun:][::-1]
    return _drawn(moves, rows, np.random.default_rng(0))


def mirrored(moves: Moves, rng: Generator) -> Moves:
    """What is not each asset's mean move turned round on half of the sessions, for all assets at once.

    Swings stay where they were, and so does what moves together; no day says anything of another's direction. Exact
    where moves about their mean are as likely as their opposites (Wu 1986; Liu 1988: the wild bootstrap).
    """
    mean = _means(moves.days)
    signs = rng.choice([-1.0, 1.0], (len(moves.days), 1))
    return Moves(mean + signs * (moves.days - mean), None if moves.opening is None else signs * moves.opening)


def made(moves: Moves, rng: Generator) -> Moves:
    """Moves that are drawn: Student's t with the panel's own deviations and correlations, and swings that come and go.

    All assets share the swings, which are those of the sample's market (`engine.market.made.calibration`), and one
    drift, the mean over the panel's assets: no tilt earns anything but by chance, whether it stands or is timed.
    """
    count, width = moves.days.shape
    there = ~np.isnan(moves.days)
    apart = np.where(there, moves.days - _means(moves.days), 0.0)
    together = there.T.astype(np.float64) @ there
    values, vectors = np.linalg.eigh(apart.T @ apart / np.maximum(together, 1.0))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    swings, persistence = SAMPLE.market_swings, SAMPLE.persistence
    log_swing = np.sqrt(swings.variance) * autoregression(rng.standard_normal((1, count)), persistence)[0]
    scale = np.exp(log_swing - swings.variance) * np.sqrt((swings.tails - 2.0) / swings.tails)
    drawn = (rng.standard_t(swings.tails, (count, width)) @ root.T) * scale[:, None]
    # The same drift of simple returns for all: a wilder asset loses more of it in logs.
    deviations = (apart**2).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    drift = float(np.mean(_means(moves.days) + deviations / 2.0))
    days = np.where(there, drift - deviations / 2.0 + drawn, np.nan)
    return Moves(days, None if moves.opening is None else -OPENS_AT * np.nan_to_num(days))


def stationary_rows(count: int, block: int, rng: Generator) -> Indices:
    """(count,) rows drawn in blocks that begin anywhere and run on past the end; lengths are geometric."""
    begins = rng.random(count) < 1.0 / block
    rows = np.arange(count)
    # The first row begins a block whatever was drawn for it.
    last = np.maximum.accumulate(np.where(begins, rows, 0))
    drawn: Indices = (rng.integers(0, count, count)[last] + rows - last) % count
    return drawn


def _drawn(moves: Moves, rows: Indices, rng: Generator) -> Moves:
    """The moves of other sessions, on the days on which each asset has any of its own."""
    own, days = moves.days, moves.days[rows]
    opening = None if moves.opening is None else moves.opening[rows]
    for asset in np.flatnonzero((np.isnan(days) & ~np.isnan(own)).any(axis=0)):
        holes = np.flatnonzero(np.isnan(days[:, asset]) & ~np.isnan(own[:, asset]))
        others = rng.choice(np.flatnonzero(~np.isnan(own[:, asset])), len(holes))
        days[holes, asset] = own[others, asset]
        if opening is not None and moves.opening is not None:
            opening[holes, asset] = moves.opening[others, asset]
    return Moves(np.where(np.isnan(own), np.nan, days), opening)


def _means(values: Matrix) -> Vector:
    """(N,) the mean of each column without NaN; 0 where there is nothing."""
    there = ~np.isnan(values)
    means: Vector = np.where(there, values, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return means


def _logs(values: Matrix, over: Matrix) -> Matrix:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values / over)
    return np.where(np.isfinite(logs), logs, np.nan)
