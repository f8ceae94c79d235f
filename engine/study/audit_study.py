"""The audit of a study that is made of runs: a sweep, a walk-forward.

1. The run as it is written, with every check.
2. Variants asked again on their own days: of a walk-forward those that were chosen first, of a sweep some of all.
3. `seams`, of a walk-forward by windows: with everything after a choice scrambled, and cut off soon after, every
   training figure, every choice and every decision up to then is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.audit import worlds
from engine.audit.record import Audit, Check, check
from engine.audit.redecided import spread
from engine.audit.short import joined, short_audit
from engine.audit.worlds import Worlds
from engine.config import Config
from engine.config.vary import varied, without_studies
from engine.config.walk_forward import WalkForward
from engine.decide import decide, set_up
from engine.errors import OverweightError, StrategyError
from engine.market.table import Indices, Matrix
from engine.study.audit import audit, merged
from engine.study.sweep.refused import sound_variants
from engine.study.walk.forward import Walked
from engine.study.walk.study import walk_forward_of

#: Variants that are asked again, and choices after which the future is changed.
VARIANTS, SEAMS = 20, 4
#: A market that is cut off ends so many sessions after the first trade of a choice.
BEYOND = 2
#: Training figures are the same within this part of them.
SAME = 1e-9


def audit_study(config: Config, *, elsewhere: bool = True, saying: Callable[[str], None] = lambda doing: None) -> Audit:
    """Every check of a sweep or a walk-forward. Raises what running it raises."""
    own = audit(without_studies(config), elsewhere=elsewhere, saying=saying)
    chosen: tuple[int, ...] = ()
    seam = []
    if config.walk_forward is not None:
        saying("other futures after every choice")
        one, chosen = seams(config)
        seam = [one]
    again = asked_again(config, chosen, saying)
    first, *rest = merged([*again.checks, *own.checks])
    return Audit((first, *seam, *rest), own.asked + again.asked)


def asked_again(
    config: Config, chosen: Sequence[int] = (), saying: Callable[[str], None] = lambda doing: None
) -> Audit:
    """The short audit of VARIANTS variants, those of these numbers first. One that does not run has nothing to ask."""
    variants = sound_variants(config)
    others = [number for number in spread(variants.count, VARIANTS) if number not in chosen]
    numbers = [*dict.fromkeys(chosen), *others][:VARIANTS]
    found: dict[int, Audit] = {}
    for number in numbers:
        saying(f"asking variant {number} again")
        try:
            found[number] = short_audit(decide(set_up(varied(config, variants.values(number)))).heard)
        except OverweightError:
            continue
    checks = joined([[_named(one, number) for one in each.checks] for number, each in found.items() if each.checks])
    asked = sum(one.asked for one in found.values())
    words = f"{asked} decisions of {len(found)} variants asked again on their own days: the same answers"
    good = {"future": words, "state": words}
    return Audit(
        tuple(one if one.findings else replace(one, words=good.get(one.name, one.words)) for one in checks), asked
    )


def _named(one: Check, number: int) -> Check:
    """A check of one variant, whose findings say so; what a file is seen doing is the same for all."""
    if one.name == "inputs":
        return one
    return replace(one, findings=tuple(f"{finding} (variant {number})" for finding in one.findings))


def seams(config: Config) -> tuple[Check, tuple[int, ...]]:
    """The check `seams`, and the numbers of the variants that were chosen."""
    if not isinstance(config.walk_forward, WalkForward):
        why = "purged splits: who is chosen has seen years after the test, and no run is made of it"
        return Check("seams", "none", why), ()
    other = Worlds(config)
    with other.inside():
        base = walk_forward_of(config)
    findings: list[str] = []
    rows = spread(len(base.folds), SEAMS)
    for position, row in enumerate(rows):
        findings += _scrambled(config, other, base, row, position)
        findings += _cut_off(config, other, base, row)
    choices = f"{len(rows)} of {len(base.folds)} choices"
    words = (
        f"with all after {choices} scrambled, or cut off {BEYOND} sessions after the first trade, every figure of a "
        "training window, every choice and every decision up to then is the same"
    )
    numbers = tuple(base.candidate(row).number for row in range(len(base.folds)))
    return check("seams", words, findings), numbers


def _scrambled(config: Config, other: Worlds, base: Walked, row: int, seed: int) -> list[str]:
    known = base.folds[row].known
    day = base.candidates.setting.panel.sessions[known]
    with other.inside(table=worlds.scrambled(day, seed)):
        return _parted(config, base, row, known, f"with all after {day} scrambled")


def _cut_off(config: Config, other: Worlds, base: Walked, row: int) -> list[str]:
    setting, known = base.candidates.setting, base.folds[row].known
    decided = setting.decisions[setting.decisions >= known]
    last = len(setting.panel.sessions) - 1
    until = min(int(decided[0]) + setting.config.trade.after + BEYOND, last) if len(decided) else last
    day = setting.panel.sessions[until]
    with other.inside(panel=worlds.cut(day)):
        return _parted(config, base, row, until, f"with all after {day} cut off")


def _parted(config: Config, base: Walked, row: int, until: int, how: str) -> list[str]:
    """What the walk in the world that stands now does otherwise: choices up to that of a fold, decisions `until`."""
    sessions, fold = base.candidates.setting.panel.sessions, row + 1
    try:
        there = walk_forward_of(config)
    except StrategyError as error:
        return [f"{how} it fails: {error.faults[0].found}"]
    except OverweightError:  # such as no variant that runs
        return []
    day = f"{sessions[base.folds[row].known]}, the choice of that day:"
    if [one.known for one in there.folds[:fold]] != [one.known for one in base.folds[:fold]]:
        return [f"{day} choices fall on other days {how}"]
    if not np.allclose(there.inside[:fold], base.inside[:fold], rtol=SAME, atol=SAME, equal_nan=True):
        moved = ~np.isclose(there.inside[:fold], base.inside[:fold], rtol=SAME, atol=SAME, equal_nan=True)
        f, v = (int(place[0]) for place in np.nonzero(moved))
        was, now = base.inside[f, v], there.inside[f, v]
        number = base.candidates.all[v].number
        return [f"{day} variant {number} had a `{base.metric}` of {was:.6g} in training, {now:.6g} {how}"]
    ours, theirs = ([one.candidate(f).number for f in range(fold)] for one in (base, there))
    if ours != theirs:
        return [f"{day} variant {ours[-1]} was chosen, {theirs[-1]} {how}"]
    return _decided_otherwise(base, there, until, how)


def _decided_otherwise(base: Walked, there: Walked, until: int, how: str) -> list[str]:
    """What the one run, or a candidate whether chosen or not, decides otherwise on the sessions up to `until`."""
    days = base.candidates.setting.panel.sessions
    mine, other = ({one.number: one for one in walked.candidates.all} for walked in (base, there))
    for number in sorted(mine.keys() & other.keys()):
        ours, theirs = mine[number], other[number]
        day = _first_apart(ours.decisions, theirs.decisions, ours.targets, theirs.targets, until)
        if day is not None:
            return [f"{days[day]}: other target weights of variant {number} {how}"]
    one, two = base.stitched, there.stitched
    decided, otherwise = (np.column_stack([each.targets, each.chosen]) for each in (one, two))
    day = _first_apart(one.setting.decisions, two.setting.decisions, decided, otherwise, until)
    return [] if day is None else [f"{days[day]}: another variant decides {how}"]


def _first_apart(ours: Indices, theirs: Indices, one: Matrix, other: Matrix, until: int) -> int | None:
    """The first decision up to `until` that is on another day, or has other targets; None without one."""
    ours, theirs = ours[ours <= until], theirs[theirs <= until]
    if len(ours) != len(theirs):
        return until
    one, other = one[: len(ours)], other[: len(ours)]
    apart = (ours != theirs) | ~np.isclose(one, other, rtol=SAME, atol=SAME, equal_nan=True).all(axis=1)
    return int(ours[np.argmax(apart)]) if apart.any() else None
