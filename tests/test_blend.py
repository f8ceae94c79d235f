"""A blend adds up the stances of other configs, each as it was known by the decision day, and then is one tilt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.errors import ConfigError, DataError, StrategyError
from engine.result import Result
from tests.desk import Desk, made_prices
from tests.study.sweep.swept import figures_alone, figures_of, rows_of, swept

RISE = (
    '"""Its own rise."""\nfrom engine.signals import momentum\n\n\ndef score(past, *, sleeve: str, over: int = 20):\n'
)
RISE += "    return 20 * momentum(past.sleeve(sleeve), over)\n"
BOTH = "{rule: proportional, full_at: 1.0}"
STEP = "{rule: threshold, enter: 0.2, exit: -0.2, sides: both}"


@pytest.fixture
def parts(desk: Desk) -> Desk:
    """Two parts: `quick` decides at week's end on prices of its own, `slow` at month's end from September on."""
    desk.text(RISE, "strategies/rise.py")
    desk.prices(made_prices(seed=3, labels="XXX YYY"), "theirs.csv")
    desk.config(
        "quick.yaml", strategy="rise", with_="{sleeve: one}", every="week_end", stance=BOTH,
        hold="{one: [XXX], two: [YYY]}", data="{source: files, path: theirs.csv}",
    )  # fmt: skip
    desk.config("slow.yaml", strategy="rise", with_="{sleeve: two, over: 60}", stance=STEP, from_="2020-09-30")
    return desk


def blended(desk: Desk, blend: str = "{quick: 0.6, slow: -0.7}", **changes: object) -> Result:
    asked: dict[str, object] = {"strategy": None, "stance": None, "blend": blend, "every": "{weekday: wednesday}"}
    return desk.run(**(asked | changes))


def as_of(part: Result, days: pd.DatetimeIndex) -> np.ndarray:
    """The part's last stance by each day, by pandas."""
    stance = part.opinions[["stance one"]].reset_index()
    found = pd.merge_asof(pd.DataFrame({"date": days}), stance.astype({"date": days.dtype}), on="date")
    return np.asarray(found["stance one"])


def test_a_blend_is_the_weighted_sum_of_what_its_parts_held(parts: Desk) -> None:
    quick, slow = engine.run("quick.yaml"), engine.run("slow.yaml")
    result = blended(parts)
    days = result.opinions.index
    held = {"quick": as_of(quick, days), "slow": as_of(slow, days)}
    assert np.isnan(held["slow"]).sum() == 13  # before September the slow one has not decided
    total = 0.6 * np.nan_to_num(held["quick"]) - 0.7 * np.nan_to_num(held["slow"])
    assert (np.abs(total) > 1).any()
    np.testing.assert_allclose(result.opinions["score one"], total, rtol=1e-9)
    np.testing.assert_allclose(result.opinions["stance one"], np.clip(total, -1, 1), rtol=1e-9)
    for name, values in held.items():
        np.testing.assert_array_equal(result.opinions[f"stance {name} one"], values)
    np.testing.assert_allclose(result.targets["CCC"], 0.5 - 0.2 * np.clip(total, -1, 1), rtol=1e-9)


def test_it_pays_its_own_costs_on_its_own_schedule(parts: Desk) -> None:
    result = blended(parts, trade="{slippage_bps: 10}")
    assert {day.day_name() for day in result.opinions.index} == {"Wednesday"}
    stance = result.opinions["stance one"]
    parts.text("\n".join(["date,one", *(f"{day:%Y-%m-%d},{value!r}" for day, value in stance.items())]), "stance.csv")
    parts.text("def score(past):\n    return float(past.series('given.one')[-1])\n", "strategies/given.py")
    given = "given: {source: files, path: stance.csv, kind: values, known: {lag_days: 0}}"
    direct = parts.run(
        strategy="given", stance=BOTH, every="{weekday: wednesday}", trade="{slippage_bps: 10}",
        data=f"{{prices: {{source: files, path: prices.csv}}, {given.replace('{lag_days: 0}', '{lag_sessions: 0}')}}}",
    )  # fmt: skip
    np.testing.assert_allclose(result.own.ledger.equity, direct.own.ledger.equity, rtol=1e-9)


