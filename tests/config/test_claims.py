"""`claims:` as they are written: what they may say, and every fault in words."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.config import load
from engine.config.claim_kinds import RecordClaim, ReturnClaim
from engine.config.claims import CLAIMS, alternatives_of
from engine.config.claims_checks import study_of
from engine.errors import ConfigError
from engine.study.claims.kinds import MEASURES
from tests.desk import Desk

HEAD = "claims:\n  C1:\n    claim: it is said\n"
REST = "hold: {one: [AAA], two: [BBB]}\ndata: {source: files, path: prices.csv}\n"
RETURN = "measure: return\nof: [AAA]\nmonths: 6\nas_of: 2020-06-30\nclaimed: 0.1\n"
KINDS = "`return`, `record`, `range`, `forecast`, `capture`, `catch_up`, `regime`, `calls` or `shocks`"
STUDY = "event_study: {of: one, events: {dates: [2020-03-02]}, normal: {market: two}}\n"
ERAS = "expected two eras in it at least; add `eras: [{to: 2021-12-31}, {from: 2022-01-01}]` to `event_study`"


def claim(desk: Desk, block: str, rest: str = REST):
    """The one claim of a file, its block as YAML of one level; it begins at line 4, column 5."""
    lines = "".join(f"    {line}\n" for line in block.strip().splitlines())
    desk.text(HEAD + lines + rest, "c.yaml")
    return load("c.yaml").claims["C1"]


def test_every_kind_has_its_measure() -> None:
    assert list(CLAIMS) == list(MEASURES)
    for name, kind in CLAIMS.items():
        assert kind.model_fields["measure"].default == name


def test_a_claim_and_its_alternatives(desk: Desk) -> None:
    found = claim(desk, RETURN + "alternatives: {other: {of: [BBB], claimed: [0.1, 0.2]}}")
    assert isinstance(found, ReturnClaim)
    assert (found.of, found.as_of, found.claimed, found.tolerance) == (("AAA",), dt.date(2020, 6, 30), 0.1, 0.02)
    other = alternatives_of(found)["other"]
    assert other == found.model_copy(update={"of": ("BBB",), "claimed": (0.1, 0.2), "alternatives": {}})


def test_a_claim_resolves_to_itself(desk: Desk) -> None:
    claim(desk, RETURN + "alternatives: {other: {of: [BBB]}}")
    first = load("c.yaml")
    import yaml

    desk.text(yaml.safe_dump({**first.resolved(), **first.studied()}), "again.yaml")
    again = load("again.yaml")
    assert (again.studied(), again.resolved()) == (first.studied(), first.resolved())


def test_figures_and_days_by_name(desk: Desk) -> None:
    found = claim(
        desk,
        "measure: record\nof: [AAA, BBB]\nas_of: 2020-06-30\nsince: {BBB: 2020-02-03}\nclaimed: {AAA: 5}\nunit: GBp",
    )
    assert isinstance(found, RecordClaim)
    assert (found.since, found.claimed, found.unit) == ({"BBB": dt.date(2020, 2, 3)}, {"AAA": 5}, "GBp")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("of: [AAA]", f"3:5: claims.C1.measure: found no `measure`; expected {KINDS}; add `measure: return`"),
        (
            RETURN.replace("return", "returns"),
            f"4:14: claims.C1.measure: found the text `returns`; expected {KINDS}; did you mean `return`?",
        ),
        (
            RETURN.replace("claimed: 0.1", "claimed: 10%"),
            "8:14: claims.C1.claimed: found the text `10%`; expected a number, two numbers, or a comparison with a "
            'number; write for example 0.48, [0.20, 0.50] or "> 0"',
        ),
        (
            RETURN.replace("claimed: 0.1", "claimed: [0.5, 0.2]"),
            "8:14: claims.C1.claimed: found a range from 0.5 to 0.2; expected the lower end first; write [0.2, 0.5]",
        ),
        (
            RETURN.replace("claimed: 0.1", "claimed: [0.5]"),
            "8:14: claims.C1.claimed: found a list; expected the lowest and the highest number claimed; "
            'write for example 0.48, [0.20, 0.50] or "> 0"',
        ),
        (
            RETURN.replace("claimed: 0.1", "claimed: {BBB: 0.1}"),
            "8:14: claims.C1.claimed: found a figure for `BBB`; expected a name of `of`: AAA; correct the name",
        ),
        (
            RETURN.replace("[AAA]", "[AAA, BBB]").replace("claimed: 0.1", "claimed: {BBB: 0.1}"),
            "8:14: claims.C1.claimed: found no figure for `AAA`; expected one for each name of `of`; add `AAA: ...`",
        ),
        (
            RETURN + "from: 2020-01-01",
            "3:5: claims.C1: found both `from` and `months`; expected one of the two; write for example `months: 6`",
        ),
        (
            RETURN.replace("months: 6\n", ""),
            "3:5: claims.C1: found neither `from` nor `months`; expected one of the two; write for example `months: 6`",
        ),
        (
            RETURN.replace("as_of: 2020-06-30\n", ""),
            "3:5: claims.C1: found neither `to` nor `as_of`; expected the last day of the window; add `as_of: "
            "2026-01-26`",
        ),
        (
            RETURN.replace("months: 6", "from: 2020-07-01"),
            "6:11: claims.C1.from: found 2020-07-01; expected a day up to the last one, 2020-06-30; change one of them",
        ),
        (
            "measure: forecast\nof: [AAA]\nfrom: 2020-03-01\nto: 2020-03-31\nclaimed: 5",
            "3:5: claims.C1: found neither `made` nor `as_of`; expected the day of the forecast; add `made: "
            "2025-03-24`",
        ),
        (
            "measure: regime\nof: [AAA]\nversus: BBB\nwhen: [{series: CCC, change: stable}]",
            "7:12: claims.C1.when.0: found `stable` without `within`; expected how much it may change; add `within: "
            "0.5`",
        ),
        (
            "measure: calls\nof: [AAA]\ncalls: [{house: X, on: 2020-02-30, view: over}]",
            "6:28: claims.C1.calls.0.on: found 2020-02-30, a day that does not exist; expected a day; look at month "
            "and "
            "day",
        ),
        (
            RETURN + "alternatives: {other: {off: [BBB]}}",
            "9:33: claims.C1.alternatives.other.off: found the key `off`; expected a key of this claim (`as_of`, `of`, "
            "`versus`, `in`, `from`, `months`, `to`, `claimed` or `tolerance`); did you mean `of`?",
        ),
        (
            RETURN + "alternatives: {other: {measure: record}}",
            "9:37: claims.C1.alternatives.other.measure: found the key `measure`; expected a key of this claim "
            "(`as_of`, "
            "`of`, `versus`, `in`, `from`, `months`, `to`, `claimed` or `tolerance`); use one of those",
        ),
        (
            RETURN + "alternatives: {other: {}}",
            "9:27: claims.C1.alternatives.other: found nothing changed; expected a key with another value; "
            "write `{of: [GDX]}`",
        ),
        (
            RETURN + "alternatives: {other: {of: BBB}}",
            "9:32: claims.C1.alternatives.other.of: found the text `BBB`; expected a list; correct it",
        ),
        (
            RETURN + "alternatives: {other: {to: 2020-13-01}}",
            "9:32: claims.C1.alternatives.other.to: found 2020-13-01, a day that does not exist; expected a day; look "
            "at "
            "month and day",
        ),
        (
            RETURN + "alternatives: {other: {from: 2020-01-01}}",
            "9:27: claims.C1.alternatives.other: found both `from` and `months`; expected one of the two; "
            "write for example `months: 6`",
        ),
        (
            "measure: shocks\nof: [one]\nclaimed: {all: '> 0'}",
            "4:14: claims.C1.measure: found `shocks` without an `event_study`; expected the event study it is measured "
            "on; add `event_study: {of: ..., events: ..., ...}` to this file",
        ),
        (
            "measure: shocks\nof: [one]\nclaimed: {}",
            "6:14: claims.C1.claimed: found nothing claimed; expected a figure for one era at least; "
            'write `{later: "> 0"}`',
        ),
    ],
)
def test_a_fault_is_told_in_words_at_its_place(desk: Desk, block: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        claim(desk, block)
    assert str(caught.value) == f"c.yaml:{message}"


@pytest.mark.parametrize(
    ("block", "study", "message"),
    [
        (
            "claimed: {later: '> 0'}",
            STUDY,
            f"6:22: claims.C1.claimed.later: found `later`, and an event study with 0 eras; {ERAS}",
        ),
        (
            "figure: beta\nclaimed: {all: '> 0'}",
            STUDY.replace(", normal: {market: two}", ""),
            "6:13: claims.C1.figure: found `beta`, and an event study without a market; expected `normal: {market: "
            "...}` "
            "in it; add it to `event_study`",
        ),
        (
            "claimed: {all: '> 0'}\nalternatives: {long: {study: {window_sessions: [5, 0]}}}",
            STUDY,
            "7:52: claims.C1.alternatives.long.study.window_sessions: found a window that ends at 0, before it begins "
            "at "
            "5; expected the first session, then the last; write [0, 5]",
        ),
        (
            "claimed: {all: '> 0'}\nalternatives: {later: {claimed: {later: '> 0'}}}",
            STUDY,
            "7:45: claims.C1.alternatives.later.claimed.later: found `later`, and an event study with 0 eras; " + ERAS,
        ),
    ],
)
def test_what_the_event_study_lacks_is_told(desk: Desk, block: str, study: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        claim(desk, "measure: shocks\nof: [one]\n" + block, study + REST)
    assert str(caught.value) == f"c.yaml:{message}"


def test_a_claim_may_study_with_other_keys(desk: Desk) -> None:
    found = claim(
        desk, "measure: shocks\nof: [one]\nclaimed: {all: '> 0'}\nstudy: {window_sessions: [0, 4]}", STUDY + REST
    )
    base = load("c.yaml").event_study
    assert study_of(base, found) == base.model_copy(update={"window_sessions": ((0, 4),)})
    assert study_of(base, found.model_copy(update={"study": {}})) is base
