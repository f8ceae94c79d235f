"""`event_study:`, what prices do around events."""

from __future__ import annotations

from engine.config.record import Record


class EventStudy(Record):
    """An event study."""
