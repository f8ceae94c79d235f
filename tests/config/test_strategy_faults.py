"""What can be wrong with how a config names strategies: a strategy or a blend, brakes, controls."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Controls, load
from engine.errors import ConfigError

TILT = "tilt: {miners: {over: 0.2, from: equities}}\n"
STANCE = "stance: {rule: threshold, enter: 1, exit: 0}\n"
STRATEGY = "strategy: always_over\n"

# what is taken out of the good file, what is added to it, the faults
FAULTS = [
    ("", "blend: {a: 1}\n", ["9:8: blend: found a blend beside `strategy`; expected one of the two; remove one of them",
     "6:9: stance: found `stance` beside `blend`; expected a blend without it; remove it: the parts have their own"]),
    (STRATEGY, "blend: {a: 1}\nwith: {x: 1}\n", [
     "5:9: stance: found `stance` beside `blend`; expected a blend without it; remove it: the parts have their own",
     "9:7: with: found `with` beside `blend`; expected a blend without it; remove it: give parameters in the parts' "
     "own files"]),
    (STRATEGY + STANCE + TILT, "blend: {a: 1}\n", [
     "6:8: blend: found a blend without `tilt`; expected a tilt; add `tilt: {equities: {over: 0.20, from: ...}}`"]),
    (STRATEGY + STANCE, "blend: {a: 0, b: .inf}\n", [
     "7:12: blend.a: found the weight 0; expected a number above zero, or below it to go against the part; "
     "leave the part out",
     "7:18: blend.b: found the number .inf; expected a finite number; write a number"]),
    (STRATEGY + STANCE, "blend: {}\n", [
     "7:8: blend: found an empty mapping; expected at least one entry; add one, or remove the key"]),
    (STRATEGY + STANCE, "blend: [a]\n", [
     "7:8: blend: found a list; expected a block of `key: value`; write {metals_lead: 0.5, geopolitical_shock: 0.3}"]),
    (STRATEGY + STANCE, "blend: {' ': 1}\n", [
     "7:9: blend. : found the text ``; expected another config, by its path below `configs/`; write for example "
     "metals_lead"]),
    ("", "brake: trend_brake\n", [
     "9:8: brake: found the text `trend_brake`; expected a brake: its strategy, and the sleeve that it acts on; "
     "write {strategy: overheating_brake, on: ...}"]),
    ("", "brake: [{strategy: x, on: miners}, 0.5]\n", [
     "9:36: brake.1: found the number 0.5; expected a brake: its strategy, and the sleeve that it acts on; "
     "write {strategy: overheating_brake, on: ...}"]),
    ("", "brake: {on: miners}\n", [
     "9:8: brake.strategy: found nothing; expected the strategy: a file in strategies/, without its ending; "
     "add `strategy: overheating_brake`"]),
    ("", "brake: {strategy: x, on: miner}\n", [
     "9:26: brake.on: found the name `miner`; expected a tilted sleeve (`miners`); did you mean `miners`?"]),
    ("", "brake: [{strategy: x, on: miners}, {strategy: x, on: equities}]\n", [
     "9:54: brake.1.on: found the name `equities`; expected a tilted sleeve (`miners`); write `miners`, or tilt it"]),
    ("", "brake: {strategy: x, on: miners, kep: 0.5}\n", [
     "9:34: brake.kep: found an unknown key; expected `strategy`, `on` or `with`; remove it, or look for its right name"
    ]),
    ("", "brake: {strategy: x, on: miners, with: {keep: .nan}}\n", [
     "9:47: brake.with.keep: found the number .nan; expected a finite number; write a number, or null"]),
    ("", "brake: {strategy: ./x.py, on: miners}\n", [
     "9:19: brake.strategy: found the text `./x.py`; expected the name of a strategy: letters, digits and `_`; "
     "write `x`"]),
    (STANCE + TILT, "brake: {strategy: x, on: miners}\n", [
     "7:8: brake: found a brake without `tilt`; expected a tilted sleeve to brake; "
     "remove it, or add `stance` and `tilt`"]),
    ("", "controls: [circular_shift]\n", [
     "9:12: controls.0: found the text `circular_shift`; expected `circular_shifts`, `random_sleeves` or "
     "`leave_one_out`, or {dollar: UUP}; did you mean `circular_shifts`?"]),
    ("", "controls: [dollar]\n", [
     "9:12: controls.0: found the word `dollar` alone; expected the name of what stands for it; "
     "write `{dollar: UUP}`, with the label or series that you have"]),
    ("", "controls: [circular_shifts, circular_shifts]\n", [
     "9:29: controls.1: found `circular_shifts` more than once; expected each once; remove the second one"]),
    ("", "controls: 3\n", [
     "9:11: controls: found the number 3; expected a list of `circular_shifts`, `random_sleeves` or `leave_one_out`; "
     "write for example [circular_shifts]"]),
    ("", "controls: {dollar: 3}\n", ["9:20: controls.dollar: found the number 3; expected a text; quote it: \"3\""]),
]  # fmt: skip


@pytest.mark.parametrize(("without", "added", "messages"), FAULTS)
def test_each_fault_is_told_with_place_and_cure(
    write, good: str, without: str, added: str, messages: list[str]
) -> None:
    for line in without.splitlines(keepends=True):
        good = good.replace(line, "")
    with pytest.raises(ConfigError) as caught:
        load(write(good + added))
    assert sorted(str(caught.value).splitlines()) == sorted(f"a.yaml:{message}" for message in messages)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("circular_shifts", Controls(circular_shifts=True)),
        ("[leave_one_out, {dollar: UUP}]", Controls(leave_one_out=True, dollar="UUP")),
        ("{random_sleeves: true, dollar: null}", Controls(random_sleeves=True)),
        ("[]", Controls()),
    ],
)
def test_controls_are_words_or_a_block(write, good: str, written: str, expected: Controls) -> None:
    assert load(write(f"{good}controls: {written}\n")).controls == expected
    assert expected.any == (expected != Controls())


def test_controls_are_no_part_of_the_question(write, good: str) -> None:
    plain, more = load(write(good)), load(write(good + "controls: [circular_shifts]\n", "b.yaml"))
    assert plain.question() == more.question()
    assert more.resolved()["controls"]["circular_shifts"] is True


BLEND = """\
blend: {a: 0.5, b: -0.2}
hold: {miners: [XME], equities: [SPY]}
policy: {equities: 0.9, miners: 0.1}
tilt: {miners: {over: 0.2, from: equities}}
data: {source: sample}
"""


def test_a_blend_takes_the_place_of_a_strategy_and_the_other_way_round(write, good: str) -> None:
    write(good + "with: {x: 1}\n", "parent.yaml")
    blended = load(write("extends: parent.yaml\nblend: {a: 1}\n"))
    assert (blended.strategy, blended.with_, blended.stance) == (None, {}, None)
    assert blended.blend == {"a": 1.0}
    write(BLEND, "parent.yaml")
    assert load(write("extends: parent.yaml\nblend: {c: 1}\n")).blend == {"c": 1.0}
    single = load(write("extends: parent.yaml\nstrategy: always_over\n" + STANCE))
    assert (single.strategy, single.blend) == ("always_over", None)


def test_a_brake_written_alone_is_the_only_one(write, good: str) -> None:
    write(good + "brake: [{strategy: x, on: miners}, {strategy: y, on: miners}]\n", "parent.yaml")
    (own,) = load(write("extends: parent.yaml\nbrake: {strategy: z, on: miners, with: {keep: 0.5}}\n")).brake
    assert (own.strategy, own.with_) == ("z", {"keep": 0.5})
    assert load(write("extends: parent.yaml\nbrake: null\n")).brake == ()
    options = ["brake.with.keep=0.1", "brake.strategy=w"]
    (changed,) = load(write(good + "brake: {strategy: x, on: miners}\n"), options).brake
    assert (changed.strategy, changed.with_) == ("w", {"keep": 0.1})
    added = load(write(good, "plain.yaml"), ["brake.strategy=w", "brake.on=miners"]).brake
    assert [one.strategy for one in added] == ["w"]


def test_files_with_blends_and_brakes_resolve_to_themselves(write) -> None:
    import yaml

    text = BLEND + "brake: {strategy: x, on: miners, with: {keep: 0.5}}\ncontrols: [leave_one_out]\n"
    resolved = load(write(text)).resolved()
    again = load(write(yaml.safe_dump(resolved, allow_unicode=True), "again.yaml"))
    assert again.resolved() == resolved
    assert Path("again.yaml").exists()
