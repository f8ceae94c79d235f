"""The whole audit of a config: every check that the short one of a run leaves out for time.

1. Decisions asked again, all of them, in a market that ends on their day; some in another process.
2. Decisions made anew with another future, other names, other units, another beginning: they must not change.
3. What the result hangs on: known dates, a basis point in every price, a trade some sessions later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.audit.beginning import starts
from engine.audit.elsewhere import ask_elsewhere
from engine.audit.invariant import futures, names, units
from engine.audit.moved import Both
from engine.audit.record import Audit, Check
from engine.audit.redecided import audited, reask, spread
from engine.audit.short import MOST, joined
from engine.audit.worlds import Worlds
from engine.config import Config
from engine.portfolio.asking import Heard
from engine.study.sensitive import delays, known, noise

#: The checks in other worlds, by what they do.
WORLDS: dict[str, Callable[[Both, Worlds], Check]] = {
    "other beginnings": starts,
    "other names": names,
    "other units": units,
    "other known dates": known,
    "a basis point in every price": noise,
}
#: Decisions of a strategy that are asked again at the most; and in another process.
AGAIN, ELSEWHERE = 400, 8


def audit(config: Config, *, elsewhere: bool = True, saying: Callable[[str], None] = lambda doing: None) -> Audit:
    """Every check of a config. Raises what a run of it raises.

    elsewhere: ask in other processes too, which takes a second. saying: is told what is being done.
    """
    other = Worlds(config)
    base = other.decided()
    files = [one for one in base[1].heard if audited(one)]
    saying("asking again without the future")
    again = joined([_asked_again(one, elsewhere) for one in files])
    saying("other futures")
    checks = merged([*again, futures(base, other)])
    for about, run in WORLDS.items():
        saying(about)
        checks.append(run(base, other))
    return Audit((*checks, delays(base)), sum(min(len(one.answers), AGAIN) for one in files))


def _asked_again(heard: Heard, elsewhere: bool) -> list[Check]:
    count = len(heard.answers)
    rows = spread(count, AGAIN)
    checks = reask(heard, rows, [rows[i] for i in spread(len(rows), MOST)], recall=False)
    return [*checks, ask_elsewhere(heard, spread(count, ELSEWHERE))] if elsewhere else checks


def merged(checks: Sequence[Check]) -> list[Check]:
    """Checks of one name as one."""
    by_name: dict[str, list[list[Check]]] = {}
    for one in checks:
        by_name.setdefault(one.name, []).append([one])
    found = [joined(same)[0] for same in by_name.values()]
    words = {name: "; ".join(dict.fromkeys(one[0].words for one in same)) for name, same in by_name.items()}
    return [one if one.findings else replace(one, words=words[one.name]) for one in found]
