"""`overweight check`: what was agreed on still holds, or what differs, and a reason for every change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.results.baseline import targets_hash
from tests.desk import Desk, made_prices
from tests.results.command import Command

BASELINE = Path("results/baselines/a.json")
AGREE = "check --update --reason 'first figures' "


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Configs below `configs/`, where baselines look for them."""
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    return desk


def changed(**figures: Any) -> None:
    """Writes other figures into the baseline."""
    content = json.loads(BASELINE.read_text())
    metrics = content["metrics"] | {key: value for key, value in figures.items() if key in content["metrics"]}
    top = {key: value for key, value in figures.items() if key not in metrics}
    BASELINE.write_text(json.dumps(content | top | {"metrics": metrics}))


def test_a_baseline_keeps_what_a_run_comes_to(desk: Desk, overweight: Command) -> None:
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, said.out, said.err) == (0, f"a  written  {BASELINE}\n", "")
    text = BASELINE.read_text()
    kept = json.loads(text)
    assert text == json.dumps(kept, indent=1, sort_keys=True) + "\n"
    result = engine.run("configs/a.yaml", results=None)
    assert (kept["name"], kept["id"], kept["reason"]) == ("a", result.id, "first figures")
    assert kept["metrics"] == dict(result.own.figures)
    assert kept["trades"] == len(result.trades)
    assert (kept["first"], kept["last"]) == ("2020-06-30", "2021-06-30")
    assert kept["data"] == result.panel.fingerprint


def test_the_targets_hash_is_of_days_and_weights_to_ten_decimals(desk: Desk) -> None:
    result = engine.run("configs/a.yaml", results=None)
    lines = [
        f"{day.date()},AAA={row.AAA:.10f},BBB={row.BBB:.10f},CCC={row.CCC:.10f},\n"
        for day, row in result.targets.iterrows()
    ]
    assert lines[0] == "2020-06-30,AAA=0.3500000000,BBB=0.3500000000,CCC=0.3000000000,\n"
    assert targets_hash(result) == hashlib.sha256("".join(lines).encode()).hexdigest()
    result.own.targets[0, 0] += 1e-12
    result.own.targets[:, result.own.targets[0] == 0] = -0.0
    assert targets_hash(result) == hashlib.sha256("".join(lines).encode()).hexdigest()
    result.own.targets[0, 0] += 1e-9
    assert targets_hash(result) != hashlib.sha256("".join(lines).encode()).hexdigest()