def test_what_is_decided_at_a_later_close_is_not_known_yet(parts: Desk) -> None:
    def closing(name: str, path: str, at: str, **changes: object) -> str:
        data = f'{{source: files, path: {path}, close: "{at}"}}'
        parts.config(name, **({"every": "daily", "data": data} | changes))
        return data

    roles: dict[str, object] = {"strategy": "rise", "with_": "{sleeve: one}", "stance": BOTH}
    roles |= {"hold": "{one: [XXX], two: [YYY]}"}
    closing("newyork.yaml", "theirs.csv", "16:00 America/New_York", **roles)
    theirs = engine.run("newyork.yaml").opinions["stance one"]
    for at, lag in (("16:30 Europe/London", 1), ("17:00 America/New_York", 0), ("16:00 America/New_York", 0)):
        data = f'{{source: files, path: prices.csv, close: "{at}"}}'
        seen = blended(parts, "{newyork: 1}", every="daily", data=data).opinions["stance newyork one"]
        np.testing.assert_array_equal(seen, theirs.shift(lag))
    with pytest.raises(ConfigError) as caught:
        blended(parts, "{newyork: 1}")
    assert str(caught.value) == (
        "a.yaml:7:18: blend.newyork: found a part whose market says a time of its close; expected the same of both, to "
        'tell which comes first; add for example `close: "16:00 America/New_York"` to its prices'
    )


def test_a_part_in_tranches_holds_their_mean(parts: Desk) -> None:
    parts.config("slow.yaml", strategy="rise", with_="{sleeve: two}", stance=STEP, tranches=3)
    stance = engine.run("slow.yaml").opinions.pivot(columns="tranche", values="stance one").ffill().fillna(0.0)
    expected = stance.mean(axis=1)
    result = blended(parts, "{slow: 1}", every="daily")
    found = result.opinions["stance slow one"]
    np.testing.assert_allclose(found.reindex(expected.index), expected, atol=1e-15)
    assert len(set(found.round(6))) > 3


def test_a_blend_in_tranches_reads_each_day_what_was_known_then(parts: Desk) -> None:
    result = blended(parts, every="{sessions: 15}", tranches=3)
    expected = as_of(engine.run("quick.yaml"), result.opinions.index)
    np.testing.assert_array_equal(result.opinions["stance quick one"], expected)


def test_blends_of_blends(parts: Desk) -> None:
    parts.config("inner.yaml", strategy=None, stance=None, blend="{quick: 0.5, slow: 0.5}", every="daily")
    outer, direct = blended(parts, "{inner: 0.8}"), blended(parts, "{quick: 0.4, slow: 0.4}")
    np.testing.assert_allclose(outer.opinions["stance one"], direct.opinions["stance one"], rtol=1e-9)


def test_parts_are_found_below_configs_or_beside_the_blend(parts: Desk) -> None:
    for name in ("configs/etf/quick.yaml", "configs/quick.yaml"):
        parts.config(
            name, strategy="rise", with_="{sleeve: one}", stance=BOTH, every=("daily" if "etf" in name else "once")
        )
    keys: dict[str, object] = {"strategy": None, "stance": None}
    for name, wanted in (
        ("etf/quick", "daily"), ("quick", "once"), ("quick.yaml", "daily"), ("../quick.yaml", "once"),
    ):  # fmt: skip
        parts.config("configs/etf/a.yaml", **keys, blend=f"{{{name}: 1}}")
        result = engine.run("configs/etf/a.yaml")
        assert (result.opinions[f"stance {name} one"].nunique() > 2) == (wanted == "daily")


@pytest.fixture
def apart(parts: Desk) -> Desk:
    """A blend in one folder, a sweep in another, and a `quick.yaml` beside each and in the working directory."""
    for name, every in (("configs/etf/quick.yaml", "daily"), ("sweeps/quick.yaml", "once")):
        parts.config(name, strategy="rise", with_="{sleeve: one}", stance=BOTH, every=every)
    keys: dict[str, object] = {"strategy": None, "stance": None}
    parts.config("configs/etf/a.yaml", **keys, blend="{quick.yaml: 1}", every="{weekday: wednesday}")
    return parts


def decided(blend: Result, name: str) -> int:
    """How many stances a part took on the blend's days: 1 the one that decides once, few by the month, many by week."""
    return int(blend.opinions[f"stance {name} one"].nunique())


