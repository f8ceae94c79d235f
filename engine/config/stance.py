"""From scores to points: the four stance rules, and the tilts that turn a stance into weights."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, Tag

from engine.config.kinds import named_by
from engine.config.record import Record

Sides: TypeAlias = Literal["over", "under", "both"]
_SIDES = "Overweight only, underweight only, or both."


class Threshold(Record):
    """In at `enter`, out at `exit`: full overweight or neutral (and the mirror image below zero)."""

    rule: Literal["threshold"] = Field("threshold", description="Enter and leave at two levels of the score.")
    enter: float = Field(description="Overweight at or above this score.", examples=[1.0])
    exit: float = Field(description="Back to neutral at or below this score.", examples=[0.0])
    sides: Sides = Field("over", description=_SIDES)

    def reach(self) -> tuple[float, float]:
        """The largest stance over and under, each 0..1."""
        return float(self.sides != "under"), float(self.sides != "over")


class Proportional(Record):
    """The stance grows with the score: score / full_at, clipped at `cap`."""

    rule: Literal["proportional"] = Field("proportional", description="The stance grows with the score.")
    full_at: float = Field(gt=0, description="The score at which the tilt is full.", examples=[2.0])
    cap: float = Field(1.0, gt=0, le=1, description="The largest stance, as a fraction of the full tilt.")
    sides: Sides = Field("both", description=_SIDES)

    def reach(self) -> tuple[float, float]:
        """The largest stance over and under, each 0..1."""
        return self.cap * (self.sides != "under"), self.cap * (self.sides != "over")


class Rank(Record):
    """Overweight the best `top`, underweight the worst `bottom`."""

    rule: Literal["rank"] = Field("rank", description="Overweight the best, underweight the worst.")
    top: int = Field(ge=0, description="How many of the best are overweighted.", examples=[1])
    bottom: int = Field(0, ge=0, description="How many of the worst are underweighted.")

    def reach(self) -> tuple[float, float]:
        """The largest stance over and under, each 0..1."""
        return float(self.top > 0), float(self.bottom > 0)


class Impulse(Record):
    """A shock opens a stance that is held, and fades, for a set time."""

    rule: Literal["impulse"] = Field("impulse", description="A shock opens a stance that fades.")
    hold_sessions: int = Field(ge=1, description="Sessions a shock is held.", examples=[63])
    half_life_sessions: float | None = Field(
        None,
        gt=0,
        description="Sessions in which the stance fades by half; without it the stance stays full.",
    )
    sides: Sides = Field("both", description=_SIDES)

    def reach(self) -> tuple[float, float]:
        """The largest stance over and under, each 0..1."""
        return float(self.sides != "under"), float(self.sides != "over")


RULES: dict[str, type[Record]] = {
    "threshold": Threshold,
    "proportional": Proportional,
    "rank": Rank,
    "impulse": Impulse,
}


Stance = Annotated[
    Annotated[Threshold, Tag("<Threshold>")]
    | Annotated[Proportional, Tag("<Proportional>")]
    | Annotated[Rank, Tag("<Rank>")]
    | Annotated[Impulse, Tag("<Impulse>")],
    *named_by("rule", RULES),
]


class Tilt(Record):
    """How many points of the portfolio a full stance moves, and from where they come."""

    over: float = Field(ge=0, description="Weight above policy at stance +1, as a fraction.", examples=[0.20])
    under: float | None = Field(
        None,
        ge=0,
        description="Weight below policy at stance -1; else the smaller of `over` and the policy weight.",
    )
    from_: str = Field(
        alias="from",
        description="The sleeve that gives the points; or `cash`, `pro_rata` (all others in proportion) or "
        "`same` (the sleeve's other members; rank only).",
        examples=["equities"],
    )

    def under_points(self, policy_weight: float) -> float:
        """Weight below policy at stance -1: `under`, or the smaller of `over` and the policy weight."""
        return min(self.over, max(policy_weight, 0.0)) if self.under is None else self.under
