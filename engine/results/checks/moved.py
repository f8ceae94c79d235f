"""What moved between a baseline and now: an exact layer (decisions, trades, dates) and a tolerant one (metrics)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.measure.metrics import METRICS
from engine.results.checks.baseline import Agreed, Baseline, same_constraints

#: Two figures are the same within this part of the larger one: with the same libraries, and with others.
SAME, OTHER = 1e-9, 1e-6
#: ... or within this of each other, for figures that are nothing but rounding.
NOTHING = 1e-12

Change = Literal["moved", "better", "worse"]


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """One figure that is not what it was.

    change: for a metric that has a direction, which way it went. within: inside the tolerance that the baseline grants.
    """

    figure: str
    was: Any
    now: Any
    change: Change = "moved"
    within: bool = False

    def __str__(self) -> str:
        how = "" if self.change == "moved" else f"  {self.change}"
        return f"{self.figure}  {_both(self.was, self.now)}{how}{', within its tolerance' * self.within}"


def differences(was: Baseline, now: Baseline) -> tuple[MovedFigure, ...]:
    """Every figure that moved. A metric that is new since is none; equity counts where nothing else moved."""
    return (*_exact(was, now), *_tolerant(was, now)) or (*_equity(was, now),)


def equity_differs(was: Baseline, now: Baseline) -> str:
    """The first year at whose end equity differs, "" where it never does. A year that ends earlier now is no year."""
    part = OTHER  # it is kept to few digits
    whole = [year for year in {*was.equity, *now.equity} if now.last >= was.last or year < now.last[:4]]
    for year in sorted(whole):
        old, new = was.equity.get(year), now.equity.get(year)
        if old is None or new is None or not _same(old, new, part):
            return year
    return ""


def same_metrics(was: Baseline, metrics: Mapping[str, float | None]) -> bool:
    """Whether these are the agreed figures: a run that is no function of what its id hashes may have others."""
    return all(_alike(one.value, metrics.get(name)) for name, one in was.metrics.items())


def _alike(old: float | None, new: float | None) -> bool:
    return old is new if old is None or new is None else _same(old, new, SAME)


def _exact(was: Baseline, now: Baseline) -> Iterator[MovedFigure]:
    if was.targets.own != now.targets.own:
        yield MovedFigure("targets", was.targets.own, now.targets.own)
    for key in ("decisions", "trades", "first", "last"):
        if getattr(was, key) != getattr(now, key):
            yield MovedFigure(key, getattr(was, key), getattr(now, key))


def _equity(was: Baseline, now: Baseline) -> Iterator[MovedFigure]:
    """Metrics move with equity, and their tolerances say how far; that equity moves alone takes an edited baseline."""
    year = equity_differs(was, now)
    if year:
        yield MovedFigure(f"equity of {year}", was.equity.get(year), now.equity.get(year))


def _tolerant(was: Baseline, now: Baseline) -> Iterator[MovedFigure]:
    part = SAME if same_constraints(was, now) else OTHER
    for name in [*(name for name in METRICS if name in was.metrics), *sorted({*was.metrics} - {*METRICS})]:
        agreed = was.metrics[name]
        value = now.metrics[name].value if name in now.metrics else None
        if agreed.value is None or value is None:
            if agreed.value is not value:
                yield MovedFigure(name, agreed.value, value)
        elif not _same(agreed.value, value, part):
            yield _metric(name, agreed, agreed.value, value)


def _metric(name: str, agreed: Agreed, old: float, new: float) -> MovedFigure:
    """A deeper drawdown is a lower figure, and worse: what is better is said by the direction, not by the size."""
    rose, change = new > old, "moved"
    if agreed.better != "none":
        change = "better" if rose == (agreed.better == "higher") else "worse"
    return MovedFigure(name, old, new, change, abs(new - old) <= agreed.tolerance)  # type: ignore[arg-type]


def _same(old: float, new: float, part: float) -> bool:
    return abs(old - new) <= max(part * max(abs(old), abs(new)), NOTHING)


def _both(was: Any, now: Any) -> str:
    """`0.12 -> 0.13`, with as many digits as tell them apart."""
    pairs = (f"{_shown(was, digits)} -> {_shown(now, digits)}" for digits in (6, 9, 12))
    return next((pair for pair in pairs if len({*pair.split(" -> ")}) > 1), f"{was} -> {now}")


def _shown(value: Any, digits: int) -> str:
    return "none" if value is None else f"{value:.{digits}g}" if isinstance(value, float) else str(value)
