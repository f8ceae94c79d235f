"""Variants made the short way are those made the long way, sound or refused, in whatever order they come."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from engine.config import Config, load
from engine.config import varying as short
from engine.config.checks import checks_on
from engine.config.vary import varied
from engine.config.varying import ATTRIBUTES, Varying
from engine.errors import ConfigError
from engine.study.sweep.kept import Kept
from engine.study.sweep.plan import plan_of
from tests.desk import Desk
from tests.study.sweep.swept import sweep

ROOT = Path(__file__).parents[3]
#: For each key what fits by itself or beside some of the others, and what never does; the first fits the base.
VALUES: dict[str, list[Any]] = {
    "stance.enter": [0.3, 0.1, 2, -1, "much"],
    "stance.exit": [0, 0.2, 1.5],
    "stance.sides": ["over", "both", "none"],
    "tilt.one.over": [0.1, 0.3, 0.6, 0.9, 0.1],
    "tilt.one.from": ["two", "cash", "one", "same", "three"],
    "policy": [{"one": 0.5, "two": 0.5}, {"two": 0.6, "one": 0.4}, {"one": 1}, {"one": 0.9}, {"tow": 1.0}],
    "hold.one": [["AAA", "BBB"], ["AAA"], ["BBB", "CCC"], []],
    "hold.third": [None, ["CCC"], ["AAA"]],
    "trade.commission_bps": [1, 1.0, True, {"one": 3}, {"AAA": 2, "default": 1}, {"DDD": 3}],
    "trade.sizing": ["net_of_costs", "gross"],
    "trade.after": [1, 0, -1],
    "rebalance": ["every_decision", "on_change", {"band": 0.05}],
    "limits": [None, {"sleeve": {"one": {"max": 0.6}}}, {"sleeve": {"one": {"min": 0.7, "max": 0.2}}},
               {"asset": {"CCC": {"max": 0.3}}}, {"gross": 1.2}],
    "brake": [None, {"strategy": "trend", "on": "one"}, {"strategy": "trend", "on": "two"}],
    "every": ["month_end", {"sessions": 6}, "monthly"],
    "tranches": [1, 3, 4],
    "allow_short": [False, True],
    "with.lookback": [20, 5],
    "from": [None, "2020-06-30", "2022-06-30"],
    "to": [None, "2021-06-30"],
    "simulator": ["overweight", "vectorbt"],
    "nonsense": [None, 3],
}  # fmt: skip


def made(make: Any) -> tuple[Any, ...]:
    """A config as plain data with the place of every value, or the words of its refusal."""
    try:
        config: Config = make()
    except ConfigError as error:
        return (str(error),)
    return config.resolved(), config.tree, config.path, config


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("room", [None, 2], ids=["", "little is remembered"])
def test_the_short_way_is_the_long_way(
    desk: Desk, seed: int, room: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if room:
        monkeypatch.setattr(short, "BLOCKS", room)
        monkeypatch.setattr(short, "PASSED", room)
    config, draw = load(sweep(desk, "    capital: [1]")), random.Random(seed)
    keys = tuple(sorted(draw.sample([*VALUES], 9)))
    varying, refused = Varying(config, keys), 0
    for _ in range(60):
        # Mostly what fits, so that what does not is beside sound blocks that are known.
        values = {key: draw.choice(VALUES[key][: draw.choice([1, 1, 2, 6])]) for key in keys}
        found, expected = made(lambda v=values: varying.varied(v)), made(lambda v=values: varied(config, v))
        assert found == expected, values
        refused += len(found) == 1
    assert 3 < refused < 57


def test_a_million_variants_are_checked_by_their_blocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a grid the long way is gone for no more than the values of its keys."""
    plan = plan_of(
        load(sweep(desk, "    stance.enter: [0.1, 0.2, 0.3]\n    tilt.one.over: [0.1, 0.2]\n    offset: [0, 1]"))
    )
    gone: list[Any] = []

    def counted(*given: Any) -> Config:
        gone.append(given)
        return varied(*given)

    monkeypatch.setattr(short, "varied", counted)
    made_by = Kept().shared(plan.config, plan.variants.keys).varying
    for number in range(plan.variants.count):
        made_by.varied(plan.variants.values(number))
    assert len(gone) == 1 + (3 - 1) + (2 - 1) + (2 - 1)


class Watched:
    """A config that remembers what was read of it."""

    def __init__(self, config: Config) -> None:
        self._config, self.read = config, set[str]()

    def __getattr__(self, name: str) -> Any:
        if name in ("rule", "study"):
            self.read |= {"stance", "blend"} if name == "rule" else {"event_study", "claims"}
        elif name not in ("tree", "fault"):
            self.read.add({one: key for key, one in ATTRIBUTES.items()}.get(name, name))
        return getattr(self._config, name)


def test_checks_read_what_they_say() -> None:
    """What a check reads beside what it says it reads could change, and nobody would ask it again."""
    read = 0
    for path in [*ROOT.glob("configs/*.yaml"), *ROOT.glob("configs/etf/*.yaml"), *ROOT.glob("configs/studies/*.yaml")]:
        config = load(path)
        for reads, passes in checks_on([ATTRIBUTES.get(key, key).rstrip("_") for key in Config.model_fields]):
            watched = Watched(config)
            assert passes(watched)  # type: ignore[arg-type]
            assert watched.read <= reads, (path, watched.read - reads)
            read += len(watched.read)
    assert read > 1000
