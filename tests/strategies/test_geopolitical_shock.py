"""The sign of geopolitical shocks is learnt: it flips after the truth flips, never before, and not where there is none.

On made markets with two shocks a year that each move miners by a tenth, the other way from 2003 on, the sign learnt
from the last 8 shocks followed after 3 to 5 of them, that from 12 after 5 to 7 (seeds 1 to 3); half of N and one more
is what `shocks_until_flip` says of a mean of N. The genuine index has 1.6 shocks a year at 2.5 deviations, its threats
and its acts 1.0 each (1988 to 2026): 3 to 5 years for a mean of 8, 4 to 7 for one of 12.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from engine.result import Result
from engine.results.summary import Summary
from engine.signals import changing_response, shocks_until_flip, weeks_until_flip
from engine.trials import Tried
from tests.desk import Desk

ROOT = Path(__file__).parents[2]
FLIP = "2003-01-06"
LEARNT = (
    "{series: index, respond: miners, market: equities, metals: metals, shock: 3.5, over_sessions: 10, learn_from: 8}"
)
WEEKLY = "{series: index, respond: miners, market: equities, metals: metals, shock: 3.5, learn: weekly}"
GPR = "gpr: {source: made, shocks_of: prices, known: {weekday: monday, after_days: 1}}"


def made_run(desk: Desk, effect: str, seed: int = 1, learnt: str = LEARNT, sessions: int = 8820) -> pd.Series:
    """The learnt strength at each shock, by the day of the decision that saw it first."""
    scores = made_result(desk, effect, seed, learnt, sessions).opinions["score miners"]
    return scores[scores.diff().ne(0) & scores.notna()]


def made_result(desk: Desk, effect: str, seed: int = 1, learnt: str = LEARNT, sessions: int = 8820) -> Result:
    market = f"prices: {{source: made, seed: {seed}, sessions: {sessions}, effect: {effect}}}"
    return desk.run(
        strategy="geopolitical_shock",
        with_=learnt,
        hold="{miners: [miner_1, miner_2, miner_3], equities: [equity_1, equity_2, equity_3, equity_4, equity_5]}",
        watch="{metals: [metal_1, metal_2], index: {series: gpr.GPRD}}",
        policy="{miners: 0.1, equities: 0.9}",
        stance="{rule: impulse, hold_sessions: 21}",
        tilt="{miners: {over: 0.1, from: equities}}",
        every="week_end",
        from_="1990-01-05",
        to=None,
        data=f"{{{market}, {GPR}}}",
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sign_follows_a_flip_within_half_of_the_shocks_it_learns_from(desk: Desk, seed: int) -> None:
    found = made_run(desk, f"{{shocks: {{move: -0.10, flips_on: {FLIP}}}}}", seed)
    before, after = found[:FLIP], found[FLIP:]
    assert (before < 0).all()
    assert len(before) > 10
    turned = int(np.flatnonzero(after > 0)[0])
    # The shock that is being answered has taught nothing yet.
    assert 1 <= turned <= shocks_until_flip(np.full(8, -0.1)) + 1
    assert (after.iloc[turned + 1 :] > 0).mean() > 0.9
    assert after.iloc[-5:].mean() > 1


def test_before_the_flip_nothing_tells_that_it_comes(desk: Desk) -> None:
    flipping = made_run(desk, f"{{shocks: {{move: -0.10, flips_on: {FLIP}}}}}")
    staying = made_run(desk, "{shocks: {move: -0.10}}")
    pd.testing.assert_series_equal(flipping[:FLIP], staying[:FLIP], check_exact=True)
    assert (staying < 0).mean() > 0.95


def test_the_weekly_form_learns_the_sign_too_and_slower(desk: Desk) -> None:
    found = made_run(desk, f"{{shocks: {{move: -0.10, flips_on: {FLIP}}}}}", 2, WEEKLY)
    assert (found["1995":FLIP] < 0).all()
    assert (found["2014":] > 0).all()


def test_the_result_says_after_how_many_shocks_and_years_the_sign_would_flip(desk: Desk) -> None:
    result = made_result(desk, "{shocks: {move: -0.10}}")
    said = result.outlook.said
    seen = made_run(desk, "{shocks: {move: -0.10}}")
    # Shocks that were scored come at the same rate as all of them, from the first that had eight before it.
    years = (seen.index[-1] - seen.index[0]).days / 365.25
    assert said["shocks a year"] == pytest.approx((len(seen) - 1) / years, rel=0.15)
    # Answers are alike: half of the eight and one more turn them.
    assert said["shocks until the sign would flip"] in (4.0, 5.0)
    assert said["years until the sign would flip"] == pytest.approx(
        float(said["shocks until the sign would flip"] or 0) / float(said["shocks a year"] or 0)
    )
    assert str(said["learnt from"]).startswith("the last 8 shocks, mean answer -")
    with (console := Console(width=120)).capture() as captured:
        console.print(Summary(result, Tried(1, None)))
    assert "shocks until the sign would flip: " in captured.get()


def test_a_week_teaches_from_the_session_on_which_it_is_over() -> None:
    """A change seen on session 5 can be acted on from the close of session 6; the five sessions after end with 11."""
    weekly = runpy.run_path(str(ROOT / "strategies" / "geopolitical_shock.py"))["weekly"]
    levels = np.exp(np.arange(24.0) ** 2).reshape(-1, 1)
    changes = np.full(24, np.nan)
    changes[[0, 5]] = 0.1, 0.2
    moves, seen = weekly([levels[:12, 0]], changes[:12])
    np.testing.assert_allclose(moves[:, 0], [6.0**2 - 1, 11.0**2 - 6**2])
    assert seen.tolist() == [0.1, 0.2]
    assert weekly([levels[:11, 0]], changes[:11])[1].tolist() == [0.1]


def test_a_discounted_mean_turns_when_the_formula_says(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    for half_life, before in ((52.0, 900), (156.0, 400), (30.0, 40)):
        turned = weeks_until_flip(before, half_life)
        assert 0 < turned <= half_life
        for off, sign in ((-2, 1.0), (2, -1.0)):
            weeks = before + round(turned) + off
            # The same two changes in turn, up and down by as much: every week brings as much news as any other.
            changes = np.where(np.arange(weeks) % 2, 1.0, -1.0)
            own = changes * np.where(np.arange(weeks) < before, 0.01, -0.01) + rng.normal(0, 1e-6, weeks)
            found = changing_response(own, changes, np.empty((weeks, 0)), half_life=half_life, prior=0.02)
            assert np.sign(found.mean) == sign, (half_life, before, off)


def test_what_is_too_little_to_learn_from_is_said(desk: Desk) -> None:
    said = made_result(desk, "none", learnt=LEARNT.replace("8}", "500}"), sessions=4000).outlook.said
    assert list(said) == ["learnt from"]
    assert str(said["learnt from"]).endswith("shocks before the last: it takes 500")
    said = made_result(desk, "none", learnt=LEARNT.replace("shock: 3.5", "shock: 99"), sessions=4000).outlook.said
    assert said == {"learnt from": "no shock so far"}


@pytest.mark.parametrize("learnt", [LEARNT, WEEKLY], ids=["shocks", "weekly"])
def test_where_shocks_do_nothing_no_sign_is_sure(desk: Desk, learnt: str) -> None:
    found = pd.concat([made_run(desk, "none", seed, learnt, sessions=5000) for seed in (2, 3)])
    assert len(found) > 20
    assert abs(found.mean()) < 0.5
    assert (found.abs() > 1).mean() < 0.25


def test_dated_events_count_from_the_session_on_which_they_were_known(desk: Desk) -> None:
    days = pd.bdate_range("2020-01-02", periods=400)
    rows = [f"{day:%Y-%m-%d},1,1" for day in days[[260, 270, 300, 330, 370]]]
    desk.text("\n".join(["date,sign,strength", *rows]) + "\n", "calendar.csv")
    result = desk.run(
        strategy="geopolitical_shock",
        with_="{series: shocks, respond: one, market: two, rule: level, shock: 1, learn_from: 2, apart: 21}",
        watch="{shocks: {series: calendar.strength}}",
        data="{prices: {source: files, path: prices.csv}, calendar: {source: events, path: calendar.csv}}",
        stance="{rule: impulse, hold_sessions: 10}",
        every="daily",
    )
    scores = result.opinions["score one"]
    # The second came ten sessions after the first and is none of its own; of the third only one is over by the fourth.
    sessions = result.panel.sessions.astype("datetime64[D]")
    fourth = np.datetime64(str(days[330].date()))
    assert scores[: str(fourth)].isna().all()
    first = scores.first_valid_index()
    assert np.searchsorted(sessions, np.datetime64(first, "D")) == np.searchsorted(sessions, fourth) + 1
    stance = result.opinions["stance one"]
    assert int((stance != 0).sum()) in (10, 20)