def test_a_part_is_looked_for_beside_the_file_that_names_it_whoever_says_its_weight(apart: Desk) -> None:
    config, many = "configs/etf/a.yaml", decided(engine.run("configs/etf/a.yaml"), "quick.yaml")
    assert many > 40
    halved = engine.run(config, ["blend.quick.yaml=0.5"])
    assert (decided(halved, "quick.yaml"), halved.config.blend) == (many, {"quick.yaml": 0.5})
    apart.text("extends: configs/etf/a.yaml\n", "child.yaml")
    assert decided(engine.run("child.yaml", ["blend.quick.yaml=0.5"]), "quick.yaml") == many


def test_a_part_that_set_names_is_looked_for_beside_the_config_then_here(apart: Desk) -> None:
    config, many = "configs/etf/a.yaml", decided(engine.run("configs/etf/a.yaml"), "quick.yaml")
    assert decided(engine.run(config, ["blend={quick.yaml: 0.5}"]), "quick.yaml") == many
    named = "../../sweeps/quick.yaml"
    assert decided(engine.run(config, [f"blend={{{named}: 0.5}}"]), named) == 1
    # As a shell completes it, from where it stands.
    assert decided(engine.run(config, ["blend={sweeps/quick.yaml: 0.5}"]), "sweeps/quick.yaml") == 1
    assert decided(engine.run(config, ["blend={etf/quick: 0.5}"]), "etf/quick") == many
    with pytest.raises(
        ConfigError, match=r"^--set blend=\{x.yaml: 1\}: blend.x.yaml: found no file `configs/etf/x.yaml`"
    ):
        engine.run(config, ["blend={x.yaml: 1}"])
    beside, same, here, other = (
        engine.run(config, [f"against=[{name}]"], results=None).metrics["active_return"]
        for name in ("quick.yaml", "../etf/quick.yaml", "sweeps/quick.yaml", "../../sweeps/quick.yaml")
    )
    assert (beside, here) == (same, other)
    assert beside != here


SWEPT_BLENDS = [
    "{blend.quick.yaml: [0.5, 0.9]}",
    "{blend: [{quick.yaml: 0.5}, {../configs/etf/quick.yaml: 0.5}]}",
    "{against: [[quick.yaml], [../configs/etf/quick.yaml], [policy]]}",
]


@pytest.mark.parametrize("over", SWEPT_BLENDS)
@pytest.mark.parametrize("own", ["", "against: [quick.yaml]\n"])
def test_a_variant_of_a_blend_is_the_run_of_its_command(apart: Desk, over: str, own: str) -> None:
    """A sweep's names are beside the sweep, the command's beside the base: both are the same files."""
    apart.text(
        f"base: ../configs/etf/a.yaml\n{own if 'against' not in over else ''}sweep: {{over: {over}}}\n", "sweeps/s.yaml"
    )
    path = Path("sweeps/s.yaml")
    rows = rows_of(swept(path))
    assert {row["way"] for row in rows} <= {"single", "fused"}, [row["reason"] for row in rows]
    for row in rows:
        alone = figures_alone(path, row["variant"])
        assert figures_of(row) == pytest.approx(alone, rel=1e-9, abs=1e-12, nan_ok=True)
    assert len({row["sharpe" if "blend" in over else "active_return"] for row in rows}) == len(rows)


def test_the_id_follows_question_data_and_strategy_of_every_part(parts: Desk) -> None:
    ids = [blended(parts).id, blended(parts, "{slow: -0.7, quick: 0.6}").id]
    assert ids[0] == ids[1]
    ids.append(blended(parts, "{quick: 0.6, slow: -0.8}").id)
    parts.config("slow.yaml", strategy="rise", with_="{sleeve: two, over: 61}", stance=STEP, from_="2020-09-30")
    ids.append(blended(parts).id)
    parts.prices(made_prices(seed=4, labels="XXX YYY"), "theirs.csv")
    ids.append(blended(parts).id)
    parts.text(RISE + "# rewritten\n", "strategies/rise.py")
    ids.append(blended(parts).id)
    assert len(set(ids[1:])) == 5
    manifest = blended(parts).manifest
    assert set(manifest["parts"]) == {"quick", "slow"}
    assert manifest["parts"]["quick"]["data"] == engine.run("quick.yaml").panel.fingerprint


