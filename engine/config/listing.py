"""From when to when an asset is there: its time in a sleeve, and what is paid when its prices end."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from engine.config.day import Day
from engine.config.kinds import or_by_name
from engine.config.record import Record

_Part = Annotated[float, Field(ge=0, le=1)]
Recovery = Annotated[
    Annotated[_Part, Tag("<number>")] | Annotated[dict[str, _Part], Tag("<by name>")],
    or_by_name("<number>"),
]


class Membership(Record):
    """From when to when an asset belongs to its sleeve; both days included."""

    from_: Day = Field(None, alias="from", description="The first day; without it, as soon as it has a price.")
    to: Day = Field(None, description="The last day; without it, as long as it has prices.")


class Delisting(Record):
    """What is paid for an asset whose prices end before the data do."""

    recovery: Recovery = Field(1.0, description="Part of the last price; one number, or by asset with a `default`.")

    def recovery_of(self, asset: str) -> float:
        """The part of its last price that an asset pays: its own, else the default, else all of it."""
        if not isinstance(self.recovery, dict):
            return self.recovery
        return self.recovery.get(asset, self.recovery.get("default", 1.0))
