"""Baselines on disk: small and readable; damaged, older and newer ones; orphans; two writers; a full disk."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import engine
from engine.config import load
from engine.results.checks import check as checks
from engine.results.checks.baseline import asked_by
from engine.results.checks.config_keys import changed_keys, marked, narrowed
from engine.results.checks.target_marks import mark_targets
from tests.desk import Desk, made_prices
from tests.results.command import Command

ROOT = Path(__file__).parents[3]
BASELINE = Path("results/baselines/a.json")
AGREE = "check --update --reason 'first figures' "
CURE = (
    "; expected a baseline as `overweight check --update` writes it; restore it from git, or remove it and agree on "
    'figures anew: `overweight check --update --reason "..." FILE`\n'
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the figures of `configs/a.yaml` were agreed on."""
    folder = tmp_path_factory.mktemp("agreed")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Desk(folder).config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
        assert checks.update("configs/a.yaml", "first figures", Path("results")).word == "written"
    return folder


@pytest.fixture
def agreed(desk: Desk, made_once: Path) -> dict[str, Any]:
    """A baseline of `configs/a.yaml`."""
    shutil.copytree(made_once, desk.folder, dirs_exist_ok=True)
    kept: dict[str, Any] = json.loads(BASELINE.read_text())
    return kept


def test_a_baseline_keeps_what_a_run_comes_to(agreed: dict[str, Any]) -> None:
    result = engine.run("configs/a.yaml", results=None)
    assert (agreed["name"], agreed["id"], agreed["reason"]) == ("a", result.id, "first figures")
    assert agreed["file"] == "configs/a.yaml"
    assert agreed["trades"] == len(result.trades)
    assert agreed["decisions"] == len(result.targets)
    assert (agreed["first"], agreed["last"]) == ("2020-06-30", "2021-06-30")
    for name, value in result.own.figures.items():
        assert agreed["metrics"][name][0] == pytest.approx(value, rel=1e-9), name
    assert agreed["metrics"]["max_drawdown"][1:] == ["higher", 0]
    assert agreed["metrics"]["volatility"][1:] == ["lower", 0]
    assert agreed["equity"] == [
        2020, pytest.approx(result.equity["2020-12-31"], rel=1e-6), pytest.approx(result.equity.iloc[-1], rel=1e-6)
    ]  # fmt: skip
    assert agreed["versions"] == dict(result.manifest["versions"])


def test_its_text_is_sorted_and_has_a_line_for_each_series_and_metric(agreed: dict[str, Any]) -> None:
    text = BASELINE.read_text()
    keys = [line.split('"')[1] for line in text.splitlines() if line.startswith(' "')]
    assert keys == sorted(agreed)
    for block in ("metrics", "series"):
        for name in agreed[block]:
            assert sum(line.startswith(f'  "{name}": ') for line in text.splitlines()) == 1
    assert len(text.encode()) <= 5 * 1024


@pytest.mark.parametrize("path", sorted((ROOT / "results/baselines").rglob("*.json")), ids=lambda path: path.stem)
def test_every_committed_baseline_is_at_most_5_kb(path: Path) -> None:
    assert path.stat().st_size <= 5 * 1024


