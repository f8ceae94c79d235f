"""What every source can say of its series: currency, returns, close, and when a value becomes known."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from engine.config.known import Known
from engine.config.record import Record, shown, wrong

_CLOSE = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9] [A-Za-z_]+(/[A-Za-z0-9_+-]+)*")
#: The entry of a mapping that speaks for every label it does not name, as in `trade`.
DEFAULT = "default"


def _currency(value: Any) -> Any:
    codes = {"": value} if not isinstance(value, dict) else value
    if not codes:
        raise wrong(shown(value), "a currency code", "write for example USD")
    for label, code in codes.items():
        if not isinstance(code, str) or not re.fullmatch("[A-Z]{3}|GBp", code):
            cure = "write for example USD, EUR, or GBp for London pence"
            raise wrong(shown(code), "a currency code", cure, at=label)
    return value


def _close(value: str) -> str:
    if not _CLOSE.fullmatch(value):
        raise wrong(shown(value), "a time and a time zone", 'write for example "16:30 Europe/London"')
    return value


class SourceRecord(Record):
    """What every source can say about its series."""

    currency: Annotated[str | dict[str, str], BeforeValidator(_currency)] = Field(
        "USD",
        description="Currency of the prices: one code, or a code by label, `default` for the others.",
        examples=["{RIO.L: GBp, default: USD}"],
    )
    returns: Literal["total", "price"] = Field(
        "total", description="Whether the prices include distributions (total) or not (price)."
    )
    close: Annotated[str, AfterValidator(_close)] | None = Field(
        None, description="Time and zone of the close.", examples=["16:30 Europe/London"]
    )
    known: Known | None = Field(None, description="When a value becomes known; without it, at its session's close.")

    def currency_of(self, label: str) -> str:
        """The currency in which a label is quoted; USD where the source says nothing."""
        if isinstance(self.currency, str):
            return self.currency
        return self.currency.get(label, self.currency.get(DEFAULT, "USD"))


def _snapshot(value: Any) -> Any:
    ids = {"": value} if not isinstance(value, dict) else value
    for key, one in ids.items():
        if not isinstance(one, str) or not re.fullmatch("[0-9a-f]{6,32}", one):
            cure = "copy it from `overweight data list`"
            raise wrong(shown(one), "the id of a snapshot (its first 6 or more digits)", cure, at=key)
    return value


#: Which snapshot of a published series: one id, or an id by series.
Snapshot = Annotated[str | dict[str, str], BeforeValidator(_snapshot)]
