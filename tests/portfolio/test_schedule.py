"""Decision days against pandas' own calendar arithmetic, and at the edges of the data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import EverySessions, load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.portfolio.schedule import decision_sessions
from tests.portfolio.markets import Market, config_of, panel_of

METALS_LEAD = Path(__file__).parents[2] / "configs" / "metals_lead.yaml"


@pytest.fixture(scope="module")
def sample() -> Panel:
    return build_panel(load(METALS_LEAD))


def days(panel: Panel, **changes: object) -> list[str]:
    config = config_of(1, **changes)
    return [str(day) for day in panel.sessions[decision_sessions(config, panel)]]


def panel_on(dates: list[str], following: str) -> Panel:
    count = len(dates)
    nothing = np.zeros(1)
    market = Market(
        np.ones((count, 1)), np.array([count]), np.ones(count), np.array([0]), np.ones((1, 1)), nothing, nothing
    )
    return replace(panel_of(market), sessions=np.array(dates, "datetime64[D]"), following=np.datetime64(following, "D"))


@pytest.mark.parametrize(("every", "period"), [("week_end", "W-SUN"), ("month_end", "M"), ("quarter_end", "Q")])
def test_the_last_session_of_each_period_as_pandas_counts_them(sample: Panel, every: str, period: str) -> None:
    index = pd.DatetimeIndex(sample.sessions)
    last = pd.Series(index, index).groupby(index.to_period(period)).max()
    # The sample goes on after `to`, but its last session here, 2012-12-31, ends month and quarter, not its week.
    expected = [str(day.date()) for day in last]
    expected = expected[:-1] if every == "week_end" else expected
    assert days(sample, every=every) == expected


def test_the_last_session_closes_its_period_only_if_the_next_day_is_in_another() -> None:
    dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-28"]
    assert days(panel_on(dates, "2024-02-29"), every="month_end") == ["2024-01-31"]
    assert days(panel_on(dates, "2024-03-01"), every="month_end") == ["2024-01-31", "2024-02-28"]


def test_a_week_runs_from_monday_to_sunday() -> None:
    dates = ["2023-12-29", "2023-12-31", "2024-01-02", "2024-01-05", "2024-01-08"]
    assert days(panel_on(dates, "2024-01-09"), every="week_end") == ["2023-12-31", "2024-01-05"]


def test_a_period_without_sessions_is_no_period() -> None:
    dates = ["2024-01-31", "2024-03-01"]
    assert days(panel_on(dates, "2024-03-04"), every="month_end") == ["2024-01-31"]


def test_from_is_the_first_day_that_may_decide(sample: Panel) -> None:
    assert days(sample, every="month_end", from_=dt.date(2012, 10, 31))[0] == "2012-10-31"
    assert days(sample, every="month_end", from_=dt.date(2012, 11, 1))[0] == "2012-11-30"
    assert days(sample, every="once", from_=dt.date(2012, 11, 3)) == ["2012-11-05"]
    assert days(sample, every="daily", from_=dt.date(2012, 12, 27))[:2] == ["2012-12-27", "2012-12-28"]


def test_every_n_sessions_counts_from_the_first_decision_so_that_more_history_moves_none() -> None:
    dates = [str(day) for day in np.arange("2024-01-01", "2024-01-20", dtype="datetime64[D]")]
    start = dt.date(2024, 1, 8)
    every = EverySessions(sessions=5)
    expected = ["2024-01-08", "2024-01-13", "2024-01-18"]
    assert days(panel_on(dates, "2024-01-20"), every=every, from_=start) == expected
    assert days(panel_on(dates[3:], "2024-01-20"), every=every, from_=start) == expected


def test_from_after_the_last_decision_day_names_the_days_there_are() -> None:
    dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-28"]
    with pytest.raises(ConfigError) as caught:
        days(panel_on(dates, "2024-02-29"), every="month_end", from_=dt.date(2024, 2, 2))
    assert str(caught.value).endswith(
        "found 2024-02-02, after the last decision day; expected a day from 2024-01-30 to 2024-01-31; "
        "give an earlier `from`, or data that go on"
    )