@pytest.mark.parametrize(
    ("labels", "years", "every"), [(49, 55, "quarter_end"), (3, 25, "daily"), (260, 3, "month_end")]
)
def test_it_stays_small_for_many_series_years_and_decisions(
    desk: Desk, overweight: Command, labels: int, years: int, every: str
) -> None:
    names = [f"N{i:03d}" for i in range(labels)]
    days = pd.bdate_range("1970-01-01", periods=260 * years, name="date")
    steps = np.random.default_rng(1).normal(0.0003, 0.01, (len(days), labels))
    prices = pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), days, names)
    desk.prices(prices, "prices.parquet")
    hold, data = f"{{all: [{', '.join(names)}]}}", "{source: files, path: prices.parquet}"
    plain = {"policy": None, "stance": None, "tilt": None, "from_": "1971-01-29", "to": None}
    desk.config(strategy="equal_weight", hold=hold, data=data, every=every, **plain)
    assert overweight(AGREE + "a.yaml").code == 0
    assert BASELINE.stat().st_size <= 5 * 1024
    day = days[len(days) // 2]
    prices.loc[day, "N001"] *= 1.01
    desk.prices(prices, "prices.parquet")
    (entry,) = overweight("check --json").json["checks"]
    assert entry["verdict"] == "data changed"
    assert entry["data"]["first"] == str(day.date())
    (series,) = entry["data"]["series"]
    assert series == "N001" if labels < 100 else series.startswith("N000 to N00")


def test_the_hash_of_targets_is_of_days_and_weights_to_ten_decimals(agreed: dict[str, Any]) -> None:
    result = engine.run("configs/a.yaml", results=None)
    lines = [
        f"{day.date()},AAA={round(row.AAA * 1e10)},BBB={round(row.BBB * 1e10)},CCC={round(row.CCC * 1e10)}\n"
        for day, row in result.targets.iterrows()
    ]
    assert lines[0] == "2020-06-30,AAA=3500000000,BBB=3500000000,CCC=3000000000\n"
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
    assert mark_targets(result).own == agreed["targets"]["hash"] == expected
    result.own.targets[0, 0] += 1e-12
    result.own.targets[:, result.own.targets[0] == 0] = -0.0
    assert mark_targets(result).own == expected
    result.own.targets[0, 0] += 1e-9
    assert mark_targets(result).own != expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no json", "Expecting value: line 1 column 1 (char 0)"),
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[1]", "it is [1], not an object"),
        ('{"format": 2}', "`name` is missing"),
        ("{}", "`name` is missing"),
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
        ({"reason": " "}, 'reason is " ", not a text'),
        ({"engine": None}, "engine is null, not a text"),
        ({"file": 1}, "file is 1, not a text"),
        ({"trades": "3"}, 'trades is "3", not a whole number'),
        ({"trades": True}, "trades is true, not a whole number"),
        ({"first": "soon"}, 'first is "soon", not a day'),
        ({"targets": 3}, "targets is 3, not an object"),
        ({"targets": {}}, "`targets.hash` is missing"),
        ({"targets": {"hash": "x", "years": "2020"}}, 'targets.years is "2020", not marks'),
        ({"targets": {"hash": "x", "years": "2020 2 abc"}}, 'targets.years is "2020 2 abc", not marks'),
        ({"targets": {"hash": "x", "years": "2020 9 a"}}, 'targets.years is "2020 9 a", not marks'),
        ({"data": {"hash": "x", "years": "2020 1 !"}}, 'data.years is "2020 1 !", not marks'),
        ({"series": {"AAA": "xyz 20?0"}}, 'series.AAA is "2020 2 20?0", not marks'),
        ({"series": {"AAA": "xyz 20200"}}, 'series.AAA is "2020 2 20200", not marks'),
        ({"series": {"AAA": 1}}, "series.AAA is 1, not a text"),
        ({"equity": 1}, "equity is no list of a year and numbers"),
        ({"equity": [2020, "much"]}, 'equity.1 is "much", not a finite number'),
        ({"metrics": []}, "metrics is [], not an object"),
        ({"metrics": {"cagr": 0.1}}, "metrics.cagr is 0.1, not [value, `higher`, `lower` or `none`, tolerance]"),
        ({"metrics": {"cagr": ["abc", "higher", 0]}}, 'metrics.cagr is "abc", not a finite number'),
        ({"metrics": {"cagr": [False, "higher", 0]}}, "metrics.cagr is false, not a finite number"),
        ({"metrics": {"cagr": [0.1, "higher", -1]}}, "metrics.cagr.2 is -1, not a tolerance of 0 or more"),
        ({"metrics": {"cagr": [10**400, "higher", 0]}}, f"metrics.cagr is 1{'0' * 39}..., not a finite number"),
        ({"metrics": {"cagr": [float("nan"), "higher", 0]}}, "it holds NaN, which is no finite number"),
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


@pytest.mark.parametrize(
    ("edited", "figure"),
    [
        (lambda was: {"decisions": was["decisions"] + 1}, "decisions"),
        (lambda was: {"trades": was["trades"] + 1}, "trades"),
        (lambda was: {"first": "2020-06-29"}, "first"),
        (lambda was: {"equity": [2020, was["equity"][1] * 1.0001, was["equity"][2]]}, "equity of 2020"),
        (lambda was: {"equity": was["equity"][:2]}, "equity of 2021"),
        (lambda was: {"metrics": was["metrics"] | {"beta": [7, "none", 0]}}, "beta"),
    ],
)
def test_a_figure_edited_by_hand_is_told(
    agreed: dict[str, Any], overweight: Command, edited: Callable[[dict[str, Any]], dict[str, Any]], figure: str
) -> None:
    BASELINE.write_text(json.dumps(agreed | edited(agreed)))
    said = overweight("check --json")
    (entry,) = said.json["checks"]
    assert (said.code, entry["verdict"]) == (1, "regression")
    assert [one["figure"] for one in entry["differences"]] == [figure]
    assert "was the baseline edited by hand?" in entry["cause"]


@pytest.mark.parametrize("line", ["check", "check configs", AGREE + "configs/a.yaml"])
def test_a_merge_conflict_in_a_baseline_is_named(agreed: dict[str, Any], overweight: Command, line: str) -> None:
    lines = BASELINE.read_text().splitlines()
    row = next(i for i, one in enumerate(lines) if '"sharpe"' in one)
    lines[row : row + 1] = ["<<<<<<< HEAD", lines[row], "=======", lines[row], ">>>>>>> topic"]
    BASELINE.write_text("\n".join(lines))
    said = overweight(line)
    assert (said.code, said.out) == (3, "")
    assert said.err == (
        f"{BASELINE}:{row + 1}: found a merge conflict that is not resolved; expected one side of it; keep one: "
        "`git checkout --ours` or `--theirs`; then `overweight check` says whether it still holds\n"
    )
    assert BASELINE.read_text() == "\n".join(lines)


def test_a_merge_that_kept_both_sides_of_a_figure_is_damage(agreed: dict[str, Any], overweight: Command) -> None:
    lines = BASELINE.read_text().splitlines()
    row = next(i for i, one in enumerate(lines) if '"sharpe"' in one)
    lines.insert(row, lines[row].replace(": [", ": [1"))
    BASELINE.write_text("\n".join(lines))
    said = overweight("check")
    assert (said.code, said.err) == (3, f"{BASELINE}: found a damaged baseline (`sharpe` stands twice){CURE}")


def test_a_number_that_overflows_is_not_finite(agreed: dict[str, Any], overweight: Command) -> None:
    BASELINE.write_text(BASELINE.read_text().replace(f"{agreed['metrics']['cagr'][0]!r}", "1e999"))
    said = overweight("check")
    assert said.code == 3
    assert "metrics.cagr is Infinity, not a finite number" in said.err


def test_a_baseline_of_a_newer_overweight_is_left_alone(agreed: dict[str, Any], overweight: Command) -> None:
    BASELINE.write_text(json.dumps(agreed | {"format": 4, "colour": "red"}))
    before = BASELINE.read_bytes()
    for line in ("check", AGREE + "configs/a.yaml"):
        said = overweight(line)
        assert (said.code, said.out) == (3, "")
        assert said.err == (
            f"{BASELINE}: format: found 4, of a newer overweight; expected 3; upgrade overweight\n"
        )  # fmt: skip
    assert BASELINE.read_bytes() == before


def test_a_baseline_of_an_older_overweight_is_agreed_on_anew(agreed: dict[str, Any], overweight: Command) -> None:
    BASELINE.write_text(json.dumps({key: value for key, value in agreed.items() if key != "format"}))
    said = overweight("check")
    assert (said.code, said.out) == (3, "")
    assert said.err == (
        f"{BASELINE}: format: found 1, of an older overweight; expected 3; "
        'agree on it anew: `overweight check --update --reason "..." FILE`\n'
    )
    assert overweight(AGREE + "configs/a.yaml").code == 0
    assert json.loads(BASELINE.read_text()) == agreed


def as_the_second_form(agreed: dict[str, Any]) -> dict[str, Any]:
    """A mark for each key of the config, and every series with its first year and its width."""
    assert agreed["data"]["years"].startswith("2020 2 ")
    asked = asked_by(load("configs/a.yaml"))
    keys = {key: marked(value).removeprefix("~") for key, value in asked.items() if value}
    series = {name: line.replace(" ", " 2020 2 ") for name, line in agreed["series"].items()}
    return agreed | {"format": 2, "keys": keys, "series": series}


def test_a_baseline_of_the_second_form_is_read_and_renewed(
    desk: Desk, agreed: dict[str, Any], overweight: Command
) -> None:
    """Its marks are those that an overweight of then wrote: `41F` is that of `every: month_end`."""
    assert marked("month_end") == "~41F"
    shutil.rmtree("results/runs")
    BASELINE.write_text(json.dumps(as_the_second_form(agreed)))
    assert overweight("check").out == "a  ok\n"
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}", tilt="{one: {over: 0.1, from: two}}")
    (entry,) = overweight("check --json").json["checks"]
    assert (entry["verdict"], entry["config"]) == ("config changed", ["tilt"])
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    prices = made_prices()
    prices.loc["2020-11-12", "BBB"] *= 1.01
    desk.prices(prices)
    (entry,) = overweight("check --json").json["checks"]
    assert entry["cause"] == "data: BBB restated on 2020-11-12"
    desk.prices(made_prices())
    assert overweight(AGREE + "configs/a.yaml").out == f"a  updated  {BASELINE}\n"
    assert json.loads(BASELINE.read_text()) == agreed
    assert "it says the same already" in overweight(AGREE + "configs/a.yaml").out


