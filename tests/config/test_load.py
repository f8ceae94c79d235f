"""What a good file loads to."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from engine.config import (
    Band,
    EverySessions,
    FilesSource,
    Impulse,
    KnownOnWeekday,
    Proportional,
    Rank,
    SampleSource,
    Sleeve,
    Threshold,
    Trade,
    load,
)

EXAMPLE = """\
# Hold a tenth in miners. When miners have fallen a standard deviation behind what metals imply, while metals
# beat equities, go 20 points over; come back when the gap has closed.
strategy: metals_lead
with:     {lagging: miners, leading: metals, versus: equities, lookback: 252, gap_sessions: 126, lead: 126}
hold:
  miners:   [XME, PICK, GDX]
  equities: [SPY]
watch:
  metals:   [GLD, SLV, CPER]                 # seen, never held
policy:   {equities: 0.90, miners: 0.10}
stance:   {rule: threshold, enter: 1.0, exit: 0.0, sides: over}
tilt:     {miners: {over: 0.20, from: equities}}
every:    month_end
rebalance: every_decision
from:     2013-02-28
to:       2026-06-30
trade:    {after: 1, at: close, commission_bps: 1, half_spread_bps: 2, slippage_bps: 2}
cash:     {rate: RF}
data:
  prices: {source: files, path: us_etf_adjclose.csv, currency: USD, returns: total}
  RF:     {source: files, path: ff_factors_daily.csv, column: RF}
against:  [policy, SPY]
expect:   {max_drawdown: ">= -0.60"}
"""


def test_the_example_of_the_design_loads(write) -> None:
    config = load(write(EXAMPLE, "configs/etf/metals_lead.yaml"))
    assert config.name == "etf/metals_lead"
    assert config.strategy == "metals_lead"
    assert config.with_["lookback"] == 252
    assert config.hold == {"equities": Sleeve(("SPY",)), "miners": Sleeve(("GDX", "PICK", "XME"))}
    assert config.watch == {"metals": Sleeve(("CPER", "GLD", "SLV"))}
    assert config.policy == {"equities": 0.9, "miners": 0.1}
    assert config.stance == Threshold(enter=1.0, exit=0.0)
    assert (config.tilt["miners"].over, config.tilt["miners"].from_) == (0.2, "equities")
    assert (config.from_, config.to) == (dt.date(2013, 2, 28), dt.date(2026, 6, 30))
    assert config.trade == Trade(commission_bps=1.0, half_spread_bps=2.0, slippage_bps=2.0)
    assert config.cash.rate == "RF"
    assert config.data["RF"] == FilesSource(path="ff_factors_daily.csv", column="RF")
    assert config.against == ("policy", "SPY")
    assert config.expect == {"max_drawdown": ">= -0.60"}


def test_defaults_are_the_documented_ones(write) -> None:
    config = load(write("strategy: buy_and_hold\nhold: {equities: [SPY]}\ndata: {source: sample}\n"))
    assert config.policy == {"equities": 1.0}
    assert config.stance is None
    assert (config.every, config.rebalance, config.members) == ("month_end", "every_decision", "any")
    assert (config.trade.after, config.trade.at, config.trade.sizing) == (1, "close", "net_of_costs")
    assert (config.cash.rate, config.capital, config.sessions_per_year) == (0.0, 1_000_000.0, 252)
    assert (config.against, config.expect, config.allow_short) == (("policy",), {}, False)
    assert config.data == {"prices": SampleSource()}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("every: {sessions: 21}", "every", EverySessions(sessions=21)),
        ("every: once", "every", "once"),
        ("rebalance: {band: 0.02, to: edge}", "rebalance", Band(band=0.02, to="edge")),
        ("rebalance: on_change", "rebalance", "on_change"),
        ("cash: {rate: 0.02}", "cash", None),
        ('from: "2020-01-31"', "from_", dt.date(2020, 1, 31)),
        ("to: null", "to", None),
        ("expect: {drawdown: pass}", "expect", {"drawdown": "pass"}),
        ("with: {a: NO, b: 12:30, c: 1e-3, d: [1, x], e: null}", "with_",
         {"a": "NO", "b": "12:30", "c": 0.001, "d": (1, "x"), "e": None}),
    ],
)  # fmt: skip
def test_a_line_becomes_a_field(write, good: str, line: str, field: str, value: object) -> None:
    config = load(write(good + line))
    if field == "cash":
        assert config.cash.rate == 0.02
    else:
        assert getattr(config, field) == value


@pytest.mark.parametrize(
    ("stance", "record"),
    [
        ("{rule: proportional, full_at: 2}", Proportional(full_at=2.0, cap=1.0, sides="both")),
        ("{rule: rank, top: 2, bottom: 1}", Rank(top=2, bottom=1)),
        ("{rule: impulse, hold_sessions: 63, half_life_sessions: 21}",
         Impulse(hold_sessions=63, half_life_sessions=21.0)),
    ],
)  # fmt: skip
def test_each_rule_has_its_record(write, good: str, stance: str, record: object) -> None:
    assert load(write(good), [f"stance={stance}"]).stance == record


@pytest.mark.parametrize(
    ("text", "sleeve"),
    [
        ("[B, A]", Sleeve(("A", "B"))),
        ("[NO, ON]", Sleeve(("NO", "ON"))),
        ("{B: 0.25, A: 0.75}", Sleeve(("A", "B"), "fixed", (0.75, 0.25))),
        ("{A: 1}", Sleeve(("A",), "fixed", (1.0,))),
        ("{members: [A, B], parts: inverse_volatility, lookback: 21}",
         Sleeve(("A", "B"), "inverse_volatility", lookback=21)),
        ("{members: [A, B]}", Sleeve(("A", "B"))),
    ],
)  # fmt: skip
def test_a_sleeve_is_written_in_any_of_three_ways(write, good: str, text: str, sleeve: Sleeve) -> None:
    assert load(write(good.replace("[XME]", text))).hold["miners"] == sleeve


def test_a_watched_series_and_its_known_date(write) -> None:
    text = """\
