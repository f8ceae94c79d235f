"""The short audit: what every run does to its own decisions, and tells in its result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.audit.record import Audit, Check, worst
from engine.audit.redecided import audited, reask, spread
from engine.portfolio.asking import Heard

#: Decisions that are asked again, of all strategies of a run together.
MOST = 20


def short_audit(heard: Sequence[Heard]) -> Audit:
    """The audit of what strategies answered in a run: of each some decisions, MOST in all."""
    files = [one for one in heard if audited(one) and len(one.answers)]
    each = max(MOST // max(len(files), 1), 1)
    asked = 0
    checks: list[list[Check]] = []
    for one in files:
        rows = spread(len(one.answers), each)
        asked += len(rows)
        checks.append(reask(one, rows, rows, recall=True))
    return Audit(joined(checks), asked)


def joined(several: Sequence[Sequence[Check]]) -> tuple[Check, ...]:
    """The same checks of several strategies as one each: the worst verdict, all that was found."""
    return tuple(_one([*same]) for same in zip(*several, strict=True))


def _one(same: Sequence[Check]) -> Check:
    verdict = worst(*(one.verdict for one in same))
    words = next(one.words for one in same if one.verdict == verdict)
    return Check(same[0].name, verdict, words, tuple(_findings(same)), found=sum(one.found for one in same))


def _findings(same: Iterable[Check]) -> list[str]:
    return [*dict.fromkeys(finding for one in same for finding in one.findings)]
