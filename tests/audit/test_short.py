"""The short audit of every run: what it is worth, what it costs, and that it leaves no trace."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.audit.answers import Recall, by_signal, difference
from engine.audit.short import MOST
from engine.audit.twin import BY_SESSION, twin_of
from engine.audit.watch import _WATCHING
from engine.backtest import backtest
from engine.config import load
from engine.decide import set_up
from engine.signals import Score
from tests.audit.world import config_of, market
from tests.desk import Desk

HISTORY = '''\
"""Its own past, counted where all modules can see it."""
import sys
from engine.signals import momentum, z_score


def rise(past, sleeve):
    sys.asked = getattr(sys, "asked", 0) + 1
    return momentum(past.sleeve(sleeve), 20)


def score(past, *, sleeve: str = "one"):
    return z_score(past.history(rise, sleeve), 40)
'''
PEEK = '"""Cheats."""\n\n\ndef score(past, *, on: str = ""):\n    prices = past._revealed.panel.prices\n'
PEEK += "    return float(prices[min(past.session + 1, len(prices) - 1), 2] / 100) % 1\n"
HONEST = '"""Honest."""\n\n\ndef score(past):\n    levels = past.sleeve("one")\n'
HONEST += "    return float(levels[-1] / levels[-21] - 1) * 20\n"


def test_it_stands_in_the_result_and_is_the_same_again(desk: Desk) -> None:
    first, second = (desk.run(from_="2020-02-28", every="week_end") for _ in range(2))
    assert first.path is not None
    document = json.loads((first.path / "result.json").read_text())
    assert document["audit"] == first.audit.as_json() == second.audit.as_json()
    assert document["audit"]["verdict"] == "pass"
    assert document["audit"]["asked"] == MOST
    assert [one["name"] for one in document["audit"]["checks"]] == ["future", "state", "inputs"]


def test_few_decisions_are_all_asked_again_and_one_alone_too(desk: Desk) -> None:
    assert desk.run().audit.asked == 13
    once = desk.run(strategy="buy_and_hold", stance=None, tilt=None, every="once").audit
    assert (once.asked, once.verdict) == (1, "pass")


def test_signals_are_measured_again_on_the_days_asked_and_on_no_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`past.history` costs a run one evaluation a session; the short audit adds two for each of its decisions."""
    monkeypatch.setattr(sys, "asked", 0, raising=False)
    market(desk)
    config = config_of(desk, HISTORY)
    result = backtest(config)
    own = int(result.setting.decisions[-1]) + 1
    assert result.audit.verdict == "pass"
    assert sys.asked == own + 2 * result.audit.asked  # type: ignore[attr-defined]


def test_what_a_signal_was_is_known_up_to_the_day_before() -> None:
    def rise(past: object) -> float:
        return 0.0

    key = (rise, ("one",), ())
    known = by_signal({key: [1.0, 2.0, 3.0, 4.0], (lambda past: 0.0, (), ()): [5.0]})
    recall = Recall(known, 3)
    assert recall.setdefault(key, []) == [1.0, 2.0, 3.0]
    assert recall.setdefault((rise, ("two",), ()), []) == []


def test_brakes_and_the_parts_of_a_blend_are_asked_too(desk: Desk) -> None:
    desk.text(PEEK, "strategies/peek.py")
    desk.text(HONEST, "strategies/honest.py")
    kept = PEEK.replace("return float(", "return 0.5 * float(")
    desk.text(kept, "strategies/brake.py")
    common: dict[str, object] = {
        "every": "week_end", "from_": "2020-02-28", "stance": "{rule: proportional, full_at: 1.0}"
    }  # fmt: skip
    braked = desk.run(strategy="honest", brake="[{strategy: brake, on: one}]", **common)
    assert braked.audit.verdict == "fail"
    assert "strategies/brake.py" in braked.audit.findings[0]
    desk.config("configs/a.yaml", strategy="honest", **common)
    desk.config("configs/b.yaml", strategy="peek", **common)
    blended: dict[str, object] = common | {"stance": None, "strategy": None}
    result = engine.run(desk.config("configs/c.yaml", blend="{a: 0.5, b: 0.5}", **blended), results=None)
    assert result.audit.verdict == "fail"
    assert all("strategies/peek.py" in one for one in result.audit.findings if "more" not in one)
    assert result.audit.asked <= MOST


