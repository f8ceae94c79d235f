"""What a YAML may say: `load` reads a file into a frozen Config, or reports every fault of it at once."""

from __future__ import annotations

from engine.config.controls import Controls
from engine.config.limits import Limits, Range
from engine.config.load import load, part_file
from engine.config.models import Config
from engine.config.schedule import EveryArrival, EveryDate, EverySessions, EveryWeekday
from engine.config.schema import json_schema
from engine.config.sleeve import Sleeve
from engine.config.source import (
    FilesSource,
    KnownAfterDays,
    KnownAfterMonthEnd,
    KnownAfterSessions,
    KnownInColumn,
    KnownOnWeekday,
    SampleSource,
    Source,
)
from engine.config.stance import Impulse, Proportional, Rank, Stance, Threshold, Tilt
from engine.config.strategies import Brake
from engine.config.trading import Band, Cash, Trade

__all__ = [
    "Band",
    "Brake",
    "Cash",
    "Config",
    "Controls",
    "EveryArrival",
    "EveryDate",
    "EverySessions",
    "EveryWeekday",
    "FilesSource",
    "Impulse",
    "KnownAfterDays",
    "KnownAfterMonthEnd",
    "KnownAfterSessions",
    "KnownInColumn",
    "KnownOnWeekday",
    "Limits",
    "Proportional",
    "Range",
    "Rank",
    "SampleSource",
    "Sleeve",
    "Source",
    "Stance",
    "Threshold",
    "Tilt",
    "Trade",
    "json_schema",
    "load",
    "part_file",
]
