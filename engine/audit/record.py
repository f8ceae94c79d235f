"""The record of an audit: its checks, each with a verdict and with words that name day, file and what differed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

#: From nothing to bad. `none`: there was nothing that the check could be held against. `told`: decisions differ as
#: those of an honest strategy may; a reader may want to know it, and nobody judges it.
Verdict = Literal["none", "told", "pass", "warn", "fail"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
#: Findings of one kind beyond these are counted, not kept.
TOLD = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One check of an audit.

    words: what was done, or what it showed, in a sentence. findings: each a sentence about one day or one line of the
    strategy file. found: how many there were. figures: what was measured on the way, by name; None where it is not
    defined.
    """

    name: str
    verdict: Verdict
    words: str
    findings: tuple[str, ...] = ()
    figures: Mapping[str, float | None] | None = None
    found: int = 0

    def told(self, most: int) -> tuple[str, ...]:
        """Some findings, and how many more there were."""
        first, more = self.findings[:most], self.found - min(most, len(self.findings))
        return (*first, f"and {more} more") if more > 0 else first

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
        """The first finding of every check, those of the worst first, and how many more there were."""
        ordered = sorted(self.checks, key=lambda one: -VERDICTS.index(one.verdict))
        return tuple(f"{one.name}: {', '.join(one.told(1))}" for one in ordered if one.findings)

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
    return Check(name, bad, findings[0], (*findings[:TOLD],), found=len(findings))
