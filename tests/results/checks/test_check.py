"""`overweight check`: what was agreed on still holds, or what differs, and a reason for every change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.audit.record import Audit
from engine.results.checks.baseline import Agreed
from engine.results.checks.expectation import unmet
from engine.results.checks.moved import _metric
from tests.desk import Desk
from tests.portfolio.markets import config_of
from tests.results.command import Command

BASELINE = Path("results/baselines/a.json")
AGREE = "check --update --reason 'first figures' "
DATA = "{source: files, path: ../prices.csv}"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Configs below `configs/`, where baselines look for them."""
    desk.config("configs/a.yaml", data=DATA)
    return desk


def changed(**figures: Any) -> None:
    """Writes other figures into the baseline: metrics by their value, or whole as [value, better, tolerance]."""
    content = json.loads(BASELINE.read_text())
    for key, value in figures.items():
        if key in content["metrics"]:
            content["metrics"][key] = value if isinstance(value, list) else [value, *content["metrics"][key][1:]]
        else:
            content[key] = value
    BASELINE.write_text(json.dumps(content))


def flat(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_what_was_agreed_on_passes_and_a_check_leaves_no_trace(desk: Desk, overweight: Command) -> None:
    assert overweight(AGREE + "configs/a.yaml").out == f"a  written  {BASELINE}\n"
    (run,) = Path("results/runs/a").iterdir()
    before = {path: path.read_bytes() for path in Path("results").rglob("*") if path.is_file()}
    said = overweight("check")
    assert (said.code, said.out, said.err) == (0, "a  ok\n", "")
    assert overweight("check configs/a.yaml").code == 0
    assert {path: path.read_bytes() for path in Path("results").rglob("*") if path.is_file()} == before
    assert run.name == json.loads(BASELINE.read_text())["id"]
    document = overweight("check --json").json
    assert (document["passed"], document["counts"], document["left_out"]) == (True, {"ok": 1}, [])
    (entry,) = document["checks"]
    assert (entry["name"], entry["file"], entry["verdict"]) == ("a", "configs/a.yaml", "ok")
    assert all(not entry[key] for key in ("cause", "changed", "differences", "parts", "unmet", "notes"))


def test_a_figure_that_moved_fails_and_says_from_what_to_what(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    kept = json.loads(BASELINE.read_text())
    now = kept["metrics"]["cagr"][0]
    changed(cagr=0.5, trades=7, volatility=None, first="2020-06-29")
    said = overweight("check")
    assert said.code == 1
    lines = flat(said.out)
    assert lines[0].startswith("a regression nothing changed that a baseline knows of")
    run = Path("results/runs/a") / kept["id"]
    assert lines[lines.index("a") + 1 : -2] == [
        f"{run} came to other figures than the baseline: days are those of the baseline alone",
        f"trades 7 -> {kept['trades']}",
        "first 2020-06-29 -> 2020-06-30",
        f"cagr 0.5 -> {now:.6g} worse",
        f"volatility none -> {kept['metrics']['volatility'][0]:.6g}",
    ]
    assert lines[-1] == 'what is meant is agreed on by: overweight check --update --reason "..." configs/a.yaml'
    document = overweight("check --json").json
    assert document["passed"] is False
    (cagr,) = [one for one in document["checks"][0]["differences"] if one["figure"] == "cagr"]
    assert (cagr["was"], cagr["now"], cagr["change"]) == (0.5, pytest.approx(now), "worse")


@pytest.mark.parametrize(("factor", "code"), [(1 + 5e-10, 0), (1 + 5e-9, 1)])
def test_a_billionth_is_the_limit(desk: Desk, overweight: Command, factor: float, code: int) -> None:
    overweight(AGREE + "configs/a.yaml")
    changed(volatility=json.loads(BASELINE.read_text())["metrics"]["volatility"][0] * factor)
    assert overweight("check").code == code


@pytest.mark.parametrize(
    ("figure", "by", "tolerance", "verdict", "change"),
    [
        ("max_drawdown", -0.02, 0.01, "regression", "worse"),  # deeper
        ("max_drawdown", +0.02, 0.01, "regression", "better"),  # an improvement counts once it is agreed on
        ("max_drawdown", -0.02, 0.03, "drift", "worse"),
        ("max_drawdown", +0.02, 0.03, "drift", "better"),
        ("volatility", +0.02, 0.01, "regression", "worse"),
        ("volatility", -0.02, 0.01, "regression", "better"),
        ("cagr", -0.02, 0.01, "regression", "worse"),
        ("beta", -0.02, 0.01, "regression", "moved"),
        ("beta", -0.02, 0.03, "drift", "moved"),
    ],
)
def test_each_metric_has_its_tolerance_and_its_direction(
    desk: Desk, overweight: Command, figure: str, by: float, tolerance: float, verdict: str, change: str
) -> None:
    """by: how far the figure is now from what was agreed on."""
    overweight(AGREE + "configs/a.yaml")
    value, better, none = json.loads(BASELINE.read_text())["metrics"][figure]
    assert none == 0
    changed(**{figure: [value - by, better, tolerance]})
    said = overweight("check --json")
    (entry,) = said.json["checks"]
    assert (said.code, entry["verdict"]) == (0 if verdict == "drift" else 1, verdict)
    assert [(one["change"], one["within"]) for one in entry["differences"]] == [(change, verdict == "drift")]


@pytest.mark.parametrize(("now", "within"), [(0.75, True), (0.25, True), (0.7500001, False), (0.2499999, False)])
def test_a_move_of_the_whole_tolerance_is_within_it(now: float, within: bool) -> None:
    """Halves and quarters carry no rounding."""
    assert _metric("beta", Agreed(0.5, "none", 0.25), 0.5, now).within is within


@pytest.mark.parametrize(
    ("sign", "met"),
    [(">=", (False, True, True)), (">", (False, False, True)), ("==", (False, True, False)),
     ("<=", (True, True, False)), ("<", (True, False, False))],
)  # fmt: skip
def test_an_expectation_is_met_as_its_sign_says(sign: str, met: tuple[bool, ...]) -> None:
    config = config_of(1, expect={"beta": f"{sign} 0.5"})
    found = tuple(not unmet(config, {"beta": value}, Audit((), 0)) for value in (0.25, 0.5, 0.75))
    assert found == met
    assert unmet(config, {"beta": None}, Audit((), 0)) == [f"beta  none, expected {sign} 0.5"]


def test_a_tolerance_survives_an_update(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    changed(cagr=[0.5, "higher", 0.01])
    assert overweight("check --update --reason again").code == 0
    value, better, tolerance = json.loads(BASELINE.read_text())["metrics"]["cagr"]
    assert (better, tolerance) == ("higher", 0.01)
    assert value != 0.5


def test_a_metric_that_is_new_since_is_no_difference_and_one_that_went_is(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    content = json.loads(BASELINE.read_text())
    del content["metrics"]["cagr"]
    BASELINE.write_text(json.dumps(content))
    assert overweight("check").code == 0
    content["metrics"]["charm"] = [1, "higher", 0]
    BASELINE.write_text(json.dumps(content))
    said = overweight("check --json")
    assert said.code == 1
    assert [one["figure"] for one in said.json["checks"][0]["differences"]] == ["charm"]


def test_many_differences_are_counted(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    desk.config("configs/a.yaml", data=DATA, tilt="{one: {over: 0.1, from: two}}")
    text = overweight("check").out
    assert "more (--json has them all)" in text
    assert text.startswith("a  config changed  config: tilt.one.over 0.2 -> 0.1\n")
    assert len(overweight("check --json").json["checks"][0]["differences"]) > 8


def test_a_missing_baseline_fails_and_says_how_to_agree(desk: Desk, overweight: Command) -> None:
    said = overweight("check configs/a.yaml")
    assert said.code == 1
    assert " ".join(said.out.split()) == (
        "a baseline missing no results/baselines/a.json; agree on one: overweight check --update "
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


def test_a_folder_stands_for_what_in_it_is_held_to_anything(desk: Desk, overweight: Command) -> None:
    desk.config("configs/deep/b.yaml", data="{source: files, path: ../../prices.csv}", expect='{turnover: ">= 0"}')
    desk.config("configs/deep/free.yaml", data="{source: files, path: ../../prices.csv}")
    desk.text("- {date: 2020-03-20, sign: 1}\n", "configs/deep/calendar.yaml")
    overweight(AGREE + "configs/a.yaml")
    said = overweight("check configs")
    assert (said.code, said.out) == (0, "a       ok\ndeep/b  ok  expect met; no baseline\n")
    assert overweight("check configs --strict").code == 1
    said = overweight("check results")
    assert said.code == 2
    assert said.err.startswith("results: found no config with a baseline or an `expect:`; expected at least one; ")


def test_a_config_that_cannot_be_read_is_an_error_where_it_is_held_to_anything(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    desk.config("configs/a.yaml", data=DATA, every="monthly")
    said = overweight("check --json configs")
    assert said.code == 2
    (entry,) = said.json["checks"]
    assert (entry["verdict"], entry["place"]) == ("error", "configs/a.yaml:9:8")
    assert entry["error"] == said.err.strip()


def test_a_study_is_no_run(desk: Desk, overweight: Command) -> None:
    desk.text("base: a.yaml\nevent_study: {on: x}\n", "configs/study.yaml")
    said = overweight("check configs/study.yaml")
    assert (said.code, said.out) == (2, "")


def test_a_baseline_without_its_config_is_an_error_and_the_others_are_checked(desk: Desk, overweight: Command) -> None:
    desk.config("configs/deep/b.yaml", data="{source: files, path: ../../prices.csv}")
    overweight(AGREE + "configs/a.yaml configs/deep/b.yaml")
    Path("configs/a.yaml").unlink()
    said = overweight("check")
    assert (said.code, said.out) == (2, "deep/b  ok\n")
    assert said.err == (
        f"{BASELINE}: found a baseline without its config; expected a file `configs/a.yaml`; "
        f"restore the config; where it was renamed, agree on it anew; then remove the baseline: `rm {BASELINE}`\n"
    )


def test_a_change_needs_a_reason(desk: Desk, overweight: Command) -> None:
    for line in ("check --update configs/a.yaml", "check --update --reason ' ' configs/a.yaml"):
        said = overweight(line)
        assert said.code == 2
        assert said.err == (
            "--update: found no reason; expected `--reason` with a few words; "
            'say why the figures may change: --update --reason "..."\n'
        )
    for option, found in (("--reason why", "a reason"), ("--force", "force")):
        said = overweight(f"check {option} configs/a.yaml")
        assert said.code == 2
        assert said.err == (
            f"{option.split()[0]}: found {found} without `--update`; expected both or neither; "
            "add --update, or take it away\n"
        )
    said = overweight(f"check --update --reason {'x' * 301} configs/a.yaml")
    assert said.code == 2
    assert said.err.startswith("--reason: found 301 characters; expected at most 300; ")
    assert not BASELINE.exists()


def test_a_machine_does_not_agree_with_itself(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, said.out, BASELINE.exists()) == (2, "", False)
    assert said.err == (
        "--update: found CI=true: a machine would agree with itself; expected somebody who looks at the figures; "
        "update where somebody looks at the figures, and commit them; --force overrides\n"
    )
    assert overweight(AGREE + "--force configs/a.yaml").code == 0
    assert overweight("check").code == 0
    monkeypatch.setenv("CI", "false")
    assert overweight("check --update --reason again configs/a.yaml").code == 0


def test_an_update_keeps_a_baseline_that_says_the_same(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    before = BASELINE.read_bytes()
    assert overweight("check --update --reason again").out == "a  ok  it says the same already\n"
    assert BASELINE.read_bytes() == before
    changed(engine="0" * 16)
    assert overweight("check --update --reason again").out == "a  ok  it says the same already\n"
    changed(cagr=0.5)
    said = overweight("check --update --reason again")
    assert said.code == 0
    assert said.out.startswith("a  updated\n")
    assert "cagr  0.5 -> " in said.out
    assert json.loads(BASELINE.read_text())["reason"] == "again"
    assert overweight("check").code == 0


def test_expectations_of_the_config_are_held(desk: Desk, overweight: Command) -> None:
    expect = '{max_drawdown: ">= -0.9", turnover: "< 0", episodes: "== 1"}'
    desk.config("configs/a.yaml", data=DATA, expect=expect)
    said = overweight(AGREE + "configs/a.yaml")
    assert (said.code, BASELINE.exists()) == (1, False)
    desk.config("configs/a.yaml", data=DATA)
    turnover = engine.run("configs/a.yaml", results=None).metrics["turnover"]
    overweight(AGREE + "configs/a.yaml")
    desk.config("configs/a.yaml", data=DATA, expect=expect)
    said = overweight("check")
    assert said.code == 1
    assert said.out == f"a  expectation unmet  turnover  {turnover:.6g}, expected < 0\n"
    (entry,) = overweight("check --json").json["checks"]
    assert entry["place"].startswith("configs/a.yaml:9:")


def test_expectations_are_told_beside_what_moved(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    desk.config("configs/a.yaml", data=DATA, tilt="{one: {over: 0.1, from: two}}", expect='{turnover: "< 0"}')
    (entry,) = overweight("check --json").json["checks"]
    assert entry["verdict"] == "config changed"
    assert entry["unmet"][0].startswith("turnover  ")


def test_expectations_are_held_without_a_baseline(desk: Desk, overweight: Command) -> None:
    desk.config(expect='{max_drawdown: ">= -0.9"}')
    said = overweight("check a.yaml")
    assert (said.code, said.out) == (0, "a  ok  expect met; no baseline\n")
    said = overweight("check --strict --json a.yaml")
    assert (said.code, said.json["checks"][0]["verdict"]) == (1, "baseline missing")
    desk.config(expect='{max_drawdown: ">= 0.9", turnover: ">= 0"}')
    said = overweight("check --json a.yaml")
    assert said.code == 1
    (entry,) = said.json["checks"]
    assert entry["verdict"] == "expectation unmet"
    assert entry["unmet"][0].startswith("max_drawdown  -0.")
    assert entry["unmet"][0].endswith(", expected >= 0.9")


def test_an_expectation_of_no_metric_is_a_bad_config(desk: Desk, overweight: Command) -> None:
    desk.config("configs/a.yaml", data=DATA, expect='{max_drawdwon: ">= -0.9", sharpe: pass, zzz: "> 1"}')
    said = overweight(AGREE + "configs/a.yaml")
    assert said.code == 2
    lines = said.err.splitlines()
    assert len(lines) == 3
    assert "expect.max_drawdwon: found `max_drawdwon`; expected a metric: total_return, " in lines[0]
    assert lines[0].endswith("; did you mean `max_drawdown`?")
    assert "expect.sharpe: found `pass` for a metric; expected a comparison with a number" in lines[1]
    assert lines[2].endswith("; name one of them")


def test_missing_data_are_skipped_and_no_pass(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    Path("prices.csv").unlink()
    said = overweight("check --json")
    assert said.code == 0
    assert (said.json["passed"], said.json["counts"]) == (False, {"skipped": 1})
    assert said.json["checks"][0]["cause"] == "data missing: no file `../prices.csv`"
    said = overweight("check --strict")
    assert (said.code, said.out) == (2, "")
    assert "`../prices.csv`, which is no file" in said.err


def test_series_that_were_never_pulled_are_missing_data(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    data = f"{{prices: {DATA}, gpr: {{source: gpr}}}}"
    desk.config("configs/a.yaml", data=data)
    said = overweight("check")
    assert (said.code, said.out) == (0, "a  skipped  data missing: no snapshot of gpr daily\n")
    assert overweight("check --strict").code == 3


def test_a_damaged_file_is_no_missing_one(desk: Desk, overweight: Command) -> None:
    overweight(AGREE + "configs/a.yaml")
    Path("prices.csv").write_text("date,AAA\nsoon,1\n")
    said = overweight("check")
    assert (said.code, said.out) == (3, "")
