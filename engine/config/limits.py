"""What a portfolio may hold: limits of assets, of sleeves, in total and of cash."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from engine.config.record import Record, choice, did_you_mean, is_number, number, shown, wrong

PAIR = ("min", "max")


class Range(Record):
    """The least and the most of something, as fractions of equity."""

    min: float | None = Field(None, description="The least, as a fraction of equity.", examples=[0.05])
    max: float | None = Field(None, description="The most, as a fraction of equity.", examples=[0.30])

    def ends(self) -> tuple[float, float]:
        """Least and most; infinite where nothing is said."""
        return -math.inf if self.min is None else self.min, math.inf if self.max is None else self.max


def _pair(value: Any) -> Any:
    if isinstance(value, Record):
        return value
    if not isinstance(value, dict):
        most = number(value) if is_number(value) else "0.30"
        raise wrong(shown(value), "a block of `min` and `max`", f"write for example {{max: {most}}}")
    for key in value:
        if key not in PAIR:
            raise wrong("an unknown key", choice(PAIR), did_you_mean(key, PAIR), at=str(key))
    return value


Pair = Annotated[Range, BeforeValidator(_pair)]


def _asset_shape(value: Any) -> str:
    if not isinstance(value, dict):
        return "<Range>"
    one = value.keys() <= set(PAIR) and not any(isinstance(item, dict) for item in value.values())
    return "<Range>" if one else "<by name>"


AssetRanges = Annotated[
    Annotated[Pair, Tag("<Range>")] | Annotated[dict[str, Pair], Tag("<by name>")], Discriminator(_asset_shape)
]


class Limits(Record):
    """Limits of target weights, as fractions of equity. A target that breaks one is changed, and the result says so."""

    asset: AssetRanges = Field(
        Range.model_construct(),
        description="The least and most of an asset; one pair for all, or pairs by asset with a `default`.",
        examples=["{max: 0.25}"],
    )
    sleeve: dict[str, Pair] = Field(
        {}, description="The least and most of held sleeves.", examples=["{miners: {min: 0.05, max: 0.30}}"]
    )
    net: Pair = Field(
        Range.model_construct(),
        description="The least and most of all weights added up, shorts counted below zero; above 1 is borrowed.",
        examples=["{min: 0.9, max: 1}"],
    )
    gross: float | None = Field(
        None,
        gt=0,
        description="The most of all weights added up, shorts counted as if long. Above 1 it lets borrow as much as "
        "it exceeds 1, unless `net` or `cash_floor` says otherwise.",
        examples=[1.0],
    )
    cash_floor: float | None = Field(
        None, ge=0, lt=1, description="The least cash, as a fraction of equity.", examples=[0.02]
    )

    @property
    def least_cash(self) -> float:
        """The least cash, as a fraction of equity; below zero what may be borrowed. 0 where nothing is said of it."""
        lent = self.net.max if self.net.max is not None else self.gross
        said = [1.0 - lent if lent is not None else 0.0]
        if self.gross is not None:
            said.append(1.0 - self.gross)
        if self.cash_floor is not None:
            said.append(self.cash_floor)
        return max(said)

    @property
    def binding_total(self) -> str:
        """What sets `least_cash`: `cash_floor`, `net.max` or `gross`; without any, `net.max`, which is then 1."""
        least = self.least_cash
        if self.cash_floor is not None and self.cash_floor == least:
            return "cash_floor"
        return "gross" if self.gross is not None and 1.0 - self.gross == least else "net.max"

    @property
    def speaks_of_total(self) -> bool:
        """Whether the sum of weights is limited in words, rather than by the 1 that holds without any."""
        return (self.net.max, self.gross, self.cash_floor) != (None, None, None)

    def of_asset(self, label: str) -> tuple[float, float]:
        """Least and most of an asset, each its own, else the default; infinite where nothing is said."""
        if isinstance(self.asset, Range):
            return self.asset.ends()
        own, default = self.asset.get(label, Range()), self.asset.get("default", Range())
        return Range(
            min=own.min if own.min is not None else default.min, max=own.max if own.max is not None else default.max
        ).ends()

    def of_sleeve(self, name: str) -> tuple[float, float]:
        """Least and most of a held sleeve; infinite where nothing is said."""
        return self.sleeve.get(name, Range()).ends()
