"""The Result: a question, the panel it was asked of, and all that came of it.

pandas is imported where its objects are asked for: `overweight run` needs none, and starts the faster.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from engine import tables
from engine.audit.record import Audit
from engine.config import Config
from engine.decide import Decided, Setting
from engine.judge import Figures, Judgement, Outlook, Portfolio
from engine.market.panel import Panel
from engine.measure.difference import SharpeDifference
from engine.measure.inference import Interval
from engine.measure.overfit import Haircut
from engine.measure.sureness import Alpha
from engine.portfolio.attribution import Attribution, attribution_columns
from engine.shown import lines_svg, table_html

if TYPE_CHECKING:
    import pandas as pd
    import vectorbt


@dataclass(frozen=True, slots=True)
class Deflated:
    """Figures after the number of tries is paid for.

    trials: variants of this question on these data, this one among them. variance: of their annual Sharpe ratios, None
    for fewer than two. dsr: deflated Sharpe ratio, the probability that the true one is above what the best of so many
    skill-less tries shows; None where undefined. sharpe, active: Harvey and Liu's haircut by Bonferroni of the Sharpe
    ratio and of the information ratio, both annual.
    """

    trials: int
    variance: float | None
    dsr: float | None
    sharpe: Haircut | None
    active: Haircut | None


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the active return changed most. day: first session of what came after. before, after: means, a year.

    p: of the hypothesis that it is one mean throughout.
    """

    day: str
    p: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What takes longer and comes with `--full`; None where it is not defined.

    phases: active return (a year) of the same question decided 0, 1, 2 ... sessions later, all phases of its schedule.
    bootstrap, bootstrap_sharpe, bootstrap_drawdown: intervals of active return, Sharpe ratio and deepest drawdown by
    stationary bootstrap; also None without the extra `stats`.
    deflated: after the number of tries. alpha: over policy, and over what else it is held `against`, by name.
    sharpe_difference: from the reference's Sharpe ratio, per session (Ledoit and Wolf 2008). parting: of active return.
    """

    phases: tuple[float, ...]
    bootstrap: Interval | None
    bootstrap_sharpe: Interval | None
    bootstrap_drawdown: Interval | None
    deflated: Deflated
    alpha: Mapping[str, Alpha]
    sharpe_difference: SharpeDifference | None
    parting: Parting | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Active returns over policy, a year, of portfolios that differ from the strategy in one thing.

    active_return: the strategy's own. runs: how many others; beaten: those that earned less. low, high: the 5% and 95%
    percentiles of the others.
    """

    active_return: float
    runs: int
    beaten: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Active returns over policy, a year, without one episode; which one stands beside it: its first and last decision.

    active_return: with all of them. lowest, highest: with all but one of them.
    """

    active_return: float
    episodes: int
    lowest: float
    lowest_without: tuple[str, ...]
    highest: float
    highest_without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dollar:
    """Active returns over policy, a year: the strategy's own, and that of a bet against the dollar on the same tilt.

    agreeing: the share of stances on the same side.
    """

    active_return: float
    dollar: float
    agreeing: float


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why a control could not be measured."""

    reason: str


Control: TypeAlias = Spread | LeftOut | Dollar | Unmeasured


@dataclass(frozen=True, slots=True)
class Result:
    """One run. `metrics`, `equity`, `weights` and `trades` are pandas objects; `to_vectorbt()` opens it in vectorbt.

    portfolios: the strategy, and beside it `policy`, `policy_held` (never rebalanced), `policy_matched`, `momentum` and
    `always_over` where they have a meaning, `unbraked` where there is a brake, then what else `against` names.
    reference: the first of `against`. audit: the short one, that every run does to its own decisions. controls: those
    that the config asks for, by name.
    """

    id: str
    setting: Setting
    decided: Decided
    portfolios: Mapping[str, Portfolio]
    reference: str
    judgement: Judgement
    audit: Audit
    outlook: Outlook
    attribution: Attribution
    manifest: Mapping[str, Any]
    measured: Measured | None = None
    controls: Mapping[str, Control] = field(default_factory=dict)
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
        import pandas as pd

        return pd.Series(dict(self.own.figures), dtype="float64", name=self.name)

    @property
    def equity(self) -> pd.Series:
        """Money at the close of each session, from the session before the first trade can count."""
        return self.ledger["equity"].rename(self.name)

    @property
    def ledger(self) -> pd.DataFrame:
        """A row per session: equity, cash, return, interest, currency effect, value traded, and each cost."""
        return _frame(tables.ledger_columns(self.own.ledger), "date")

    @property
    def weights(self) -> pd.DataFrame:
        """Fractions of equity at the close of each session, a column per asset held."""
        return _frame(tables.weights_columns(self), "date")

    @property
    def targets(self) -> pd.DataFrame:
        """Target weights on decision days, a column per asset held."""
        return _frame(tables.targets_columns(self), "date")

    @property
    def trades(self) -> pd.DataFrame:
        """A row per trade: when done and decided, the asset, signed units, price, value and each cost."""
        return _frame(tables.trades_columns(self))

    @property
    def opinions(self) -> pd.DataFrame:
        """A row per decision day: the score and the stance of each name; no column for strategies about weights."""
        return _frame(tables.decisions_columns(self), "date")

    @property
    def contributions(self) -> pd.DataFrame:
        """A row per year and asset: the parts of the return, and what they add to the active return over policy."""
        return _frame(attribution_columns(self.attribution))

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, the figures beside those of policy, and both paths."""
        shown = {name: self.portfolios[name] for name in ("strategy", "policy")}
        rows = [
            [metric, *("" if (value := one.figures[metric]) is None else f"{value:.4g}" for one in shown.values())]
            for metric in self.own.figures
        ]
        picture = lines_svg("growth, ratio scale", {name: one.track.equity for name, one in shown.items()})
        said = html.escape(f"{self.name}: {self.judgement.words}")
        return f"<p><b>{said}</b></p>{picture}{table_html(['', *shown], rows)}"

    def to_vectorbt(self) -> vectorbt.Portfolio:
        """This run as a `vectorbt.Portfolio`, from its own trades. Needs the extra `vectorbt`."""
        from engine.peer.opened import open_in_vectorbt

        return open_in_vectorbt(self)


def _frame(columns: tables.Columns, index: str | None = None) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(columns)
    return frame.set_index(index) if index else frame
