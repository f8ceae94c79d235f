"""`walk_forward:` in a file: what it may say, and every fault of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.config.walk_forward import PurgedSplits, WalkForward
from engine.errors import ConfigError
from engine.study.walk.study import walk_forward_of
from tests.desk import Desk

SWEEP = "sweep: {over: {stance.enter: [0.5, 1]}}\n"
GOOD = "{train_sessions: 60, test_sessions: 40, embargo_sessions: 5}"


def written(desk: Desk, block: str, sweep: str = SWEEP, **changes: object) -> Path:
    desk.config(**changes)
    desk.text(f"base: a.yaml\nwalk_forward: {block}\n{sweep}", "walk.yaml")
    return Path("walk.yaml")


def test_windows_in_years_and_in_sessions(desk: Desk) -> None:
    config = load(written(desk, "{train_years: 8, test_sessions: 100}", sessions_per_year=250))
    assert config.study == "walk_forward"
    asked = config.walk_forward
    assert isinstance(asked, WalkForward)
    assert (asked.sessions(config.sessions_per_year), asked.anchored, asked.embargo_sessions) == (
        (2000, 100),
        False,
        21,
    )
    assert {*config.studied()} == {"sweep", "walk_forward"}


def test_groups_and_how_many_combinations_they_have(desk: Desk) -> None:
    asked = load(written(desk, "{groups: 8, test_groups: 2}")).walk_forward
    assert isinstance(asked, PurgedSplits)
    assert asked.splits == 28
    assert PurgedSplits(groups=16, test_groups=8).splits == 12_870


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "{train_years: 1, train_sessions: 9, test_years: 1}",
            "walk_forward: found both `train_years` and `train_sessions`; expected one of the two; write for example "
            "`train_years: 8`",
        ),
        (
            "{train_years: 1}",
            "walk_forward: found neither `test_years` nor `test_sessions`; expected one of the two; write for example "
            "`test_years: 2`",
        ),
        (
            "{train_years: 1, test_years: 1, embargo_sessions: -1}",
            "walk_forward.embargo_sessions: found the number -1; expected a number of at least 0; change the number",
        ),
        (
            "{train_years: 0, test_years: 1}",
            "walk_forward.train_years: found the number 0; expected a number above 0; change the number",
        ),
        ("{groups: 2, test_groups: 2}", "so that some are left to learn from; write for example 1"),
        (
            "{groups: 4, test_groups: 4}",
            "walk_forward.test_groups: found 4 test groups; expected fewer than the 4 groups, so that some are left to "
            "learn from; write for example 2",
        ),
        (
            "{groups: 40, test_groups: 20}",
            "walk_forward.groups: found 137,846,528,820 combinations; expected at most 13,000; take fewer groups",
        ),
        (
            "{groups: 4, test_groups: 2, train_years: 1}",
            "walk_forward.train_years: found `groups` beside `train_years`; expected windows or groups, not both; "
            "remove `train_years`",
        ),
        (
            "8",
            "walk_forward: found the number 8; expected windows, or groups of a combinatorial split; write for example "
            "{train_years: 8, test_years: 2}",
        ),
        (
            "{train_years: 1, test_years: 1, embargo: 3}",
            "walk_forward.embargo: found an unknown key; expected a key that has a meaning here; did you mean "
            "`embargo_sessions`?",
        ),
    ],
)
def test_a_wrong_block_is_told(desk: Desk, block: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(desk, block))
    assert message in str(caught.value)
    assert str(caught.value).startswith("walk.yaml:2:")
    assert len(str(caught.value).splitlines()) == 1


CHOSEN = (
    "`strategy`, `with`, `blend`, `stance`, `tilt`, `brake`, `limits.asset`, `limits.sleeve`, `every`, `offset` or "
    "`rebalance`"
)


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (
            "",
            "walk.yaml:2:15: walk_forward: found a walk-forward without a `sweep`; expected a `sweep` beside it, to "
            "choose from; add for example `sweep: {over: {with.lookback: [126, 252]}}`",
        ),
        (
            "sweep: {over: {trade.after: [1, 2]}}",
            "walk.yaml:3:29: sweep.over.trade.after: found `trade.after`, which one run has one of; expected "
            f"{CHOSEN}; leave it out; a plain `sweep` may vary it",
        ),
        (
            "sweep: {over: {limits.cash_floor: [0, 0.1]}}",
            "found `limits.cash_floor`, which one run has one of; expected",
        ),
        (
            "sweep: {over: {rebalance: [on_change, {band: 0.1}]}}",
            "walk.yaml:3:27: sweep.over.rebalance: found a band, which one run has one of; expected `every_decision` "
            "and `on_change`, over a base without a band; leave it out; a plain `sweep` may vary it",
        ),
    ],
)
def test_what_one_run_cannot_choose_is_told(desk: Desk, sweep: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(desk, GOOD, sweep))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "{train_sessions: 250, test_sessions: 40}",
            "walk.yaml:2:32: walk_forward.train_sessions: found a first choice after 271 sessions of training and "
            "embargo, where the data have 261; expected windows that leave sessions to test on; train on less, or give "
            "an earlier `from`",
        ),
        (
            "{train_years: 0.5, test_sessions: 8}",
            "walk.yaml:2:49: walk_forward.test_sessions: found a test window from 2021-02-02 to 2021-02-12 in which "
            "nothing is decided",
        ),
        (
            GOOD.replace("}", ", choose_by: sharp}"),
            "walk_forward.choose_by: found `sharp`; expected a metric: total_return,",
        ),
        (
            GOOD.replace("}", ", choose_by: timing}"),
            "walk_forward.choose_by: found `timing`, which no training window knows; expected a metric:",
        ),
        (
            GOOD.replace("}", ", choose_by: beta}"),
            "walk_forward.choose_by: found `beta`, of which neither more nor less is better; expected a metric:",
        ),
        (
            GOOD.replace("}", ", choose_by: sortino}"),
            "",
        ),
    ],
)
def test_what_only_the_data_tell(desk: Desk, block: str, message: str) -> None:
    path = written(desk, block)
    if not message:
        assert walk_forward_of(load(path)).metric == "sortino"
        return
    with pytest.raises(ConfigError) as caught:
        walk_forward_of(load(path))
    assert message in str(caught.value)


def test_too_many_candidates_are_refused_before_any_runs(desk: Desk) -> None:
    sweep = "sweep: {over: {stance.enter: {from: 0.5, to: 3, count: 2001}}}\n"
    with pytest.raises(ConfigError, match=r"sweep\.over: found 2,001 variants, each of which is run and kept whole"):
        walk_forward_of(load(written(desk, GOOD, sweep)))


def test_where_no_candidate_runs_the_first_reason_is_told(desk: Desk) -> None:
    desk.text("def score(past, *, level: float = 1.0):\n    return 1.0 / (level - 2.0)\n", "strategies/fails.py")
    sweep = "sweep: {over: {with.level: [2.0]}}\n"
    with pytest.raises(
        ConfigError, match=r"found 1 variant, of which none runs; .* the first one fails at once: .*ZeroDivisionError"
    ):
        walk_forward_of(load(written(desk, GOOD, sweep, strategy="fails")))


def test_a_base_with_a_band_cannot_let_go_of_it_in_one_run(desk: Desk) -> None:
    words = "sweep: {over: {rebalance: [every_decision, on_change]}}"
    with pytest.raises(ConfigError) as caught:
        load(written(desk, GOOD, words, rebalance="{band: 0.1}"))
    assert "walk.yaml:3:27: sweep.over.rebalance: found a band, which one run has one of" in str(caught.value)
    assert load(written(desk, GOOD, words, rebalance="on_change")).study == "walk_forward"
