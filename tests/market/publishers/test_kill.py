"""A pull that is killed at any moment leaves a store that reads, and the next pull completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.market.fetch import Manners
from engine.market.publishers import yahoo
from engine.market.pull import pull
from engine.market.snapshots import load
from engine.market.verify import verify
from tests.loopback import serving
from tests.market.publishers import made

TICKERS = [f"T{number:02}" for number in range(40)]
CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from engine.market.fetch import Manners
from engine.market.publishers import yahoo
from engine.market.pull import pull
wanted = [replace(yahoo.wanted(name), opener=None) for name in sys.argv[3:]]
print("ready", flush=True)
addresses = {"query2.finance.yahoo.com": sys.argv[2]}
pull(wanted, Path(sys.argv[1]), manners=Manners(pause_s=0.0), addresses=addresses)
"""


@pytest.mark.heavy
def test_a_killed_pull_leaves_a_store_that_reads(tmp_path: Path) -> None:
    days = ["2024-06-03", "2024-06-04", "2024-06-05"]
    files = {
        urlsplit(yahoo.address(name)).path: made.yahoo_chart(days, [1.0, 2.0, 3.0], symbol=name) for name in TICKERS
    }
    moments = random.Random(7)
    with serving(files) as server:
        for _ in range(6):
            command = [sys.executable, "-c", CHILD, str(tmp_path), server.base, *TICKERS]
            with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as child:
                assert child.stdout is not None
                child.stdout.readline()
                time.sleep(moments.uniform(0.02, 0.3))
                child.kill()
            states = {finding.state for finding in verify(tmp_path)}
            assert states <= {"good", "left over", "without manifest"}
        wanted = [replace(yahoo.wanted(name), opener=None) for name in TICKERS]
        addresses = server.stands_for(urlsplit(yahoo.HOST).netloc)
        outcomes = pull(wanted, tmp_path, manners=Manners(pause_s=0.0), addresses=addresses)
    assert [outcome.error for outcome in outcomes if not outcome.ok] == []
    assert all(len(load(tmp_path, "yahoo", name).dates) == 3 for name in TICKERS)
    assert "damaged" not in {finding.state for finding in verify(tmp_path)}
