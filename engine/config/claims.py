"""`claims:`, statements about the market that are measured."""

from __future__ import annotations

from engine.config.record import Record


class Claim(Record):
    """One claim."""