def test_long_values_and_those_that_look_like_marks_are_marks() -> None:
    tree = {"hold": {"one": ["AAA", "BBB"], "two": []}, "every": "month_end", "strategy": "~41F", "cash": None}
    for longest, kept in ((120, tree["hold"]["one"]), (10, marked(["AAA", "BBB"]))):  # type: ignore[index]
        small = narrowed(tree, longest)
        assert small == {
            "hold": {"one": kept}, "every": "month_end" if longest > 10 else "~41F", "strategy": marked("~41F"),
        }  # fmt: skip
        assert [*changed_keys(small, tree)] == []
    assert narrowed(tree, 0) == {key: marked(tree[key]) for key in ("hold", "every", "strategy")}
    other = tree | {"hold": {"one": ["AAA", "CCC"], "two": []}}
    assert [*changed_keys(narrowed(tree, 0), other)] == ["hold"]
    assert [*changed_keys(narrowed(tree, 10), other)] == ["hold.one"]
    assert [*changed_keys(narrowed(tree, 120), other)] == ["hold.one with CCC, without BBB"]
    assert [*changed_keys(narrowed(tree, 120), tree | {"cash": {"rate": 0.05}})] == [
        "cash not written -> {'rate': 0.05}"
    ]
    assert [*changed_keys(narrowed(tree, 120), tree | {"every": None})] == ["every month_end -> not written"]


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
        "`configs/b.yaml`; restore the config; where it was renamed, agree on it anew; "
        "then remove the baseline: `rm results/baselines/b.json`\n"
    )


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


