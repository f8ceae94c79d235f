"""Baselines on disk: damaged ones, orphans, two configs of one name, expectations without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.results.command import Command

BASELINE = Path("results/baselines/a.json")
AGREE = "check --update --reason 'first figures' "
CURE = (
    "; expected a baseline as `overweight check --update` writes it; restore it from git, or remove it and agree on "
    'figures anew: `overweight check --update --reason "..." FILE`\n'
)


@pytest.fixture
def agreed(desk: Desk, overweight: Command) -> dict[str, Any]:
    """A baseline of `configs/a.yaml`."""
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    assert overweight(AGREE + "configs/a.yaml").code == 0
    kept: dict[str, Any] = json.loads(BASELINE.read_text())
    return kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no json", "Expecting value: line 1 column 1 (char 0)"),
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[1]", "it is [1], not an object"),
        ('{"name": "a"}', "`id` is missing"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_no_baseline_is_bad_data(agreed: dict[str, Any], overweight: Command, text: str, found: str) -> None:
    BASELINE.write_text(text)
    for line in ("check", "check configs/a.yaml", AGREE + "configs/a.yaml"):
        said = overweight(line)
        assert (said.code, said.out) == (3, "")
        assert said.err == f"{BASELINE}: found a damaged baseline ({found}){CURE}"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"name": "b"}, "name is `b`, not `a`"),
        ({"name": None}, "name is null, not a text"),
        ({"reason": None}, "reason is null, not a text"),
        ({"reason": " "}, 'reason is " ", not a text'),
        ({"code": None}, "code is null, not a text"),
        ({"file": 1}, "file is 1, not a text"),
        ({"targets": 3}, "targets is 3, not a text"),
        ({"trades": "3"}, 'trades is "3", not a whole number'),
        ({"trades": True}, "trades is true, not a whole number"),
        ({"first": "soon"}, 'first is "soon", not a day'),
        ({"metrics": []}, "metrics is [], not an object"),
        ({"metrics": None}, "metrics is null, not an object"),
        ({"metrics": {"cagr": "abc"}}, 'metrics.cagr is "abc", not a finite number or null'),
        ({"metrics": {"cagr": {}}}, "metrics.cagr is {}, not a finite number or null"),
        ({"metrics": {"cagr": False}}, "metrics.cagr is false, not a finite number or null"),
        ({"metrics": {"cagr": 10**400}}, f"metrics.cagr is 1{'0' * 39}..., not a finite number or null"),
        ({"metrics": {"cagr": float("inf")}}, "it holds Infinity, which is no finite number"),
        ({"metrics": {"cagr": float("nan")}}, "it holds NaN, which is no finite number"),
        ({"colour": "red"}, "`colour` is no part of a baseline"),
    ],
)
def test_parts_of_another_type_are_bad_data(
    agreed: dict[str, Any], overweight: Command, change: dict[str, Any], found: str
) -> None:
    BASELINE.write_text(json.dumps(agreed | change))
    said = overweight("check")
    assert (said.code, said.out) == (3, "")
    assert said.err == f"{BASELINE}: found a damaged baseline ({found}){CURE}"


def test_a_number_that_overflows_is_not_finite(agreed: dict[str, Any], overweight: Command) -> None:
    BASELINE.write_text(BASELINE.read_text().replace(f"{agreed['metrics']['cagr']!r}", "1e999"))
    said = overweight("check")
    assert said.code == 3
    assert "metrics.cagr is Infinity, not a finite number or null" in said.err


def test_a_baseline_remembers_its_config_wherever_it_lies(desk: Desk, overweight: Command) -> None:
    desk.config("deep/b.yml", data="{source: files, path: ../prices.csv}")
    desk.config("c.yaml")
    overweight(AGREE + f"./deep/b.yml {desk.folder}/c.yaml")
    kept = {path.stem: json.loads(path.read_text())["file"] for path in Path("results/baselines").iterdir()}
    assert kept == {"b": "deep/b.yml", "c": "c.yaml"}
    said = overweight("check")
    assert (said.code, said.out) == (0, "b  ok\nc  ok\n")
    assert overweight("check --update --reason again").code == 0
    Path("configs").mkdir()
    Path("deep/b.yml").rename("configs/b.yaml")
    assert overweight("check").out == "b  ok\nc  ok\n"
    Path("configs/b.yaml").unlink()
    said = overweight("check")
    assert (said.code, said.out) == (2, "c  ok\n")
    assert said.err == (
        "results/baselines/b.json: found a baseline without its config; expected a file `deep/b.yml` or "
        "`configs/b.yaml`; restore the config, or remove the baseline: `rm results/baselines/b.json`\n"
    )


def test_a_baseline_that_does_not_say_its_file_is_still_one(agreed: dict[str, Any], overweight: Command) -> None:
    BASELINE.write_text(json.dumps({key: value for key, value in agreed.items() if key != "file"}))
    assert overweight("check").out == "a  ok\n"
    assert overweight("check --update --reason again").out == "a  ok  it says the same already\n"


def test_two_configs_of_one_name_do_not_share_a_baseline(
    desk: Desk, agreed: dict[str, Any], overweight: Command
) -> None:
    desk.config("other/a.yaml", data="{source: files, path: ../prices.csv}", tilt="{one: {over: 0.1, from: two}}")
    before = BASELINE.read_bytes()
    for line in (AGREE + "other/a.yaml", "check other/a.yaml"):
        said = overweight(line)
        assert (said.code, said.out) == (2, "")
        assert said.err == (
            f"{BASELINE}: found the baseline of `configs/a.yaml`, which has the same name `a`; expected the baseline "
            f"of `other/a.yaml`; give one of the two files another name, or remove the baseline: `rm {BASELINE}`\n"
        )
    assert BASELINE.read_bytes() == before
    assert overweight(AGREE + f"{desk.folder}/configs/a.yaml").code == 0


def test_expectations_are_held_without_a_baseline(desk: Desk, overweight: Command) -> None:
    missing = "baseline missing (results/baselines/a.json); agree on one: overweight check --update --reason"
    desk.config(expect='{max_drawdown: ">= -0.9"}')
    said = overweight("check --json a.yaml")
    assert said.code == 1
    (entry,) = said.json["checks"]
    assert (entry["verdict"], entry["notes"]) == ("no baseline", ["expect met", f'{missing} "first figures" a.yaml'])
    desk.config(expect='{max_drawdown: ">= 0.9", turnover: ">= 0"}')
    said = overweight("check --json a.yaml")
    assert said.code == 1
    (entry,) = said.json["checks"]
    assert entry["verdict"] == "fails"
    assert entry["notes"][0].startswith("max_drawdown  -0.")
    assert entry["notes"][0].endswith(", expected >= 0.9")
    assert entry["notes"][1] == f'{missing} "first figures" a.yaml'
