"""Claims that stand on the event study of the same file: what that has to have."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from engine.config.claim_kinds import ShocksClaim
from engine.config.claims import alternatives_of
from engine.config.event_study import EventStudy
from engine.config.marked import Found, Path
from engine.config.models import Config
from engine.config.record import shown


def claims_on_shocks(config: Config) -> Iterator[Found]:
    """Every claim about shocks whose event study is missing, or lacks the eras or the market it speaks of."""
    for name, claim in (config.claims or {}).items():
        if not isinstance(claim, ShocksClaim):
            continue
        if config.event_study is None:
            cure = "add `event_study: {of: ..., events: ..., ...}` to this file"
            found = "`shocks` without an `event_study`"
            yield ("claims", name, "measure"), found, "the event study it is measured on", cure
            continue
        yield from _one(config.event_study, claim, ("claims", name))
        for other, varied in alternatives_of(claim).items():
            if isinstance(varied, ShocksClaim):
                yield from _one(config.event_study, varied, ("claims", name, "alternatives", other))


def study_of(study: EventStudy, claim: ShocksClaim) -> EventStudy:
    """The event study a claim is measured on: the file's, with the claim's own keys in it. Raises ValidationError."""
    if not claim.study:
        return study
    return EventStudy.model_validate({**study.model_dump(by_alias=True), **claim.study}, by_alias=True, by_name=False)


def _one(base: EventStudy, claim: ShocksClaim, here: Path) -> Iterator[Found]:
    try:
        study = study_of(base, claim)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        said = first.get("ctx", {})
        steps = tuple(str(step) for step in first["loc"] if not str(step).startswith("<"))
        expected = str(said.get("expected", first["msg"].removeprefix("Input should be ").lower()))
        found, cure = str(said.get("found", shown(first["input"]))), str(said.get("cure", "correct it"))
        yield (*here, "study", *steps), found, expected, cure
        return
    if claim.figure == "beta" and not study.factors:
        found = "`beta`, and an event study without a market"
        yield (*here, "figure"), found, "`normal: {market: ...}` in it", "add it to `event_study`"
    by_era = [key for key in claim.claimed.given() if key != "all"]
    if by_era and len(study.eras) < 2:
        found = f"`{by_era[0]}`, and an event study with {len(study.eras)} era{'s' * (len(study.eras) != 1)}"
        cure = "add `eras: [{to: 2021-12-31}, {from: 2022-01-01}]` to `event_study`"
        yield (*here, "claimed", by_era[0]), found, "two eras in it at least", cure
