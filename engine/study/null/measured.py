"""What a question earns in one market over its policy mix, and where one such figure stands among many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.backtest import simulate, track_of
from engine.decide import Decided, Setting, decide, trading_days
from engine.market.table import Matrix, Vector
from engine.measure import formulas
from engine.measure.track import Track, returns
from engine.portfolio.costs import costs_of
from engine.portfolio.ledger import Decisions, run_equity
from engine.portfolio.tilt import targets_of

#: What is measured of a market, in this order.
FIGURES = ("active_return", "information_ratio")
#: Where a figure's spread is told.
PERCENTILES = (5.0, 50.0, 95.0)


@dataclass(frozen=True, slots=True)
class Stands:
    """The real figures (2,) among those of M null markets (M, 2), in the order of FIGURES.

    kind: of markets. failed: why markets have no figure, and how many of them.
    """

    kind: str
    real: Vector
    nulls: Matrix
    failed: Mapping[str, int]

    def p_value(self, figure: str) -> float:
        """The share of markets, the real one counted among them, in which the figure is as high as in the real one.

        At most 5% in one null market of twenty, whatever the figure is, if the real one is like them (Davison and
        Hinkley 1997, 4.11): 1 + those as high, over 1 + all.
        """
        own, others = self.of(figure)
        return float((1 + (others >= own).sum()) / (1 + len(others)))

    def beaten(self, figure: str) -> int:
        """In how many null markets the figure is lower."""
        own, others = self.of(figure)
        return int((others < own).sum())

    def percentiles(self, figure: str) -> tuple[float, ...]:
        """PERCENTILES of the figure over null markets; empty where there is none."""
        others = self.of(figure)[1]
        return tuple(float(one) for one in np.percentile(others, PERCENTILES)) if len(others) else ()

    def of(self, figure: str) -> tuple[float, Vector]:
        """The real figure, and those of the null markets."""
        place = FIGURES.index(figure)
        return float(self.real[place]), self.nulls[:, place]


def figures_in(setting: Setting, policy: Track | None = None) -> Vector | None:
    """(2,) FIGURES of the strategy over its policy mix, decided and simulated; None where they are not defined.

    policy: its track, where it is known. Where the strategy never leaves policy both are 0.
    """
    decided = decide(setting)
    own = _track(setting, decided.targets, decided)
    return _figures(setting, own, policy or policy_track(setting, decided))


def policy_track(setting: Setting, decided: Decided) -> Track:
    """The policy mix, on the days on which the strategy trades."""
    return _track(setting, targets_of(setting.mix, setting.mix.policy), decided)


def _track(setting: Setting, targets: Matrix, decided: Decided) -> Track:
    """The equity of a run and no more: the rest of a ledger takes ten times as long as the simulation."""
    config, panel = setting.config, setting.panel
    if config.simulator != "overweight" or config.tranches > 1:
        return track_of(setting, simulate(setting, targets, decided))
    orders = Decisions(setting.decisions, targets, trading_days(config, decided.opinion, setting.tranche))
    equity = run_equity(config, panel, orders, costs_of(config, panel))
    none = np.zeros(len(equity))
    return Track(panel.sessions[len(panel.sessions) - len(equity) :], equity, none, none, none)


def _figures(setting: Setting, own: Track, policy: Track) -> Vector | None:
    year = setting.config.sessions_per_year
    active = formulas.difference(formulas.cagr(own.equity, year), formulas.cagr(policy.equity, year))
    error = formulas.volatility(returns(own) - returns(policy), year)
    if active is None or error is None:
        return None
    return np.array([active, formulas.information_ratio(active, error) or 0.0])
