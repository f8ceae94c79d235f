"""Where the real figures stand: far out where an effect is planted, anywhere where there is none; by hand elsewhere."""

from __future__ import annotations

import math
import subprocess

import numpy as np
import pytest

import engine
from engine.config import Config, load
from engine.decide import decide, set_up
from engine.study.null import crew
from engine.study.null.job import NullJob, answers
from engine.study.null.kinds import usual_block
from engine.study.null.measured import FIGURES, Stands
from engine.study.null.placebos import placebos
from engine.study.null.study import null_stands
from tests.desk import Desk

FOLLOW = '''"""Where metals went over a week, miners follow."""
import math


def score(past):
    metals = past.sleeve("metals")
    return math.copysign(1.0, math.log(metals[-1] / metals[-6]))
'''
STRENGTH = "{lead_lag: {delay_sessions: 5, strength: 1.0}}"
SELDOM = '''"""Fails in some markets, and is never sure."""
def score(past):
    if past.sleeve("two")[-1] > 1.3:
        raise ValueError("too high")
    return 0.0
'''


def followed(desk: Desk, seed: int, effect: str | None, sessions: int, **changes: object) -> Config:
    """Miners over or under by what metals did last week, in a made market."""
    desk.text(FOLLOW, "strategies/follow.py")
    planted = "" if effect is None else f", effect: {effect}"
    written: dict[str, object] = {
        "strategy": "follow",
        "hold": "{miners: [miner_1, miner_2, miner_3], equities: [equity_1, equity_2, equity_3]}",
        "watch": "{metals: [metal_1, metal_2]}",
        "policy": "{miners: 0.5, equities: 0.5}",
        "stance": "{rule: proportional, full_at: 1}",
        "tilt": "{miners: {over: 0.3, from: equities}}",
        "every": "week_end",
        "data": f"{{source: made, seed: {seed}, sessions: {sessions}, from: 2000-01-03{planted}}}",
        "from_": "2000-02-25",
        "to": None,
    }
    return load(desk.config(**(written | changes)))


def test_a_planted_effect_stands_far_out(desk: Desk) -> None:
    config = followed(desk, 1, STRENGTH, 1500)
    found = null_stands(config, kinds=("shifted", "mirrored", "made"), markets=25, processes=1)
    for one in found:
        assert one.beaten("information_ratio") == one.beaten("active_return") == 25
        assert one.p_value("information_ratio") == 1 / 26
        others = one.of("information_ratio")[1]
        assert one.real[1] > others.mean() + 5 * others.std()


def test_without_an_effect_p_is_anywhere(desk: Desk) -> None:
    """Of 20 markets six and more reject at 5% once in three thousand times."""
    values = []
    for seed in range(20):
        (one,) = null_stands(followed(desk, seed, None, 300), kinds=("mirrored",), markets=19, processes=1)
        values.append(one.p_value("information_ratio"))
    assert sum(value <= 0.05 for value in values) < 6
    assert np.mean(values) == pytest.approx(0.525, abs=4 * math.sqrt(1 / 12 / 20))
    assert min(values) < 0.25 < 0.75 < max(values)


#: Whatever a run simulates otherwise: parts, days on which nothing is traded, sizes before costs, the open.
RULES = {
    "plain": {},
    "parts": {"tranches": 5},
    "rarely": {"rebalance": "on_change"},
    "gross": {"trade": "{after: 0, sizing: gross, commission_per_order: 3}"},
}


@pytest.mark.parametrize("name", RULES)
def test_the_real_figures_are_those_of_the_run(desk: Desk, name: str) -> None:
    """To the last bit, whichever way they are come by: a null market simulates equity and no more."""
    config = followed(desk, 2, STRENGTH, 500, **RULES[name])
    (one,) = null_stands(config, kinds=("shifted",), markets=2)
    metrics = engine.run(config.path, results=None).metrics
    assert dict(zip(FIGURES, one.real, strict=True)) == {name: metrics[name] for name in FIGURES}


@pytest.mark.parametrize(
    ("every", "block"), [("daily", 1), ("week_end", 1), ("month_end", 5), ("quarter_end", 5), ("once", 5)]
)
def test_the_blocks_of_a_bootstrap_are_short_beside_the_wait_between_decisions(
    desk: Desk, every: str, block: int
) -> None:
    """A block hands on the real market's luck: one as long as the wait made 2.6% out of 5%."""
    setting = set_up(followed(desk, 2, None, 500, every=every))
    assert usual_block(setting) == block
    real = null_stands(setting.config, kinds=("bootstrap",), markets=3, processes=1)
    said = null_stands(setting.config, kinds=("bootstrap",), markets=3, processes=1, block=block)
    assert real[0].nulls.tolist() == said[0].nulls.tolist()


