"""What `--set key=value` changes, and how it fails."""

from __future__ import annotations

import pytest

from engine.config import FilesSource, SampleSource, Sleeve, Threshold, load
from engine.errors import ConfigError


def faults_of(path, *options: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, options)
    return str(caught.value).splitlines()


def test_a_value_is_read_like_one_in_the_file(write, good: str) -> None:
    options = [
        "with.lookback=126",
        "with.day=12:30",
        "stance={rule: threshold, enter: 2, exit: 1}",
        "hold.miners=[Gold, Mines]",
        "hold.equities.0=NO",
        'expect.max_drawdown=">= -0.60"',
        "every={sessions: 5}",
        "from=2001-01-31",
    ]
    config = load(write(good), options)
    assert config.with_ == {"day": "12:30", "lookback": 126}
    assert config.stance == Threshold(enter=2.0, exit=1.0)
    assert config.hold == {"equities": Sleeve(("NO",)), "miners": Sleeve(("Gold", "Mines"))}
    assert config.expect == {"max_drawdown": ">= -0.60"}
    assert config.place("with.lookback") == "--set with.lookback=126"
    assert config.place("hold.miners.1") == "--set hold.miners=[Gold, Mines]"


def test_the_last_one_wins_and_null_takes_a_key_away(write, good: str) -> None:
    config = load(write(good), ["capital=5", "capital=7", "stance=null", "tilt=null"])
    assert (config.capital, config.stance, config.tilt) == (7.0, None, {})


@pytest.mark.parametrize("key", ["data", "data.prices"])
def test_a_single_source_answers_to_its_short_and_its_full_key(write, good: str, key: str) -> None:
    config = load(write(good), [f"{key}.source=files", f"{key}.path=x.csv"])
    assert config.data == {"prices": FilesSource(path="x.csv")}


def test_the_data_can_be_set_as_a_whole(write, good: str) -> None:
    assert load(write(good), ["data={source: files, path: x.csv}"]).data == {"prices": FilesSource(path="x.csv")}
    assert load(write(good), ["data.RF={source: files, path: x.csv}"]).data == {
        "RF": FilesSource(path="x.csv"),
        "prices": SampleSource(),
    }


def test_a_key_that_holds_a_dot_is_found(write, good: str) -> None:
    text = good.replace("[SPY]", "[BRK.B]") + "trade: {commission_bps: {BRK.B: 1}}\n"
    config = load(write(text), ["trade.commission_bps.BRK.B=2"])
    assert config.trade.commission_bps == {"BRK.B": 2.0}


FAULTS = [
    ("nonsense", "found no `key=value`; expected a dotted key, `=` and a value; "
     "write for example --set with.lookback=126"),
    ("a..b=3", "found no `key=value`; expected a dotted key, `=` and a value; "
     "write for example --set with.lookback=126"),
    ("capital=", "capital: found nothing after `=`; expected a value; "
     "give a value; --set capital=null takes the key away"),
    ("stanc.enter=1", "stanc: found an unknown key; expected a key that has a meaning here; "
     "did you mean `stance`?"),
    ("stance.entr=1", "stance.entr: found an unknown key; expected a key that has a meaning here; "
     "did you mean `enter`?"),
    ("hold.miners.3=GDX", "hold.miners: found the index `3`; expected an index from 0 to 0; "
     "set the whole list"),
    ("strategy.x=3", "strategy: found the text `always_over`, which has no `x`; "
     "expected a mapping or a list; set strategy itself"),
    ("capital=true", "capital: found `true`; expected a number; write 1000000"),
    ("extends=b.yaml", "extends: found `extends` as an option; expected a key of the config; "
     "write it in the file"),
    ("expect.x=>= 3", "expect.x: found a text that begins with `>` or `|`; expected a text in quotes; "
     'quote it, for example ">= -0.60"; '
     'a value is written as in the file, with quotes where YAML needs them'),
    ("tilt.miners.over=0.95", "tilt.miners.over: found the number 0.95; expected at most 0.9 "
     "(the policy weight 0.9 of equities); write 0.9 or less, or `allow_short: true`"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "message"), FAULTS)
def test_a_wrong_option_is_told_like_a_wrong_line(write, good: str, option: str, message: str) -> None:
    assert faults_of(write(good), option) == [f"--set {option}: {message}"]


def test_faults_of_options_come_after_those_of_the_file(write, good: str) -> None:
    lines = faults_of(write(good + "members: some\n"), "capital=-1", "nonsense", "every=x")
    assert [line.split(": ")[0] for line in lines] == [
        "a.yaml:9:10",
        "--set capital=-1",
        "--set every=x",
        "--set nonsense",
    ]


def test_an_override_cures_a_fault_of_the_file(write, good: str) -> None:
    assert load(write(good.replace("0.9,", "0.8,")), ["policy.miners=0.2"]).policy == {
        "equities": 0.8,
        "miners": 0.2,
    }
