"""When to trade, and what trading and cash cost."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from engine.config.kinds import or_by_name, word_or
from engine.config.record import Record, number, shown, wrong

#: Costs that may be written as one number, or by asset or sleeve.
COSTS = (
    "commission_bps",
    "commission_per_share",
    "commission_per_order",
    "commission_minimum",
    "half_spread_bps",
    "slippage_bps",
    "impact",
    "borrow_bps_a_year",
)
REBALANCE = ("every_decision", "on_change")


class Band(Record):
    """Trade only what has drifted out of a band around its target."""

    band: float = Field(
        gt=0, lt=1, description="Drift allowed, as a fraction of the portfolio, or of the target.", examples=[0.02]
    )
    of: Literal["portfolio", "target"] = Field(
        "portfolio", description="Whether the band is a fraction of the portfolio, or of the asset's own target."
    )
    to: Literal["edge", "target"] = Field("target", description="Trade back to the target, or to the band's edge.")


Rebalance: TypeAlias = Annotated[
    Annotated[Literal["every_decision", "on_change"], Tag("<word>")] | Annotated[Band, Tag("<Band>")],
    *word_or(Band, "{band: 0.02}", REBALANCE),
]

_Bps = Annotated[float, Field(ge=0, lt=10_000)]
Bps = Annotated[
    Annotated[_Bps, Tag("<number>")] | Annotated[dict[str, _Bps], Tag("<by name>")],
    or_by_name("<number>"),
]
_Money = Annotated[float, Field(ge=0)]
Money = Annotated[
    Annotated[_Money, Tag("<number>")] | Annotated[dict[str, _Money], Tag("<by name>")],
    or_by_name("<number>"),
]
_EACH = "One number, or numbers by asset or sleeve with a `default`."
_BY_NAME = "Basis points of what is traded; one number, or numbers by asset or sleeve with a `default`."


class Trade(Record):
    """How a decision becomes trades, and what they cost."""

    after: int = Field(1, ge=0, le=5, description="Sessions from the decision to the trade; 0 is the decision's close.")
    at: Literal["close", "open"] = Field("close", description="Trade at the close or at the open.")
    sizing: Literal["net_of_costs", "gross"] = Field(
        "net_of_costs", description="Whether target weights hold after costs are paid, or before."
    )
    commission_bps: Bps = Field(0.0, description=f"Commission. {_BY_NAME}")
    half_spread_bps: Bps = Field(0.0, description=f"Half of the bid-ask spread. {_BY_NAME}")
    slippage_bps: Bps = Field(0.0, description=f"Slippage. {_BY_NAME}")
    commission_per_share: Money = Field(0.0, description=f"Commission a share, in money. {_EACH}")
    commission_per_order: Money = Field(0.0, description=f"Commission an order, in money. {_EACH}")
    commission_minimum: Money = Field(0.0, description=f"Least commission of an order, in money. {_EACH}")
    impact: Money = Field(
        0.0,
        description="Square-root impact: a trade of a day's volume costs this many daily deviations. Needs volumes. "
        + _EACH,
    )
    borrow_bps_a_year: Bps = Field(0.0, description=f"Fee for what is borrowed to be short, a year. {_EACH}")
    management_bps_a_year: float = Field(0.0, ge=0, lt=10_000, description="Management fee, of equity, a year.")
    withholding: float = Field(0.0, ge=0, le=1, description="Part of dividends that is withheld.")
    smallest_trade: float = Field(0.0, ge=0, lt=1, description="Trades below this part of equity are left out.")
    turnover_cap: float | None = Field(
        None, gt=0, description="Most one-way turnover of one decision, as a fraction; the first purchase is free."
    )
    holding_sessions: int = Field(
        0, ge=0, description="Sessions for which a stance is kept at least, once it has been taken."
    )
    lots: Money = Field(0.0, description=f"Shares come in multiples of this; 0 for fractions. {_EACH}")

    def cost_of(self, cost: str, asset: str, sleeve: str | None = None) -> float:
        """One of COSTS, or lots, for an asset: its own, else its sleeve's, else the default, else 0."""
        written: float | dict[str, float] = getattr(self, cost)
        if not isinstance(written, dict):
            return written
        return next((written[name] for name in (asset, sleeve, "default") if name in written), 0.0)


def _rate(value: Any) -> Any:
    if isinstance(value, str):
        if re.fullmatch(r"[-+.0-9eE%]*", value):
            raise wrong(shown(value), "an annual rate, or the name of a series", "write a number such as 0.02")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(shown(value), "an annual rate, or the name of a series", "write a number such as 0.02, or RF")
    if not (math.isfinite(value) and -0.05 <= value <= 0.5):
        raise wrong(shown(value), "an annual rate from -0.05 to 0.5", "write 2 percent as 0.02")
    return value


class Cash(Record):
    """What cash earns."""

    rate: Annotated[
        Annotated[float, Tag("<number>")] | Annotated[str, Tag("<name>")],
        Discriminator(lambda value: "<name>" if isinstance(value, str) else "<number>"),
        BeforeValidator(_rate),
    ] = Field(0.0, description="Annual effective rate as a fraction, or the name of a series in `data`, such as RF.")
    unit: Literal["per_session", "percent_a_year"] = Field(
        "per_session",
        description="What the values of the series are: simple returns of cash over their session, or annual effective "
        "rates in percent, as FRED gives yields.",
    )
    debit_rate: float | None = Field(
        None, ge=0, le=1, description="Yearly rate paid on negative cash; without it, what cash earns."
    )

    @model_validator(mode="after")
    def _a_number_has_its_unit(self) -> Cash:
        if self.unit != "per_session" and not isinstance(self.rate, str):
            found = f"`{self.unit}` beside the number {number(self.rate)}"
            raise wrong(found, "a unit for a series alone", "remove it: a number is a fraction a year", at="unit")
        return self
