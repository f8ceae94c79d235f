"""What an event study came to, before it is put into tables, words and a picture."""

from __future__ import annotations

from dataclasses import dataclass

from engine.config import Config
from engine.config.event_study import EventStudy, Window
from engine.market.panel import Panel
from engine.study.events.days import EventDays
from engine.study.events.measured import POOLED, Around, Figures, MeanDifference, MeasuredEvents
from engine.study.events.returns import UnitReturns
from engine.study.events.windows import UnmeasuredEvent


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What an event study came to.

    events: every one that was found; left_out: those of them that are not measured, and why, by their index in it.
    around: the returns and where the measured events lie in them. figures: what was measured.
    """

    config: Config
    study: EventStudy
    panel: Panel
    events: EventDays
    left_out: tuple[UnmeasuredEvent, ...]
    around: Around
    quiet: UnitReturns
    figures: Figures

    @property
    def unit(self) -> str:
        """The unit that is judged: all of them pooled, or the only one."""
        return POOLED if len(self.around.names) > 1 else self.around.names[0]

    def effect(self, unit: str | None = None, window: Window | None = None, era: str | None = None) -> MeasuredEvents:
        """One effect; without a unit the one that is judged, without a window the first, without an era all events.

        Raises KeyError where there is no such unit, window or era.
        """
        wanted = (unit or self.unit, window or self.study.window_sessions[0], era)
        for one in self.figures.effects:
            if (one.unit, one.window, one.era) == wanted:
                return one
        raise KeyError(wanted)

    def difference(self, unit: str | None = None, window: Window | None = None) -> MeanDifference:
        """The last era against the one before it. Raises KeyError where there are no two eras, or no such unit."""
        wanted = (unit or self.unit, window or self.study.window_sessions[0])
        for one in reversed(self.figures.differences):
            if (one.unit, one.window) == wanted:
                return one
        raise KeyError(wanted)
