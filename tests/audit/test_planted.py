"""Every planted fault is caught, by the check that is about it: most of them by the short audit of every run."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audit.record import Audit
from engine.backtest import backtest
from engine.study.audit import audit
from tests.audit.faults import (
    ELSEWHERE,
    HANGS_ON,
    LOOKS_AHEAD,
    LOOKS_ASIDE,
    LOOKS_AT_THE_CLOCK,
    REMEMBERS,
    Fault,
)
from tests.audit.world import config_of, market
from tests.desk import Desk

SEEN_AT_ONCE = [*LOOKS_AHEAD, *LOOKS_ASIDE, *LOOKS_AT_THE_CLOCK, *REMEMBERS]
EVERY = [*SEEN_AT_ONCE, *ELSEWHERE, *HANGS_ON]
DAY = r"20\d\d-\d\d-\d\d, strategies/mine\.py"
LINE = r"strategies/(mine|helper_\w+)\.py:\d+: it "


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """What a planted fault leaves in numpy and in the interpreter is no other test's."""
    errors, depth = np.geterr(), sys.getrecursionlimit()
    yield
    np.seterr(**errors)
    sys.setrecursionlimit(depth)


def accusing(found: Audit) -> set[str]:
    return {one.name for one in found.checks if one.verdict in ("warn", "fail")}


def test_the_catalogue_is_long_and_each_fault_is_named_once() -> None:
    names = [one.name for one in EVERY]
    assert len(names) >= 30
    assert len(names) == len(set(names))


@pytest.mark.parametrize("fault", SEEN_AT_ONCE, ids=str)
def test_a_run_accuses(desk: Desk, fault: Fault) -> None:
    market(desk)
    result = backtest(config_of(desk, fault.source, fault.files, **fault.changes))
    assert accusing(result.audit) & set(fault.checks)
    assert result.audit.verdict == "fail"
    assert result.audit.asked <= 20
    (check, *_) = [one for one in result.audit.checks if one.name in fault.checks and one.findings]
    assert re.match(LINE if check.name == "inputs" else DAY, check.findings[0])
    assert result.judgement.caveats[0].startswith("the audit failed: ")


@pytest.mark.parametrize("fault", [*ELSEWHERE, *HANGS_ON], ids=str)
def test_the_whole_audit_accuses(desk: Desk, fault: Fault) -> None:
    market(desk)
    config = config_of(desk, fault.source, fault.files, **fault.changes)
    found = audit(config, elsewhere="process" in fault.checks)
    assert accusing(found) & set(fault.checks)
    assert any("strategies/mine.py" in one or "basis point" in one for one in found.findings)


@pytest.mark.heavy
@pytest.mark.parametrize("fault", EVERY, ids=str)
def test_the_whole_audit_accuses_every_one(desk: Desk, fault: Fault) -> None:
    market(desk)
    found = audit(config_of(desk, fault.source, fault.files, **fault.changes))
    assert accusing(found) & set(fault.checks)


@pytest.mark.parametrize("name", ["a thread that nobody watches", "threads of a pool"])
def test_of_a_thread_it_is_said_what_was_seen_and_what_to_do(desk: Desk, name: str) -> None:
    """By choice a strategy that starts one fails, whatever the thread does: these two add nothing to a constant."""
    market(desk)
    (fault,) = [one for one in LOOKS_ASIDE if one.name == name]
    found = backtest(config_of(desk, fault.source)).audit
    line = next(n for n, text in enumerate(fault.source.splitlines(), 1) if ".start()" in text or ".submit(" in text)
    (inputs,) = [one for one in found.checks if one.verdict == "fail"]
    words = "it starts a thread: what it does there nobody sees, and no decision needs one; do the work in the function"
    # The pool's library also looks at a clock on that line, sooner or later.
    assert any(one.startswith(f"strategies/mine.py:{line}: {words} itself (_thread.start_") for one in inputs.findings)