def test_what_was_agreed_on_passes_and_leaves_no_trace(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    said = overweight("check")
    assert (said.code, said.out, said.err) == (0, "a  ok\n", "")
    assert overweight("check configs/a.yaml").code == 0
    assert sorted(path.name for path in Path("results").iterdir()) == ["baselines"]
    passed = overweight("check --json").json
    assert passed["passed"] is True
    assert passed["checks"] == [{"name": "a", "verdict": "ok", "differences": [], "changed": [], "notes": []}]


def test_a_figure_that_moved_fails_and_says_from_what_to_what(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    kept = json.loads(BASELINE.read_text())
    now = kept["metrics"]["cagr"]
    changed(cagr=0.5, trades=7, volatility=None, targets="0" * 64)
    said = overweight("check")
    assert said.code == 1
    assert [" ".join(line.split()) for line in said.out.splitlines()] == [
        f"a differs targets 000000000000 -> {kept['targets'][:12]}",
        f"trades 7 -> {kept['trades']}",
        f"cagr 0.5 -> {now:.10g}",
        f"volatility none -> {kept['metrics']['volatility']:.10g}",
    ]
    document = overweight("check --json").json
    assert document["passed"] is False
    assert {"figure": "cagr", "was": 0.5, "now": now} in document["checks"][0]["differences"]


@pytest.mark.parametrize(("factor", "code"), [(1 + 5e-10, 0), (1 + 5e-9, 1)])
def test_a_billionth_is_the_limit(desk: Desk, overweight: Command, factor: float, code: int) -> None:
    overweight(AGREE + "configs/a.yaml")
    changed(volatility=json.loads(BASELINE.read_text())["metrics"]["volatility"] * factor)
    assert overweight("check").code == code


def test_many_differences_are_counted(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    desk.prices(made_prices(1))
    text = overweight("check").out
    assert "more (--json has them all)" in text
    assert text.splitlines()[-1].strip() == "changed since the baseline: data"
    assert len(overweight("check --json").json["checks"][0]["differences"]) > 8


def test_a_missing_baseline_fails_and_says_how_to_agree(desk: Desk, overweight: Command) -> None:
    said = overweight("check configs/a.yaml")
    assert said.code == 1
    assert " ".join(said.out.split()) == (
        "a no baseline baseline missing (results/baselines/a.json); agree on one: overweight check --update "
        '--reason "first figures" configs/a.yaml'
    )


def test_without_any_baseline_there_is_nothing_to_check(desk: Desk, overweight: Command) -> None:
    said = overweight("check")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "results/baselines: found no baseline; expected at least one; "
        'agree on some: overweight check --update --reason "first figures" FILE\n'
    )
    assert overweight("check --json").json == {"name": "check", "error": said.err.strip()}


def test_a_baseline_without_its_config_is_an_error_and_the_others_are_checked(desk: Desk, overweight: Command) -> None:
    desk.config("configs/deep/b.yaml", data="{source: files, path: ../../prices.csv}")
    overweight(AGREE + "configs/a.yaml configs/deep/b.yaml")
    Path("configs/a.yaml").unlink()
    said = overweight("check")
    assert (said.code, said.out) == (2, "deep/b  ok\n")
    assert said.err == (
        f"{BASELINE}: found a baseline without its config; expected a file `configs/a.yaml`; "
        f"restore the config, or remove the baseline: `rm {BASELINE}`\n"
    )


def test_a_change_needs_a_reason(desk: Desk, overweight: Command) -> None:
    for line in ("check --update configs/a.yaml", "check --update --reason ' ' configs/a.yaml"):
        said = overweight(line)
        assert said.code == 2
        assert said.err == (
            "--update: found no reason; expected `--reason` with a few words; "
            'say why the figures may change: --update --reason "..."\n'
        )
    said = overweight("check --reason why configs/a.yaml")
    assert said.code == 2
    assert said.err == (
        "--reason: found a reason without `--update`; expected both or neither; add --update, or take it away\n"
    )
    assert not BASELINE.exists()


def test_an_update_keeps_a_baseline_that_says_the_same(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    before = BASELINE.read_bytes()
    assert overweight("check --update --reason again").out == "a  ok  it says the same already\n"
    assert BASELINE.read_bytes() == before
    changed(cagr=0.5)
    said = overweight("check --update --reason again")
    assert said.code == 0
    assert said.out.startswith(f"a  updated  {BASELINE}\n")
    assert "cagr  0.5 -> " in said.out
    assert json.loads(BASELINE.read_text())["reason"] == "again"
    assert overweight("check").code == 0


def test_a_baseline_that_cannot_be_written_is_named(desk: Desk, overweight: Command) -> None:
    desk.text("", "results")
    said = overweight(AGREE + "configs/a.yaml")
    assert said.code == 3
    assert said.err.startswith(f"{BASELINE}: found a file that cannot be written")


def test_expectations_of_the_config_are_held(desk: Desk, overweight: Command) -> None:
    data = "{source: files, path: ../prices.csv}"
    expect = '{max_drawdown: ">= -0.9", turnover: "< 0", episodes: "== 1"}'
    desk.config("configs/a.yaml", data=data, expect=expect)
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, BASELINE.exists()) == (1, False)
    desk.config("configs/a.yaml", data=data)
    turnover = engine.run("configs/a.yaml", results=None).metrics["turnover"]
    overweight(AGREE + "configs/a.yaml")
    desk.config("configs/a.yaml", data=data, expect=expect)
    said = overweight("check")
    assert said.code == 1
    assert said.out == f"a  fails  turnover  {turnover:.6g}, expected < 0\n"


def test_an_expectation_of_no_metric_is_a_bad_config(desk: Desk, overweight: Command) -> None:
    data = "{source: files, path: ../prices.csv}"
    desk.config("configs/a.yaml", data=data, expect='{max_drawdwon: ">= -0.9", sharpe: pass, zzz: "> 1"}')
    said = overweight(AGREE + "configs/a.yaml")
    assert said.code == 2
    lines = said.err.splitlines()
    assert len(lines) == 3
    assert "expect.max_drawdwon: found `max_drawdwon`; expected a metric: total_return, " in lines[0]
    assert lines[0].endswith("; did you mean `max_drawdown`?")
    assert "expect.sharpe: found `pass` for a metric; expected a comparison with a number" in lines[1]
    assert lines[2].endswith("; name one of them")
