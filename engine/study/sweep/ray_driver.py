"""The process that speaks with Ray: `python -m engine.study.sweep.ray_driver`, started by `on_ray`.

Ray ends whatever process is connected to a cluster that dies, without a word to it: therefore a process of its own.
It reads a pickled `Errand` and answers in lines: `ready`, then `done N` for a block that is kept in the folder and
`back N` for one that the asker has to run itself; the last may be `fault [found, expected, cure]`. It ends with its
input.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import signal
import socket
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from typing import Any
from uuid import uuid4

from engine.config import Config
from engine.decide import read_market
from engine.errors import OverweightError
from engine.market.atomic import write_atomically
from engine.study.sweep.kept import MARKETS, Shelf
from engine.study.sweep.luggage import Errand, markets_of, packed
from engine.study.sweep.parts import part_file
from engine.study.sweep.plan import Plan
from engine.study.sweep.ray_worker import block_on_ray

#: Blocks under way for each processor of the cluster, so that none waits for work.
AHEAD = 2
#: Bytes of the object store of a cluster that is started for the study; what does not fit goes to disk.
STORE = 200 << 20
#: How often a block is run again that a process or node died with; after that it comes back to the asker.
TRIES = 3
#: Seconds within which somebody must open the door.
KNOCK = 10.0

Say = Callable[[str], None]


def main() -> None:
    """Work until there are no blocks left, or nobody wants them any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What Ray and strategies print goes to stderr; the lines to the asker are ours alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(line: str) -> None:
        answers.write(f"{line}\n")
        answers.flush()

    errand: Errand = pickle.load(sys.stdin.buffer)
    Thread(target=_end_with_input, args=(errand.scratch,), daemon=True).start()
    warnings.simplefilter("ignore")

    def unreachable(reason: str) -> None:
        _fault(say, f"no cluster that can be reached ({reason})", *_expected(errand))

    def give_up() -> None:
        unreachable(f"no answer in {errand.patience:.0f} s")
        os._exit(1)

    # Ray itself tries for many minutes.
    patience = Timer(errand.patience, give_up)
    patience.daemon = True
    patience.start()
    try:
        _knock(errand.address)
        ray = _connected(errand)
    except (Exception, SystemExit) as error:
        unreachable(" ".join((str(error) or type(error).__name__).split())[:300])
        return
    finally:
        patience.cancel()
    say("ready")
    token = errand.folder / f".ray-{uuid4().hex}"
    token.parent.mkdir(parents=True, exist_ok=True)
    token.touch()
    try:
        _work(ray, errand, token, say)
    finally:
        token.unlink(missing_ok=True)
        with suppress(Exception):
            ray.shutdown()


def _end_with_input(scratch: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _fault(say: Say, found: str, expected: str, cure: str) -> None:
    say(f"fault {json.dumps([found, expected, cure])}")


def _expected(errand: Errand) -> tuple[str, str]:
    if errand.address is None:
        return "a cluster of this machine's processors", "run it without `--on`, which needs no Ray"
    return (
        "the address of a cluster of which this machine is a node",
        "see that `ray status` shows it here, or leave `--address` out for a cluster of this machine alone",
    )


def _knock(address: str | None) -> None:
    """Raises OSError where nobody listens at `host:port`."""
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK).close()


def _connected(errand: Errand) -> Any:
    """Ray, connected. No statistics are sent, and no dashboard is opened."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if errand.address is None:
        ray.init(
            "local", num_cpus=errand.cores, include_dashboard=False, object_store_memory=STORE,
            _temp_dir=errand.scratch, **quiet,
        )  # fmt: skip
    else:
        ray.init(errand.address, **quiet)
    return ray


def _work(ray: Any, errand: Errand, token: Path, say: Say) -> None:
    """Hand out blocks and keep those that come back. A block whose process or node dies is run again by Ray."""
    run = ray.remote(max_retries=TRIES)(block_on_ray)
    luggage = packed(errand.plan, token)
    shared = (ray.put(luggage), ray.put(errand.plan))
    placed, todo, flying = Shelf(MARKETS), deque(errand.todo), dict[Any, int]()
    seen, width = time.monotonic(), _width(ray)
    while todo or flying:
        while todo and len(flying) < max(width, 1) * AHEAD:
            number = todo.popleft()
            flying[run.remote(number, luggage.token, shared, _placed(ray, errand.plan, number, placed))] = number
        done, _ = ray.wait([*flying], timeout=1.0)
        for reference in done:
            number = flying.pop(reference)
            content = _content(ray, reference)
            if isinstance(content, dict):
                _other_engine(say, luggage.engine, content)
                return
            if content is not None:
                write_atomically(part_file(errand.folder, number), content)
            say(f"back {number}" if content is None else f"done {number}")
        width = _width(ray) if not done or time.monotonic() - seen > 1.0 else width
        if done or width:
            seen = time.monotonic()
        elif time.monotonic() - seen > errand.patience:
            _fault(
                say, f"a cluster without a processor for {errand.patience:.0f} s", "nodes that work",
                "start one: `ray start --address=...`",
            )  # fmt: skip
            return


def _content(ray: Any, reference: Any) -> Any:
    """What a block came to; None where it failed as no block should, or killed every process that ran it."""
    try:
        return ray.get(reference)
    except ray.exceptions.RayError:
        return None


def _placed(ray: Any, plan: Plan, number: int, placed: Shelf) -> dict[str, Any]:
    """References to the markets of a block, each put into the object store once."""
    return {
        key: placed.take(key, lambda config=config: ray.put(_read(config)))  # type: ignore[misc]
        for key, config in markets_of(plan, number).items()
    }


def _read(config: Config) -> Any:
    try:
        return read_market(config)
    except OverweightError as error:
        return error.with_traceback(None)


def _width(ray: Any) -> int:
    return int(ray.cluster_resources().get("CPU", 0))


def _other_engine(say: Say, ours: dict[str, str] | Any, other: dict[str, str]) -> None:
    found = ", ".join(f"{name} {value}" for name, value in sorted(other.items()))
    expected = ", ".join(f"{name} {ours[name]}" for name in sorted(other))
    _fault(say, f"a node with {found}", f"the same as here ({expected})", "install the same overweight on every node")


if __name__ == "__main__":
    main()
