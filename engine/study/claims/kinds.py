"""Every kind of claim and its measure: one literal table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.config.claims import Claim
from engine.study.claims.calls import measure_calls
from engine.study.claims.estimates import measure_capture, measure_catch_up, measure_regime
from engine.study.claims.evidence import Evidence
from engine.study.claims.facts import measure_forecast, measure_range, measure_record, measure_return
from engine.study.claims.levels import NotMeasurable
from engine.study.claims.parts import ClaimPart, unmeasured
from engine.study.claims.shocks import measure_shocks

#: By `measure`: (claim, evidence, the key under which it stands) -> its parts.
MEASURES: dict[str, Callable[[Any, Evidence, str], tuple[ClaimPart, ...]]] = {
    "return": measure_return,
    "record": measure_record,
    "range": measure_range,
    "forecast": measure_forecast,
    "capture": measure_capture,
    "catch_up": measure_catch_up,
    "regime": measure_regime,
    "calls": measure_calls,
    "shocks": measure_shocks,
}


def measure(claim: Claim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """The parts of a claim; one that is not measurable where the data at hand do not serve it at all.

    Raises ConfigError for a name that means nothing.
    """
    try:
        return MEASURES[claim.measure](claim, evidence, key)
    except NotMeasurable as why:
        return (unmeasured(", ".join(claim.of), str(why)),)


def names_in(claim: Claim) -> Iterator[str]:
    """Every name of a series, an asset or a sleeve in a claim, that of its alternatives too."""
    yield from claim.of
    for key in ("versus", "market"):
        if getattr(claim, key, None) is not None:
            yield getattr(claim, key)
    study = getattr(claim, "study", {})
    yield from (name for name in study.get("of", ()) if isinstance(name, str))
    for condition in getattr(claim, "when", ()):
        yield condition.series
        if condition.versus is not None:
            yield condition.versus
