"""Every fault a strategist can make, by its exact words."""

from __future__ import annotations

import re

import pytest

from engine.config import Config, Threshold, load
from engine.errors import ConfigError

RULES = "`threshold`, `proportional`, `rank` or `impulse`"

# what stands in the good file, what stands there instead, the fault
SWAPPED = [
    (
        "always_over",
        "strategies/always_over.py",
        "1:11: strategy: found the text `strategies/always_over.py`; "
        "expected the name of a strategy: letters, digits and `_`; write `always_over`",
    ),
    ("always_over", "5", '1:11: strategy: found the number 5; expected a text; quote it: "5"'),
    (
        "strategy: always_over\n",
        "",
        "1:1: strategy: found nothing; expected a strategy, or a `blend` of other configs; add `strategy: metals_lead`",
    ),
    (
        "always_over",
        "",
        "1:10: strategy: found nothing; expected a strategy, or a `blend` of other configs; "
        "add `strategy: metals_lead`",
    ),
    (
        "[SPY]",
        "SPY",
        "4:13: hold.equities: found the text `SPY`; expected a list of assets; write it as a list: [SPY]",
    ),
    (
        "[SPY]",
        "[007]",
        '4:14: hold.equities.0: found the number 7; expected the label of an asset; quote it: "007"',
    ),
    (
        "[SPY]",
        "[SPY, true]",
        '4:19: hold.equities.1: found `true`; expected the label of an asset; quote it: "true"',
    ),
    (
        "[SPY]",
        "[SPY, SPY]",
        "4:13: hold.equities: found `SPY` more than once; expected each asset once; remove the second one",
    ),
    (
        "[SPY]",
        "[]",
        "4:13: hold.equities: found an empty list; expected at least one entry; add one, or remove the key",
    ),
    (
        "[SPY]",
        "{SPY: 1, QQQ: 0.5}",
        "4:13: hold.equities: found parts that sum to 1.5 (off by 0.5); expected parts that sum to 1; "
        "change the parts, or write a list for equal parts",
    ),
    (
        "[SPY]",
        '{SPY: "1"}',
        "4:19: hold.equities.SPY: found the text `1`; expected a number; write it without quotes or separators: 1",
    ),
    (
        "[SPY]",
        "{members: [SPY], parts: inverse}",
        "4:37: hold.equities.parts: found the text `inverse`; expected `equal` or `inverse_volatility`; "
        "did you mean `inverse_volatility`?",
    ),
    (
        "[SPY]",
        "{members: [SPY], lookback: 63}",
        "4:40: hold.equities.lookback: found `lookback` beside equal parts; expected equal parts alone; "
        "remove `lookback`, or write `parts: inverse_volatility`",
    ),
    (
        "[SPY]",
        "{series: x}",
        "4:13: hold.equities: found a series; expected assets that can be traded; move this sleeve to `watch`",
    ),
    (
        "  equities: [",
        "  cash: [A]\n  equities: [",
        "4:3: hold.cash: found a sleeve called `cash`; expected a name of your own; "
        "rename it: `cash` has a meaning here",
    ),
    (
        "0.9,",
        "0.8,",
        "5:9: policy: found weights that sum to 0.9; expected a sum of 1; add 0.1, for example to `cash`",
    ),
    ("0.9,", "1.1,", "5:9: policy: found weights that sum to 1.2; expected a sum of 1; take 0.2 away"),
    (
        "0.9,",
        "99.9,",
        "5:9: policy: found weights that sum to 100; expected a sum of 1; write percentages as fractions: 0.4 for 40",
    ),
    (
        "0.9,",
        "-0.9,",
        "5:20: policy.equities: found the weight -0.9; expected no short weight; "
        "make it 0 or more, or write `allow_short: true`",
    ),
    ("0.9,", "90%,", "5:20: policy.equities: found the text `90%`; expected a number; write a fraction: 0.9"),
    ("0.9,", "true,", "5:20: policy.equities: found `true`; expected a number; write a number"),
    (
        "0.9,",
        ".nan,",
        "5:20: policy.equities: found the number .nan; expected a finite number; write a number",
    ),
    (
        "0.9,",
        "1e999,",
        "5:20: policy.equities: found the number 1e999; expected a finite number; write a number",
    ),
    (
        "miners: 0.1}",
        "minrs: 0.1}",
        "5:25: policy.minrs: found the name `minrs`; "
        "expected a held sleeve (`equities` or `miners`) or `cash`; "
        "did you mean `miners`?",
    ),
    (
        "policy: {equities: 0.9, miners: 0.1}\n",
        "",
        "1:1: policy: found nothing; expected the weights of the neutral mix; "
        "add `policy: {equities: 0.5, miners: 0.5}`",
    ),
    (
        "{rule: threshold, enter: 1, exit: 0}",
        "threshold",
        "6:9: stance: found the text `threshold`; expected a block with `rule`; write `{rule: threshold, ...}`",
    ),
    (
        "rule: threshold",
        "rule: treshold",
        f"6:16: stance.rule: found the text `treshold`; expected {RULES}; did you mean `threshold`?",
    ),
    (
        "rule: threshold, ",
        "",
        f"6:9: stance.rule: found no `rule`; expected {RULES}; add `rule: threshold`",
    ),
    (
        "exit: 0",
        "exit: 2",
        "6:43: stance.exit: found the number 2; expected at most `enter` (1); lower `exit` or raise `enter`",
    ),
    (
        "exit: 0",
        "exit: 0, side: over",
        "6:46: stance.side: found an unknown key; expected a key that has a meaning here; did you mean `sides`?",
    ),
    (
        "enter: 1, exit: 0",
        "enter: -1, exit: -2, sides: both",
        "6:34: stance.enter: found the number -1; expected at least 0 with `sides: both`; raise it, or choose one side",
    ),
    (
        "{rule: threshold, enter: 1, exit: 0}",
        "{rule: rank, top: 0}",
        "6:9: stance: found `top` and `bottom` both 0; expected at least one of them above 0; "
        "write for example `top: 1`",
    ),
    (
        "{rule: threshold, enter: 1, exit: 0}",
        "{rule: rank, top: 1.0}",
        "6:27: stance.top: found the number 1.0; expected a whole number; write 1",
    ),
    (
        "{rule: threshold, enter: 1, exit: 0}",
        "{rule: proportional, full_at: 0}",
        "6:39: stance.full_at: found the number 0; expected a number above 0; change the number",
    ),
    (
        "stance: {rule: threshold, enter: 1, exit: 0}\n",
        "",
        "6:7: tilt: found tilts without `stance`; expected both or neither; "
        "add for example `stance: {rule: threshold, enter: 1, exit: 0}`, or remove `tilt`",
    ),
    (
        "tilt: {miners: {over: 0.2, from: equities}}\n",
        "",
        "6:9: stance: found a stance without `tilt`; expected both or neither; "
        "add `tilt: {equities: {over: 0.20, from: ...}}`, or remove `stance`",
    ),
    (
        "over: 0.2",
        "over: 0.95",
        "7:23: tilt.miners.over: found the number 0.95; "
        "expected at most 0.9 (the policy weight 0.9 of equities); write 0.9 or less, or `allow_short: true`",
    ),
    (
        "over: 0.2",
        "under: 0.15, over: 0.2",
        "7:24: tilt.miners.under: found the number 0.15; expected at most 0.1 (the policy weight of miners); "
        "write 0.1 or less, or `allow_short: true`",
    ),
    (
        "over: 0.2, from: equities",
        "over: 0.95, from: pro_rata",
        "7:23: tilt.miners.over: found the number 0.95; "
        "expected at most 0.9 (what the policy holds beside miners); "
        "write 0.9 or less, or `allow_short: true`",
    ),
    (
        ", from: equities",
        "",
        "7:16: tilt.miners.from: found nothing; expected the sleeve that gives the points; add `from: equities`",
    ),
    (
        "from: equities",
        "from: miners",
        "7:34: tilt.miners.from: found the tilted sleeve itself; expected another sleeve; "
        "name another sleeve, or `same` with `rule: rank`",
    ),
    (
        "from: equities",
        "from: same",
        "7:34: tilt.miners.from: found `same` with the rule threshold; "
        "expected `same` with `rule: rank` only; "
        "name another sleeve, or write `rule: rank`",
    ),
    (
        "from: equities",
        "from: equity",
        "7:34: tilt.miners.from: found the text `equity`; "
        "expected `equities`, `miners`, `cash`, `pro_rata` or `same`; did you mean `equities`?",
    ),
    (
        "tilt: {miners:",
        "tilt: {minrs:",
        "7:8: tilt.minrs: found the name `minrs`; expected a held sleeve (`equities` or `miners`); "
        "did you mean `miners`?",
    ),
    (
        "{source: sample}",
        "{source: sampel}",
        "8:16: data.source: found the text `sampel`; expected `sample`, `files`, `table`, "
        "`events`, `made`, `yahoo`, `french`, `gpr`, `pinksheet` or `fred`; did you mean `sample`?",
    ),
    (
        "{source: sample}",
        "{path: x.csv}",
        "8:7: data.source: found no `source`; expected `sample`, `files`, `table`, `events`, "
        "`made`, `yahoo`, `french`, `gpr`, `pinksheet` or `fred`; add `source: sample`",
    ),
    (
        "{source: sample}",
        "{prices: {source: files}}",
        "8:16: data.prices.path: found nothing; expected the file; add `path: prices.csv`",
    ),
    (
        "{source: sample}",
        "sample",
        "8:7: data: found the text `sample`; expected a block of `key: value`; write {source: sample}",
    ),
    (
        "{source: sample}",
        "{source: sample, known: {weekday: mon, after_days: 1}}",
        "8:41: data.known.weekday: found the text `mon`; "
        "expected `monday`, `tuesday`, `wednesday`, `thursday`, "
        "`friday`, `saturday` or `sunday`; did you mean `monday`?",
    ),
    (
        "{source: sample}",
        "{source: sample, known: {lag_days: 3, lag_sessions: 1}}",
        "8:31: data.known: found `lag_sessions` and `lag_days`; expected one of `lag_sessions`, `lag_days`, "
        "`weekday`, `month_end_plus_business_days` or `column`; write for example `known: {lag_days: 1}`",
    ),
    (
        "{source: sample}",
        "{source: sample, close: 4pm}",
        "8:31: data.close: found the text `4pm`; expected a time and a time zone; "
        'write for example "16:30 Europe/London"',
    ),
]

