"""`claims:`, statements about the market that are measured: the table of their kinds, and the checks within one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Tag, ValidationError
from pydantic_core import PydanticCustomError

from engine.config.claim_kinds import (
    CallsClaim,
    CaptureClaim,
    CatchUpClaim,
    ClaimRecord,
    ForecastClaim,
    RangeClaim,
    RecordClaim,
    RegimeClaim,
    ReturnClaim,
    ShocksClaim,
)
from engine.config.claimed import by_name
from engine.config.kinds import named_by
from engine.config.record import choice, did_you_mean, shown, wrong

Claim: TypeAlias = (
    Annotated[ReturnClaim, Tag("<ReturnClaim>")]
    | Annotated[RecordClaim, Tag("<RecordClaim>")]
    | Annotated[RangeClaim, Tag("<RangeClaim>")]
    | Annotated[ForecastClaim, Tag("<ForecastClaim>")]
    | Annotated[CaptureClaim, Tag("<CaptureClaim>")]
    | Annotated[CatchUpClaim, Tag("<CatchUpClaim>")]
    | Annotated[RegimeClaim, Tag("<RegimeClaim>")]
    | Annotated[CallsClaim, Tag("<CallsClaim>")]
    | Annotated[ShocksClaim, Tag("<ShocksClaim>")]
)
# A new kind is a record, a line here, an arm above, and its measure in engine/study/claims/kinds.py.
CLAIMS: dict[str, type[ClaimRecord]] = {
    "return": ReturnClaim,
    "record": RecordClaim,
    "range": RangeClaim,
    "forecast": ForecastClaim,
    "capture": CaptureClaim,
    "catch_up": CatchUpClaim,
    "regime": RegimeClaim,
    "calls": CallsClaim,
    "shocks": ShocksClaim,
}
#: What an alternative cannot change: then it would be another claim.
FIXED = ("claim", "source", "measure", "alternatives")


def alternatives_of(claim: Claim) -> dict[str, Claim]:
    """The claim's other ways of measuring, by name, each a claim of the same kind."""
    written = claim.model_dump(by_alias=True, exclude={"alternatives"})
    kind = type(claim)
    return {
        name: kind.model_validate({**written, **_tuples(changes)}, by_alias=True, by_name=False)
        for name, changes in claim.alternatives.items()
    }


def _tuples(value: Any) -> Any:
    """Lists as tuples: what was dumped and comes back."""
    if isinstance(value, Mapping):
        return {key: _tuples(part) for key, part in value.items()}
    return tuple(_tuples(part) for part in value) if isinstance(value, list | tuple) else value


def _sound(claim: Claim) -> Claim:
    """What the fields of one claim cannot know alone."""
    if isinstance(claim, ReturnClaim):
        by_name(claim, "claimed", claim.of)
        _one_window(claim)
    if isinstance(claim, RecordClaim):
        by_name(claim, "claimed", claim.of, each=False)
        by_name(claim, "since", claim.of, each=False)
    if isinstance(claim, ShocksClaim):
        _of_shocks(claim)
    if isinstance(claim, RegimeClaim):
        _bounded(claim)
    _last_day(claim)
    _alternatives(claim)
    return claim


def _one_window(claim: ReturnClaim) -> None:
    given = [key for key, value in (("from", claim.from_), ("months", claim.months)) if value is not None]
    if len(given) != 1:
        found = "both `from` and `months`" if given else "neither `from` nor `months`"
        raise wrong(found, "one of the two", "write for example `months: 6`")


def _last_day(claim: Claim) -> None:
    """A window ends on a day that is known, and not before it begins."""
    if isinstance(claim, ReturnClaim | RecordClaim) and claim.to is None and claim.as_of is None:
        raise wrong("neither `to` nor `as_of`", "the last day of the window", "add `as_of: 2026-01-26`")
    if isinstance(claim, ForecastClaim) and claim.made is None and claim.as_of is None:
        raise wrong("neither `made` nor `as_of`", "the day of the forecast", "add `made: 2025-03-24`")
    first, last = getattr(claim, "from_", None), getattr(claim, "to", None) or claim.as_of
    if not isinstance(claim, CallsClaim) and first is not None and last is not None and first > last:
        raise wrong(str(first), f"a day up to the last one, {last}", "change one of them", at="from")


def _of_shocks(claim: ShocksClaim) -> None:
    if not claim.claimed.given():
        raise wrong("nothing claimed", "a figure for one era at least", 'write `{later: "> 0"}`', at="claimed")


def _bounded(claim: RegimeClaim) -> None:
    for i, condition in enumerate(claim.when):
        if condition.change == "stable" and condition.within is None:
            raise wrong("`stable` without `within`", "how much it may change", "add `within: 0.5`", at=f"when.{i}")


def _alternatives(claim: Claim) -> None:
    known = [field.alias or name for name, field in type(claim).model_fields.items() if name not in FIXED]
    for name, changes in claim.alternatives.items():
        for key in changes:
            if key not in known:
                at, cure = f"alternatives.{name}.{key}", did_you_mean(key, known, "use one of those")
                raise wrong(f"the key `{key}`", f"a key of this claim ({choice(known)})", cure, at=at)
        if not changes:
            raise wrong("nothing changed", "a key with another value", "write `{of: [GDX]}`", at=f"alternatives.{name}")
    for name, changes in claim.alternatives.items():
        try:
            _sound(alternatives_of(claim.model_copy(update={"alternatives": {name: changes}}))[name])
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            steps = [str(step) for step in first["loc"] if not str(step).startswith("<")]
            fits = first["msg"].removeprefix("Input should be ").replace("valid tuple", "list")
            said = {"found": shown(first["input"]), "expected": fits, "cure": "correct it", **first.get("ctx", {})}
            raise _misfit(said, "alternatives", name, *steps) from None
        except PydanticCustomError as error:
            raise _misfit(error.context or {}, "alternatives", name) from None


def _misfit(said: Mapping[str, Any], *steps: str) -> PydanticCustomError:
    """What is wrong with an alternative, placed under its name."""
    at = ".".join([*steps, *([said["at"]] if said.get("at") else [])])
    return wrong(said["found"], said["expected"], said["cure"], at=at)


WrittenClaim = Annotated[Claim, *named_by("measure", CLAIMS), AfterValidator(_sound)]
