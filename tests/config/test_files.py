"""Files that cannot be read, and files that extend others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.config import FilesSource, Rank, SampleSource, Sleeve, Threshold, load
from engine.errors import ConfigError


def faults_of(path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file(write, text: str) -> None:
    assert faults_of(write(text)) == ["a.yaml: found an empty file; expected a config; write `strategy: ...`"]


def test_a_file_that_is_no_mapping(write) -> None:
    assert faults_of(write("- a\n")) == [
        "a.yaml:1:1: found a list; expected a mapping of keys; write for example `strategy: metals_lead`"
    ]


@pytest.mark.parametrize(
    ("name", "shown", "odd"),
    [
        ("two\nlines.yaml", "two\\nlines.yaml", "\\n"),
        ("red\x1b[31m.yaml", "red\\x1b[31m.yaml", "\\x1b"),
        (os.fsdecode(b"latin\xe9.yaml"), "latin\\udce9.yaml", "\\udce9"),
        ("line\u2028.yaml", "line\\u2028.yaml", "\\u2028"),
    ],
)
def test_a_name_that_is_no_line_of_text(write, good: str, name: str, shown: str, odd: str) -> None:
    Path(write(good)).rename(name)
    assert faults_of(name) == [
        f"{shown}: found `{odd}` in the name of the file; expected a name that is one line of UTF-8; "
        "give the file another name"
    ]


@pytest.mark.parametrize("name", ["my lead.yaml", "ünï 金属.yaml", "[a].yaml", "a|b`c.yaml", "-a.yaml", 'a<b>&"c.yaml'])
def test_other_odd_names_are_names(write, good: str, name: str) -> None:
    Path(write(good)).rename(name)
    assert load(name).name == name.removesuffix(".yaml")


def test_a_missing_file_a_folder_and_no_utf8(write, good: str) -> None:
    write(good)
    assert faults_of("b.yaml") == ["b.yaml: found no file `b.yaml`; expected a YAML file; did you mean `a.yaml`?"]
    assert faults_of("no/b.yaml") == [
        "no/b.yaml: found no file `no/b.yaml`; expected a YAML file; there is no folder `no` either"
    ]
    assert faults_of(".") == [".: found a folder, `.`; expected a YAML file; name one file in it"]
    Path("a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    assert faults_of("a.yaml") == [
        "a.yaml:2:4: found the byte 0xff, which is no UTF-8; expected text in UTF-8; save the file as UTF-8"
    ]


def test_a_child_says_only_what_differs_and_every_value_keeps_its_place(write, good: str) -> None:
    write(good + "from: 2000-01-31\n", "configs/base.yaml")
    child = """\
extends: ../base.yaml
with: {lookback: 63}
hold: {miners: {GDX: 0.5, XME: 0.5}}
tilt: {miners: {over: 0.1}}
from: null
"""
    config = load(write(child, "configs/etf/child.yaml"))
    assert config.name == "etf/child"
    assert config.hold == {
        "equities": Sleeve(("SPY",)),
        "miners": Sleeve(("GDX", "XME"), "fixed", (0.5, 0.5)),
    }
    assert (config.tilt["miners"].over, config.tilt["miners"].from_) == (0.1, "equities")
    assert config.from_ is None
    assert config.place("tilt.miners.over") == "configs/etf/child.yaml:4:23"
    assert config.place("tilt.miners.from") == "configs/base.yaml:7:34"
    assert config.folders_of("tilt.miners.from") == (Path("configs"),)
    assert config.folders_of("tilt.miners.over") == config.folders_of("to") == (Path("configs/etf"),)


def test_a_fault_in_the_parent_is_told_in_the_parent(write, good: str) -> None:
    write(good.replace("enter: 1", "enter: x"), "base.yaml")
    assert faults_of(write("extends: base.yaml\ntrade: {after: 9}\n")) == [
        "a.yaml:2:16: trade.after: found the number 9; expected a number of at most 5; change the number",
        "base.yaml:6:34: stance.enter: found the text `x`; expected a number; write 1.0",
    ]


def test_what_changes_its_kind_is_replaced_whole(write, good: str) -> None:
    base = good.replace("{source: sample}", "{prices: {source: files, path: p.csv}, RF: {source: files, path: r.csv}}")
    write(base + "with: {lookback: 63}\n", "base.yaml")
    child = """\
extends: base.yaml
strategy: momentum_rotation
policy: {equities: 1}
stance: {rule: rank, top: 1}
data: {prices: {source: sample}}
"""
    config = load(write(child + "tilt: {miners: {from: equities}}\n"))
    assert config.with_ == {}
    assert config.policy == {"equities": 1.0, "miners": 0.0}
    assert config.stance == Rank(top=1)
    assert config.data == {"RF": FilesSource(path="r.csv"), "prices": SampleSource()}


def test_what_keeps_its_kind_is_merged(write, good: str) -> None:
    base = good.replace("{source: sample}", "{source: files, path: p.csv, known: {lag_days: 3}}")
    write(base + "with: {lookback: 63, lead: 21}\n", "base.yaml")
    child = "extends: base.yaml\nwith: {lead: 5}\nstance: {enter: 2}\n"
    child += "data: {path: q.csv, known: {lag_sessions: 1}}\n"
    config = load(write(child))
    assert config.with_ == {"lead": 5, "lookback": 63}
    assert config.stance == Threshold(enter=2.0, exit=0.0)
    prices = config.data["prices"]
    assert isinstance(prices, FilesSource)
    assert (prices.path, prices.known) == ("q.csv", config.data["prices"].known)
    assert prices.known is not None
    assert prices.known.model_dump() == {"lag_sessions": 1}


def test_chains_are_followed_and_circles_refused(write, good: str) -> None:
    write(good, "top.yaml")
    write("extends: top.yaml\ncapital: 5\nto: 2020-01-01\n", "middle.yaml")
    config = load(write("extends: middle.yaml\ncapital: 7\n"))
    assert (config.capital, str(config.to)) == (7.0, "2020-01-01")
    write("extends: a.yaml\n", "top.yaml")
    assert faults_of("a.yaml") == [
        "top.yaml:1:10: extends: found a circle: a.yaml -> middle.yaml -> top.yaml -> a.yaml; "
        "expected a file that stands alone; break the circle"
    ]


def test_a_missing_parent_is_told_where_it_is_named(write, good: str) -> None:
    write(good, "base.yaml")
    assert faults_of(write("capital: 5\nextends: bose.yaml\n")) == [
        "a.yaml:2:10: extends: found no file `bose.yaml`; expected a YAML file; did you mean `base.yaml`?"
    ]
    assert faults_of(write("extends: [base.yaml]\n")) == [
        "a.yaml:1:10: extends: found a list; expected the path of a file; name one file"
    ]
