"""What null markets and placebos say, in sentences: what one may conclude, and what not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.market.table import Vector
from engine.results import figures
from engine.study.null.kinds import KINDS
from engine.study.null.measured import Stands
from engine.study.null.placebos import Placebos

#: The figure that is judged: it says how sure an active return is, not how large. And from which p on it stands out.
JUDGED, LEVEL = "information_ratio", 0.05
#: With fewer markets than this no p is as small as LEVEL.
FEWEST = 19


def verdict(stands: Sequence[Stands]) -> str:
    """`stands out`, `stands out in part`, `does not stand out`, `stands out as bad`, `makes no difference` or
    `cannot tell`. Of markets that make no difference to the result no kind is judged.
    """
    if any(len(one.nulls) < FEWEST for one in stands):
        return "cannot tell"
    told = _telling(stands)
    if not told:
        return "makes no difference"
    out = [one.p_value(JUDGED) <= LEVEL for one in told]
    if all(out):
        return "stands out"
    if any(out):
        return "stands out in part"
    return "stands out as bad" if all(_as_bad(one) for one in told) else "does not stand out"


def sentences(stands: Sequence[Stands]) -> Iterator[str]:
    """The verdict and why."""
    judged, telling = verdict(stands), _telling(stands)
    hardest = max(telling or stands, key=lambda one: one.p_value(JUDGED) if len(one.nulls) else 2.0)
    if judged == "cannot tell":
        few = min(len(one.nulls) for one in stands)
        have = "has" if few == 1 else "have"
        yield f"Too few null markets to tell: {few} {have} a figure, and it takes {FEWEST} for a p of {LEVEL:.0%}."
    elif judged == "makes no difference":
        yield (
            "The null markets tell nothing: the result is the same in each of them, as it does not hang on what they "
            "change."
        )
    elif judged == "stands out":
        yield (
            f"The real result stands out: in no kind of null market do more than {_share(hardest)} do as well by luck. "
            "That luck alone made it is unlikely; it says nothing of how many variants were tried before this one."
        )
    elif judged == "stands out in part":
        yield (
            f"The real result stands out in part: of `{hardest.kind}` null markets {_share(hardest)} do as well, so "
            f"that what is left in them explains it: {KINDS[hardest.kind].left}."
        )
    elif judged == "stands out as bad":
        yield "The real result is worse than in nearly every null market: its timing, if any, is the wrong way round."
    else:
        yield (
            f"The real result does not stand out: of the `{hardest.kind}` null markets {_share(hardest)} do as well. "
            "That is no proof against the idea; it is no evidence for it either."
        )
    if judged not in ("cannot tell", "makes no difference"):
        for kind in [one.kind for one in stands if all(one is not other for other in telling)]:
            yield f"`{kind}` markets do not count: what they change makes no difference to this config."
    for one in stands:
        if one.failed:
            reason, most = max(one.failed.items(), key=lambda item: item[1])
            many = sum(one.failed.values())
            yield f"{many} `{one.kind}` markets have no figure; {most} of them because of {reason}."


def meanings(stands: Sequence[Stands]) -> Iterator[tuple[str, str]]:
    """For each kind what is gone from its markets and what is left in them."""
    for one in stands:
        kind = KINDS[one.kind]
        yield one.kind, f"gone: {kind.gone}; left: {kind.left}"


def sleeves_words(placebos: Placebos) -> str:
    """Where the real figures stand among random sleeves."""
    found = placebos.sleeves
    if isinstance(found, str):
        return f"not measured: {found}"
    low, middle, high = found.percentiles(JUDGED)
    return (
        f"information ratio above that of {found.beaten(JUDGED)} of {len(found.nulls)}, asked anew on other assets; "
        f"5%, 50%, 95%: {low:+.2f}, {middle:+.2f}, {high:+.2f}"
    )


def backwards_words(placebos: Placebos) -> str:
    """What is earned where sessions run backwards."""
    found = placebos.backwards
    if isinstance(found, str):
        return f"not measured: {found}"
    return _earned(found)


def roles_words(placebos: Placebos) -> str:
    """What is earned where leader and follower stand in each other's place."""
    if isinstance(placebos.roles, str):
        return f"not measured: {placebos.roles}"
    found, roles = placebos.roles
    (one, follower), (other, leader) = roles.follower, roles.leader
    return f"{_earned(found)}, told `{one}: {leader}, {other}: {follower}`"


def _earned(found: Vector) -> str:
    return f"{figures.signed_percent(float(found[0]))} a year over policy, information ratio {found[1]:+.2f}"


def _share(one: Stands) -> str:
    return f"{int((one.of(JUDGED)[1] >= one.real[1]).sum())} of {len(one.nulls)}"


def _telling(stands: Sequence[Stands]) -> list[Stands]:
    """Those whose markets change the result: metals of another era are nothing to a strategy that looks at none."""
    return [one for one in stands if not np.allclose(one.nulls, one.real, rtol=1e-9, atol=1e-12)]


def _as_bad(one: Stands) -> bool:
    own, others = one.of(JUDGED)
    return int((others <= own).sum()) < LEVEL * len(others)
