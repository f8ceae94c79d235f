"""An engine or a source that leaks is caught too: faults planted where panels, sleeves, days and scores are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import decide
from engine.audit.invariant import futures
from engine.audit.moved import Both
from engine.audit.record import Check
from engine.audit.worlds import Worlds
from engine.backtest import backtest
from engine.config import Config
from engine.market import assemble, past, sleeves
from engine.market.past import Revealed
from engine.portfolio import asking, tranches
from engine.study.sensitive import delays, known
from tests.audit.world import DATA, config_of, market, series_file
from tests.desk import Desk

RISE = '"""Honest."""\n\n\ndef score(past):\n    one = past.{}\n    return float(one[-1] / one[-{}] - 1) * 20\n'
MOMENTUM, OTHER = RISE.format("sleeve('one')", 21), RISE.format("sleeve('two')", 21)
HOLES, LATE = RISE.format("asset('AAA')", 6), RISE.format("series('late')", 2)
LAST = '"""Honest."""\n\n\ndef score(past):\n    return float(past.series("late")[-1])\n'
BEHIND = '''\
"""Counts what shows behind an array."""
import numpy as np


def score(past):
    levels = past.sleeve("one")
    return float(np.isfinite(levels.base[len(levels) :]).sum())
'''


class ShiftsByADay(Revealed):
    """An engine whose today is tomorrow."""

    def reveal(self, session: int) -> None:
        super().reveal(min(session + 1, len(self.panel.sessions) - 1))

    def levels(self, kind: str, name: str, session: int) -> Any:
        return super().levels(kind, name, session + 1)[1:]


CHECKS: dict[str, Callable[[Both, Worlds], Check]] = {
    "future": futures,
    "known": known,
    "delay": lambda base, other: delays(base),
}


def check(config: Config, name: str) -> Check:
    """One check of the whole audit."""
    other = Worlds(config)
    return CHECKS[name](other.decided(), other)


def test_an_engine_that_is_a_day_ahead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    market(desk)
    config = config_of(desk, MOMENTUM)
    assert backtest(config).audit.verdict == "pass"
    monkeypatch.setattr(asking, "Revealed", ShiftsByADay)
    assert backtest(config).audit.verdict == "fail"


def test_buffers_that_show_tomorrow_behind_their_views(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    market(desk)
    config = config_of(desk, BEHIND)
    assert backtest(config).audit.verdict == "pass"
    monkeypatch.setattr(ShiftsByADay, "levels", Revealed.levels)
    monkeypatch.setattr(asking, "Revealed", ShiftsByADay)
    assert backtest(config).audit.verdict == "fail"


def filled_backwards(values: Any) -> Any:
    return pd.DataFrame(values).bfill().ffill().to_numpy()


def volatility_of_all(returns: Any, lookback: int) -> Any:
    return np.broadcast_to(1.0 / np.nanstd(returns, axis=0), returns.shape).copy()


def a_session_early(rule: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *asked: np.maximum(rule(*asked) - 5, 0)


def before_falls(rule: Callable[..., Any]) -> Callable[..., Any]:
    def days(config: Any, panel: Any) -> Any:
        planned = rule(config, panel)
        after = panel.known[np.minimum(planned + 5, len(panel.sessions) - 1), 2] / panel.known[planned, 2]
        return planned[after > 0.99]

    return days


def scaled_by_all(rule: Callable[..., Any]) -> Callable[..., Any]:
    def scores(asked: Any) -> Any:
        found, said = rule(asked)
        return replace(found, values=found.values / np.nanstd(found.values)), said

    return scores


PLANTED = {
    "filled backwards": (past, "carry", lambda rule: filled_backwards, HOLES),
    "parts by the volatility of all": (sleeves, "_inverse_volatility", lambda rule: volatility_of_all, OTHER),
    "known before it was": (assemble, "visible_from", a_session_early, LATE),
    "decides before falls only": (tranches, "decision_sessions", before_falls, MOMENTUM),
    "scores scaled by all of them": (decide, "score_decisions", scaled_by_all, MOMENTUM),
}


@pytest.mark.parametrize("name", PLANTED)
def test_an_engine_that_needs_the_future(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, function, leak, source = PLANTED[name]
    market(desk)
    config = config_of(desk, source)
    assert check(config, "future").verdict == "pass"
    monkeypatch.setattr(module, function, leak(getattr(module, function)))
    found = check(config, "future")
    assert found.verdict == "fail"
    assert "scrambled" in " ".join(found.findings) or "cut off" in " ".join(found.findings)


def known_as(rule: str) -> str:
    return DATA.replace("{lag_days: 3}", rule)


def test_a_late_series_used_on_its_own_day(desk: Desk) -> None:
    """The file dates each value on the day it is about, as if it were known then; it is known a session later."""
    market(desk)
    frame = pd.read_csv("prices.csv", index_col="date", parse_dates=True).CCC
    after = (frame.shift(-2) / frame.shift(-1) - 1).fillna(0.0) * 100
    desk.text(series_file({"x": list(after), "y": list(after)}, frame.index), "values.csv")
    daily: dict[str, object] = {"every": "daily", "tilt": "{two: {over: 0.4, under: 0.4, from: one}}"}
    same_day = check(config_of(desk, LAST, data=known_as("{lag_sessions: 0}"), **daily), "known")
    assert same_day.verdict == "warn"
    assert "gone when all it sees is known a session later" in same_day.findings[0]
    assert same_day.figures is not None
    assert (same_day.figures["active_return"] or 0.0) > 0.1 > (same_day.figures["known_1_later"] or 0.0)
    later = check(config_of(desk, LAST, data=known_as("{lag_sessions: 1}"), **daily), "known")
    assert later.verdict == "pass"


def test_what_it_earned_is_gone_when_it_trades_a_session_later(desk: Desk) -> None:
    market(desk)
    frame = pd.read_csv("prices.csv", index_col="date", parse_dates=True).CCC
    after = (frame.shift(-2) / frame.shift(-1) - 1).fillna(0.0) * 100
    desk.text(series_file({"x": list(after)}, frame.index), "values.csv")
    config = config_of(
        desk, LAST, data=known_as("{lag_sessions: 0}"), every="daily", tilt="{two: {over: 0.4, under: 0.4, from: one}}"
    )
    found = check(config, "delay")
    assert found.verdict == "warn"
    assert found.figures is not None
    assert [*found.figures] == ["active_return", *(f"traded_{k}_later" for k in (1, 2, 3, 4, 5))]


def test_values_known_before_their_own_day(desk: Desk) -> None:
    market(desk)
    days = pd.bdate_range("2020-01-01", periods=400)
    text = "date,known,x\n" + "".join(
        f"{day.date()},{(day - pd.Timedelta(days=2)).date()},{1 + i % 7}\n" for i, day in enumerate(days)
    )
    desk.text(text, "values.csv")
    found = check(config_of(desk, LATE, data=known_as("{column: known}")), "known")
    assert found.verdict == "warn"
    assert found.findings[0].startswith("values.x: 3")
    assert "values are seen before their own day" in found.findings[0]


def test_months_dated_on_the_first_and_known_within_the_month(desk: Desk) -> None:
    market(desk)
    firsts = pd.date_range("2019-06-01", "2021-06-01", freq="MS")
    desk.text(series_file({"x": [float(i % 5 + 1) for i in range(len(firsts))]}, firsts), "values.csv")
    within = check(config_of(desk, LATE, data=known_as("{lag_days: 1}")), "known")
    assert within.verdict == "warn"
    assert "is it the month they describe?" in within.findings[0]
    after = known_as("{month_end_plus_business_days: 3}")
    assert check(config_of(desk, LATE, data=after), "known").verdict == "pass"