# a line added to the good file, the fault
#: Every key that a file may have, in the order in which the models declare them.
KEYS = [f"`{field.alias or name}`" for name, field in Config.model_fields.items()] + ["`extends`", "`base`"]

ADDED = [
    (
        "every: weekend",
        "9:8: every: found the text `weekend`; "
        "expected `daily`, `week_end`, `month_end`, `quarter_end`, `once` "
        "or a block such as {sessions: 21}; did you mean `week_end`?",
    ),
    (
        "every: 5",
        "9:8: every: found the number 5; expected `daily`, `week_end`, `month_end`, `quarter_end`, `once` "
        "or a block such as {sessions: 21}; write for example daily, or {sessions: 21}",
    ),
    (
        "rebalance: {band: 0.02, to: edges}",
        "9:29: rebalance.to: found the text `edges`; expected `edge` or `target`; did you mean `edge`?",
    ),
    (
        "from: 2020-13-01",
        "9:7: from: found 2020-13-01, a day that does not exist; expected a day; look at month and day",
    ),
    (
        "from: 2020",
        "9:7: from: found the number 2020; expected a day; write year-month-day, for example 2013-02-28",
    ),
    ("trade: {after: 6}", "9:16: trade.after: found the number 6; expected a number of at most 5; "
     "change the number"),
    ("trade: {after: true}", "9:16: trade.after: found `true`; expected a whole number; "
     "write a whole number"),
    ("trade: {at: noon}", "9:13: trade.at: found the text `noon`; expected `close` or `open`; "
     "write `close` or `open`"),
    (
        "trade: {comission_bps: 1}",
        "9:9: trade.comission_bps: found an unknown key; expected a key that has a meaning here; "
        "did you mean `commission_bps`?",
    ),
    (
        "trade: {commission_bps: {SPI: 1, default: 2}}",
        "9:26: trade.commission_bps.SPI: found the name `SPI`; "
        "expected a held sleeve, an asset in one, or `default`; did you mean `SPY`?",
    ),
    (
        "trade: {slippage_bps: 10000}",
        "9:23: trade.slippage_bps: found the number 10000; expected a number below 10000; change the number",
    ),
    (
        "cash: {rate: 3}",
        "9:14: cash.rate: found the number 3; expected an annual rate from -0.05 to 0.5; "
        "write 2 percent as 0.02",
    ),
    (
        "cash: {rate: 0.02, unit: percent_a_year}",
        "9:26: cash.unit: found `percent_a_year` beside the number 0.02; expected a unit for a series alone; "
        "remove it: a number is a fraction a year",
    ),
    ("cash: 0.02", "9:7: cash: found the number 0.02; expected a block of `key: value`; write {rate: 0.02}"),
    ("against: SPY", "9:10: against: found the text `SPY`; expected a list; write it in brackets: [SPY]"),
    (
        "expect: {max_drawdown: -0.6}",
        "9:24: expect.max_drawdown: found the number -0.6; expected a comparison with a number, or `pass`; "
        'write for example ">= -0.6"',
    ),
    ("members: some", "9:10: members: found the text `some`; expected `any` or `all`; write `any` or `all`"),
    (
        "allow_short: yes",
        "9:14: allow_short: found the text `yes`; expected `true` or `false`; "
        "write true or false, without quotes",
    ),
    (
        "capital: 1_000_000",
        "9:10: capital: found the text `1_000_000`; expected a number; "
        "write it without quotes or separators: 1000000",
    ),
    ("capital:", "9:9: capital: found nothing; expected money at the start; give a value, or remove the key"),
    ("sessions_per_year: 252.0", "9:20: sessions_per_year: found the number 252.0; expected a whole number; "
     "write 252"),
    (
        "with: {a: [1, {b: .inf}]}",
        "9:19: with.a.1.b: found the number .inf; expected a finite number; write a number, or null",
    ),
    (
        "watch: {miners: [X]}",
        "9:9: watch.miners: found a name that is also in `hold`; expected a name of its own; "
        "rename one of the two",
    ),
    (
        "from_: 2020-01-01",
        "9:1: from_: found an unknown key; expected a key that has a meaning here; did you mean `from`?",
    ),
    (
        "lunch: []",
        f"9:1: lunch: found an unknown key; expected {', '.join(KEYS[:-1])} or {KEYS[-1]}; "
        "remove it, or look for its right name",
    ),
]  # fmt: skip


