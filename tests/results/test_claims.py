"""Claims on the command line: the table, its words, and JSON."""

from __future__ import annotations

import pytest

from engine.results.claims import claimed_of, interval_of, sensitive, shown
from tests.desk import Desk
from tests.results.command import Command
from tests.study.claims.asked import series

FILE = """\
claims:
  C2:
    claim: AAA rose by a fifth.
    measure: return
    of: [AAA, BBB]
    from: 2020-01-01
    to: 2020-03-24
    claimed: 0.2
  C10:
    claim: AAA stood at 120 pence.
    measure: record
    of: [AAA]
    as_of: 2020-02-12
    claimed: 120
    unit: GBp
hold: {one: [AAA]}
data: {source: files, path: prices.csv, returns: price}
"""


@pytest.fixture
def asked(desk: Desk) -> Desk:
    desk.prices(series({"AAA": [100.0] * 30 + [120.0] * 30, "BBB": [100.0] * 59 + [101.0]}))
    desk.text(FILE, "c.yaml")
    return desk


def test_the_table_says_figure_claim_verdict_and_what_it_hangs_on(asked: Desk, overweight: Command) -> None:
    said = overweight("run c.yaml")
    assert said.code == 0
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[0] == "c 2 claims: 2 holds in part"
    assert "C2 AAA rose by a fifth. holds in part" in lines
    assert "- AAA; price only, without 20.0% 18.0% to 22.0% holds" in lines
    assert "- BBB; price only, without 1.0% 18.0% to 22.0% does not hold" in lines
    assert "- AAA at 120 GBp; quoted in 120 USD 118.8 to 121.2 GBp does not hold" in lines
    assert "the same in all 2 other ways tried" not in lines
    assert lines[-1].startswith("saved results/studies/c/")
    # C2 before C10.
    assert lines.index("C2 AAA rose by a fifth. holds in part") < next(
        i for i, line in enumerate(lines) if line.startswith("C10")
    )


def test_nothing_is_cut_off_in_a_narrow_terminal(
    asked: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in ("80", "100", "120"):
        monkeypatch.setenv("COLUMNS", width)
        out = overweight("run c.yaml").out
        assert all(len(line) <= int(width) for line in out.splitlines())
        assert "…" not in out


def test_json_is_one_document(asked: Desk, overweight: Command) -> None:
    document = overweight("run c.yaml --json").json
    assert document["kind"] == "claims"
    assert document["figures"]["verdicts"]["holds in part"] == 2
    part = document["figures"]["claims"]["C2"]["parts"][0]
    assert (part["what"], part["verdict"], part["claimed"]) == ("AAA", "holds", [0.18, 0.22])


def test_a_wrong_name_ends_with_2_and_no_traceback(asked: Desk, overweight: Command) -> None:
    said = overweight("run c.yaml --set claims.C2.of=[AAB]")
    assert said.code == 2
    assert said.err.startswith("--set claims.C2.of=[AAB]: claims.C2.of: found `AAB`, which nothing is called")
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.4849, "fraction", "48.5%"),
        (0.00044, "fraction", "0.04%"),
        (5e-324, "fraction", "0%"),
        (-0.27, "fraction", "-27.0%"),
        (1.526, "ratio", "1.53"),
        (13318.297, "USD/t", "13,318 USD/t"),
        (59.58, "USD", "59.58 USD"),
        (None, "fraction", "-"),
    ],
)
def test_figures_in_their_unit(value: float | None, unit: str, words: str) -> None:
    assert shown(value, unit) == words


def test_what_was_claimed() -> None:
    assert claimed_of({"claimed": [0.45, 0.51], "claimed_unit": "fraction"}) == "45.0% to 51.0%"
    assert claimed_of({"claimed": [0.0, None], "claimed_unit": "fraction"}) == "> 0%"
    assert claimed_of({"claimed": [None, 1.0], "claimed_unit": "ratio"}) == "< 1.00"
    assert claimed_of({"claimed": [1.0, 1.0], "claimed_unit": "fraction"}) == "100.0%"
    assert claimed_of({"claimed": None, "claimed_unit": "fraction"}) == "-"
    assert interval_of({"interval": [-0.021, 0.016], "unit": "fraction"}) == "-2.1% to 1.6%"


def varied(*verdicts: str) -> dict[str, dict[str, str]]:
    return {f"way {i}": {"verdict": verdict} for i, verdict in enumerate(verdicts)}


@pytest.mark.parametrize(
    ("verdict", "differing", "alternatives", "words"),
    [
        ("holds", [], varied("holds", "holds"), "the same in all 2 other ways tried"),
        ("holds", [], varied("holds"), "the same in the other way"),
        ("holds", [], {}, "measured in one way"),
        ("holds", ["way 1"], varied("holds", "does not hold"), "sensitive to: way 1 (does not hold), of 2 tried"),
        (
            "holds",
            [],
            varied("holds", "not measurable on this data"),
            "the same in the other way; not measurable: way 1",
        ),
        ("not measurable on this data", ["way 0"], varied("holds"), "by another measure: way 0 (holds)"),
        (
            "not measurable on this data",
            [],
            varied("not measurable on this data"),
            "measurable in no other way either",
        ),
        (
            "holds",
            [f"way {i}" for i in range(6)],
            varied(*["cannot tell"] * 6),
            "sensitive to: way 0 (cannot tell), way 1 (cannot tell), way 2 (cannot tell), way 3 (cannot tell) and 2 "
            "more, "
            "of 6 tried",
        ),
    ],
)
def test_what_a_verdict_hangs_on(
    verdict: str, differing: list[str], alternatives: dict[str, dict[str, str]], words: str
) -> None:
    one = {"verdict": verdict, "sensitive_to": differing, "alternatives": alternatives, "shifts": {}}
    assert sensitive(one) == words
