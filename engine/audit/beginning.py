"""Other first days: what a strategy says must not hang on when it was first asked, seldom on where the data begin.

A strategy that learns from all of its past says something else where a part of it is missing. That is told, not judged.
"""

from __future__ import annotations

import numpy as np

from engine.audit import worlds
from engine.audit.invariant import TIES, file_of
from engine.audit.moved import Both, Moved, moved
from engine.audit.record import Check, Verdict, worst
from engine.audit.worlds import Worlds
from engine.config import Config
from engine.errors import OverweightError
from engine.market.table import Indices

#: Parts of the data that are left out at their beginning: the first is judged, what the others change is told alone.
LEFT_OUT = (0.05, 0.5)
#: Who learns from all of the past hardly misses the first part of it. Standard deviations by which the last third of
#: the scores may move without it.
MISSED = 0.2
#: Sessions that most strategies need behind them; where they are too few, as many as the run had.
WARM_UP = 1300
#: Further apart than this, an answer is another one.
SAME = 1e-6


def starts(base: Both, other: Worlds) -> Check:
    """Asked from a later day on, then with data that begin later: are the scores and weights of a day the same?"""
    verdicts: list[Verdict] = []
    words: list[str] = []
    findings: list[str] = []
    figures: dict[str, float | None] = {}
    asked_later = _asked_later(base, other)
    if asked_later is not None and asked_later.rows.any():
        verdicts.append("fail")
        words.append("what it says of a day hangs on the day on which it was first asked")
        findings.append(f"{asked_later.first(file_of(base))} when first asked on {asked_later.days[0]}")
    for part in LEFT_OUT:
        tried = _begun_later(base, other, part)
        if tried is None:
            continue
        day, found = tried
        figures[f"differ_without_the_data_before_{day}"] = found.share
        verdict, told = classified(found)
        if part != LEFT_OUT[0] and verdict == "warn":
            verdict, told = "told", f"{share_words(found)}: told, not judged, as it is without half of its past"
        verdicts.append(verdict)
        words.append(f"without the data before {day} {told}")
        if verdict == "warn":
            findings.append(f"{found.first(file_of(base))} without the data before {day}")
    if not verdicts:
        why = "a blend: audit its parts" if base[0].config.blend else "too few data or decisions for a later beginning"
        return Check("start", "none", why)
    verdict = worst(*verdicts)
    if verdict == "pass" and "told" in verdicts:  # some of it was judged, and a reader looks for the rest
        verdict = "told"
    return Check("start", verdict, "; ".join(words), tuple(findings), figures, len(findings))


def classified(found: Moved) -> tuple[Verdict, str]:
    """What differences say of how far back a strategy looks."""
    if not found.rows.any():
        return "pass", "every decision is the same"
    if found.share <= TIES:
        return "pass", f"all but {found.rows.sum()} of {len(found.days)} decisions are the same"
    spread = np.nanstd(found.was, axis=0)
    unit = np.where(spread > 0, spread, 1.0)
    size = np.where(np.isnan(found.was) | np.isnan(found.now), 1.0, np.abs(found.was - found.now) / unit)
    late = (size * found.differs).max(axis=1)[-max(len(found.days) // 3, 1) :]
    if float(late.mean()) <= MISSED:
        return "told", f"{share_words(found)}, late ones hardly: told, not judged, as it learns from all of its past"
    return "warn", f"{share_words(found)}, late ones too: it hangs on where the data begin"


def share_words(found: Moved) -> str:
    """How many decisions differ."""
    return f"{found.share:.0%} of decisions differ"


def _asked_later(base: Both, other: Worlds) -> Moved | None:
    """Half of the decisions, made without those before; None where there is one alone."""
    rows = _own(base)
    if len(rows) < 2 or base[0].config.every == "once":
        return None
    try:
        return moved(base, other.decided(config=_from(base, rows[len(rows) // 2])), scores_only=True, same=SAME)
    except OverweightError:
        return None


def _begun_later(base: Both, other: Worlds, part: float) -> tuple[np.datetime64, Moved] | None:
    """Decisions on data without their first part; None where the rest is too little for any."""
    setting = base[0]
    begin = int(part * len(setting.panel.sessions)) // 2 * 2 + 1  # odd, for what looks at even sessions
    for warm_up in sorted({min(WARM_UP, int(setting.decisions[0])), int(setting.decisions[0])}):
        rows = [row for row in _own(base) if setting.decisions[row] >= begin + warm_up]
        if not rows or setting.config.every == "once":
            return None
        day = setting.panel.sessions[begin]
        try:
            both = other.decided(table=worlds.begun(day), config=_from(base, rows[0]))
        except OverweightError:
            continue
        return day, moved(base, both, scores_only=True, same=SAME)
    return None


def _own(base: Both) -> Indices:
    """The rows of the first tranche, from whose days others are counted."""
    return np.flatnonzero(base[0].tranche == base[0].tranche[0])


def _from(base: Both, row: int) -> Config:
    """The config with its first decision on that of a row."""
    setting = base[0]
    day = setting.panel.sessions[setting.decisions[row] - setting.config.offset]
    return setting.config.model_copy(update={"from_": day.item()})
