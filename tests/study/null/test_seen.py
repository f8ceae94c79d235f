"""What is watched, told of another time: what is held stays to the last bit, and so does what the other time keeps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.decide import Setting, set_up
from engine.errors import ConfigError
from engine.study.null.kinds import KINDS, kinds_for, null_market
from engine.study.null.seen import watched_series
from tests.desk import Desk, made_prices

EVENTS = "e: {source: files, path: events.csv, kind: values, known: {lag_days: 2}}"
DAILY = "d: {source: files, path: daily.csv, kind: values, known: {lag_days: 1}}"
DATA = f"{{p: {{source: files, path: prices.csv}}, {EVENTS}, {DAILY}}}"
DAYS = ("2020-02-03", "2020-02-05", "2020-06-01", "2021-01-04", "2021-01-05", "2021-03-10")
VALUES = (1.0, -2.0, 3.0, -4.0, 5.0, 6.0)


@pytest.fixture
def setting(desk: Desk) -> Setting:
    """Two sleeves held, D watched, and CCC which is held in a watched sleeve too; events, and a value every day."""
    desk.prices(made_prices(seed=4, labels="AAA BBB CCC DDD", sessions=700))
    desk.prices(pd.DataFrame({"one": VALUES}, pd.Index(pd.to_datetime(DAYS), name="date")), "events.csv")
    days = pd.date_range("2020-01-01", periods=600, name="date")
    desk.prices(pd.DataFrame({"one": np.arange(600.0)}, days), "daily.csv")
    path = desk.config(watch="{seen: [CCC, DDD], told: {series: e.one}}", data=DATA, to=None, from_="2021-06-30")
    return set_up(load(path))


def test_another_era_moves_what_is_watched_along_and_leaves_what_is_held(setting: Setting) -> None:
    own, shifts = setting.panel, set()
    for number in range(20):
        market = null_market(setting, "shifted", 1, number)
        there = market.panel
        assert (there.prices[:, :3] == own.prices[:, :3]).all()
        assert market.sleeves["one"] is setting.sleeves["one"]
        moves, before = (np.diff(np.log(one.prices[:, 3])) for one in (there, own))
        (shift,) = [k for k in range(len(moves)) if np.allclose(np.roll(before, k), moves)]
        levels = [np.diff(np.log(one.sleeves["seen"].levels)) for one in (market, setting)]
        np.testing.assert_allclose(np.roll(levels[1], shift), levels[0])
        assert there.prices[-1, 3] == pytest.approx(own.prices[-1, 3])
        shifts.add(shift)
    # Of 700 sessions a year on both sides would leave too few shifts: a third of them on both sides.
    assert min(shifts) >= 233
    assert max(shifts) <= 466
    # Evenly spread: no two are near, nor do they leave a wide gap.
    apart = np.diff(sorted(shifts))
    assert len(shifts) == 20
    assert (apart.min() >= 3) & (apart.max() <= 3 * 234 / 20)


def test_events_happen_on_other_days_with_the_waits_they_had(setting: Setting) -> None:
    own = setting.panel.series["e.one"]
    whole = len(setting.panel.sessions) - own.visible[0]

    def waits(visible: np.ndarray) -> list[int]:
        return sorted(np.diff(np.append(visible, visible[0] + whole)).tolist())

    firsts = set()
    for number in range(20):
        found = null_market(setting, "dates", 1, number).panel
        one = found.series["e.one"]
        assert waits(one.visible) == waits(own.visible)
        assert (np.diff(one.visible) >= 0).all()
        assert one.visible[0] >= own.visible[0]
        assert sorted(one.values) == sorted(VALUES)
        # They are known as late after they happen as they were.
        late = [
            (panel.sessions[it.visible] - it.dates).astype(int) for panel, it in ((setting.panel, own), (found, one))
        ]
        assert sorted(late[0]) == sorted(late[1])
        assert (found.prices == setting.panel.prices).all()
        firsts.add(int(one.visible[0]))
    assert len(firsts) > 10


def test_values_of_every_day_stay_on_their_days_and_move_along_by_whole_weeks(setting: Setting) -> None:
    own = setting.panel.series["d.one"]
    for number in range(10):
        one = null_market(setting, "dates", 1, number).panel.series["d.one"]
        assert (one.dates == own.dates).all()
        assert (one.visible == own.visible).all()
        shift = int(len(own.values) - one.values[0] + own.values[0])
        assert (np.roll(own.values, shift) == one.values).all()
        assert shift % 7 == 0
        assert 0.1 * len(own.values) - 7 <= shift <= 0.9 * len(own.values) + 7


def test_signs_are_turned_on_half_of_the_days_where_there_are_two(setting: Setting) -> None:
    own, turned = setting.panel, []
    for number in range(40):
        there = null_market(setting, "signs", 1, number).panel
        assert (there.series["d.one"].values == own.series["d.one"].values).all()
        assert (there.series["e.one"].visible == own.series["e.one"].visible).all()
        turned.append(there.series["e.one"].values / np.array(VALUES))
    assert set(np.unique(turned)) == {-1.0, 1.0}
    assert np.mean(turned) == pytest.approx(0.0, abs=4 / np.sqrt(40 * len(VALUES)))


def test_a_market_hangs_on_kind_seed_and_number_alone(setting: Setting) -> None:
    for kind in KINDS:
        one, same, other, seeded = (null_market(setting, kind, *key).panel for key in ((1, 5), (1, 5), (1, 6), (2, 5)))
        held = [*one.series.values(), one.prices[:, 3], one.prices[:, 0]]
        assert repr(held) == repr([*same.series.values(), same.prices[:, 3], same.prices[:, 0]])
        for different in (other, seeded):
            assert repr(held) != repr([*different.series.values(), different.prices[:, 3], different.prices[:, 0]])


def test_the_usual_kinds_are_those_of_what_is_watched_and_the_bootstrap(setting: Setting, desk: Desk) -> None:
    assert kinds_for(setting, ()) == ("shifted", "dates", "bootstrap")
    assert kinds_for(setting, ("made", "made", "signs")) == ("made", "signs")
    bare = set_up(load(desk.config("b.yaml")))
    assert kinds_for(bare, ()) == ("bootstrap",)
    with pytest.raises(ConfigError) as refused:
        kinds_for(bare, ("shifted", "dates", "signs"))
    said = [(one.found, one.expected, one.cure) for one in refused.value.faults]
    fit = ("bootstrap or mirrored or made", "name another kind, or none")
    assert said == [
        ("no null market of kind `shifted`, as no sleeve of assets is watched", *fit),
        ("no null market of kind `dates`, as no series is watched", *fit),
        ("no null market of kind `signs`, as no series is watched", *fit),
    ]


def test_what_cash_earns_is_not_watched(setting: Setting, desk: Desk) -> None:
    paid = load(desk.config("c.yaml", data=DATA, cash="{rate: d.one}", to=None))
    assert watched_series(paid, setting.panel) == ["e.one"]
