"""What choosing among many variants left: as plain data for `full.json`, and in a sentence for each measure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.market.table import Indices, Matrix, Vector
from engine.measure.overfit import Haircut, Overfitting
from engine.study.snooping import REPETITIONS, SIZE, Snooping, Superior, sweep_inference

STATS = "not measured: needs `pip install 'overweight[stats]'`"
SHORT = "not measured: the variants share too few sessions"
STILL = "not measured: fewer than two variants differ from each other and from what they are held against"
#: What PBO is about where nothing but luck is chosen; and up to which one calls choosing sound.
CHANCE, FEW = 0.5, 0.1
#: A haircut beyond this leaves nothing that shows.
NEARLY = 0.995


def snooped(
    active: Matrix, per_year: float, numbers: Indices, trials: int, chosen: Vector | None = None
) -> dict[str, Any]:
    """Figures and words of the (T, V) active returns of the variants of these numbers, as `sweep_inference` takes them.

    chosen: None where there is no variant of which a haircut is meant.
    """
    found = sweep_inference(active, per_year, trials=trials, chosen=chosen) if len(active) else None
    shown: dict[str, Any] = {"variants": len(numbers), "trials": trials, "sessions": len(active)}
    if found is None:
        words = {"overfitting": SHORT if len(active) < 3 else STILL}
        return {**shown, **dict.fromkeys(("overfitting", "superior", "haircut")), "words": words}
    return {
        **shown,
        "overfitting": _overfitting(found.overfitting),
        "superior": _superior(found.tested, numbers),
        "haircut": None if chosen is None else _haircut(found),
        "words": snooping_words(found, chosen is not None),
    }


def _overfitting(found: Overfitting | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"pbo": found.pbo, "splits": found.splits, "degradation": found.degradation, "loss": found.loss}


def _superior(found: Superior | None, numbers: Indices) -> dict[str, Any] | None:
    if found is None:
        return None
    p = {"lower": found.lower, "consistent": found.consistent, "upper": found.upper}
    return {"spa_p": p, "stepm": [int(numbers[one]) for one in found.superior], "size": SIZE}


def _haircut(found: Snooping) -> dict[str, Any]:
    return {
        "information_ratio": found.information_ratio,
        "bonferroni": asdict(found.haircut),
        "benjamini_hochberg_yekutieli": asdict(found.haircut_bhy),
    }


def snooping_words(found: Snooping, haircut: bool = True) -> dict[str, str]:
    """What may be concluded and what not, by measure: overfitting, superior and, where it is wanted, haircut."""
    said = {
        "overfitting": SHORT if found.overfitting is None else _overfitting_words(found.overfitting),
        "superior": STATS if found.tested is None else _superior_words(found.tested, found.variants),
    }
    return said | ({"haircut": _haircut_words(found.haircut, found.information_ratio, found.trials)} if haircut else {})


def _overfitting_words(found: Overfitting) -> str:
    told = (
        f"PBO {found.pbo:.0%}: in so many of {found.splits:,} ways to halve the sessions the best of one half, by "
        f"information ratio, is among the lower half of all in the other; in {found.loss:.0%} it is behind its "
        "reference there"
    )
    if found.pbo >= CHANCE:
        return f"{told}: choosing here is worth nothing"
    if found.pbo > FEW:
        return f"{told}; luck alone gives about {CHANCE:.0%}: no proof that choosing helps"
    return f"{told}: choosing carries over; whether anything beats its reference is another question"


def _superior_words(found: Superior, variants: int) -> str:
    p, ahead = f"SPA p {_p(found.consistent)}", len(found.superior)
    if found.consistent > SIZE:
        said = "luck may explain the best of them; that is no proof that none is good"
    else:
        said = "some variant beats its reference beyond the luck of choosing among these"
    which = "none" if ahead == 0 else f"{ahead:,} of {variants:,}"
    return f"{p}: {said}; ahead by StepM: {which}"


def _haircut_words(cut: Haircut, ratio: float, trials: int) -> str:
    if ratio <= 0.0:
        return f"nothing to cut: the best variant has an information ratio of {ratio:.2f}"
    told = f"information ratio {ratio:.2f}, p {_p(cut.p)}; as the best of {trials:,} p {_p(cut.adjusted_p)}"
    if cut.haircut > NEARLY:
        return f"{told}: nothing is left of it"
    may = ", and chance would do" if cut.adjusted_p > SIZE else ""
    return f"{told}: expect {cut.sharpe:.2f} at most{may}"


def _p(value: float) -> str:
    least = 1.0 / REPETITIONS
    return f"< {least:.3f}" if value < least else f"{value:.3f}"