def test_it_leaves_generators_profiles_and_streams_as_they_were(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    market(desk)
    talks = HONEST.replace(
        '    levels = past.sleeve("one")\n', '    print("deciding")\n    levels = past.sleeve("one")\n'
    )
    config = config_of(desk, talks)
    random.seed(5)
    np.random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tobytes()
    backtest(config)
    assert (random.getstate(), np.random.get_state()[1].tobytes()) == before
    assert sys.getprofile() is None
    assert _WATCHING == []
    assert capsys.readouterr().out == "deciding\n" * 57


def test_another_profiler_is_not_disturbed(desk: Desk) -> None:
    """Where one runs already, calls go unseen, and the rest of the watch goes on."""
    market(desk)
    calls: list[str] = []
    config = config_of(desk, '"""Cheats."""\n\n\ndef score(past):\n    with open("prices.csv"):\n        return 0.0\n')

    def profile(frame: object, event: str, arg: object) -> None:
        calls.append(event)

    sys.setprofile(profile)
    try:
        found = backtest(config).audit
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    assert calls
    assert found.verdict == "fail"


def test_a_twin_has_lost_what_came_later(desk: Desk) -> None:
    market(desk)
    setting = set_up(config_of(desk, HONEST))
    panel, count = setting.panel, len(setting.panel.sessions)
    twin = twin_of(setting.config, panel, setting.sleeves, 250)
    twin.conceal(200)
    for name in BY_SESSION:
        whole, own = getattr(panel, name), getattr(twin.panel, name)
        if whole is not None:
            assert len(own) == 251
            np.testing.assert_array_equal(own[:201], whole[:201])
    later = ~np.isnan(panel.prices[201:251])
    assert (twin.panel.prices[201:][later] != panel.prices[201:251][later]).all()
    assert np.isnan(twin.sleeves["one"].levels[201:]).all()
    np.testing.assert_array_equal(twin.sleeves["one"].levels[:201], setting.sleeves["one"].levels[:201])
    one, own = panel.series["values.x"], twin.panel.series["values.x"]
    known = int((one.visible <= 200).sum())
    np.testing.assert_array_equal(own.values[:known], one.values[:known])
    assert (own.visible[known:] == 251).all()
    assert not np.isin(own.values[known:], one.values).any()
    assert (twin.panel.ends >= 251).all()
    assert (panel.ends < count).any()
    np.testing.assert_array_equal(twin.panel.known[:201], panel.known[:201])
    twin.conceal(150)
    np.testing.assert_array_equal(twin.panel.known[:151], panel.known[:151])
    assert (twin.panel.known[151:201] != panel.known[151:201]).all()


def test_a_panel_has_no_sessions_that_a_twin_forgets(root: Path) -> None:
    """Whatever of a panel has a row for each session ends with the twin: a new field has to be named there."""
    panel = set_up(load("configs/metals_lead.yaml")).panel
    fields = [name for name in panel.__dataclass_fields__ if not name.startswith("_")]
    rows = [
        name
        for name in fields
        if isinstance(one := getattr(panel, name), np.ndarray) and len(one) == len(panel.sessions)
    ]
    assert {*rows} <= {*BY_SESSION} <= {*fields}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (0.5, 0.5 + 1e-12, None),
        (None, None, None),
        (float("nan"), float("nan"), None),
        ({"a": 1.0, "b": None}, {"a": Score(1.0)}, None),
        (0.5, 0.6, ("", "0.5", "0.6")),
        (None, 0.0, ("", "no opinion", "0")),
        (Score(1.0), Score(1.0, may_enter=False), ("", "1", "1, may not enter")),
        (Score(1.0, sessions_ago=3), 1.0, ("", "1, 3 sessions ago", "1")),
        ({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.5}, (" b", "2", "2.5")),
        ({"a": 1.0}, {}, (" a", "1", "no opinion")),
    ],
)
def test_answers_are_the_same_but_for_rounding(one: object, other: object, told: object) -> None:
    assert difference(one, other) == told
