"""Which variants a sweep tries, by hand; each is the config that `--set` would make."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from engine.config import load
from engine.config.vary import varied
from engine.errors import ConfigError
from engine.study.sweep.variants import variants_of
from tests.desk import Desk


def swept(desk: Desk, block: str) -> Path:
    desk.config()
    desk.text(f"base: a.yaml\nsweep:\n{block}\n", "sweep.yaml")
    return Path("sweep.yaml")


def test_a_grid_has_every_combination_once_and_the_last_key_turns_fastest(desk: Desk) -> None:
    block = "  over:\n    tilt.one.over: {from: 0.1, to: 0.3, step: 0.1}\n    every: [month_end, week_end]"
    variants = variants_of(load(swept(desk, block)))
    assert variants.keys == ("every", "tilt.one.over")
    assert [tuple(variants.values(row).values()) for row in range(variants.count)] == [
        *itertools.product(("month_end", "week_end"), (0.1, 0.2, 0.3))
    ]


def test_a_long_grid_is_counted_without_making_it(desk: Desk) -> None:
    axis = "{from: 1, to: 100000, step: 1}"
    block = f"  over: {{capital: {axis}, sessions_per_year: [251, 252], trade.after: [1, 2]}}"
    variants = variants_of(load(swept(desk, block)))
    assert variants.count == 400_000
    assert variants.values(399_999) == {"capital": 100_000, "sessions_per_year": 252, "trade.after": 2}


@pytest.mark.parametrize("how", ["random", "latin_hypercube"])
def test_draws_are_the_same_for_a_seed_and_stay_inside(desk: Desk, how: str) -> None:
    block = (
        "  over: {stance.enter: {from: 0.5, to: 2.5}, trade.after: [1, 2, 3], offset: {from: 10, to: 20}}\n"
        f"  sample: {{how: {how}, count: 300, seed: 4}}"
    )
    variants, again = (variants_of(load(swept(desk, block))) for _ in range(2))
    rows = [variants.values(row) for row in range(300)]
    assert rows == [again.values(row) for row in range(300)]
    levels = np.array([row["stance.enter"] for row in rows])
    assert 0.5 <= levels.min() < 0.6 < 2.4 < levels.max() <= 2.5
    assert {row["trade.after"] for row in rows} == {1, 2, 3}
    assert {row["offset"] for row in rows} == {*range(10, 21)}
    assert all(isinstance(row["offset"], int) for row in rows)
    if how == "latin_hypercube":
        assert sorted(((levels - 0.5) / 2.0 * 300).astype(int)) == [*range(300)]
        assert [sum(row["trade.after"] == n for row in rows) for n in (1, 2, 3)] == [100, 100, 100]


def test_a_latin_hypercube_of_lists_may_draw_a_combination_twice(desk: Desk) -> None:
    """Each value comes as often as the others: 4 draws of 2 x 2 are all combinations in 4 of 6 ways, else 2 of them."""
    block = "  over: {{every: [month_end, week_end], trade.after: [1, 2]}}\n  sample: {{how: {}, count: 4, seed: {}}}"
    different = {"random": set[int](), "latin_hypercube": set[int]()}
    for how, counts in different.items():
        for seed in range(20):
            variants = variants_of(load(swept(desk, block.format(how, seed))))
            rows = [tuple(variants.values(row).values()) for row in range(4)]
            assert how == "random" or [sum(row[0] == "month_end" for row in rows), sum(row[1] for row in rows)] == [
                2,
                6,
            ]
            counts.add(len({*rows}))
    assert different["random"] == {4}
    assert 2 in different["latin_hypercube"]


STRATEGY = """\"\"\"For the types of its parameters.\"\"\"


def score(past, *, share: float = 0.5, maybe: float | None = None, sessions: int = 5, untyped=1):
    return 0.0
