"""The blocks of a sweep on a Ray cluster: this process asks another one, which speaks with Ray, and reads the blocks
that it keeps. Whatever becomes of Ray, this process goes on, and what was kept stays.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import util
from pathlib import Path

from engine.errors import ConfigError, Fault
from engine.study.cluster import Cluster
from engine.study.processes import cores, environment
from engine.study.sweep.luggage import Errand
from engine.study.sweep.plan import Plan

#: Seconds to wait for a cluster's answer, and for a processor: a cluster that grows by need starts without any.
PATIENCE = 120.0
#: The process that speaks with Ray, as Python is told to start it.
SPEAKS = ["-m", "engine.study.sweep.ray_driver"]


def blocks_on_ray(plan: Plan, folder: Path, todo: Sequence[int], cluster: Cluster) -> Iterator[int | None]:
    """Run blocks on a cluster, which keeps them in the folder. Yields None as soon as it is connected, then the number
    of each block that is kept, or that the cluster gave back to be run here.

    Raises ConfigError where there is no Ray, or no cluster; also where it dies.
    """
    if util.find_spec("ray") is None:
        raise ConfigError(
            Fault(
                "--on ray",
                "",
                "no Ray installed",
                "the extra `ray`",
                "pip install 'overweight[ray]', or leave `--on` out",
            )
        )
    if not todo:
        return
    left = len(todo)
    with _asked(plan, folder, tuple(todo), cluster) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "fault":
                raise ConfigError(Fault(_place(cluster), "", *json.loads(rest)))
            if word == "ready":
                yield None
            elif word in ("done", "back"):
                left -= 1
                yield int(rest)
    if left:
        raise _died(cluster, len(todo) - left, len(todo))


@contextmanager
def _asked(plan: Plan, folder: Path, todo: tuple[int, ...], cluster: Cluster) -> Iterator[subprocess.Popen[bytes]]:
    """The process that speaks with Ray, asked to run the blocks; it ends with the block of the `with`."""
    # Paths of sockets must be short.
    scratch = tempfile.mkdtemp(prefix="ow-", dir="/tmp" if Path("/tmp").is_dir() else None)
    address = cluster.address or os.environ.get("RAY_ADDRESS") or None
    errand = Errand(plan, folder.resolve(), todo, address, cores(), scratch, PATIENCE)
    with open(Path(scratch) / "said.txt", "wb") as said:
        driver = subprocess.Popen(
            [sys.executable, *SPEAKS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment(),
            start_new_session=True,
        )  # fmt: skip
    try:
        assert driver.stdin is not None
        with suppress(OSError):
            pickle.dump(errand, driver.stdin)
            driver.stdin.flush()
        yield driver
    finally:
        _dismiss(driver)
        shutil.rmtree(scratch, ignore_errors=True)


def _dismiss(driver: subprocess.Popen[bytes]) -> None:
    """End it: by the end of its input, which takes its own cluster along; by force where that does not help."""
    for pipe in (driver.stdin, driver.stdout):
        with suppress(OSError):
            assert pipe is not None
            pipe.close()
    try:
        driver.wait(timeout=10.0)
    except subprocess.TimeoutExpired:
        driver.kill()
        driver.wait()


def _place(cluster: Cluster) -> str:
    return "--on ray" if cluster.address is None else f"--address {cluster.address}"


def _died(cluster: Cluster, done: int, blocks: int) -> ConfigError:
    found = f"a cluster that went away after {done:,} of {blocks:,} blocks"
    cure = "the same command goes on from there, also without `--on`"
    return ConfigError(Fault(_place(cluster), "", found, "one that stays until the sweep is done", cure))
