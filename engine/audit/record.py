"""The record of an audit: its checks, each with a verdict and with words that name day, file and what differed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

#: From good to bad. `none`: there was nothing that the check could be held against.
Verdict = Literal["none", "pass", "warn", "fail"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
#: Findings beyond these are counted, not told.
TOLD = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an audit.

    words: what was done, or what it showed, in a sentence. findings: each a sentence about one day or one line of the
    strategy file. figures: what was measured on the way, by name; None where it is not defined.
    """

    name: str
    verdict: Verdict
    words: str
    findings: tuple[str, ...] = ()
    figures: Mapping[str, float | None] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data; no key for what it does not have."""
        return {key: value for key, value in asdict(self).items() if value or key in ("name", "verdict", "words")}


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit came to. asked: on how many decision days each strategy of the run was asked again."""

    checks: tuple[Check, ...]
    asked: int

    @property
    def verdict(self) -> Verdict:
        """The worst of its checks."""
        return worst(*(one.verdict for one in self.checks))

    @property
    def findings(self) -> tuple[str, ...]:
        """Every finding, those of the worst checks first."""
        ordered = sorted(self.checks, key=lambda one: -VERDICTS.index(one.verdict))
        return tuple(f"{one.name}: {finding}" for one in ordered for finding in one.findings)

    def as_json(self) -> dict[str, Any]:
        """What stands in `result.json`, and what `audit --json` prints."""
        return {"verdict": self.verdict, "asked": self.asked, "checks": [one.as_json() for one in self.checks]}


def worst(*verdicts: Verdict) -> Verdict:
    """The worst of some verdicts; `none` of none."""
    return max(verdicts, key=VERDICTS.index, default="none")


def check(name: str, good: str, findings: list[str], bad: Verdict = "fail") -> Check:
    """A check that passes where nothing was found; what was found more than TOLD times is counted."""
    if not findings:
        return Check(name, "pass", good)
    more = len(findings) - TOLD
    told = (*findings[:TOLD], f"and {more} more") if more > 0 else tuple(findings)
    return Check(name, bad, findings[0], told)
