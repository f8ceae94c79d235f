"""The kinds of claim: what each measures, of what, over which days, and which figure was claimed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Tag

from engine.config.claimed import Claimed, Figure, Level
from engine.config.day import Day, GivenDay
from engine.config.kinds import or_by_name
from engine.config.record import Record
from engine.config.sleeve import Labels

Since = Annotated[
    Annotated[Day, Tag("<day>")] | Annotated[dict[str, GivenDay], Tag("<by name>")],
    or_by_name("<day>"),
]
OF = "What is measured, each on its own: sleeves, assets, or series `source.column`."
VERSUS = "What it is held against: a sleeve, an asset, or a series."
FROM = "The first day; without it, as early as the data go."
TO = "The last day; without it `as_of`, else as far as the data go."


class ClaimRecord(Record):
    """What every claim says of itself."""

    claim: str = Field(
        min_length=1, description="The claim, in a sentence.", examples=["Miners rose by half in six months."]
    )
    source: str = Field("", description="Who said it, and where.")
    as_of: Day = Field(None, description="The day on which it was said.")
    alternatives: dict[str, dict[str, Any]] = Field(
        {},
        description="Other ways to measure it, by name: keys of this claim with other values. Where their verdicts "
        "differ, the claim is sensitive to the choice.",
        examples=["{gold miners: {of: [GDX]}}"],
    )


class ReturnClaim(ClaimRecord):
    """What something returned over a window; with `versus`, the ratio of wealth less one."""

    measure: Literal["return"] = Field("return", description="The return over a window.")
    of: Labels = Field(description=OF)
    versus: str | None = Field(None, min_length=1, description=VERSUS)
    in_: Literal["ratio", "points"] = Field(
        "ratio", alias="in", description="With `versus`: the ratio of wealth less one, or the difference of returns."
    )
    from_: Day = Field(None, alias="from", description="The day of the first price, in place of `months`.")
    months: int | None = Field(None, ge=1, description="Months before `to` at which the window begins.")
    to: Day = Field(None, description="The day of the last price; without it, `as_of`.")
    claimed: Claimed = Field(description="The return claimed, as a fraction; one, or by name.", examples=[0.48])
    tolerance: float = Field(0.02, ge=0, description="How far from a number claimed still counts as about that number.")


class RecordClaim(ClaimRecord):
    """Whether a price stood higher than ever before, or than since a day, and at which level."""

    measure: Literal["record"] = Field("record", description="A record high.")
    of: Labels = Field(description=OF)
    from_: Day = Field(None, alias="from", description="The first day on which the record may have been set.")
    to: Day = Field(None, description="The last such day; without it, `as_of`.")
    since: Since = Field(None, description="Highest since this day, or by name; without it, in all of the data.")
    claimed: Level | None = Field(
        None, description="The level claimed; one, or by name for those of which one is.", examples=[5100]
    )
    unit: str = Field("USD", min_length=1, description="The currency of that level: the unit is part of the claim.")
    tolerance: float = Field(0.01, ge=0, lt=1, description="How far from it still counts, as a part of the level.")


class RangeClaim(ClaimRecord):
    """Whether a price stayed in a band."""

    measure: Literal["range"] = Field("range", description="Staying in a band.")
    of: Labels = Field(description=OF)
    from_: Day = Field(None, alias="from", description=FROM)
    to: Day = Field(None, description=TO)
    claimed: Figure = Field(
        description="The band, its lowest and its highest level; or its middle.", examples=["[95, 115]"]
    )
    tolerance: float = Field(0.1, ge=0, lt=1, description="Half of the band around a middle, as a part of the level.")
    unit: str = Field("USD", min_length=1, description="The unit of the levels, as it is shown.")


class ForecastClaim(ClaimRecord):
    """What came of a forecast of a level."""

    measure: Literal["forecast"] = Field("forecast", description="What came of a forecast.")
    of: Labels = Field(description=OF)
    made: Day = Field(None, description="The day of the forecast; without it, `as_of`.")
    from_: GivenDay = Field(
        alias="from", description="The first day of the time it was made for.", examples=["2026-04-01"]
    )
    to: GivenDay = Field(description="The last day of that time.", examples=["2026-06-30"])
    claimed: float = Field(gt=0, description="The level forecast.", examples=[11500])
    tolerance: float = Field(0.05, ge=0, lt=1, description="How far from it still counts, as a part of the level.")
    unit: str = Field("USD", min_length=1, description="The unit of the level, as it is shown.")


class CaptureClaim(ClaimRecord):
    """Beta to a market, and the part of its losses that was shared in its worst months."""

    measure: Literal["capture"] = Field("capture", description="Beta, and capture in the worst months.")
    of: Labels = Field(description=OF)
    versus: str = Field(min_length=1, description="The market.", examples=["SPY"])
    worst: float = Field(0.1, gt=0, le=0.5, description="The part of all months that counts as the worst.")
    from_: Day = Field(None, alias="from", description=FROM)
    to: Day = Field(None, description=TO)
    claimed: Figure = Field(description="What is claimed of both: below 1 is defensive.", examples=['"< 1"'])


class CatchUpClaim(ClaimRecord):
    """Whether what lags its drivers does better than they do afterwards."""

    measure: Literal["catch_up"] = Field("catch_up", description="Catching up after a gap.")
    of: Labels = Field(description=OF)
    versus: str = Field(min_length=1, description="The driver that it lags and is held against.", examples=["metals"])
    market: str | None = Field(None, min_length=1, description="A second driver of the gap, such as equities.")
    lookback: int = Field(252, ge=20, description="Sessions from which the betas of the gap come.")
    beta_sessions: int = Field(
        1, ge=1, description="Sessions of the returns that betas are taken of: one day sees nothing that comes later."
    )
    gap_sessions: int = Field(126, ge=1, description="Sessions over which the gap has opened.")
    ahead_months: int = Field(3, ge=1, le=36, description="Months after it over which the relative return is taken.")
    from_: Day = Field(None, alias="from", description=FROM)
    to: Day = Field(None, description=TO)
    split: Day = Field(None, description="Measured up to this day, and after it.")
    claimed: Figure = Field(
        "> 0", description="What a gap of one standard deviation adds to the relative return, as a fraction."
    )


class Condition(Record):
    """What a series must have done for a month to count."""

    series: str = Field(min_length=1, description="A series, an asset or a sleeve.", examples=["fred.CPIAUCSL"])
    versus: str | None = Field(None, min_length=1, description="The series is the ratio to this one.")
    as_: Literal["level", "yearly_change"] = Field(
        "level", alias="as", description="The value itself, or by how much it has changed in twelve months."
    )
    over_months: int = Field(6, ge=1, description="Months over which it must have fallen, risen or stayed.")
    change: Literal["falling", "rising", "stable"] = Field(description="What it did.", examples=["falling"])
    within: float | None = Field(None, gt=0, description="Stable: changed by at most this, in its own unit.")


class RegimeClaim(ClaimRecord):
    """What something earned in the months in which certain conditions held."""

    measure: Literal["regime"] = Field("regime", description="The return in a regime.")
    of: Labels = Field(description=OF)
    versus: str = Field(min_length=1, description=VERSUS, examples=["SPY"])
    when: tuple[Condition, ...] = Field(
        min_length=1, description="All of these must hold in the month.",
        examples=["[{series: fred.CPIAUCSL, as: yearly_change, change: falling}]"],
    )  # fmt: skip
    from_: Day = Field(None, alias="from", description=FROM)
    to: Day = Field(None, description=TO)
    claimed: Figure = Field(
        "> 0",
        description="The mean monthly return less that of `versus`: in the regime, and less that of other months.",
    )


class Call(Record):
    """One call of one house."""

    house: str = Field(min_length=1, description="Whose call.", examples=["J.P. Morgan"])
    on: GivenDay = Field(description="The day of the call.", examples=["2025-03-24"])
    view: Literal["over", "under"] = Field(description="That it would do better, or worse.", examples=["over"])
    months: tuple[Annotated[int, Field(ge=1, le=120)], ...] = Field(
        (1, 3, 6, 12), min_length=1, description="Months after which it is looked at."
    )


class CallsClaim(ClaimRecord):
    """What came of calls, beside what came of every other day on which one could have begun."""

    measure: Literal["calls"] = Field("calls", description="What came of calls.")
    of: Labels = Field(description=OF)
    versus: str | None = Field(
        None, min_length=1, description="What it is held against; without it, its own return counts."
    )
    calls: tuple[Call, ...] = Field(
        min_length=1, description="The calls.", examples=["[{house: J.P. Morgan, on: 2025-03-24, view: over}]"]
    )
    from_: Day = Field(None, alias="from", description="Starting days since this day are what a call is held against.")


class Eras(Record):
    """What is claimed of the effect of shocks, by era."""

    all: Figure | None = Field(None, description="In all of the time.")
    earlier: Figure | None = Field(None, description="In the era before the last.")
    later: Figure | None = Field(None, description="In the last era.")
    difference: Figure | None = Field(None, description="In the last era less that in the one before.")

    def given(self) -> dict[str, Any]:
        """What was claimed, by the key."""
        return {key: value for key in type(self).model_fields if (value := getattr(self, key)) is not None}


class ShocksClaim(ClaimRecord):
    """What shocks did to returns, or to betas: measured on the `event_study` of the same file."""

    measure: Literal["shocks"] = Field("shocks", description="The response to shocks.")
    of: Labels = Field(description="What responds: what the event study measures, or `pooled` for all of it as one.")
    figure: Literal["return", "beta"] = Field(
        "return",
        description="The abnormal return around a shock, or by how much the beta to the study's market changes after.",
    )
    beta_sessions: int = Field(63, ge=20, description="Sessions before, and after, from which a beta comes.")
    study: dict[str, Any] = Field(
        {},
        description="Keys of the event study with other values, for an alternative.",
        examples=["{window_sessions: [0, 60]}"],
    )
    claimed: Eras = Field(
        description="What is claimed, by era: `earlier`, `later`, `difference` or `all`.", examples=['{later: "> 0"}']
    )