@pytest.mark.parametrize("name", ["ledger.parquet", "targets.parquet", "result.json"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_run_is_told_and_the_baseline_speaks_alone(
    desk: Desk, agreed: dict[str, Any], overweight: Command, name: str, damage: str
) -> None:
    path = Path("results/runs/a") / agreed["id"] / name
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        path.unlink()
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}", tilt="{one: {over: 0.1, from: two}}")
    said = overweight("check --json")
    assert (said.code, said.err) == (1, "")
    (entry,) = said.json["checks"]
    assert (entry["verdict"], entry["config"]) == ("config changed", ["tilt.one.over 0.2 -> 0.1"])
    assert any(note.startswith(f"{path}: a damaged file (") for note in entry["notes"])
    assert entry["parts"][0]["day"] == "2020-06-30"


def test_a_baseline_that_cannot_be_written_is_named(desk: Desk, overweight: Command) -> None:
    desk.config("a.yaml")
    desk.text("", "results/baselines")
    said = overweight(AGREE + "a.yaml")
    assert said.code == 3
    assert said.err.startswith(f"{BASELINE}: found a file that cannot be written")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_loses_nothing(
    desk: Desk, agreed: dict[str, Any], overweight: Command, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}", tilt="{one: {over: 0.1, from: two}}")
    engine.run("configs/a.yaml")  # so that its folder stands, and the baseline alone is to be written
    before = BASELINE.read_bytes()
    real = getattr(os, step)

    def full(first: Any, *rest: Any) -> None:
        place = os.readlink(f"/proc/self/fd/{first}") if step == "fsync" else str(rest[0])
        if "baselines" in place and not Path(place).is_dir():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place)
        real(first, *rest)

    monkeypatch.setattr(os, step, full)
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith(f"{BASELINE}: found a file that cannot be written (No space left on device); ")
    assert said.err.endswith("what was there before is untouched\n")
    assert BASELINE.read_bytes() == before
    assert [path.name for path in BASELINE.parent.iterdir()] == ["a.json"]


