"""`event_study:`, what prices did around events: of what, which events, which windows, and what was normal."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, Tag, WithJsonSchema, model_validator

from engine.config.day import Day, Days
from engine.config.kinds import keyed_by, listed, one_of_two
from engine.config.record import Record, shown, wrong

Window: TypeAlias = tuple[int, int]
DAY = "write a window such as [0, 20]"


class EventCalendar(Record):
    """The events of a calendar."""

    calendar: str = Field(
        min_length=1,
        description="A `data` entry of `source: events`, or what is watched of one. Its own keys choose among its "
        "events.",
        examples=["wars"],
    )


class EventShocks(Record):
    """Jumps of a series: what its own past and the weekday did not foresee, or values from a bound on."""

    shocks: str = Field(
        min_length=1, description="A series: a name under `watch`, or `source.column` of `data`.", examples=["threats"]
    )
    above_sd: float | None = Field(
        None,
        gt=0,
        description="A surprise of so many standard deviations of an autoregression of log(1 + series) on its own past "
        "makes an event; of the values that became known together, the largest counts.",
        examples=[2.5],
    )
    at_least: float | None = Field(
        None, description="A value of the series itself from which on it is an event.", examples=[300]
    )
    lags: int = Field(7, ge=1, le=60, description="Values before that the autoregression reads.")
    window_days: int = Field(1095, ge=60, description="Values on which it is fitted, all of them before the surprise.")

    @model_validator(mode="before")
    @classmethod
    def _one_rule(cls, value: Any) -> Any:
        return one_of_two(value, "above_sd", "at_least", "above_sd: 2.5")


class EventDates(Record):
    """Days that are written down here."""

    dates: Days = Field(
        min_length=1, description="The days, each known on the day itself.", examples=["[2022-02-24, 2026-02-28]"]
    )
    chosen: Literal["in_hindsight", "rule", "real_time"] = Field(
        "in_hindsight", description="How they were chosen; in hindsight, unless it is said."
    )


EVENTS: dict[str, type[Record]] = {"calendar": EventCalendar, "shocks": EventShocks, "dates": EventDates}


class MarketModel(Record):
    """The return that one index explains."""

    market: str = Field(
        min_length=1, description="A sleeve, an asset, or a watched series of returns.", examples=["equities"]
    )


class FactorModel(Record):
    """The return that several indices explain together."""

    factors: tuple[str, ...] = Field(
        min_length=1,
        description="Sleeves, assets, or watched series of returns.",
        examples=["[equities, metals]"],
    )


NORMAL: dict[str, type[Record]] = {"market": MarketModel, "factors": FactorModel}


class EraSpan(Record):
    """A span of time; both days included."""

    name: str | None = Field(None, min_length=1, description="What it is called; without it, its days say it.")
    from_: Day = Field(None, alias="from", description="Its first day; without it, from the beginning on.")
    to: Day = Field(None, description="Its last day; without it, up to the end.")

    @model_validator(mode="after")
    def _forward(self) -> EraSpan:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise wrong(f"{self.to}", f"a day not before `from` ({self.from_})", "change one of them", at="to")
        return self

    @property
    def title(self) -> str:
        """Its name, else `1985 to 2021`, `2022 on`, `to 1999-06-30`, `all`."""
        first = self.from_ and (str(self.from_.year) if self.from_.strftime("%m-%d") == "01-01" else str(self.from_))
        last = self.to and (str(self.to.year) if self.to.strftime("%m-%d") == "12-31" else str(self.to))
        spelt = f"{first} to {last}" if first and last else f"{first} on" if first else f"to {last}" if last else "all"
        return self.name or (f"{first}" if first == last and first else spelt)


def _windows(value: Any) -> Any:
    """One window, or a list of them: always a list of pairs, each of whole numbers from early to late."""
    if not isinstance(value, tuple | list) or not value:
        raise wrong(shown(value), "a window of sessions, its first and its last", DAY)
    several = isinstance(value[0], tuple | list)
    for i, window in enumerate(value if several else (value,)):
        at = str(i) if several else ""
        whole = isinstance(window, tuple | list) and len(window) == 2 and all(type(day) is int for day in window)
        if not whole:
            raise wrong(shown(window), "two whole numbers, the first and the last session from day zero", DAY, at=at)
        if window[1] < window[0]:
            found = f"a window that ends at {window[1]}, before it begins at {window[0]}"
            raise wrong(found, "the first session, then the last", f"write [{window[1]}, {window[0]}]", at=at)
    windows = tuple((window[0], window[1]) for window in value) if several else ((value[0], value[1]),)
    twice = next((window for window in windows if windows.count(window) > 1), None)
    if twice is not None:
        raise wrong(f"the window {list(twice)} more than once", "each once", "remove the second one")
    return windows


def _apart(eras: tuple[EraSpan, ...]) -> tuple[EraSpan, ...]:
    """In the order of time, and no day in two of them."""
    for i, (one, other) in enumerate(pairwise(eras), start=1):
        if one.to is None or other.from_ is None or other.from_ <= one.to:
            found = f"`{other.title}` after `{one.title}`"
            expected = "eras in the order of time, each beginning after the one before has ended"
            raise wrong(found, expected, "give one a `to` and the next a later `from`", at=str(i))
    titles = [era.title for era in eras]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:
        raise wrong(f"two eras called `{twice}`", "a name for each", "rename one of them")
    return eras


_PAIR = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_WINDOWS = {"anyOf": [_PAIR, {"type": "array", "items": _PAIR, "minItems": 1}]}
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


class EventStudy(Record):
    """What prices did around events beyond what was normal, with every test of it."""

    of: Annotated[tuple[str, ...], BeforeValidator(listed), WithJsonSchema(_ONE_OR_MORE)] = Field(
        min_length=1, description="What is measured: a sleeve or an asset, or a list of them.", examples=["miners"]
    )
    each: Literal["sleeve", "asset"] = Field(
        "sleeve", description="Whether a sleeve is measured as one, or each of its assets."
    )
    events: Annotated[
        Annotated[EventCalendar, Tag("<EventCalendar>")]
        | Annotated[EventShocks, Tag("<EventShocks>")]
        | Annotated[EventDates, Tag("<EventDates>")],
        *keyed_by(EVENTS, "{calendar: wars}, a `data` entry of `source: events`"),
    ] = Field(description="Which events.", examples=["{calendar: wars}"])
    day_zero: Literal["published", "happened", "tradable"] = Field(
        "published",
        description="Session 0: the day an event was published, the day it happened, or the day on which a decision "
        "that knew of it is executed.",
    )
    window_sessions: Annotated[tuple[Window, ...], BeforeValidator(_windows), WithJsonSchema(_WINDOWS)] = Field(
        ((0, 20),),
        description="First and last session from day zero, both included; or a list of such windows, of which the "
        "first one is judged.",
        examples=["[0, 20]"],
    )
    estimation_sessions: int = Field(
        250, ge=10, description="Sessions before the window from which the normal return is learnt."
    )
    gap_sessions: int = Field(10, ge=0, description="Sessions between these and the window that teach nothing.")
    normal: Annotated[
        Annotated[Literal["constant_mean"], Tag("<word>")]
        | Annotated[MarketModel, Tag("<MarketModel>")]
        | Annotated[FactorModel, Tag("<FactorModel>")],
        *keyed_by(NORMAL, "{market: equities}", ("constant_mean",)),
    ] = Field(
        "constant_mean", description="What is a normal return: its mean, or what a market or several factors explain."
    )
    separation_sessions: int = Field(
        0, ge=0, description="An event that follows a kept one by fewer sessions is part of it, and left out."
    )
    overlap: Literal["drop_later", "keep"] = Field(
        "drop_later", description="Of events whose windows overlap, leave the later one out, or keep and allow for it."
    )
    eras: Annotated[tuple[EraSpan, ...], AfterValidator(_apart)] = Field(
        (),
        description="Spans of time that are measured apart and held against each other.",
        examples=["[{to: 2021-12-31}, {from: 2022-01-01}]"],
    )
    permutations: int = Field(
        2000, ge=99, le=20_000, description="Draws of every p-value that draws chance, where not all can be tried."
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Of the draws.")

    @property
    def factors(self) -> tuple[str, ...]:
        """The names that explain a normal return; none for the constant mean."""
        if isinstance(self.normal, MarketModel):
            return (self.normal.market,)
        return self.normal.factors if isinstance(self.normal, FactorModel) else ()