def test_it_says_which_parts_agree_today(parts: Desk) -> None:
    result = blended(parts, to="2020-09-02")
    held = float(result.opinions["stance quick one"].iloc[-1])
    assert result.outlook.said == {"agree": f"quick (0.6 x {held:+.3g})", "yet to decide": "slow"}
    parts.text("def score(past, *, of: float):\n    return of\n", "strategies/fixed.py")
    for name, of in (("up", 1.0), ("down", -1.0), ("flat", 0.0)):
        parts.config(f"{name}.yaml", strategy="fixed", with_=f"{{of: {of}}}", stance=BOTH)
    said = blended(parts, "{up: 0.5, down: 0.3, flat: 0.2}").outlook.said
    assert said == {"agree": "up (0.5 x +1)", "disagree": "down (0.3 x -1)", "neutral": "flat"}
    faded = blended(parts, "{up: 0.2, down: -0.3}")
    assert faded.outlook.stance == {"one": pytest.approx(0.5)}
    assert faded.outlook.said == {"agree": "down (-0.3 x -1), up (0.2 x +1)"}


def test_a_part_that_begins_later_is_told(parts: Desk) -> None:
    """Until it has decided it counts as neutral: 13 Wednesdays from July to September of 2020."""
    early = "quick (0.6) begins on 2020-07-03; until then it counts as neutral, on 1 of 53 decisions"
    late = "slow (-0.7) begins on 2020-09-30; until then it counts as neutral, on 13 of 53 decisions"
    assert [one for one in blended(parts).judgement.caveats if "neutral" in one] == [early, late]
    assert not any("neutral" in one for one in blended(parts, "{quick: 1}", from_="2020-07-06").judgement.caveats)
    parts.config(
        "inner.yaml", strategy=None, stance=None, blend="{quick: 0.5, slow: -0.7}", every="{weekday: wednesday}"
    )
    assert f"inner: {late}" in blended(parts, "{inner: 0.8}").judgement.caveats


def test_a_part_that_never_begins_is_told(parts: Desk) -> None:
    result = blended(parts, to="2020-09-15")
    never = "slow (-0.7) decides nothing in this window: it counts as neutral throughout"
    assert never in result.judgement.caveats


def test_caveats_of_the_parts_are_the_blends(parts: Desk) -> None:
    parts.text("date,sign,strength,chosen\n2020-07-01,1,1,in_hindsight\n", "calendar.csv")
    parts.config(
        "events.yaml", strategy="policy_stimulus", with_="{events: calls}", watch="{calls: {series: calendar.shock}}",
        stance="{rule: impulse, hold_sessions: 20}", every="daily",
        data="{prices: {source: files, path: prices.csv}, calendar: {source: events, path: calendar.csv}}",
    )  # fmt: skip
    caveats = blended(parts, "{events: 1}").judgement.caveats
    assert caveats[0].startswith("events: dates chosen with hindsight")


def test_a_brake_and_limits_come_after_the_sum(parts: Desk) -> None:
    parts.text("def score(past):\n    return 0.5\n", "strategies/half.py")
    result = blended(parts, "{quick: 9}", brake="{strategy: half, on: one}", limits="{sleeve: {one: {min: 0.35}}}")
    stance = result.opinions["stance one"]
    expected = np.maximum(0.5 + np.where(stance > 0, 0.1, 0.2) * stance, 0.35)
    np.testing.assert_allclose(result.targets[["AAA", "BBB"]].sum(axis=1), expected, atol=1e-12)


def fault(desk: Desk, blend: str, kind: type[Exception] = ConfigError, **changes: object) -> str:
    with pytest.raises(kind) as caught:
        blended(desk, blend, **changes)
    return str(caught.value).replace(f"{desk.folder}/", "")


def test_missing_parts_are_told_where_the_blend_names_them(parts: Desk) -> None:
    expected = "another config: its path below `configs/`, or beside this with `.yaml`"
    assert fault(parts, "{quick: 1, quik: 1, etf/x: 1, z.yaml: 1}").splitlines() == [
        f"a.yaml:7:35: blend.etf/x: found no file `etf/x.yaml`; expected {expected}; check the name",
        f"a.yaml:7:25: blend.quik: found no file `quik.yaml`; expected {expected}; did you mean `quick`?",
        f"a.yaml:7:46: blend.z.yaml: found no file `z.yaml`; expected {expected}; check the name",
    ]


def test_a_circle_is_told(parts: Desk) -> None:
    keys: dict[str, object] = {"strategy": None, "stance": None}
    parts.config("b.yaml", **keys, blend="{a: 1}")
    assert fault(parts, "{b: 1}") == (
        "a.yaml:7:12: blend.b: found a fault in it: b.yaml:7:12: blend.a: found a circle: a.yaml blends, in the end, "
        "itself; expected parts that stand alone; break the circle"
    )
    assert fault(parts, "{a: 1}").startswith("a.yaml:7:12: blend.a: found a circle: a.yaml blends")


