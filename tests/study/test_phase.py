"""Phases: each is the run with another offset, and tranches take the luck of the day away."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.config import load
from engine.decide import Setting, set_up
from engine.results.figures import percent
from engine.study.phase import active_return_by_phase, phase_count, phase_offsets, phases
from tests.desk import Desk, made_prices

SWING = '''"""Over on odd days."""
def score(past):
    return 1.0 if past.today.day % 2 else -1.0
'''


def asked(desk: Desk, *overrides: str, **changes: object) -> Setting:
    desk.text(SWING, "strategies/swing.py")
    desk.prices(made_prices(seed=3))
    return set_up(load(desk.config(strategy="swing", **changes), overrides))


def test_a_phase_is_the_run_with_that_offset(desk: Desk) -> None:
    found = list(phases(asked(desk, every="week_end")))
    assert [one.offset for one in found] == [0, 1, 2, 3, 4]
    for one in found:
        result = engine.run("a.yaml", [f"offset={one.offset}"], results=None)
        assert one.active_return == result.metrics["active_return"]
        assert (one.cagr, one.sharpe) == (result.metrics["cagr"], result.metrics["sharpe"])
        assert one.decisions == len(result.setting.decisions)
        assert one.first == str(result.panel.sessions[result.setting.decisions[0]])
    assert len({percent(one.cagr, 6) for one in found}) == 5
    assert active_return_by_phase(asked(desk, every="week_end")) == tuple(one.active_return for one in found)


@pytest.mark.parametrize(
    ("every", "count"),
    [
        ("daily", 1),
        ("once", 1),
        ("week_end", 5),
        ("month_end", 21),
        ("quarter_end", 63),
        ("{sessions: 8}", 8),
        ("{weekday: friday}", 5),
        ("{weekday: friday, nth: 3}", 21),
        # 21 and 25 sessions lie between these, by median 23; between the next two more than a quarter.
        ("{dates: [2020-07-31, 2020-08-31, 2020-10-05]}", 23),
        ("{dates: [2020-07-31, 2021-01-29]}", 63),
        ("{dates: [2020-07-31]}", 1),
    ],
)
def test_every_schedule_has_its_phases(desk: Desk, every: str, count: int) -> None:
    setting = asked(desk, every=every)
    assert phase_count(setting) == count
    assert phase_offsets(setting) == range(count)


def test_the_offset_of_the_config_is_one_of_the_phases(desk: Desk) -> None:
    assert phase_offsets(asked(desk, "offset=3", every="week_end")) == range(5)
    assert phase_offsets(asked(desk, "offset=13", every="week_end")) == range(10, 15)
    # What the dates of a schedule lie apart, an offset does not change.
    assert phase_count(asked(desk, "offset=3", every="{dates: [2020-07-31, 2020-08-31, 2020-10-05]}")) == 23


def test_a_phase_that_would_decide_nothing_is_left_out(desk: Desk) -> None:
    setting = asked(desk, every="month_end", from_="2021-05-31", to="2021-06-04")
    left = len(setting.panel.sessions) - int(setting.decisions[0])
    assert phase_offsets(setting) == range(left) == range(5)
    assert [one.decisions for one in phases(setting)] == [1] * 5


def test_tranches_share_the_phases_among_themselves(desk: Desk) -> None:
    """With as many tranches as sessions in a period nothing is left to luck, and with fewer there is less."""
    alone = active_return_by_phase(asked(desk, every="{sessions: 6}"))
    three = active_return_by_phase(asked(desk, "tranches=3", every="{sessions: 6}"))
    every = active_return_by_phase(asked(desk, "tranches=6", every="{sessions: 6}"))
    assert [len(alone), len(three), len(every)] == [6, 2, 1]
    assert np.ptp(three) < np.ptp(alone) / 2
    assert every[0] == pytest.approx(np.mean(alone), abs=np.ptp(alone) / 4)