def faults_of(path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


@pytest.mark.parametrize(("old", "new", "message"), SWAPPED)
def test_a_wrong_value_is_told_with_place_and_cure(write, good: str, old: str, new: str, message: str) -> None:
    assert good.count(old) == 1
    assert faults_of(write(good.replace(old, new))) == [f"a.yaml:{message}"]


@pytest.mark.parametrize(("line", "message"), ADDED)
def test_a_wrong_line_is_told_with_place_and_cure(write, good: str, line: str, message: str) -> None:
    assert faults_of(write(good + line + "\n")) == [f"a.yaml:{message}"]


def test_from_must_come_before_to(write, good: str) -> None:
    assert faults_of(write(good + "from: 2020-01-01\nto: 2020-01-01\n")) == [
        "a.yaml:10:5: to: found 2020-01-01; expected a day after `from` (2020-01-01); change `from` or `to`"
    ]


def test_a_stance_that_never_is_full_leaves_room_for_more_points(write, good: str) -> None:
    """At half of full, 0.2 points give 0.1, which is all that miners have."""
    half = good.replace("{rule: threshold, enter: 1, exit: 0}", "{rule: proportional, full_at: 1, cap: 0.5}")
    assert load(write(half.replace("over: 0.2", "under: 0.2, over: 0.2"))).tilt["miners"].under == 0.2
    assert faults_of(write(half.replace("over: 0.2", "under: 0.21, over: 0.2"))) == [
        "a.yaml:7:24: tilt.miners.under: found the number 0.21; expected at most 0.2 (the policy weight of miners); "
        "write 0.2 or less, or `allow_short: true`"
    ]


@pytest.mark.parametrize("ranks", ["top: 2", "top: 1, bottom: 2"])
def test_a_rank_of_all_members_leaves_nobody_to_take_from(write, good: str, ranks: str) -> None:
    text = good.replace("[XME]", "[XME, GDX]").replace(
        "{rule: threshold, enter: 1, exit: 0}", f"{{rule: rank, {ranks}}}"
    )
    same = text.replace("over: 0.2, from: equities", "over: 0.1, from: same")
    assert faults_of(write(same)) == [
        "a.yaml:7:34: tilt.miners.from: found `same`, though the rank may choose 2 of the 2 members of miners; "
        "expected members left to take from; rank fewer than 2, or name another sleeve"
    ]
    assert load(write(same.replace("[XME, GDX]", "[XME, GDX, SIL]"))).tilt["miners"].from_ == "same"


def test_both_sides_may_be_entered_at_zero(write, good: str) -> None:
    rule = load(write(good.replace("enter: 1, exit: 0", "enter: 0, exit: 0, sides: both"))).stance
    assert rule == Threshold(enter=0.0, exit=0.0, sides="both")


def test_several_tilts_share_the_room_of_the_sleeve_that_gives(write) -> None:
    text = """\
strategy: momentum_rotation
hold: {a: [A], b: [B], c: [C]}
policy: {a: 0.2, b: 0.2, c: 0.6}
stance: {rule: proportional, full_at: 1}
tilt:
  a: {over: 0.4, from: c}
  b: {over: 0.3, from: c}
data: {source: sample}
"""
    assert faults_of(write(text)) == [
        "a.yaml:6:13: tilt.a.over: found the number 0.4; expected at most 0.3 "
        "(the policy weight 0.6 of c, of which other tilts take 0.3); "
        "write 0.3 or less, or `allow_short: true`",
        "a.yaml:7:13: tilt.b.over: found the number 0.3; expected at most 0.2 "
        "(the policy weight 0.6 of c, of which other tilts take 0.4); "
        "write 0.2 or less, or `allow_short: true`",
    ]
    assert load(write(text.replace("over: 0.4", "over: 0.3"))).tilt["a"].over == 0.3
    assert load(write(text.replace("full_at: 1", "full_at: 1, cap: 0.5"))).tilt["a"].over == 0.4
    assert load(write(text + "allow_short: true\n")).allow_short


def test_all_faults_of_a_file_come_at_once_in_the_order_of_the_file(write) -> None:
    text = """\
strategy: a b
hold:
  miners: XME
  equities: [SPY]
policy: {equities: 0.9, miner: 0.2}
every: monthly
from: 2021-02-30
trade: {commision_bps: 1, after: -1}
expect: {}
expect: {}
data: {source: files, path: 3}
"""
    places = [line.split(": ")[0] + " " + line.split(": ")[1] for line in faults_of(write(text))]
    assert places == [
        "a.yaml:1:11 strategy",
        "a.yaml:3:11 hold.miners",
        "a.yaml:6:8 every",
        "a.yaml:7:7 from",
        "a.yaml:8:9 trade.commision_bps",
        "a.yaml:8:34 trade.after",
        "a.yaml:10:1 expect",
        "a.yaml:11:29 data.path",
    ]


def test_sound_blocks_are_checked_against_each_other_beside_faulty_ones(write, good: str) -> None:
    text = good.replace("0.9,", "0.8,") + "capital: x\n"
    assert [line.split(": ")[1] for line in faults_of(write(text))] == ["policy", "capital"]


def test_a_refused_tag_gives_one_fault(write, good: str) -> None:
    assert faults_of(write(good.replace("always_over", "!!str 5"))) == [
        "a.yaml:1:11: strategy: found the tag `tag:yaml.org,2002:str`; expected a plain value; "
        "write the value without the tag (quotes make a text)"
    ]


JARGON = re.compile(r"\b(pydantic|input|error|tuple|dict|None|str|int|literal|valid\w*)\b", re.IGNORECASE)
VALUES = ("5", "-1", "0.5", "true", "null", "x", "[]", "[1]", "{}", "{a: 1}", "{a: {b: c}}", ".nan", "''")
KEYS = tuple(Config.model_json_schema()["properties"])


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_no_message_speaks_the_words_of_the_libraries(write, good: str, key: str, value: str) -> None:
    dropped = (key, "  ") if key == "hold" else key
    kept = "".join(line + "\n" for line in good.splitlines() if not line.startswith(dropped))
    try:
        load(write(kept + f"{key}: {value}\n"))
    except ConfigError as error:
        for line in str(error).splitlines():
            assert not JARGON.search(line), line
