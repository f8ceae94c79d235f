"""Sweeps on Ray: the same table as here, byte for byte, whatever dies on the way; what cannot be is said in words."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.answers import answer
from engine.config import load
from engine.config.vary import varied
from engine.errors import ConfigError
from engine.study.cluster import Cluster, working_on
from engine.study.person import Person, waiting
from engine.study.sweep import on_ray
from engine.study.sweep.block import run_block
from engine.study.sweep.kept import Kept, market_key
from engine.study.sweep.luggage import differing, markets_of, packed
from engine.study.sweep.parts import block_bytes
from engine.study.sweep.plan import plan_of
from engine.study.sweep.ray_worker import NotHere, finished, put_bench
from tests.desk import Desk
from tests.results.command import Command
from tests.study.sweep.swept import sweep, swept

#: A block for each lookback.
OVER = "    with.lookback: {from: 5, to: 34, step: 1}\n    tilt.one.over: {from: 0.05, to: 0.4, step: 0.05}"
FEW = "    with.lookback: [10, 40]\n    tilt.one.over: [0.1, 0.3]"
NEEDS = pytest.mark.skipif(util.find_spec("ray") is None, reason="needs the extra `ray`")


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("sweep.yaml --on dask", "--on: found `dask`; expected `ray`; write `--on ray`, or leave it out"),
        ("sweep.yaml --address h:1", "--address: found `h:1` without a word on what runs there; expected `--on ray`"),
        ("a.yaml --on ray", "--on ray: found a.yaml, which asks for a plain run; expected a sweep, which is cut into"),
        ("claim.yaml --on ray", "--on ray: found claim.yaml, which asks for a study, `event_study`; expected a sweep"),
        (
            "walk.yaml --on ray",
            "`walk_forward`; expected a sweep, which is cut into blocks; run it without `--on`: its "
            "candidates are kept whole, and joined here",
        ),
    ],
)
def test_what_cannot_run_there(desk: Desk, overweight: Command, command: str, message: str) -> None:
    sweep(desk, FEW)
    desk.text(
        "base: a.yaml\nevent_study:\n  of: one\n  events: {dates: [2020-09-01]}\n  window_sessions: [0, 5]\n",
        "claim.yaml",
    )
    windows = "walk_forward: {train_sessions: 60, test_sessions: 60}"
    desk.text(f"base: a.yaml\n{windows}\nsweep:\n  over:\n{FEW}\n", "walk.yaml")
    said = overweight(f"run {command}")
    assert said.code == 2
    assert message in said.err
    assert "Traceback" not in said.err


def test_no_ray_installed(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_ray.util, "find_spec", lambda name: None)
    sweep(desk, FEW)
    said = overweight("run sweep.yaml --on ray")
    assert said.code == 2
    assert "--on ray: found no Ray installed; expected the extra `ray`; pip install 'overweight[ray]'" in said.err


@pytest.mark.parametrize(
    "over",
    [
        FEW,
        "    hold.one: [[AAA, BBB], [AAA]]\n    tilt.one.over: [0.1, 0.3, 0.4]\n    cash.rate: [0, 0.04]",
        "    trade: [{after: 0}, {after: 2, commission_bps: 7}]\n    every: [week_end, month_end]",
        "    tilt.one.over: [0.1, 0.9]\n    to: [2021-03-31, 2021-05-31]",
    ],
)
def test_every_market_that_a_block_asks_for_is_placed(desk: Desk, over: str) -> None:
    plan = plan_of(load(sweep(desk, over)))
    for number in range(plan.blocks):
        asked = set()
        for row in plan.rows(number).tolist():
            try:
                asked.add(market_key(varied(plan.config, plan.variants.values(row))))
            except ConfigError:
                continue
        assert asked <= set(markets_of(plan, number))


def test_so_many_markets_that_none_would_be_kept_are_not_placed(desk: Desk) -> None:
    assert markets_of(plan_of(load(sweep(desk, "    cash.rate: {from: 0, to: 0.06, step: 0.01}"))), 0) == {}


@pytest.fixture
def gone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Callable[[int], bytes]]]:
    """Blocks of a sweep, run as on a machine that has neither its prices nor its strategies."""
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=lambda reference: reference()))
    home = Path.cwd()
    made: list[Path] = []

    def take(over: str) -> Callable[[int], bytes]:
        plan, markets = plan_of(load(sweep(desk, over))), {}
        for number in range(plan.blocks):
            for key, config in markets_of(plan, number).items():
                market = Kept().market(config)
                markets[key] = lambda market=market: market
        luggage = packed(plan, home / "no token")
        for name in ("prices.csv", "strategies/trend.py"):
            (home / name).unlink()
        bench = put_bench(luggage, plan)
        made.append(Path.cwd())
        bench.markets = markets
        assert not bench.own
        return lambda number: finished(bench, number)

    yield take
    os.chdir(home)
    for folder in made:
        shutil.rmtree(folder)


def test_a_machine_without_any_of_the_files_gives_the_same(desk: Desk, gone: Any) -> None:
    plan = plan_of(load(sweep(desk, OVER)))
    here = block_bytes(run_block(plan, 3, Kept()))
    assert gone(OVER)(3) == here


@pytest.mark.parametrize(
    "over", ["    against: [[policy], [a.yaml]]", "    cash.rate: {from: 0, to: 0.06, step: 0.01}",
             "    with.lookback: [10, 300]"],
)  # fmt: skip
def test_what_may_hang_on_files_that_are_not_there_is_given_back(gone: Any, over: str) -> None:
    """Other configs, markets that were not placed, and whatever failed there."""
    run = gone(over)
    with pytest.raises(NotHere):
        run(0)


def test_another_engine_over_there_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    luggage = packed(plan_of(load(sweep(desk, FEW))), Path("token"))
    assert differing(luggage) == {}
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert differing(luggage) == {"machine": "vax"}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("print('ready'); print('back 0')", "--address h:1: found a cluster that went away after 1 of 2 blocks; "
         "expected one that stays until the sweep is done; the same command goes on from there, also without `--on`"),
        ("print('fault [\"one\", \"two\", \"three\"]')", "--address h:1: found one; expected two; three"),
    ],
)  # fmt: skip
def test_a_cluster_that_goes_away_leaves_what_is_done(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch, answers: str, message: str
) -> None:
    """The process that speaks with Ray, played by one that dies."""
    pytest.importorskip("ray", reason="needs the extra `ray`")
    over = "    with.lookback: {from: 5, to: 14, step: 1}"
    whole = swept(sweep(desk, over), "whole").path
    assert whole is not None
    monkeypatch.setattr(on_ray, "SPEAKS", ["-c", answers])
    said = overweight("run sweep.yaml --on ray --address h:1")
    assert said.code == 2
    assert message in said.err
    assert len([*Path("results").rglob("block-*.arrow")]) == ("back 0" in answers)
    done = swept(Path("sweep.yaml")).path
    assert done is not None
    assert (done / "variants.parquet").read_bytes() == (whole / "variants.parquet").read_bytes()


# --- with a cluster ---

TREND = '''"""Above where it was."""
import time
def score(past, *, lookback: int = 20, sleeve: str = "one"):
    with open("asked.txt", "a") as asked:
        asked.write(f"{past.today} {lookback}\\n")
    time.sleep(0.02)
    levels = past.sleeve(sleeve)
    return float(levels[-1] / levels[-1 - lookback] - 1.0) * 20
'''


def same_files(one: Path, other: Path) -> None:
    for name in ("variants.parquet", "study.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head and two nodes on this machine, a processor each; none of them here."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster as Nodes

    folder = Path("/tmp") / f"owt-{os.getpid()}"
    small = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
    nodes = Nodes(initialize_head=True, head_node_args={**small, "temp_dir": str(folder)})
    for _ in range(2):
        nodes.add_node(**{key: value for key, value in small.items() if key != "include_dashboard"})
    yield nodes
    nodes.shutdown()
    logging.getLogger("ray").handlers.clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.heavy
@NEEDS
@pytest.mark.filterwarnings("ignore")
def test_a_node_killed_midway_costs_only_its_blocks(desk: Desk, cluster: Any) -> None:
    path = sweep(desk, OVER)
    desk.text(TREND, "strategies/trend.py")
    plan = plan_of(load(path))
    assert plan.blocks == 30
    here = swept(path, "here").path
    Path("asked.txt").unlink()
    killed: list[str] = []

    def say(words: str) -> None:
        if "on Ray" in words and not killed and ": 0 of" not in words:
            victim = next(node for node in cluster.list_all_nodes() if not node.is_head())
            cluster.remove_node(victim, allow_graceful=False)
            killed.append(words)

    with waiting(Person(say)), working_on(Cluster(cluster.address)):
        there = answer(path, results="there").path
    assert killed
    assert len(cluster.list_all_nodes()) == 2
    assert here is not None
    assert there is not None
    same_files(here, there)
    asked = Path("asked.txt").read_text().splitlines()
    first = min(line.split()[0] for line in asked)
    # A block for each lookback; the best variant is run once more, and short audits of two ask nobody.
    starts = sum(line.startswith(first) for line in asked)
    assert 30 < starts <= 30 + 1 + 2, starts
    assert not [*Path("there").rglob(".ray-*")]


@pytest.mark.heavy
@NEEDS
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_dies_is_told_and_the_rest_is_done_here(
    desk: Desk, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "1")
    path = sweep(desk, OVER)
    desk.text(TREND, "strategies/trend.py")
    killed: list[str] = []

    def say(words: str) -> None:
        if "on Ray" in words and not killed and ": 0 of" not in words:
            for node in cluster.list_all_nodes():
                node.kill_all_processes(check_alive=False, allow_graceful=False)
            killed.append(words)

    with waiting(Person(say)), working_on(Cluster(cluster.address)), pytest.raises(ConfigError) as error:
        answer(path)
    assert f"--address {cluster.address}: found a cluster that went away after" in str(error.value)
    kept = [*Path("results").rglob("block-*.arrow")]
    assert 1 <= len(kept) < 30
    Path("asked.txt").unlink()
    done, whole = swept(path).path, None
    starts = Path("asked.txt").read_text().splitlines()
    first = min(line.split()[0] for line in starts)
    assert sum(line.startswith(first) for line in starts) == 30 - len(kept) + 1
    whole = swept(path, "whole").path
    assert done is not None
    assert whole is not None
    same_files(done, whole)


@pytest.mark.heavy
@NEEDS
def test_a_cluster_of_this_machine_and_one_that_is_not_there(desk: Desk, overweight: Command) -> None:
    sweep(desk, FEW + "\n    every: [week_end, month_end]")
    said = overweight("run sweep.yaml --on ray --results there")
    assert said.code == 0, said.err
    here = swept(Path("sweep.yaml"), "here").path
    assert here is not None
    same_files(here, next(Path("there/studies/sweep").iterdir()))
    said = overweight("run sweep.yaml --on ray --address 127.0.0.1:1")
    assert said.code == 2
    assert "--address 127.0.0.1:1: found no cluster that can be reached (" in said.err
    assert "expected the address of a cluster of which this machine is a node; see that `ray status` shows" in said.err
    assert "Traceback" not in said.err
