"""`overweight list` and `overweight strategies`."""

from __future__ import annotations

import pytest

import engine
from tests.desk import Desk
from tests.results.command import Command


def test_no_saved_run_says_how_to_make_one(desk: Desk, overweight: Command) -> None:
    said = overweight("list")
    assert said.code == 0
    assert said.out == "no saved run under results; make one: overweight run configs/metals_lead.yaml\n"
    assert overweight("list --json").json == []


def test_saved_runs_are_listed_by_name(desk: Desk, overweight: Command) -> None:
    desk.config("b.yaml")
    overweight("run b.yaml")
    result = desk.run()
    lines = overweight("list").out.splitlines()
    assert lines[0].split() == ["name", "id", "years", "return", "active", "verdict"]
    shown = ["a", result.id[:8], "2020-2021", f"{100 * result.metrics['cagr']:.2f}%"]
    assert lines[1].split()[:4] == shown
    assert lines[1].endswith("too few bets to tell")
    assert lines[2].startswith("b ")
    compared = overweight("compare --json a b").json
    for entry, other in zip(overweight("list --json").json, compared, strict=True):
        assert entry == {key: other[key] for key in entry}


@pytest.mark.parametrize("columns", [200, 80, 71, 40])
def test_ids_and_figures_stay_whole_beside_long_names(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """What is listed is looked for by name and taken by id, also where a terminal is narrow."""
    monkeypatch.setenv("COLUMNS", str(columns))
    name = "a_long_name_as_people_write_them_" * 3
    result = engine.run(desk.config(f"{name}.yaml"))
    listed = overweight("list").out
    lines = listed.splitlines()
    for whole in (result.id[:8], f"{100 * result.metrics['cagr']:.2f}%"):
        assert whole in lines[1].split()
    assert "…" not in listed
    assert max(map(len, lines)) <= columns
    assert "".join(line[: lines[0].index(" id")].strip() for line in lines[1:]).startswith(name)
    assert "too few bets" in " ".join(listed.split())


def test_unfinished_and_damaged_runs_do_not_hide_the_others(desk: Desk, overweight: Command) -> None:
    desk.run()
    desk.text("{}", "results/runs/a/.unfinished-1/result.json")
    desk.text("no json", "results/runs/z/1234567890abcdef/result.json")
    said = overweight("list")
    assert said.code == 3
    assert len(said.out.splitlines()) == 2
    assert said.err.startswith("results/runs/z/1234567890abcdef/result.json: found a damaged or outdated file")


def test_strategies_show_thesis_parameters_types_and_defaults(desk: Desk, overweight: Command) -> None:
    desk.text(
        '"""Follow the herd."""\n'
        "def score(past, *, sleeve: str, lookback: int = 63, calm: bool = True, cap: float | None = None):\n"
        "    return 0.0\n",
        "strategies/herd.py",
    )
    said = overweight("strategies")
    assert said.code == 0
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    at = lines.index("herd Follow the herd.")
    expected = ["sleeve str required", "lookback int 63", "calm bool true", "cap float | None null"]
    assert lines[at + 1 : at + 5] == expected
    assert "metals_lead Overweight what has fallen behind its drivers, while the drivers" in lines
    entries = {one["name"]: one for one in overweight("strategies --json").json}
    assert entries["herd"]["answers"] == "score"
    assert entries["herd"]["with"][:2] == [
        {"name": "sleeve", "type": "str", "required": True},
        {"name": "lookback", "type": "int", "required": False, "default": 63},
    ]


@pytest.mark.parametrize("source", ["def score(past) return 1\n", "x = 1\n"])
def test_a_broken_strategy_file_does_not_hide_the_others(desk: Desk, overweight: Command, source: str) -> None:
    desk.text(source, "strategies/broken.py")
    said = overweight("strategies")
    assert said.code == 2
    assert "broken.py" in said.err
    assert "Traceback" not in said.err
    assert "metals_lead" in said.out
