"""A sleeve: the assets that stand together, and how its weight is parted among them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, GetCoreSchemaHandler, Tag
from pydantic_core import CoreSchema

from engine.config.record import Record, number, shown, wrong

SUM_TOLERANCE = 1e-9
RESERVED = ("cash", "pro_rata", "same")  # words of `policy` and of `tilt.*.from`
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Sleeve:
    """One sleeve, whichever way it was written.

    members: labels of assets, sorted; empty for a watched series. parts: how the weight is parted among the
    members that trade. weights: only for `fixed`, one for each member, summing to 1. lookback: sessions, for
    `inverse_volatility`. series: `source.column` or a source's name, only in `watch`.
    """

    members: tuple[str, ...] = ()
    parts: Literal["equal", "fixed", "inverse_volatility"] = "equal"
    weights: tuple[float, ...] = ()
    lookback: int = 63
    series: str | None = None

    def as_yaml(self) -> list[str] | dict[str, Any]:
        """The shortest way to write this sleeve."""
        if self.series is not None:
            return {"series": self.series}
        if self.parts == "fixed":
            return dict(zip(self.members, self.weights, strict=True))
        if self.parts == "inverse_volatility":
            return {"members": list(self.members), "parts": self.parts, "lookback": self.lookback}
        return list(self.members)


def _label(value: Any) -> Any:
    if not isinstance(value, str):
        cure = "write labels only" if isinstance(value, dict | tuple | list) else 'quote it: "{raw}"'
        raise wrong(shown(value), "the label of an asset", cure)
    if not value.strip():
        raise wrong("an empty text", "the label of an asset", "write the label, for example SPY")
    return value


def _sleeve_name(value: str) -> str:
    if value in RESERVED:
        raise wrong(f"a sleeve called `{value}`", "a name of your own", f"rename it: `{value}` has a meaning here")
    if not _NAME.fullmatch(value):
        raise wrong(shown(value), "a name of letters, digits, `_` and `-`", "rename the sleeve")
    return value


Label = Annotated[str, BeforeValidator(_label)]
SleeveName = Annotated[str, AfterValidator(_sleeve_name)]
Labels = Annotated[tuple[Label, ...], Field(min_length=1, description="Assets, in equal parts.")]


class Members(Record):
    """Assets whose parts are computed."""

    members: Labels
    parts: Literal["equal", "inverse_volatility"] = Field(
        "equal", description="How the sleeve's weight is parted among the members that trade."
    )
    lookback: int | None = Field(None, ge=2, description="Sessions of volatility that `inverse_volatility` looks at.")


class Series(Record):
    """A series that is only seen, never held."""

    series: str = Field(min_length=1, description="A source under `data`, or `source.column`.", examples=["gpr.GPRD"])


def _from_list(members: tuple[str, ...]) -> Sleeve:
    return Sleeve(_distinct(members))


def _from_weights(weights: dict[str, float]) -> Sleeve:
    if not weights:
        raise wrong("an empty sleeve", "at least one asset", "write for example [SPY]")
    total = math.fsum(weights.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        found = f"parts that sum to {number(total)} (off by {number(total - 1.0)})"
        raise wrong(found, "parts that sum to 1", "change the parts, or write a list for equal parts")
    members = tuple(sorted(weights))
    return Sleeve(members, "fixed", tuple(weights[label] for label in members))


def _from_members(form: Members) -> Sleeve:
    if form.lookback is not None and form.parts == "equal":
        cure = "remove `lookback`, or write `parts: inverse_volatility`"
        raise wrong("`lookback` beside equal parts", "equal parts alone", cure, at="lookback")
    return Sleeve(_distinct(form.members), form.parts, lookback=form.lookback or 63)


def _distinct(members: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({label for label in members if members.count(label) > 1})
    if twice:
        raise wrong(f"`{twice[0]}` more than once", "each asset once", "remove the second one")
    return tuple(sorted(members))


def _kind(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "<list>"
    if "series" in value:
        return "<Series>"
    return "<Members>" if value.keys() & Members.model_fields.keys() else "<parts>"


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        raise wrong(shown(value), "a list of assets", f"write it as a list: [{value}]")
    if not isinstance(value, tuple | list | dict):
        raise wrong(shown(value), "a list of assets", "write for example [SPY]")
    return value


def _held(value: Any) -> Any:
    if isinstance(value, dict) and "series" in value:
        raise wrong("a series", "assets that can be traded", "move this sleeve to `watch`")
    return value


_Part = Annotated[float, Field(gt=0)]
_Form = (
    Annotated[Labels, AfterValidator(_from_list), Tag("<list>")]
    | Annotated[dict[Label, _Part], AfterValidator(_from_weights), Tag("<parts>")]
    | Annotated[Members, AfterValidator(_from_members), Tag("<Members>")]
)
_Held = Annotated[_Form, Discriminator(_kind), BeforeValidator(_writable), BeforeValidator(_held)]
_Seen = Annotated[
    _Form | Annotated[Series, AfterValidator(lambda form: Sleeve(series=form.series)), Tag("<Series>")],
    Discriminator(_kind),
    BeforeValidator(_writable),
]


@dataclass(frozen=True)
class _Written:
    """Tells pydantic that a Sleeve is read from one of the forms above."""

    form: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self.form)


HeldSleeve = Annotated[Sleeve, _Written(_Held)]
SeenSleeve = Annotated[Sleeve, _Written(_Seen)]
