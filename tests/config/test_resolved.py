"""The resolved config loads to itself, and the question forgets what does not matter."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import load
from engine.config.yaml_text import read_yaml
from engine.errors import ConfigError

NAMES = st.sampled_from(["miners", "equities", "metals", "soft-assets", "x_1"])
LABELS = st.sampled_from(
    ["XME", "NO", "ON", "1e3", "12:30", "BRK.B", "true", "007", "null", "Ünï", "a b", "2020-01-01"]
)
WEIGHTS = st.integers(1, 1000)
PARAMETER = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | LABELS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LABELS, inner, max_size=3),
    max_leaves=5,
)
SCHEDULES: list[Any] = [
    "daily", "once", {"sessions": 5}, {"weekday": "friday"}, {"weekday": "monday", "nth": "last"},
    {"weekday": "friday", "nth": 3}, {"dates": ["2020-04-30", "2020-01-31", "2019-12-31"]}, {"on": "prices.x"},
]  # fmt: skip
BPS = st.floats(0, 99) | st.dictionaries(st.just("default"), st.floats(0, 99), max_size=1)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Any sound config, as the mapping that stands in the file."""
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    parts = [draw(WEIGHTS) for _ in names]
    config: dict[str, Any] = {
        "strategy": "metals_lead",
        "with": draw(st.dictionaries(st.sampled_from(["a", "b", "c"]), PARAMETER, max_size=3)),
        "hold": {name: draw(sleeves()) for name in names},
        "policy": {name: part / sum(parts) for name, part in zip(names, parts, strict=True)},
        "every": draw(st.sampled_from(SCHEDULES)),
        "offset": draw(st.integers(0, 9)),
        "rebalance": draw(st.sampled_from(["on_change", {"band": 0.02}, {"band": 0.1, "to": "edge"}])),
        "from": draw(st.none() | st.dates().map(str)),
        "trade": {"after": draw(st.integers(0, 5)), "slippage_bps": draw(BPS)},
        "cash": {"rate": draw(st.floats(-0.05, 0.5) | st.just("RF"))},
        "data": {"source": "sample", "known": draw(st.none() | st.just({"lag_days": 2}))},
    }
    if draw(st.booleans()):
        config["stance"] = {"rule": "threshold", "enter": draw(st.floats(0, 9)), "exit": -1}
        config["tilt"] = {names[0]: {"over": 0.0, "from": draw(st.sampled_from([names[1], "cash", "pro_rata"]))}}
    return config


@st.composite
def sleeves(draw: st.DrawFn) -> Any:
    """A sleeve in one of its forms."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=3, unique=True))
    parts = [draw(WEIGHTS) for _ in labels]
    forms = [
        labels,
        {label: part / sum(parts) for label, part in zip(labels, parts, strict=True)},
        {"members": labels, "parts": "inverse_volatility", "lookback": 21},
    ]
    return forms[draw(st.integers(0, 2))]


def loaded(data: Any) -> Any:
    """Through a file of JSON, which is YAML 1.2."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.yaml")
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return load(path)


@settings(max_examples=60, deadline=None)
@given(files())
def test_the_resolved_config_loads_to_itself(data: dict[str, Any]) -> None:
    resolved = loaded(data).resolved()
    assert loaded(resolved).resolved() == resolved
    assert json.loads(json.dumps(resolved)) == resolved


@settings(max_examples=30, deadline=None)
@given(files(), st.randoms(use_true_random=False))
def test_the_order_in_a_file_changes_nothing(data: dict[str, Any], random: Any) -> None:
    assert json.dumps(loaded(shuffled(data, random)).resolved()) == json.dumps(loaded(data).resolved())


def shuffled(value: Any, random: Any) -> Any:
    """Mappings in another order, and lists of members too."""
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: value[key] if key == "with" else shuffled(value[key], random) for key in keys}
    return random.sample(value, len(value)) if isinstance(value, list) else value


def test_every_default_is_filled_in_under_its_yaml_name(write, good: str) -> None:
    resolved = load(write(good)).resolved()
    assert list(resolved) == sorted(resolved)
    assert len(resolved) == 33
    assert {"with", "from", "to", "stance", "members", "sessions_per_year"} < set(resolved)
    assert resolved["hold"] == {"equities": ["SPY"], "miners": ["XME"]}
    assert resolved["stance"] == {"enter": 1.0, "exit": 0.0, "rule": "threshold", "sides": "over"}
    assert resolved["tilt"] == {"miners": {"from": "equities", "over": 0.2, "under": None}}
    assert resolved["trade"]["commission_bps"] == 0.0
    assert resolved["from"] is None


def test_a_resolved_config_survives_a_yaml_writer_too(write, good: str) -> None:
    resolved = load(write(good + "from: 2013-02-28\nwatch: {m: [NO, ON]}\n")).resolved()
    assert load(write(yaml.safe_dump(resolved), "b.yaml")).resolved() == resolved


def test_the_question_forgets_paths_references_and_expectations(write, good: str) -> None:
    text = good.replace("{source: sample}", "{source: files, path: here.csv}")
    asked = load(write(text)).question()
    other = text.replace("here.csv", "/there/x.csv") + 'against: [SPY]\nexpect: {sharpe: "> 0"}\n'
    assert load(write(other)).question() == asked
    assert "path" not in asked["data"]["prices"]
    assert load(write(text + "capital: 5\n")).question() != asked


WORDS = """
strategy with hold policy stance tilt every rebalance from trade cash data rule over top source path known
members parts rate miners series extends
"""
KEYS = st.sampled_from(WORDS.split())
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | LABELS | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(files(), st.dictionaries(KEYS, JUNK, max_size=4))
def test_nonsense_is_a_fault_and_never_a_crash(data: dict[str, Any], junk: dict[str, Any]) -> None:
    with contextlib.suppress(ConfigError):  # any other exception is a bug
        loaded({**data, **junk})


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-,[]{}&*!|>'\"%@#?~<. \n\t\r\x00\x85\u2028\ud7ffé", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    value, faults = read_yaml(text, "a.yaml")
    assert value is None or not any(fault.found.startswith("text that is not YAML") for fault in faults)
    assert all(fault.place.line >= 1 and fault.place.column >= 1 for fault in faults)
