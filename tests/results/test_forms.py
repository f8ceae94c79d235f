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


@pytest.mark.parametrize(
    ("line", "form", "cure"),
    [
        ("a.yaml --html b.html", "html", "overweight compare a.yaml --html > b.html"),
        (
            "'my a.yaml' a.yaml 'my page.htm' --html --results r",
            "html", "overweight compare 'my a.yaml' a.yaml --html --results r > 'my page.htm'",
        ),
        ("--html b.html", "html", "overweight compare RUN RUN --html > b.html"),
        ("a.yaml b.md --markdown", "markdown", "overweight compare a.yaml --markdown > b.md"),
        ("a.yaml b.json --json", "json", "overweight compare a.yaml --json > b.json"),
    ],
)  # fmt: skip
def test_a_comparison_is_printed_not_written(desk: Desk, overweight: Command, line: str, form: str, cure: str) -> None:
    """The word after --html would be looked for among the runs, after all others were run."""
    desk.config()
    said = overweight(f"compare {line}")
    file = cure.rpartition(" > ")[2].strip("'")
    assert (said.code, said.err) == (
        2,
        f"overweight compare: --{form}: found `{file}`, which is no run; "
        f"expected no file: what is printed goes to stdout; write `{cure}`\n",
    )
    assert not Path("results").exists()


def test_the_command_that_keeps_a_page_works(desk: Desk, overweight: Command) -> None:
    """And a saved run may be called like a page."""
    desk.config()
    said = overweight("compare a.yaml --html page.html")
    cured, _, file = said.err.rpartition("write `overweight ")[2].rstrip("`\n").partition(" > ")
    assert file == "page.html"
    page = overweight(cured).out
    assert page.startswith("<!doctype html>")
    desk.text(page, file)
    assert overweight("compare a.yaml --html page.html").err == said.err
    Path(file).unlink()
    desk.config("page.html.yaml")
    assert overweight("run page.html.yaml").code == 0
    assert overweight("compare a.yaml --html page.html").code == 0


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
