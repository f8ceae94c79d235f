"""The store: the same question answers into the same folder, whole or not at all; every variant is counted once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import engine
from engine import folder, store
from engine.trials import trials_of
from tests.desk import Desk, made_prices

FILES = {f"{name}.parquet" for name in store.FRAMES} | {"result.json"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_question_answers_into_the_same_folder_bit_for_bit(desk: Desk) -> None:
    first = desk.run()
    assert first.path == Path("results/runs/a") / first.id
    before = contents(first.path)
    assert set(before) == FILES
    second = desk.run()
    assert (second.id, contents(first.path)) == (first.id, before)
    again = engine.run("a.yaml", results="elsewhere")
    assert contents(again.path) == before


def test_the_id_follows_the_question_not_the_file(desk: Desk) -> None:
    first = desk.run()
    assert desk.run(expect='{max_drawdown: ">= -0.9"}', against="[policy, AAA]").id == first.id
    assert engine.run(desk.config("copy.yaml")).id == first.id
    (desk.folder / "sub").mkdir()
    desk.prices(made_prices(), "sub/other.csv")
    assert desk.run(data="{source: files, path: sub/other.csv}").id == first.id
    assert desk.run(trade="{commission_bps: 1}").id != first.id
    desk.prices(made_prices(1))
    assert desk.run().id != first.id


def test_a_strategy_file_that_changes_changes_the_id(desk: Desk) -> None:
    desk.text("def score(past):\n    return 1.0\n", "strategies/mine.py")
    first = desk.run(strategy="mine").id
    desk.text("def score(past):\n    return 2.0\n", "strategies/mine.py")
    assert desk.run(strategy="mine").id != first


def test_the_tables_hold_what_the_result_holds(desk: Desk) -> None:
    result = desk.run(trade="{commission_bps: 3, half_spread_bps: {CCC: 5}}")
    assert result.path is not None
    ledger = pd.read_parquet(result.path / "ledger.parquet")
    assert ledger.columns.tolist() == [
        "date", "equity", "cash", "return", "interest", "currency", "dividends", "traded",
        "commission", "half_spread", "slippage", "impact", "borrow", "management", "withholding", "financing",
    ]  # fmt: skip
    assert (ledger["equity"].to_numpy() == result.equity.to_numpy()).all()
    trades = pd.read_parquet(result.path / "trades.parquet")
    assert trades.columns.tolist() == [
        "date", "decided", "asset", "units", "price", "value", "wanted", "reason",
        "commission", "half_spread", "slippage", "impact",
    ]  # fmt: skip
    assert trades["half_spread"].gt(0).eq(trades["asset"] == "CCC").all()
    weights = pd.read_parquet(result.path / "weights.parquet")
    assert weights.columns.tolist() == ["date", "AAA", "BBB", "CCC"]
    targets = pd.read_parquet(result.path / "targets.parquet")
    assert targets.iloc[0, 1:].tolist() == pytest.approx([0.35, 0.35, 0.3])
    document = json.loads((result.path / "result.json").read_text())
    assert document["metrics"]["cagr"] == result.metrics["cagr"]
    assert document["id"] == result.id


def test_result_json_names_no_place_and_no_time(desk: Desk) -> None:
    path = desk.run().path
    assert path is not None
    text = (path / "result.json").read_text()
    assert str(desk.folder) not in text
    assert not {"time", "duration", "host", "created"} & set(json.loads(text)["manifest"])


def test_a_damaged_folder_is_replaced_and_leftovers_are_cleared(desk: Desk) -> None:
    path = desk.run().path
    assert path is not None
    before = contents(path)
    (path / "result.json").write_text("{")
    (path / "weights.parquet").unlink()
    (path.parent / f"{folder.UNFINISHED}xyz").mkdir()
    desk.run()
    assert contents(path) == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_draft_of_a_process_that_is_not_ours_is_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(process: int, number: int) -> None:
        raise PermissionError if process == 4_000_001 else ProcessLookupError

    home = Path("home")
    for process in ("4000001", "4000002"):
        (home / f"{folder.UNFINISHED}{process}-a").mkdir(parents=True)
    monkeypatch.setattr(os, "kill", refused)
    folder.put_folder(home / "one", lambda draft: None)
    assert sorted(one.name for one in home.iterdir()) == [f"{folder.UNFINISHED}4000001-a", "one"]


def test_what_full_measured_stays_when_the_run_is_repeated(desk: Desk) -> None:
    result = engine.run(desk.config(every="week_end"), full=True)
    assert result.path is not None
    full = json.loads((result.path / "full.json").read_text())
    assert len(full["phases"]) == 5
    engine.run("a.yaml")
    assert json.loads((result.path / "full.json").read_text()) == full


def test_nothing_that_took_long_is_lost_to_a_run_with_another_reference_or_control(desk: Desk) -> None:
    """`against`, `controls` and `expect` are outside the id: `result.json` is the last run's, the rest is kept."""
    path = engine.run(desk.config(every="week_end", controls="leave_one_out"), full=True).path
    assert path is not None
    full, controls = ((path / name).read_text() for name in ("full.json", "controls.json"))
    assert [*json.loads(controls)] == ["leave_one_out"]
    engine.run("a.yaml", ["controls=null", "against=[policy, policy_matched]", 'expect={sharpe: ">= -9"}'])
    assert [(path / name).read_text() for name in ("full.json", "controls.json")] == [full, controls]
    assert json.loads((path / "result.json").read_text())["controls"] == {}
    engine.run("a.yaml", ["controls=circular_shifts", "against=[policy_matched]"])
    assert json.loads((path / "result.json").read_text())["reference"] == "policy_matched"
    both = json.loads((path / "controls.json").read_text())
    assert [*both] == ["circular_shifts", "leave_one_out"]
    assert both["leave_one_out"] == json.loads(controls)["leave_one_out"]
    # The bootstrap and alpha in it were measured against policy.
    assert not (path / "full.json").exists()
    (path / "controls.json").write_text("[")
    engine.run("a.yaml")
    assert [*json.loads((path / "controls.json").read_text())] == ["leave_one_out"]