INSIDE = {
    "a fault of the file": (
        {"stance": "{rule: treshold}"},
        ConfigError,
        "a.yaml:7:14: blend.bad: found a fault in it: bad.yaml:4:16: stance.rule: found the text `treshold`; expected ",
    ),
    "a fault of a parameter": (
        {"with_": "{sleeve: onne}"},
        ConfigError,
        "a.yaml:7:14: blend.bad: found a fault in it: bad.yaml:9:16: with.sleeve: found no sleeve `onne`; expected one "
        "of: one, two; did you mean `one`?",
    ),
    "a strategy that raises": (
        {"strategy": "broken", "with_": "{}"},
        StrategyError,
        "a.yaml:7:14: blend.bad: found a fault in it: strategies/broken.py:2: found ZeroDivisionError: division by "
        "zero while deciding on 2020-06-30 with none; expected an answer; mend the strategy file",
    ),
    "data that are damaged": (
        {"data": "{source: files, path: bad.csv}"},
        DataError,
        "a.yaml:7:14: blend.bad: found a fault in it: bad.csv",
    ),
    "other sleeves": (
        {"tilt": "{two: {over: 0.1, from: one}}"},
        ConfigError,
        "a.yaml:7:14: blend.bad: found a part with stances on `two`; expected parts that tilt only what the blend "
        "tilts (`one`); tilt the same sleeves in both, or leave it out",
    ),
    "opinions on assets": (
        {
            "strategy": "momentum_rotation",
            "with_": "{sleeve: one, lookback: 20, skip: 1}",
            "stance": "{rule: rank, top: 1}",
        },
        ConfigError,
        "a.yaml:7:14: blend.bad: found a part with stances on `AAA` or `BBB`; expected parts that tilt only what the "
        "blend tilts (`one`); tilt the same sleeves in both, or leave it out",
    ),
    "weights": (
        {"strategy": "buy_and_hold", "with_": None, "stance": None, "tilt": None},
        ConfigError,
        "a.yaml:7:14: blend.bad: found a part without stances; expected parts that tilt only what the blend tilts "
        "(`one`); tilt the same sleeves in both, or leave it out",
    ),
    "a market that ends too early": (
        {"to": "2020-12-31"},
        ConfigError,
        "a.yaml:7:14: blend.bad: found a part whose market ends on 2020-12-31; expected one that goes on to "
        "2021-06-30; say `to: 2020-12-31`, or give the part a later one",
    ),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_fault_inside_a_part_is_told_where_the_blend_names_it(parts: Desk, name: str) -> None:
    parts.text("def score(past):\n    return 1 / 0\n", "strategies/broken.py")
    parts.text("date,AAA,BBB,CCC\n2020-01-01,1,1,x\n", "bad.csv")
    changes, kind, message = INSIDE[name]
    parts.config("bad.yaml", **({"strategy": "rise", "with_": "{sleeve: one}", "stance": BOTH} | changes))
    found = fault(parts, "{bad: 1}", kind)
    assert found.startswith(message)
    assert len(found.splitlines()) == 1


def test_the_shipped_blend_takes_parts_on_markets_of_their_own(root: Path) -> None:
    result = engine.run("configs/blend.yaml", results=None)
    parts = {name: engine.run(f"configs/{name}.yaml", results=None) for name in result.config.blend or ()}
    days = result.opinions.index
    total = np.zeros(len(days))
    for name, part in parts.items():
        stance = part.opinions[["stance miners"]].reset_index().astype({"date": days.dtype})
        held = pd.merge_asof(pd.DataFrame({"date": days}), stance, on="date")["stance miners"].fillna(0.0)
        assert held.abs().max() > 0
        total += (result.config.blend or {})[name] * held
    np.testing.assert_allclose(result.opinions["stance miners"], np.clip(total, -1, 1), atol=1e-9)


def test_a_link_beside_it_that_leads_to_itself_hides_no_fault(parts: Desk) -> None:
    (parts.folder / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(ConfigError, match=r"found no file `quik.yaml`; .*; did you mean `quick`\?"):
        blended(parts, "{quik.yaml: 1}")
