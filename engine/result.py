"""The Result: a question, the panel it was asked of, and all that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.config import Config
from engine.decide import Decided, Setting
from engine.judge import Figures, Judgement, Outlook, Portfolio
from engine.market.panel import Panel
from engine.measure.inference import Interval
from engine.portfolio.costs import KINDS
from engine.portfolio.ledger import Ledger

if TYPE_CHECKING:
    import vectorbt


@dataclass(frozen=True, slots=True)
class Measured:
    """What takes longer and comes with `--full`.

    phases: active return (a year) of the same question decided 0, 1, 2 ... sessions later, all phases of its schedule.
    bootstrap: interval of the active return by stationary bootstrap, None without the extra `stats`.
    """

    phases: tuple[float, ...]
    bootstrap: Interval | None


@dataclass(frozen=True, slots=True)
class Result:
    """One run. `metrics`, `equity`, `weights` and `trades` are pandas objects; `to_vectorbt()` opens it in vectorbt.

    portfolios: the strategy, and beside it `policy`, `policy_matched`, `momentum` and `always_over` where they have a
    meaning, then what else `against` names. reference: the first of `against`.
    """

    id: str
    setting: Setting
    decided: Decided
    portfolios: Mapping[str, Portfolio]
    reference: str
    judgement: Judgement
    outlook: Outlook
    manifest: Mapping[str, Any]
    measured: Measured | None = None
    path: Path | None = None

    @property
    def config(self) -> Config:
        """The question."""
        return self.setting.config

    @property
    def panel(self) -> Panel:
        """The market it was asked of."""
        return self.setting.panel

    @property
    def name(self) -> str:
        """The config's path below `configs/`, without its ending."""
        return self.config.name

    @property
    def own(self) -> Portfolio:
        """The strategy's own portfolio."""
        return self.portfolios["strategy"]

    @property
    def benchmark(self) -> Figures:
        """Metrics of the reference."""
        return self.portfolios[self.reference].figures

    @property
    def metrics(self) -> pd.Series:
        """Every metric by name; NaN where it is not defined."""
        return pd.Series(dict(self.own.figures), dtype="float64", name=self.name)

    @property
    def equity(self) -> pd.Series:
        """Money at the close of each session, from the session before the first trade can count."""
        return pd.Series(self.own.ledger.equity, self._index(), name=self.name)

    @property
    def ledger(self) -> pd.DataFrame:
        """A row per session: equity, cash, return, interest, currency effect, value traded, and every cost in its own column."""
        return ledger_frame(self.own.ledger)

    @property
    def weights(self) -> pd.DataFrame:
        """Fractions of equity at the close of each session, a column per asset held."""
        held = self.panel.held
        columns = np.array(self.panel.assets)[held]
        return pd.DataFrame(self.own.ledger.weights[:, held], self._index(), columns)

    @property
    def targets(self) -> pd.DataFrame:
        """Target weights on decision days, a column per asset held."""
        held = self.panel.held
        days = pd.DatetimeIndex(self.panel.sessions[self.setting.decisions], name="date")
        return pd.DataFrame(self.own.targets[:, held], days, np.array(self.panel.assets)[held])

    @property
    def trades(self) -> pd.DataFrame:
        """A row per trade: when decided and done, the asset, signed units, price, value and each cost."""
        trades = self.own.ledger.trades
        sessions = self.panel.sessions
        frame = pd.DataFrame(
            {
                "date": sessions[trades.session],
                "decided": sessions[trades.decision],
                "asset": np.array(self.panel.assets, dtype=object)[trades.asset],
                "units": trades.units,
                "price": trades.price,
                "value": trades.value,
            }
        )
        for i, kind in enumerate(KINDS):
            frame[kind] = trades.costs[:, i]
        return frame

    @property
    def opinions(self) -> pd.DataFrame:
        """A row per decision day: the score and the stance of each name; empty for strategies about weights."""
        days = pd.DatetimeIndex(self.panel.sessions[self.setting.decisions], name="date")
        columns: dict[str, Any] = {}
        scores, stance = self.decided.scores, self.decided.stance
        if scores is not None and stance is not None:
            columns |= {f"score {name}": scores.values[:, s] for s, name in enumerate(scores.names)}
            columns |= {f"stance {name}": stance.values[:, s] for s, name in enumerate(stance.names)}
        return pd.DataFrame(columns, days)

    def to_vectorbt(self) -> vectorbt.Portfolio:
        """This run as a `vectorbt.Portfolio`, from its own trades. Needs the extra `vectorbt`."""
        from engine.peer import open_in_vectorbt

        return open_in_vectorbt(self)

    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.own.ledger.sessions, name="date")


def ledger_frame(ledger: Ledger) -> pd.DataFrame:
    """A ledger as a table, a row per session."""
    change = np.concatenate([[0.0], ledger.equity[1:] / ledger.equity[:-1] - 1.0])
    columns = {
        "equity": ledger.equity,
        "cash": ledger.cash,
        "return": change,
        "interest": ledger.interest,
        "currency": ledger.currency,
        "traded": ledger.traded,
    } | {kind: ledger.costs[:, i] for i, kind in enumerate(KINDS)}
    return pd.DataFrame(columns, pd.DatetimeIndex(ledger.sessions, name="date"))
