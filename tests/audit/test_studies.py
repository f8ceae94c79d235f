"""The audit of sweeps and walk-forwards: leaks planted at the seams, and in a variant, are caught; honest ones pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.audit.record import Audit, Check
from engine.config import Config, load
from engine.study import audit_study as audited
from engine.study.audit_study import asked_again, audit_study, seams
from engine.study.walk import forward
from tests.desk import Desk
from tests.results.command import Command

TREND = '''"""Honest."""


def score(past, *, window: int = 20):
    levels = past.sleeve("one")
    return 100 * (levels[-1] / levels[-window] - 1)
'''
PEEK = '''"""Honest while `ahead` is 0."""


def score(past, *, ahead: int = 0):
    levels, t = past.sleeve("one"), past.session
    whole = past._revealed.sleeves["one"].levels if ahead else levels
    return 100 * (whole[min(t + ahead, len(whole) - 1)] / whole[t - 20 * (not ahead)] - 1)
'''
WALK = "base: a.yaml\nwalk_forward: {windows}\nsweep: {{over: {over}}}\n"
WINDOWS = "{train_sessions: 120, test_sessions: 60, embargo_sessions: 7}"
HONEST = "{with.window: [5, 20, 45], stance.enter: [0.5, 3]}"
PEEKS = "{with.ahead: [0, 20]}"


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


def study(desk: Desk, over: str = HONEST, windows: str = WINDOWS) -> Config:
    desk.text(PEEK if over == PEEKS else TREND, "strategies/trend.py")
    desk.config(
        strategy="trend", every="week_end",
        stance="{rule: proportional, full_at: 5}" if over == PEEKS else "{rule: threshold, enter: 1, exit: 0}",
        from_="2020-04-30", to="2021-06-30",
    )  # fmt: skip
    desk.text(WALK.format(windows=windows, over=over), "walk.yaml")
    desk.text(f"base: a.yaml\nsweep: {{over: {over}}}\n", "sweep.yaml")
    return load("walk.yaml")


def test_an_honest_walk_passes(desk: Desk) -> None:
    found, chosen = seams(study(desk))
    assert (found.verdict, found.findings) == ("pass", ())
    assert found.words.startswith("with all after 3 of 3 choices scrambled, or cut off 2 sessions")
    assert len(chosen) == 3
    anchored = study(desk, windows="{train_sessions: 90, test_sessions: 40, anchored: true}")
    assert seams(anchored)[0].verdict == "pass"


Rule = Callable[..., Any]


def trained_on_the_test(rule: Rule) -> Rule:
    return lambda *given: tuple(replace(fold, end=fold.until) for fold in rule(*given))


def without_the_embargo_and_a_day_more(rule: Rule) -> Rule:
    return lambda *given: tuple(replace(fold, end=fold.known + 1) for fold in rule(*given))


def windows_from_the_end(rule: Rule) -> Rule:
    """As many whole test windows as there are, the last of which ends with the data."""

    def folds(begin: int, last: int, train: int, test: int, embargo: int, anchored: bool) -> Any:
        return rule(begin + (last - begin - train - embargo) % test, last, train, test, embargo, anchored)

    return folds


def of_the_whole_run(rule: Rule) -> Rule:
    return lambda metric, track, beside, first, last: rule(metric, track, beside, first, beside.total - 1)


def a_choice_too_early(rule: Rule) -> Rule:
    """Whoever is chosen decides from a test window before on."""

    def pieces(candidates: Any, folds: Any, chosen: Any) -> Any:
        first, *others = rule(candidates, folds, chosen)
        return [first, *((since - 60, one) for since, one in others)]

    return pieces


def who_does_best_from_now_on(rule: Rule) -> Rule:
    def chosen(candidates: Any, asked: Any, folds: Any, inside: Any, metric: str) -> Any:
        ahead = forward._figures(candidates, metric, [(fold.known, fold.until) for fold in folds])
        return rule(candidates, asked, folds, ahead, metric)

    return chosen


LEAKS = {
    "trained on the test window": ("folds_of", trained_on_the_test),
    "trained a day beyond the choice": ("folds_of", without_the_embargo_and_a_day_more),
    "windows counted from the end": ("folds_of", windows_from_the_end),
    "chosen by the whole run": ("figure_between", of_the_whole_run),
    "in force before it was chosen": ("pieces_of", a_choice_too_early),
    "chosen by the test window": ("_chosen", who_does_best_from_now_on),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_at_the_seams_is_caught(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    function, leak = LEAKS[name]
    monkeypatch.setattr(forward, function, leak(getattr(forward, function)))
    found, _ = seams(study(desk))
    assert found.verdict == "fail"
    assert "scrambled" in found.findings[0] or "cut off" in found.findings[0]
    assert found.findings[0][:8] in ("2020-10-", "2020-11-", "2020-12-", "2021-01-", "2021-02-", "2021-03-", "2021-04-")


def test_a_variant_that_peeks_is_caught_though_the_run_as_written_does_not(desk: Desk) -> None:
    config = study(desk, PEEKS)
    found, chosen = seams(config)
    assert found.verdict == "fail"
    assert 1 in chosen
    again = asked_again(config, chosen)
    by_name = {one.name: one for one in again.checks}
    assert by_name["future"].verdict == by_name["inputs"].verdict == "fail"
    assert by_name["future"].findings[0].endswith(" (variant 1)")


def by_name(found: Audit) -> dict[str, Check]:
    return {one.name: one for one in found.checks}


def test_the_whole_audit_has_the_checks_of_the_run_too(desk: Desk) -> None:
    found = by_name(audit_study(study(desk), elsewhere=False))
    names = ["future", "seams", "state", "inputs", "start", "labels", "units", "known", "noise", "delay"]
    assert [*found] == names
    assert {one.verdict for one in found.values()} <= {"pass", "none", "warn"}
    assert found["future"].words.startswith("120 decisions of 6 variants asked again on their own days")
    sweep = audit_study(load("sweep.yaml"), elsewhere=False)
    assert [*by_name(sweep)] == [name for name in names if name != "seams"]
    assert by_name(audit_study(study(desk, PEEKS), elsewhere=False))["seams"].verdict == "fail"
    assert by_name(audit_study(load("sweep.yaml"), elsewhere=False))["future"].verdict == "fail"


def test_of_many_variants_some_are_asked_those_that_were_chosen_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited, "VARIANTS", 3)
    study(desk, "{with.window: [5, 10, 20, 30, 40], tilt.one.over: [0.1]}")
    said: list[str] = []
    found = asked_again(load("sweep.yaml"), (3, 3), said.append)
    assert said == ["asking variant 3 again", "asking variant 0 again", "asking variant 2 again"]
    assert found.asked == 60
    assert found.checks[0].words.startswith("60 decisions of 3 variants")


def test_a_variant_that_does_not_run_has_nothing_to_ask(desk: Desk) -> None:
    study(desk, "{tilt.one.over: [0.1, 0.95]}")
    found = asked_again(load("sweep.yaml"))
    assert (found.asked, found.verdict) == (20, "pass")


def test_purged_splits_have_no_seams(desk: Desk) -> None:
    found, chosen = seams(study(desk, windows="{groups: 4, test_groups: 2, embargo_sessions: 5}"))
    assert (found.verdict, chosen) == ("none", ())
    assert found.words.startswith("purged splits")


def test_the_command_audits_studies_that_are_made_of_runs(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (Check("future", "pass", "as good as new"), Check("seams", "fail", "torn", ("torn",), found=1))
    asked: list[str] = []

    def answered(config: Config, saying: object) -> Audit:
        asked.append(str(config.study))
        return Audit(checks, 7)

    monkeypatch.setattr("engine.results.audits.audit_study", answered)
    study(desk)
    said = overweight("audit walk.yaml")
    assert said.code == 1
    assert "seams   fail  - torn" in said.out
    assert "From `process` on it is the run as it is written." in said.out
    assert overweight("audit sweep.yaml --json").json["checks"][1]["findings"] == ["torn"]
    assert asked == ["walk_forward", "sweep"]
