"""Options of which one would win silently are refused together, in words."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.results.command import Command


@pytest.mark.parametrize("pair", [*combinations(("json", "markdown", "html"), 2)])
def test_a_comparison_has_one_form(desk: Desk, overweight: Command, pair: tuple[str, str]) -> None:
    desk.config()
    said = overweight(f"compare --{pair[1]} --{pair[0]} a.yaml")
    words = f"overweight compare: found --{pair[0]} and --{pair[1]}; expected one of them; ask for one form at a time"
    assert (said.code, said.err) == (2, words + "\n")
    assert not Path("results").exists()
    assert (said.json == {"name": "compare", "error": words}) if "json" in pair else said.out == ""


def test_an_answer_has_one_form(desk: Desk, overweight: Command) -> None:
    said = overweight("query --csv --json 'select 1'")
    assert (said.code, json.loads(said.out)["name"]) == (2, "query")
    assert said.err == "overweight query: found --json and --csv; expected one of them; ask for one form at a time\n"


def test_csv_needs_a_question(desk: Desk, overweight: Command) -> None:
    said = overweight("query --csv")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "overweight query: --csv: found no question; expected SQL, whose rows are printed; "
        "add the question, or take --json for what can be asked\n"
    )


def test_a_calendar_needs_something_that_trades_by_it(desk: Desk, overweight: Command) -> None:
    said = overweight("data verify --calendar XNYS")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "data verify --calendar: found a calendar for the whole store; expected configs or snapshots beside it; "
        "name what trades by it: `overweight data verify yahoo/XME`\n"
    )


@pytest.mark.parametrize("kinds", ["--kind mirrored", "--kind mirrored --kind made"])
def test_a_block_needs_a_bootstrap(desk: Desk, overweight: Command, kinds: str) -> None:
    desk.config()
    said = overweight(f"null a.yaml --block 3 --markets 2 {kinds}")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "--block: found a block of 3 sessions, and no bootstrap among the kinds; expected `--kind bootstrap`; "
        "add it, or leave the block out\n"
    )


def test_the_files_of_a_check_are_two(desk: Desk, overweight: Command) -> None:
    desk.config()
    said = overweight("check a.yaml --junit out.xml --markdown ./out.xml")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "--markdown: found `out.xml`, the file of --junit; expected a file of its own; name another one\n"
    )
    assert not Path("out.xml").exists()
