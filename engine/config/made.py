"""What a config may say about a made market: how large it is, and which effects are planted in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from engine.config.day import Day
from engine.config.kinds import word_or
from engine.config.record import Record, wrong
from engine.config.source_record import SourceRecord

#: Sessions of a made market that does not say how long it is: 35 years of 252.
SESSIONS = 8820
_LONGEST_DAYS = 150_000  # some 400 years


class MadeAssets(Record):
    """How many assets a made market has, and how often geopolitics shocks it."""

    metals: int = Field(2, ge=1, le=1000, description="Metals: metal_1 is like gold, metal_2 like silver, ...")
    miners: int = Field(
        3, ge=1, le=1000, description="Miners: miner_1 is like Gold, miner_2 like Mines, miner_3 like Steel, ..."
    )
    equities: int = Field(15, ge=1, le=1000, description="Equities: equity_1 is calm, equity_5 wild, ...")
    shocks_per_year: float = Field(2.0, ge=0, le=50, description="Geopolitical shocks in a year, on average.")


class MadeLeadLag(Record):
    """Miners follow the metals late."""

    delay_sessions: int = Field(
        ge=1, le=252, description="Sessions until the late part of a metal move reaches miners.", examples=[5]
    )
    strength: float = Field(
        ge=0, le=1, description="The part of a metal move that reaches miners late.", examples=[0.5]
    )


class MadeShocks(Record):
    """Geopolitical shocks move miners."""

    move: float = Field(ge=-0.5, le=0.5, description="What a shock adds to miners' returns in all.", examples=[-0.05])
    half_life_sessions: float = Field(
        5.0, gt=0, le=252, description="Sessions in which half of what is left of the move comes."
    )
    flips_on: Day = Field(
        None, description="From this day on shocks move miners the other way.", examples=["2010-01-04"]
    )


class MadeEffect(Record):
    """What is planted in a made market; without either, it is the null market."""

    lead_lag: MadeLeadLag | None = Field(
        None, description="Miners follow the metals late.", examples=["{delay_sessions: 5, strength: 0.5}"]
    )
    shocks: MadeShocks | None = Field(
        None,
        description="Geopolitical shocks move miners.",
        examples=["{move: -0.05, flips_on: 2010-01-04}"],
    )


Effect = Annotated[
    Annotated[Literal["none"], Tag("<word>")] | Annotated[MadeEffect, Tag("<MadeEffect>")],
    *word_or(MadeEffect, "{lead_lag: {delay_sessions: 5, strength: 0.5}}", ("none",)),
]


class MadeSource(SourceRecord):
    """A made market: two that differ in `effect` alone are the same market with and without it."""

    source: Literal["made"] = Field("made", description="A market that the engine makes, its truth known.")
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Which of the markets that could have been.")
    from_: Day = Field(
        None, alias="from", description="Its first session; 1985-01-01 unless said.", examples=["1985-01-01"]
    )
    to: Day = Field(None, description="Its last session, in place of `sessions`.")
    sessions: int | None = Field(
        None,
        ge=2,
        le=100_000,
        description=f"How many sessions (weekdays) it lasts; {SESSIONS} unless said.",
        examples=[SESSIONS],
    )
    market: MadeAssets = Field(
        MadeAssets.model_construct(),
        description="How large the market is.",
        examples=["{metals: 2, miners: 3, equities: 15}"],
    )
    effect: Effect = Field(
        "none",
        description="What is planted in it: `none`, or effects.",
        examples=["{lead_lag: {delay_sessions: 5, strength: 0.5}}"],
    )
    shocks_of: str | None = Field(
        None,
        min_length=1,
        description="Name of the made market in `data` whose geopolitical index (column GPRD) this is.",
        examples=["prices"],
    )

    @model_validator(mode="after")
    def _one_length(self) -> MadeSource:
        if self.shocks_of is not None:
            given = [key for key in ("seed", "from_", "to", "sessions", "market", "effect") if self._says(key)]
            if given:
                key = given[0].rstrip("_")
                cure = f"take `{key}` away here: the index is that of `{self.shocks_of}`"
                raise wrong(f"`{key}` beside `shocks_of`", "`shocks_of` alone", cure, at=key)
        if self.to is None:
            return self
        if self.sessions is not None:
            raise wrong("`to` and `sessions`", "one of them", "take one away", at="to")
        days = (self.to - self.from_).days if self.from_ else 7
        if days < 7:
            raise wrong(f"{self.to}", f"a week after `from` ({self.from_}) or later", "give a later `to`", at="to")
        if days > _LONGEST_DAYS:
            raise wrong(f"{days} days", f"at most {_LONGEST_DAYS} days", "give an earlier `to`", at="to")
        return self

    def _says(self, key: str) -> bool:
        """Whether a key is other than its default: what a resolved config writes out says nothing new."""
        default: object = type(self).model_fields[key].default
        written: object = getattr(self, key)
        return written != default
