"""`claims:` answered: every claim measured, judged, measured again in other ways, and told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.claims import Claim, alternatives_of
from engine.errors import ConfigError, Fault
from engine.study.answered import Studied, study_id
from engine.study.claims.evidence import Evidence, gather
from engine.study.claims.kinds import measure, names_in
from engine.study.claims.parts import ClaimPart, verdict_of
from engine.study.claims.sensitivity import Variation, differing, variations
from engine.study.claims.verdicts import VERDICTS, Verdict
from engine.study.events.outcome import EventOutcome
from engine.study.events.words import HINDSIGHT, caveats_of
from engine.tables import Columns

#: What a row of the table of parts is of, where the claim is measured as it stands.
AS_CLAIMED = "as claimed"


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim with all that was measured of it."""

    name: str
    claim: Claim
    parts: tuple[ClaimPart, ...]
    others: tuple[Variation, ...]

    @property
    def verdict(self) -> Verdict:
        """Of all its parts."""
        return verdict_of(self.parts)

    @property
    def differing(self) -> tuple[Variation, ...]:
        """The other ways of measuring that come to another verdict."""
        return differing(self.verdict, self.others)

    def figures(self) -> dict[str, Any]:
        """Plain data, as `study.json` says it."""
        return {
            "claim": self.claim.claim,
            "source": self.claim.source,
            "as_of": None if self.claim.as_of is None else str(self.claim.as_of),
            "measure": self.claim.measure,
            "verdict": self.verdict,
            "parts": [part.figures() for part in self.parts],
            "sensitive_to": [one.name for one in self.differing],
            "alternatives": {one.name: _varied(one) for one in self.others if one.chosen},
            "shifts": {one.name: _varied(one) for one in self.others if not one.chosen},
        }


def claims_of(config: Config) -> tuple[tuple[Judged, ...], Evidence]:
    """Every claim of a config, judged, and the data that it stood on; nothing is saved.

    Raises ConfigError for names that mean nothing, ConfigError or DataError where no source can be read.
    """
    claims = config.claims or {}
    if not claims:
        cure = "write one: `C1: {claim: ..., measure: return, ...}`"
        raise ConfigError(config.fault("claims", "no claim", "at least one", cure))
    evidence = gather(config, _names(claims.values()))
    judged = []
    faults: list[Fault] = []
    for name in sorted(claims, key=natural_order):
        key = f"claims.{name}"
        try:
            parts = measure(claims[name], evidence, key)
            judged.append(Judged(name, claims[name], parts, tuple(variations(claims[name], evidence, key))))
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*dict.fromkeys(faults))
    return tuple(judged), evidence


def study_claims(config: Config, results: Path | None) -> Studied:
    """The claims as `overweight run` saves and prints them; nothing that other runs left is read."""
    judged, evidence = claims_of(config)
    counts = {verdict: sum(one.verdict == verdict for one in judged) for verdict in VERDICTS}
    return Studied(
        kind="claims",
        config=config,
        id=study_id(config, evidence.fingerprint()),
        figures={"verdicts": counts, "claims": {one.name: one.figures() for one in judged}},
        tables={"parts": _columns(judged)},
        caveats=_caveats(evidence),
    )


def natural_order(name: str) -> list[tuple[int, str]]:
    """C2 before C10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", name)]


def _names(claims: Iterable[Claim]) -> set[str]:
    every = [one for claim in claims for one in (claim, *alternatives_of(claim).values())]
    return {name for claim in every for name in names_in(claim)}


def _varied(one: Variation) -> dict[str, Any]:
    return {"verdict": one.verdict, "parts": [part.figures() for part in one.parts]}


def _caveats(evidence: Evidence) -> tuple[str, ...]:
    said = [caveat for table in evidence.tables.values() for caveat in table.caveats]
    studies = [one for one in evidence.studied.values() if isinstance(one, EventOutcome)]
    said += [caveat for one in studies[:1] for caveat in caveats_of(one)]
    looked = [one.events.called for one in studies if any(HINDSIGHT in caveat for caveat in caveats_of(one))]
    if looked and not any(HINDSIGHT in caveat for caveat in said):
        said.append(f"another way of measuring takes {HINDSIGHT} ({looked[0]})")
    said += [f"not at hand: {why}" for why in evidence.missing.values()]
    return tuple(dict.fromkeys(said))


def _columns(judged: tuple[Judged, ...]) -> Columns:
    """A row for each part of each claim, as it stands and in every other way."""
    rows = [
        (one.name, case, part)
        for one in judged
        for case, parts in ((AS_CLAIMED, one.parts), *((other.name, other.parts) for other in one.others))
        for part in parts
    ]

    def words(values: Iterable[str]) -> np.ndarray[Any, Any]:
        return np.array([*values], dtype=object)

    def numbers(values: Iterable[float | None]) -> np.ndarray[Any, Any]:
        return np.array([np.nan if value is None else value for value in values])

    return {
        "claim": words(name for name, _, _ in rows),
        "case": words(case for _, case, _ in rows),
        "what": words(part.what for _, _, part in rows),
        "verdict": words(part.verdict for _, _, part in rows),
        "value": numbers(part.value for _, _, part in rows),
        "low": numbers(part.low for _, _, part in rows),
        "high": numbers(part.high for _, _, part in rows),
        "claimed_low": numbers(part.claimed[0] if part.claimed else None for _, _, part in rows),
        "claimed_high": numbers(part.claimed[1] if part.claimed else None for _, _, part in rows),
        "unit": words(part.unit for _, _, part in rows),
        "note": words(part.note for _, _, part in rows),
    }