def test_a_full_disk_says_so_and_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28), "results/runs/a")

    monkeypatch.setattr(store, "write_parquet", full)
    with pytest.raises(engine.errors.ConfigError, match="found a full disk; expected a results folder with room"):
        desk.run()
    assert list(Path("results/runs/a").iterdir()) == []


KILLED = """
import os, signal, sys
import engine
from engine import store
step = int(sys.argv[1])
count = 0
write, rename = store.write_parquet, os.rename
def counted(*args):
    global count
    count += 1
    if count == step:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(*args)
def renamed(*args):
    if step == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(*args)
store.write_parquet, os.rename = counted, renamed
engine.run("a.yaml")
"""


@pytest.mark.parametrize("step", [1, 5, 6])
def test_a_killed_run_leaves_no_folder_and_the_next_one_is_whole(desk: Desk, step: int) -> None:
    desk.config()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(step)], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    home = Path("results/runs/a")
    assert all(one.name.startswith(folder.UNFINISHED) for one in home.iterdir())
    path = engine.run("a.yaml").path
    assert path is not None
    assert [one.name for one in home.iterdir()] == [path.name]
    assert set(contents(path)) == FILES


def test_every_variant_of_a_question_is_counted_once(desk: Desk) -> None:
    ledger = Path("results/trials.sqlite")
    first = desk.run()
    assert trials_of(ledger, first) == 1
    desk.run()
    assert trials_of(ledger, first) == 1
    desk.run(tilt="{one: {over: 0.1, from: two}}")
    engine.run(desk.config("other_name.yaml", every="week_end"))
    assert trials_of(ledger, first) == 3
    other = desk.run(strategy="buy_and_hold", stance=None, tilt=None)
    assert trials_of(ledger, other) == 1
    assert trials_of(Path("nowhere.sqlite"), other) == 0


def test_runs_side_by_side_under_one_name_all_end_well(desk: Desk) -> None:
    """Eight processes at once: some ask the same question, some others."""
    desk.config()
    code = "import engine, sys; engine.run('a.yaml', ['capital=' + sys.argv[1]])"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(1000 + i % 3)], stderr=subprocess.PIPE) for i in range(8)
    ]
    for one in running:
        _, said = one.communicate()
        assert one.returncode == 0, said.decode()
    folders = list(Path("results/runs/a").iterdir())
    assert len(folders) == 3
    assert all(set(contents(folder)) == FILES for folder in folders)
