"""Published series: what a config may say of each publisher. Runs read their snapshots, never the network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.config.kinds import one_of_two
from engine.config.known import Known, KnownAfterMonthEnd, KnownAfterSessions
from engine.config.record import shown, wrong
from engine.config.source_record import Snapshot, SourceRecord

Frequency = Literal["daily", "monthly"]
Portfolios = Literal[5, 10, 12, 17, 30, 38, 48, 49]
Factors = Literal[3, 5, "momentum"]
_COLUMNS = "Renames labels: our label -> the publisher's."


class PublishedSource(SourceRecord):
    """Series that were pulled from a publisher."""

    snapshot: Snapshot | None = Field(
        None, description="The id of the snapshot to read, or ids by series; without it the latest.",
        examples=["1f0c9a"],
    )  # fmt: skip

    def snapshot_of(self, key: str) -> str | None:
        """The id that is pinned for one series, None for the latest."""
        return self.snapshot.get(key) if isinstance(self.snapshot, dict) else self.snapshot


class YahooSource(PublishedSource):
    """Yahoo Finance: daily closes adjusted for splits and distributions, with opens and volumes."""

    source: Literal["yahoo"] = Field("yahoo", description="Yahoo Finance.")
    tickers: tuple[str, ...] | None = Field(
        None, min_length=1, description="Tickers to read; without it those that the config names.",
        examples=["[XME, SPY]"],
    )  # fmt: skip
    columns: dict[str, str] = Field({}, description=_COLUMNS, examples=["{SPX: ^GSPC}"])


class FrenchSource(PublishedSource):
    """Kenneth French's data library: industry portfolios as prices, or factors as values."""

    source: Literal["french"] = Field("french", description="Kenneth French's data library.")
    portfolios: Portfolios | None = Field(None, description="How many industries.", examples=["49"])
    factors: Factors | None = Field(None, description="Which factors: 3, 5 or momentum.", examples=["5"])
    frequency: Frequency = Field("daily", description="A return per day, or per month.")
    weights: Literal["value", "equal"] = Field("value", description="How a portfolio weighs its firms.")
    columns: dict[str, str] = Field({}, description=_COLUMNS, examples=["{software: Softw}"])

    @model_validator(mode="before")
    @classmethod
    def _one_data_set(cls, value: Any) -> Any:
        return one_of_two(value, "portfolios", "factors", "portfolios: 49")

    @property
    def data_set(self) -> int | str:
        """The data set as the publisher module calls it: 49, factors_5, momentum."""
        if self.portfolios is not None:
            return self.portfolios
        return "momentum" if self.factors == "momentum" else f"factors_{self.factors}"


class GprSource(PublishedSource):
    """Geopolitical risk by Caldara and Iacoviello."""

    source: Literal["gpr"] = Field("gpr", description="Geopolitical risk by Caldara and Iacoviello.")
    frequency: Frequency = Field("daily", description="An index per day, or per month.")
    edition: str | None = Field(
        None, min_length=1, description="The edition by its base; needed where several were pulled.",
        examples=["base_1985_2019"],
    )  # fmt: skip
    known: Known | None = Field(
        None,
        description="When a value becomes known; without it daily values on the first Monday after "
        "their day, monthly ones ten business days after the end of their month.",
    )

    @model_validator(mode="before")
    @classmethod
    def _release_rule(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("known") is not None:
            return value
        # The authors name the 1st; older pages of theirs the 10th. The later one shows nothing too early.
        monthly = {"month_end_plus_business_days": 10}
        daily = {"weekday": "monday", "after_days": 1}
        return {**value, "known": monthly if value.get("frequency") == "monthly" else daily}


class PinksheetSource(PublishedSource):
    """The World Bank's monthly commodity prices (the Pink Sheet)."""

    source: Literal["pinksheet"] = Field("pinksheet", description="The World Bank's commodity prices.")
    kind: Literal["prices", "values"] = Field(
        "prices", description="Whether they are watched as prices, or read as series."
    )
    columns: dict[str, str] = Field({}, description=_COLUMNS, examples=["{copper: 'Copper [$/mt]'}"])
    known: Known | None = Field(
        KnownAfterMonthEnd.model_construct(month_end_plus_business_days=3),
        description="When a value becomes known: three business days after the end of its month.",
    )


def _one_or_more(value: Any) -> Any:
    given = (value,) if isinstance(value, str) else value
    if not isinstance(given, tuple | list) or not (given and all(isinstance(one, str) for one in given)):
        raise wrong(shown(value), "a series of FRED, or a list of them", "write for example DGS10")
    return value


class FredSource(PublishedSource):
    """FRED, the data base of the Federal Reserve Bank of St. Louis."""

    source: Literal["fred"] = Field("fred", description="FRED of the Federal Reserve Bank of St. Louis.")
    series: Annotated[str | tuple[str, ...], BeforeValidator(_one_or_more)] = Field(
        description="A series, or a list of them.", examples=["DGS10"]
    )
    known: Known | None = Field(
        KnownAfterSessions.model_construct(lag_sessions=1),
        description="When a value becomes known: daily values a session later; slower series must say it.",
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the series."""
        return (self.series,) if isinstance(self.series, str) else self.series