def test_a_second_writer_meanwhile_is_not_overwritten(
    desk: Desk, agreed: dict[str, Any], overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}", tilt="{one: {over: 0.1, from: two}}")
    theirs = json.dumps(agreed | {"reason": "theirs"})

    def slow(setting: Any) -> Any:
        BASELINE.write_text(theirs)
        return real(setting)

    real = checks.backtest_setting
    monkeypatch.setattr(checks, "backtest_setting", slow)
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, said.out) == (3, "")
    assert said.err == (
        f"{BASELINE}: found a baseline that was written by another process meanwhile; expected the one that was read; "
        "look at what it agreed on, then run it again\n"
    )
    assert BASELINE.read_text() == theirs


def _agree(number: int) -> int:
    from engine.cli import main

    try:
        main(["check", "--update", "--reason", f"writer {number}", "configs/a.yaml"])
    except SystemExit as end:
        return int(end.code or 0)
    return -1


def test_of_many_writers_at_once_one_writes_and_the_others_are_told(desk: Desk) -> None:
    """None is lost without a word: whoever ends well either wrote the baseline, or found that it says the same."""
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    with get_context("fork").Pool(2) as pool:
        codes = pool.map(_agree, range(4), chunksize=1)
    assert set(codes) <= {0, 3}
    assert 0 in codes
    assert json.loads(BASELINE.read_text())["reason"].startswith("writer ")
    assert [path.name for path in BASELINE.parent.iterdir()] == ["a.json"]


def test_prices_may_move_between_files_of_one_content(desk: Desk, agreed: dict[str, Any], overweight: Command) -> None:
    desk.prices(made_prices(), "other.csv")
    desk.config("configs/a.yaml", data="{source: files, path: ../other.csv}")
    (entry,) = overweight("check --json").json["checks"]
    assert (entry["verdict"], entry["changed"]) == ("ok", [])
