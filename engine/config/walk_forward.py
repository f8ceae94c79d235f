"""`walk_forward:`, the variants of a sweep chosen as time goes by: by windows, or by combinatorial purged splits."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from engine.config.kinds import one_of_two
from engine.config.record import Record, shown, wrong

#: Keys that say windows, and those that say splits.
OF_WINDOWS = ("train_years", "train_sessions", "test_years", "test_sessions", "anchored")
OF_SPLITS = ("groups", "test_groups")
#: More ways to split than this take longer than anybody waits: 16 groups taken 8 at a time have 12,870.
SPLITS = 13_000
#: Years that are longer than any data.
ENDLESS = 1e6

_CHOOSE_BY: Any = Field(
    None, description="The metric by which a variant is chosen; without it the sweep's own.", examples=["sharpe"]
)
_EMBARGO: Any = Field(
    21,
    ge=0,
    description="Sessions between those that teach and those that test; of splits, on both sides of every test group.",
)


class WalkForward(Record):
    """Training windows, each followed by an embargo and a test window; the next test begins where the last one ends."""

    train_years: float | None = Field(
        None, gt=0, description="Years of training; of `sessions_per_year` sessions each."
    )
    train_sessions: int | None = Field(None, ge=2, description="The same in sessions.", examples=["2016"])
    test_years: float | None = Field(None, gt=0, description="Years for which a choice stands.")
    test_sessions: int | None = Field(None, ge=1, description="The same in sessions.", examples=["504"])
    anchored: bool = Field(False, description="Whether every training window begins with the first one, and grows.")
    embargo_sessions: int = _EMBARGO
    choose_by: str | None = _CHOOSE_BY

    @model_validator(mode="before")
    @classmethod
    def _one_unit(cls, value: Any) -> Any:
        one_of_two(value, "train_years", "train_sessions", "train_years: 8")
        return one_of_two(value, "test_years", "test_sessions", "test_years: 2")

    def sessions(self, sessions_per_year: int) -> tuple[int, int]:
        """How many sessions train, and how many test."""
        train = self.train_sessions or round(min(self.train_years or 0.0, ENDLESS) * sessions_per_year)
        test = self.test_sessions or round(min(self.test_years or 0.0, ENDLESS) * sessions_per_year)
        return max(train, 2), max(test, 1)


class PurgedSplits(Record):
    """Groups of sessions of which every combination is the test once: combinatorial purged cross-validation."""

    groups: int = Field(ge=2, le=64, description="Equal parts of the time.", examples=["8"])
    test_groups: int = Field(ge=1, description="How many of them are the test, in every combination.", examples=["2"])
    embargo_sessions: int = _EMBARGO
    choose_by: str | None = _CHOOSE_BY

    @model_validator(mode="after")
    def _leaves_training(self) -> PurgedSplits:
        if self.test_groups >= self.groups:
            expected = f"fewer than the {self.groups} groups, so that some are left to learn from"
            raise wrong(
                f"{self.test_groups} test groups", expected, f"write for example {self.groups // 2}", at="test_groups"
            )
        if self.splits > SPLITS:
            found, cure = f"{self.splits:,} combinations", "take fewer groups"
            raise wrong(found, f"at most {SPLITS:,}", cure, at="groups")
        return self

    @property
    def splits(self) -> int:
        """How many combinations there are."""
        count = 1
        for i in range(self.test_groups):
            count = count * (self.groups - i) // (i + 1)
        return count


def _one_kind(value: Any) -> Any:
    if isinstance(value, Record):
        return value
    if not isinstance(value, dict):
        cure = "write for example {train_years: 8, test_years: 2}"
        raise wrong(shown(value), "windows, or groups of a combinatorial split", cure)
    split, windows = ([key for key in keys if key in value] for keys in (OF_SPLITS, OF_WINDOWS))
    if split and windows:
        found = f"`{split[0]}` beside `{windows[0]}`"
        raise wrong(found, "windows or groups, not both", f"remove `{windows[0]}`", at=windows[0])
    return value


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "<PurgedSplits>" if any(key in value for key in OF_SPLITS) else "<WalkForward>"
    return f"<{type(value).__name__}>"


Walk = Annotated[
    Annotated[WalkForward, Tag("<WalkForward>")] | Annotated[PurgedSplits, Tag("<PurgedSplits>")],
    Discriminator(_kind),
    BeforeValidator(_one_kind),
]
