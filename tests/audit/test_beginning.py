"""Other beginnings: what is judged, what is told alone, and that the words do not contradict the verdict."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from engine.audit.beginning import LEFT_OUT, classified, starts
from engine.audit.moved import Moved
from engine.audit.record import Audit, Check, worst
from engine.audit.worlds import Worlds
from engine.results.audits import Audited
from engine.results.terminal import put_drawn
from tests.audit.clean import CLEAN
from tests.audit.world import config_of, market
from tests.desk import Desk


def differing(was: list[float], now: list[float]) -> Moved:
    days = np.datetime64("2020-01-01") + np.arange(len(was))
    ours, theirs = np.array(was)[:, None], np.array(now)[:, None]
    return Moved(days, ("score of one",), ours, theirs, ours != theirs)


#: 300 scores, half of them 1 and half -1: their standard deviation is 1.
SCORES = [1.0, -1.0] * 150


@pytest.mark.parametrize(
    ("now", "verdict", "words"),
    [
        (SCORES, "pass", "every decision is the same"),
        ([*SCORES[:297], 5.0, 5.0, 5.0], "pass", "all but 3 of 300 decisions are the same"),
        ([one + 0.2 for one in SCORES], "told",
         "100% of decisions differ, late ones hardly: told, not judged, as it learns from all of its past"),
        ([one + 9.0 for one in SCORES[:200]] + SCORES[200:], "told",
         "67% of decisions differ, late ones hardly: told, not judged, as it learns from all of its past"),
        ([one + 0.21 for one in SCORES], "warn",
         "100% of decisions differ, late ones too: it hangs on where the data begin"),
    ],
)  # fmt: skip
def test_differences_are_judged_by_how_much_late_decisions_miss_the_beginning(
    now: list[float], verdict: str, words: str
) -> None:
    assert classified(differing(SCORES, now)) == (verdict, words)


def start_of(desk: Desk, source: str) -> Check:
    market(desk)
    config = config_of(desk, source)
    other = Worlds(config)
    return starts(other.decided(), other)


def test_who_learns_from_all_of_its_past_is_told_as_such_and_not_called_passed(desk: Desk) -> None:
    (mean,) = [one for one in CLEAN if one.name == "the mean of all the past"]
    found = start_of(desk, mean.source)
    assert (found.verdict, found.findings) == ("told", ())
    shares = [*(found.figures or {}).values()]
    assert len(shares) == 2
    assert shares[1] == 1.0
    assert found.words.endswith("100% of decisions differ: told, not judged, as it is without half of its past")
    assert json.loads(json.dumps(found.as_json()))["verdict"] == "told"


def test_who_looks_back_a_month_passes_and_who_counts_sessions_is_warned_of(desk: Desk) -> None:
    (momentum,) = [one for one in CLEAN if one.name == "momentum"]
    same = start_of(desk, momentum.source)
    assert same.verdict == "pass"
    assert re.sub(r"\d{4}-\d\d-\d\d", "DAY", same.words) == "; ".join(
        ["without the data before DAY every decision is the same"] * 2
    )
    counts = start_of(desk, '"""Counts."""\n\n\ndef score(past):\n    return past.session / 100\n')
    assert counts.verdict == "warn"
    assert "late ones too" in counts.words


def test_what_is_told_alone_is_no_worse_than_what_passed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert worst("pass", "told") == "pass"
    assert worst("told", "none") == "told"
    audit = Audit((Check("future", "pass", "the same"), Check("start", "told", "it learns")), 3)
    assert audit.as_json()["verdict"] == "pass"
    put_drawn(Audited(config_of(desk, '"""Zero."""\n\n\ndef score(past):\n    return 0.0\n'), audit))
    said = capsys.readouterr().out
    assert "\nstart   told  it learns\n" in said
    assert "\nThe audit passed: " in said


def test_what_passed_in_part_and_changes_without_half_of_its_past_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {LEFT_OUT[0]: differing(SCORES, SCORES), LEFT_OUT[1]: differing(SCORES, [one + 9 for one in SCORES])}
    day = np.datetime64("2020-03-02")
    monkeypatch.setattr("engine.audit.beginning._begun_later", lambda base, other, part: (day, found[part]))
    check = start_of(desk, '"""Zero."""\n\n\ndef score(past):\n    return 0.0\n')
    assert (check.verdict, check.findings) == ("told", ())
    assert check.words == (
        "without the data before 2020-03-02 every decision is the same; without the data before 2020-03-02 100% of "
        "decisions differ: told, not judged, as it is without half of its past"
    )
