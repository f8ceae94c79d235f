"""The faults of a published file, said one way: what the publisher sent, what was expected, what to do."""

from __future__ import annotations

from engine.errors import DataError, Fault
from engine.market.fetch import STAYS


def bad_file(place: str, found: str, expected: str, cure: str = "") -> DataError:
    """A DataError about the content of a published file; the usual cure is to pull again."""
    cure = cure or "pull again; where it stays so, the publisher has changed the layout: please report it"
    return DataError(Fault(place, "", found, expected, f"{cure}; {STAYS}"))


def missing_extra(place: str, library: str) -> DataError:
    """A DataError that names the extra which brings `library`."""
    return DataError(
        Fault(
            place=place,
            key="",
            found=f"no {library} in this Python",
            expected=f"the library that reads this format ({library})",
            cure='pip install "overweight[sources]"',
        )
    )
