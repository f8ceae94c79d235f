"""What one config earned over its policy mix: the records that findings are collected in and their page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from engine.measure.inference import Interval

#: What stands for a thesis where a strategy acts on none.
CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Earned:
    """Active return of a window, a year; interval None where it is not defined."""

    era: str
    active: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class System:
    """One config's outcome against its policy mix.

    bets: episodes, None where it states weights. variants: of the question, on these data, as the ledger counts them;
    configs with the same `question` and `fingerprint` share them. words: whether it paid. said: the verdict of the run.
    sample: whether it stands on the embedded sample. fingerprint: a hash of what was used of the sources.
    """

    system: str
    name: str
    window: tuple[str, str]
    whole: Earned
    ratio: float | None
    bets: int | None
    variants: int
    said: str
    words: str
    eras: tuple[Earned, ...]
    sample: bool
    hindsight: bool
    fingerprint: str
    question: str
    sources: tuple[str, ...]