def test_every_market_is_asked_as_a_run_would_be(desk: Desk) -> None:
    """A circular shift by hand, as a file, gives the figures of the null market with that shift."""
    config = followed(desk, 2, STRENGTH, 500)
    setting = set_up(config)
    job = NullJob(config, ("shifted",), 1, 3, 5)
    (answer,) = answers(job, [0])
    panel = setting.panel
    metals = panel.columns(("metal_1", "metal_2"))
    least = 499 // 3
    shift = least + int(np.random.default_rng([3, 0]).random() * (499 - 2 * least + 1))
    prices = panel.prices.copy()
    rolled = np.roll(np.diff(np.log(prices[:, metals]), axis=0), shift, axis=0)
    prices[1:, metals] = prices[0, metals] * np.exp(rolled.cumsum(axis=0))
    header = "date," + ",".join(panel.assets)
    lines = [f"{day}," + ",".join(map(repr, row.tolist())) for day, row in zip(panel.sessions, prices, strict=True)]
    desk.text("\n".join([header, *lines]) + "\n", "moved.csv")
    desk.text(f"extends: {config.path}\ndata: {{source: files, path: moved.csv}}\n", "b.yaml")
    metrics = engine.run("b.yaml", results=None).metrics
    assert answer.figures is not None
    assert answer.figures.tolist() == pytest.approx([metrics[name] for name in FIGURES], rel=1e-9)


def test_the_policy_mix_of_an_unmoved_market_is_not_simulated_again_unless_it_must(desk: Desk) -> None:
    """With `on_change` it trades on the strategy's days, which differ from market to market."""
    config = followed(desk, 2, None, 400)
    job = NullJob(config, ("shifted",), 3, 1, 5)
    known = [one.figures for one in answers(job, range(3))]
    again = [one.figures for one in answers(NullJob(config, ("shifted",), 3, 1, 5), [2, 0])]
    assert known[2] is not None
    assert again[0] is not None
    assert known[2].tolist() == again[0].tolist()
    changing = load(config.path, ["rebalance=on_change"])
    for one in answers(NullJob(changing, ("shifted",), 3, 1, 5), range(3)):
        assert one.figures is not None


def test_many_processes_find_what_one_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORTH", 3)
    config = followed(desk, 2, None, 300)
    one = null_stands(config, markets=6, processes=1)
    two = null_stands(config, markets=6, processes=2)
    assert [each.nulls.tolist() for each in one] == [each.nulls.tolist() for each in two]
    assert [each.kind for each in two] == ["shifted", "bootstrap"]
    assert np.ptp(one[0].nulls[:, 1]) > 0