"""


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("tilt.one.over", False),
        ("stance.exit", False),
        ("trade.commission_bps", False),
        ("with.share", False),
        ("with.maybe", False),
        ("brake.with.share", False),
        ("brake.with.sessions", True),
        ("with.sessions", True),
        ("with.untyped", True),
        ("offset", True),
        ("trade.after", True),
    ],
)
def test_what_is_drawn_is_whole_where_the_key_is(desk: Desk, key: str, whole: bool) -> None:
    """The ends 0 and 1 are whole either way: a tilt of 0 or 1 points would be no tilt of a half."""
    desk.text(STRATEGY, "strategies/typed.py")
    desk.config(strategy="typed", brake="{strategy: typed, on: one, with: {share: 0.5}}")
    desk.text(
        f"base: a.yaml\nsweep:\n  over: {{{key}: {{from: 0, to: 1}}}}\n  sample: {{how: random, count: 50}}\n", "s.yaml"
    )
    variants = variants_of(load("s.yaml"))
    drawn = [variants.values(row)[key] for row in range(50)]
    assert {type(one) for one in drawn} == ({int} if whole else {float})
    assert ({*drawn} == {0, 1}) if whole else len({*drawn}) == 50


def test_a_parameter_of_several_strategies_is_whole_where_one_needs_it(desk: Desk) -> None:
    desk.text(STRATEGY, "strategies/typed.py")
    desk.text(STRATEGY.replace("share: float", "share: int"), "strategies/counted.py")
    desk.config(strategy="typed")
    for names, whole in (("[typed]", False), ("[typed, counted]", True), ("[typed, none_such]", True)):
        over = f"{{strategy: {names}, with.share: {{from: 0, to: 9}}}}"
        desk.text(f"base: a.yaml\nsweep:\n  over: {over}\n  sample: {{how: random, count: 9}}\n", "s.yaml")
        variants = variants_of(load("s.yaml"))
        assert all(isinstance(variants.values(row)["with.share"], int) == whole for row in range(9))


def test_a_listed_range_of_fractions_is_spread_evenly(desk: Desk) -> None:
    """Rounded, the one in the middle would be 2; what is whole is written so, as before."""
    for key, numbers in (("trade.commission_bps", [0, 2.5, 5]), ("trade.after", [0, 2, 5])):
        variants = variants_of(load(swept(desk, f"  over: {{{key}: {{from: 0, to: 5, count: 3}}}}")))
        found = [variants.values(row)[key] for row in range(3)]
        assert [repr(one) for one in found] == [repr(one) for one in numbers]


def test_spread_by_ratio(desk: Desk) -> None:
    block = "  over: {capital: {from: 1, to: 10000, count: 5, log: true}}"
    variants = variants_of(load(swept(desk, block)))
    np.testing.assert_allclose([variants.values(row)["capital"] for row in range(5)], [1, 10, 100, 1000, 10000])


def test_a_variant_is_what_set_makes_of_the_base(desk: Desk) -> None:
    config = load(swept(desk, "  over: {every: [week_end], hold.one: [[AAA]]}"))
    assert config.study == "sweep"
    variant = varied(config, variants_of(config).values(0))
    assert variant.study is None
    assert variant.resolved() == load("a.yaml", ["every=week_end", "hold.one=[AAA]"]).resolved()


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ("{lunch: [1]}", "sweep.yaml:3:17: lunch: found an unknown key; expected"),
        ("{tilt.one.over: [0.9]}", "sweep.yaml:3:25: tilt.one.over: found the number 0.9; expected at most 0.5"),
        ("{stance.enter: [word]}", "sweep.yaml:3:25: stance.enter: found the text `word`; expected a number"),
    ],
)
def test_a_variant_that_is_no_config_is_told_at_its_line(desk: Desk, over: str, message: str) -> None:
    config = load(swept(desk, f"  over: {over}"))
    with pytest.raises(ConfigError) as caught:
        varied(config, variants_of(config).values(0))
    assert str(caught.value).startswith(message.split(":")[0])
    assert message.partition(": ")[2] in str(caught.value)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "  over: {}",
            "3:9: sweep.over: found an empty mapping; expected at least one entry; add one, or remove the key",
        ),
        (
            "  over: {capital: []}",
            "3:19: sweep.over.capital: found an empty list; expected at least one value; add one, or remove the key",
        ),
        (
            "  over: {capital: 5}",
            "3:19: sweep.over.capital: found the number 5; expected a list, or a range; "
            "write for example [1, 2], or {from: 1, to: 2, step: 0.5}",
        ),
        (
            "  over: {capital: {from: 2, to: 1, step: 1}}",
            "3:33: sweep.over.capital.to: found the number 1; expected at least `from` (2); swap the two",
        ),
        (
            "  over: {capital: {from: 1, to: 2, step: 1, count: 2}}",
            "3:52: sweep.over.capital.count: found `step` and `count`; expected one of them; remove one",
        ),
        (
            "  over: {capital: [126, 252, 126]}",
            "3:30: sweep.over.capital.2: found the number 126, which is value 1 of the list already; expected each "
            "value once; remove one: both would be the same variant",
        ),
        (
            "  over: {capital: [2, 1, 1.0]}",
            "3:26: sweep.over.capital.2: found the number 1, which is value 2 of the list already; expected each "
            "value once; remove one: both would be the same variant",
        ),
        (
            "  over: {trade: [{after: 1, at: close}, {at: close, after: 1.0}]}",
            "3:41: sweep.over.trade.1: found a mapping, which is value 1 of the list already; expected each value "
            "once; remove one: both would be the same variant",
        ),
        (
            "  over: {capital: {from: 2, to: 2, count: 3}}",
            "3:43: sweep.over.capital.count: found 3 numbers from 2 to 2; expected one, or two ends that differ; "
            "write `count: 1`",
        ),
        (
            "  over: {capital: {from: 0, to: 2, count: 2, log: true}}",
            "3:51: sweep.over.capital.log: found `log: true`; expected numbers above 0, and `count`, where they are "
            "spread by ratio; write for example {from: 0.1, to: 10, count: 5, log: true}",
        ),
    ],
)
def test_a_sweep_that_cannot_be_is_told(desk: Desk, block: str, message: str) -> None:
    path = swept(desk, block)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value) == f"sweep.yaml:{message}"


def test_a_range_with_nothing_to_list_is_told(desk: Desk) -> None:
    config = load(swept(desk, "  over: {capital: {from: 1, to: 2}}"))
    with pytest.raises(ConfigError) as caught:
        variants_of(config)
    assert str(caught.value).startswith("sweep.yaml:3:19: sweep.over.capital: found a range without `step` or `count`;")


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("[1, true, 2]", [1, True, 2]),
        ("['1', 1]", ["1", 1]),
        ("[[AAA, BBB], [BBB, AAA]]", [("AAA", "BBB"), ("BBB", "AAA")]),
        ("{from: 0, to: 1, count: 5}", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("{from: 0, to: 4, count: 5}", [0, 1, 2, 3, 4]),
        ("{from: 20, to: 41, count: 4}", [20, 27, 34, 41]),
        ("{from: 3, to: 3, count: 1}", [3]),
    ],
)
def test_values_that_differ_stay_apart(desk: Desk, written: str, listed: list[object]) -> None:
    variants = variants_of(load(swept(desk, f"  over: {{with.x: {written}}}")))
    assert [variants.values(row)["with.x"] for row in range(variants.count)] == listed
    assert [type(value) for value in variants.axes[0]] == [type(value) for value in listed]  # type: ignore[union-attr]


def test_draws_of_lists_are_all_different(desk: Desk) -> None:
    block = "  over: {capital: [1, 2, 3], every: [week_end, month_end], with.x: {from: 1, to: 50, step: 1}}\n  sample: "
    drawn = variants_of(load(swept(desk, f"{block}{{how: random, count: 300}}")))
    assert len({tuple(drawn.values(row).values()) for row in range(300)}) == 300
    some = variants_of(load(swept(desk, f"{block}{{how: random, count: 100, seed: 3}}")))
    values = [tuple(some.values(row).values()) for row in range(100)]
    assert len({*values}) == 100
    assert len({value[2] for value in values}) > 30
    with pytest.raises(ConfigError) as caught:
        variants_of(load(swept(desk, f"{block}{{how: latin_hypercube, count: 301}}")))
    assert str(caught.value) == (
        "sweep.yaml:4:41: sweep.sample.count: found 301 draws where there are 300 combinations; expected at most 300; "
        "draw fewer, or remove `sample`: all of them are tried then"
    )
