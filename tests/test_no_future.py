"""No decision knows the future: scrambled or cut off, it moves none of the decisions before.

Scrambling happens where sources deliver, so that everything between a source and a decision is under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.config import Config, load
from engine.decide import Decided, Setting, decide, set_up
from engine.market import assemble
from engine.market.past import Revealed
from engine.market.table import Table
from engine.portfolio import asking
from tests.desk import Desk, made_prices

ROOT = Path(__file__).parent.parent
SHIPPED = sorted(path.name for path in (ROOT / "configs").glob("*.yaml"))
Change = Callable[[Table], Table]

SHOCK = '''\
"""A move of more than two standard deviations over the last month."""
import numpy as np
from engine.signals import Score

def score(past, *, sleeve: str):
    returns = np.diff(np.log(past.sleeve(sleeve)[-61:]))
    shocks = np.flatnonzero(np.abs(returns) > 2 * returns.std())
    if len(shocks) == 0:
        return 0.0
    return Score(float(np.sign(returns[shocks[-1]])), sessions_ago=int(len(returns) - 1 - shocks[-1]))
'''
HISTORY = '''\
"""The signal of today against its own past."""
from engine.signals import momentum, z_score

def rise(past, sleeve):
    return momentum(past.sleeve(sleeve), 20)

def score(past, *, sleeve: str):
    return z_score(past.history(rise, sleeve), 40)
'''
PEEK = '''\
"""How much of the future shows behind the arrays."""
import numpy as np

def score(past, *, sleeve: str):
    seen = 0
    for array in (past.sleeve(sleeve), past.asset("AAA"), past.series("values.x"), past.dates):
        if array.base is not None:
            base = array.base.astype(float)
            seen += int(np.isfinite(base[len(array):]).sum())
    return float(seen)
'''
WRITE = '''\
"""Tries to write into what it is handed."""

def score(past, *, sleeve: str):
    written = 0
    for array in (past.sleeve(sleeve), past.asset("AAA"), past.series("values.x")):
        try:
            array[-1] = 1.0
            written += 1
        except ValueError:
            pass
    return float(written)
'''
MOMENTUM = '''\
"""Twenty sessions of momentum."""
from engine.signals import momentum

def score(past, *, sleeve: str):
    return momentum(past.sleeve(sleeve), 20) * 20
'''


def decided(config: Config, change: Change | None = None) -> tuple[Setting, Decided]:
    """Every decision of a config, with what its sources deliver changed on the way."""
    with pytest.MonkeyPatch.context() as patch:
        if change is not None:
            read = assemble.read_source
            patch.setattr(assemble, "read_source", lambda *asked: change(read(*asked)))
        setting = set_up(config)
        return setting, decide(setting)


def scrambled(day: np.datetime64, seed: int = 1) -> Change:
    """Random numbers after `day`, on the same days."""

    def change(table: Table) -> Table:
        rng = np.random.default_rng(seed)
        after = (table.dates > day)[:, None]
        noise = np.exp(rng.normal(0.0, 0.5, table.values.shape))
        if table.kind == "values":  # small ones, so that a cash rate among them stays a rate
            return replace(table, values=np.where(after, 1e-4 * noise, table.values))
        return replace(table, values=np.where(after, table.values * noise, table.values))

    return change


def cut(day: np.datetime64) -> Change:
    """Nothing after `day`."""

    def change(table: Table) -> Table:
        keep = table.dates <= day
        known = None if table.known is None else table.known[keep]
        return replace(table, dates=table.dates[keep], values=table.values[keep], known=known)

    return change


def same_until(day: np.datetime64, one: tuple[Setting, Decided], other: tuple[Setting, Decided]) -> int:
    """Assert that scores, stances and targets are the same bits up to `day`; how many decisions that are."""
    counts = [int((s.panel.sessions[s.decisions] <= day).sum()) for s, _ in (one, other)]
    days = [s.panel.sessions[s.decisions][: min(counts)] for s, _ in (one, other)]
    # Where a period ends before a holiday, data that end there cannot know it: then the last decision is to come.
    assert counts[0] - counts[1] in (0, 1)
    assert days[0].tolist() == days[1].tolist()
    for name, pick in PICKS.items():
        left, right = (pick(d)[: min(counts)] for _, d in (one, other))
        assert np.ascontiguousarray(left).tobytes() == np.ascontiguousarray(right).tobytes(), f"{name} moved"
    return min(counts)


PICKS: dict[str, Callable[[Decided], Any]] = {
    "scores": lambda d: d.targets[:, :0] if d.scores is None else d.scores.values,
    "stance": lambda d: d.targets[:, :0] if d.stance is None else d.stance.values,
    "targets": lambda d: d.targets,
}


def config_with(desk: Desk, source: str, **changes: object) -> Config:
    """A config about a strategy of its own, on made prices with holes and a dated series beside them."""
    frame = made_prices(seed=5, labels="AAA BBB CCC DDD")
    rng = np.random.default_rng(6)
    frame.iloc[:, :2] = frame.iloc[:, :2].mask(rng.random((len(frame), 2)) < 0.03)
    desk.prices(frame)
    desk.prices(made_prices(seed=7, labels="x y"), "values.csv")
    desk.text(source, "strategies/mine.py")
    data = "{prices: {source: files, path: prices.csv}, values: {source: files, path: values.csv, kind: values}}"
    written: dict[str, object] = {
        "strategy": "mine", "with_": "{sleeve: one}", "every": "week_end", "data": data,
        "hold": "{one: [AAA, BBB], two: {members: [CCC, DDD], parts: inverse_volatility, lookback: 20}}",
    }  # fmt: skip
    return load(desk.config(**(written | changes)))


RULES = {
    "threshold": "{rule: threshold, enter: 1.0, exit: 0.0, sides: both}",
    "proportional": "{rule: proportional, full_at: 2.0}",
    "impulse": "{rule: impulse, hold_sessions: 20, half_life_sessions: 5}",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configs_decide_the_same_whatever_comes_later(root: Path, name: str) -> None:
    config = load(Path("configs") / name)
    if config.to is not None and config.every != "once":
        # The last dozen years are plenty, and fast.
        config = config.model_copy(update={"from_": config.to.replace(year=config.to.year - 12)})
    whole = decided(config)
    days = whole[0].panel.sessions
    for part in (0.85, 0.95) if config.every != "once" else (0.9,):
        day = days[int(part * len(days))]
        count = same_until(day, whole, decided(config, scrambled(day)))
        assert count > 10 or config.every == "once"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("source", [MOMENTUM, HISTORY, SHOCK], ids=["momentum", "history", "shock"])
def test_every_rule_decides_the_same_whatever_comes_later(desk: Desk, rule: str, source: str) -> None:
    config = config_with(desk, source, stance=RULES[rule], from_="2020-05-29", to=None)
    whole = decided(config)
    assert len(np.unique(whole[1].targets[:, 0])) > 2
    sessions = whole[0].panel.sessions
    for t in (150, 151, 152, 153, 154, 250, 330):
        day = sessions[t]
        assert same_until(day, whole, decided(config, scrambled(day, seed=t))) > 8
        assert same_until(day, whole, decided(config, cut(day))) > 8


def test_ranks_decide_the_same_whatever_comes_later(desk: Desk) -> None:
    source = (ROOT / "strategies" / "momentum_rotation.py").read_text(encoding="utf-8")
    config = config_with(
        desk, source, with_="{sleeve: one, lookback: 20, skip: 3}", stance="{rule: rank, top: 1}",
        tilt="{one: {over: 0.1, from: same}}", from_="2020-05-29",
    )  # fmt: skip
    whole = decided(config)
    assert len(np.unique(whole[1].targets[:, 0])) > 2
    for t in (150, 250):
        day = whole[0].panel.sessions[t]
        assert same_until(day, whole, decided(config, scrambled(day))) > 8


@pytest.mark.parametrize(
    "changes",
    [
        {"tranches": 3, "every": "{sessions: 15}"},
        {"every": "{on: values.x}", "offset": 2},
        {"every": "{weekday: wednesday}", "offset": 1},
        {"every": "{weekday: monday, nth: last}"},
    ],
    ids=["tranches", "arrivals", "weekday", "last weekday"],
)
def test_every_schedule_decides_the_same_whatever_comes_later(desk: Desk, changes: dict[str, object]) -> None:
    config = config_with(desk, HISTORY, stance=RULES["threshold"], from_="2020-05-29", to=None, **changes)
    whole = decided(config)
    assert len(np.unique(whole[1].targets[:, 0])) > 2
    for t in (250, 251, 330):
        day = whole[0].panel.sessions[t]
        assert same_until(day, whole, decided(config, scrambled(day, seed=t))) >= 6
        assert same_until(day, whole, decided(config, cut(day))) >= 6


def test_brakes_and_blends_decide_the_same_whatever_comes_later(desk: Desk) -> None:
    brake = "def score(past, *, sleeve: str):\n    return float(past.sleeve(sleeve)[-1] < past.sleeve(sleeve)[-20])\n"
    desk.text(brake, "strategies/brake.py")
    config_with(desk, MOMENTUM, stance=RULES["threshold"], from_="2020-05-29", to=None)
    (desk.folder / "a.yaml").rename(desk.folder / "part.yaml")
    config = config_with(
        desk, MOMENTUM, strategy=None, with_=None, stance=None, blend="{part: 0.5}", from_="2020-05-29", to=None,
        brake="{strategy: brake, on: one, with: {sleeve: one}}", every="{weekday: wednesday}",
    )  # fmt: skip
    whole = decided(config)
    assert whole[1].braked is not None
    assert 0 < whole[1].braked.changed.mean() < 1
    for t in (150, 151, 152, 153, 250, 330):
        day = whole[0].panel.sessions[t]
        assert same_until(day, whole, decided(config, scrambled(day, seed=t))) > 5
        assert same_until(day, whole, decided(config, cut(day))) > 5


@pytest.mark.parametrize("source", [PEEK, WRITE], ids=["peek", "write"])
def test_nothing_shows_behind_the_arrays_and_none_can_be_written(desk: Desk, source: str) -> None:
    _, answer = decided(config_with(desk, source))
    assert answer.scores is not None
    assert set(answer.scores.values[:, 0]) == {0.0}


class RevealsTomorrow(Revealed):
    """An engine that leaks: what it hands out ends a day late."""

    def reveal(self, session: int) -> None:
        super().reveal(min(session + 1, len(self.panel.sessions) - 1))


class ShiftsByADay(RevealsTomorrow):
    """An engine that leaks worse: today's last value is tomorrow's."""

    def levels(self, kind: str, name: str, session: int) -> Any:
        return super().levels(kind, name, session + 1)[1:]


def test_a_leak_into_the_buffers_would_be_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "Revealed", RevealsTomorrow)
    _, answer = decided(config_with(desk, PEEK))
    assert answer.scores is not None
    assert answer.scores.values.max() > 0


def test_a_leak_into_the_decisions_would_be_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above fails for an engine that looks one day ahead, so it can fail."""
    monkeypatch.setattr(asking, "Revealed", ShiftsByADay)
    config = config_with(desk, MOMENTUM, stance=RULES["proportional"], from_="2020-05-29")
    whole = decided(config)
    day = whole[0].panel.sessions[whole[0].decisions[30]]
    with pytest.raises(AssertionError, match="scores moved"):
        same_until(day, whole, decided(config, scrambled(day)))


def test_a_sleeve_earns_with_the_parts_of_the_day_before(desk: Desk) -> None:
    """Inverse volatility of today knows today's return: only from tomorrow on may it earn one."""
    setting, _ = decided(config_with(desk, MOMENTUM))
    two, prices = setting.sleeves["two"], setting.panel.prices[:, setting.sleeves["two"].columns]
    earned = (two.parts[:-1] * (prices[1:] / prices[:-1] - 1.0)).sum(axis=1)
    np.testing.assert_allclose(two.levels[31:] / two.levels[30:-1] - 1.0, earned[30:], rtol=1e-9, atol=1e-14)