def test_whoever_stops_reading_ends_the_processes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORTH", 3)
    hired: list[subprocess.Popen[bytes]] = []
    begun = subprocess.Popen

    def remembered(*args: object, **kwargs: object) -> subprocess.Popen[bytes]:
        hired.append(begun(*args, **kwargs))  # type: ignore[call-overload]
        return hired[-1]

    monkeypatch.setattr(crew.subprocess, "Popen", remembered)
    config = followed(desk, 2, None, 300)

    def interrupted(doing: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        null_stands(config, markets=400, processes=2, saying=interrupted)
    assert len(hired) == 2
    assert all(worker.poll() is not None for worker in hired)


def test_markets_of_a_process_that_dies_are_asked_in_this_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORTH", 3)
    config = followed(desk, 2, None, 300)
    expected = null_stands(config, kinds=("made",), markets=8, processes=1)
    monkeypatch.setattr(crew.sys, "executable", "/bin/false")
    (found,) = null_stands(config, kinds=("made",), markets=8, processes=2)
    assert found.nulls.tolist() == expected[0].nulls.tolist()


def test_a_market_in_which_it_fails_is_told_and_not_counted(desk: Desk) -> None:
    desk.text(SELDOM, "strategies/seldom.py")
    config = load(desk.config(strategy="seldom", stance="{rule: proportional, full_at: 1}"))
    (one,) = null_stands(config, markets=60, processes=1)
    failed = sum(one.failed.values())
    assert 0 < failed < 60
    assert len(one.nulls) == 60 - failed
    assert all("too high" in reason for reason in one.failed)
    # It never leaves policy: no active return, and an information ratio of nothing over nothing counts 0.
    assert (one.nulls == 0.0).all()
    assert one.p_value("information_ratio") == 1.0


def test_p_beaten_and_percentiles_by_hand() -> None:
    nulls = np.column_stack([np.arange(1.0, 100.0), np.repeat([0.0, 1.0, 2.0], 33)])
    one = Stands("made", np.array([95.0, 1.0]), nulls, {})
    assert one.beaten("active_return") == 94
    assert one.p_value("active_return") == pytest.approx((1 + 5) / 100)
    assert one.percentiles("active_return") == pytest.approx((5.9, 50.0, 94.1))
    # As high counts against it.
    assert one.beaten("information_ratio") == 33
    assert one.p_value("information_ratio") == pytest.approx(67 / 100)
    none = Stands("made", np.array([1.0, 1.0]), np.empty((0, 2)), {"x": 3})
    assert (none.p_value("active_return"), none.percentiles("active_return")) == (1.0, ())


def test_placebos_of_a_planted_effect(desk: Desk) -> None:
    """Backwards the effect is gone; on sleeves that follow nothing it is gone too."""
    config = followed(desk, 1, STRENGTH, 1000)
    setting = set_up(config)
    found = placebos(setting, 30)
    assert not isinstance(found.backwards, str)
    assert not isinstance(found.sleeves, str)
    assert found.sleeves.real[1] > 1.5
    assert abs(found.backwards[1]) < 1.0
    assert found.sleeves.beaten("information_ratio") >= 29
    assert [*found.controls] == ["circular_shifts", "leave_one_out"]
    assert decide(setting).stance is not None


BOTH = '''"""Where one went over a week, the other follows."""
import math


def score(past, *, {first}: str, {second}: str, market: str = ""):
    leading = past.sleeve({second})
    return math.copysign(1.0, math.log(leading[-1] / leading[-6]))
'''


@pytest.mark.parametrize(("first", "second"), [("lagging", "leading"), ("after", "before")])
def test_the_roles_of_leader_and_follower_are_exchanged(desk: Desk, first: str, second: str) -> None:
    """Who follows himself by a week follows nobody where metals lead; the run so written by hand earns the same."""
    config = followed(desk, 1, STRENGTH, 1000, strategy="both", with_=f"{{{first}: miners, {second}: metals}}")
    desk.text(BOTH.format(first=first, second=second), "strategies/both.py")
    found = placebos(set_up(config), 2)
    assert not isinstance(found.sleeves, str)
    assert not isinstance(found.roles, str)
    figures, roles = found.roles
    assert (roles.follower, roles.leader) == ((first, "miners"), (second, "metals"))
    assert found.sleeves.real[1] > 1.5 > 0.75 > figures[1]
    metrics = engine.run(config.path, [f"with={{{first}: metals, {second}: miners}}"], results=None).metrics
    assert figures.tolist() == [metrics[name] for name in FIGURES]


SAYS = '''"""Never of another opinion."""


def score(past, *, one: str = "", two: str = "", three: str = "", market: str = ""):
    return {answer}
'''
NONE_TILTED = "none of its parameters names a sleeve that is tilted, not one"
NONE_WATCHED = "none of its parameters names a sleeve that is only watched, not one"


@pytest.mark.parametrize(
    ("answer", "given", "told"),
    [
        ("0.5", "{one: miners}", NONE_WATCHED),
        ("0.5", "{one: miners, market: metals}", NONE_WATCHED),
        ("0.5", "{one: metals, market: more}", NONE_TILTED),
        ("0.5", "{one: miners, two: metals, three: more}",
         "2 of its parameters name a sleeve that is only watched, not one"),
        ("{one: 0.5}", "{one: miners, two: metals}", "it does not run so: a score for `metals`"),
    ],
)  # fmt: skip
def test_where_there_are_no_two_roles_it_says_so(desk: Desk, answer: str, given: str, told: str) -> None:
    desk.text(SAYS.format(answer=answer), "strategies/says.py")
    watched = "{metals: [metal_1], more: [metal_2]}"
    config = followed(desk, 1, None, 300, strategy="says", with_=given, watch=watched)
    assert placebos(set_up(config), 2).roles == told