strategy: geopolitical_shock
hold: {miners: [XME], equities: [SPY]}
watch: {threats: {series: gpr.GPRD_THREAT}}
policy: {equities: 0.90, cash: 0.1}
data:
  prices: {source: sample, close: "16:30 Europe/London"}
  gpr: {source: files, path: gpr.csv, kind: values, known: {weekday: monday, after_days: 1}}
"""
    config = load(write(text))
    assert config.watch["threats"] == Sleeve(series="gpr.GPRD_THREAT")
    assert config.data["gpr"].known == KnownOnWeekday(weekday="monday", after_days=1)
    assert config.policy == {"cash": 0.1, "equities": 0.9, "miners": 0.0}


def test_costs_by_asset_come_before_sleeve_before_default() -> None:
    trade = Trade(commission_bps={"XME": 3.0, "miners": 2.0, "default": 1.0}, slippage_bps={"XME": 3.0})
    assert trade.cost_of("commission_bps", "XME", "miners") == 3.0
    assert trade.cost_of("commission_bps", "GDX", "miners") == 2.0
    assert trade.cost_of("commission_bps", "SPY", "equities") == 1.0
    assert trade.cost_of("slippage_bps", "SPY") == 0.0
    assert trade.cost_of("half_spread_bps", "SPY") == 0.0


def test_under_defaults_to_the_smaller_of_over_and_policy(write, good: str) -> None:
    tilt = load(write(good)).tilt["miners"]
    assert tilt.under is None
    assert (tilt.under_points(0.1), tilt.under_points(0.5)) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("configs/a.yaml", "a"),
        ("configs/etf/a.yaml", "etf/a"),
        ("configs/old/configs/x/a.b.yaml", "x/a.b"),
        ("elsewhere/a.yaml", "a"),
    ],
)
def test_the_name_is_the_path_below_configs(write, good: str, path: str, name: str) -> None:
    config = load(write(good, path))
    assert (config.name, config.path, config.folder) == (name, Path(path), Path(path).parent)


def test_places_and_faults_for_later_layers(write, good: str) -> None:
    config = load(write(good), ["tilt.miners.under=0.05"])
    assert config.place("tilt.miners.over") == "a.yaml:7:23"
    assert config.place("hold.miners.0") == "a.yaml:3:12"
    assert config.place("trade.after") == "a.yaml:1:1"
    assert config.place("data.path") == config.place("data.prices.path") == "a.yaml:8:7"
    assert config.place("tilt.miners.under") == "--set tilt.miners.under=0.05"
    fault = config.fault("hold.miners.0", "`XME`", "an asset of the sample", "did you mean `Mines`?")
    assert str(fault) == (
        "a.yaml:3:12: hold.miners.0: found `XME`; expected an asset of the sample; did you mean `Mines`?"
    )


def test_a_config_is_frozen_and_travels_between_processes(write, good: str) -> None:
    config = load(write(good))
    with pytest.raises(ValueError, match="frozen"):
        config.capital = 5.0
    again = pickle.loads(pickle.dumps(config))
    assert again == config
    assert again.place("tilt.miners.over") == "a.yaml:7:23"


def test_windows_line_ends_and_a_byte_order_mark_are_no_faults(write, good: str) -> None:
    path = write(good)
    path.write_bytes(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode())
    assert load(path).place("strategy") == "a.yaml:1:11"


def test_importing_the_config_imports_no_numbers() -> None:
    code = "import sys, engine.config; print({'pandas', 'numpy', 'numba'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
