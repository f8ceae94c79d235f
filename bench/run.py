"""Speed, as ratios measured in one sitting: `make bench`. Prints a table; never fails the gate.

Each row has what was measured, its target, and whether it holds. Timings of two things that are compared alternate,
so that a busy machine slows both; medians are taken of their ratios. Where `../shared/bench` is absent the rows that
need its workload are left out, saying so.
"""

from __future__ import annotations

import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.portfolio.kernel import Market, Orders, Paths, Rates, Rules

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench"
REFERENCE = ROOT.parent / "shared" / "data" / "reference"
CONFIG = "configs/metals_lead.yaml"
BARE = "import pandas, numba"
HELP = "import sys; sys.argv = ['overweight', '--help']; from engine.cli import main; main()"
#: Loads whatever numba's disk cache gives and says how many compiled functions came from it, and how many not.
CACHE = (
    "import engine\n"
    "from engine.portfolio.compiled import simulate\n"
    "engine.run({config!r}, results=None)\n"
    "print(sum(simulate.stats.cache_hits.values()), sum(simulate.stats.cache_misses.values()))"
)


@dataclass(frozen=True)
class Row:
    """One figure: what it is, as text; its value against the target (None: told, not judged)."""

    name: str
    measured: str
    target: str = ""
    kept: bool | None = None


def main() -> None:
    """Print the table, a row as soon as it is known."""
    print(f"{'':<58} {'measured':>22} {'target':>12}")
    for row in rows():
        verdict = "" if row.kept is None else "ok" if row.kept else "OVER"
        print(f"{row.name:<58} {row.measured:>22} {row.target:>12}  {verdict}", flush=True)


def rows() -> Iterator[Row]:
    """Every figure, the cheap ones first."""
    if SHARED.is_dir():
        yield from kernel_rows()
        yield from vectorbt_rows()
        yield from wide_rows()
    else:
        yield Row("kernel and vectorbt on W1", "../shared/bench is absent")
    if REFERENCE.is_dir():
        yield from panel_rows()
    yield from process_rows()


def wide_rows() -> Iterator[Row]:
    """W2: 500 assets over 2,520 sessions, weights every 21, against vectorbt, both warm."""
    import vectorbt

    from engine.portfolio.compiled import simulate

    rng = np.random.default_rng(2)
    prices = 100 * np.exp(rng.normal(0, 0.01, (2520, 500)).cumsum(axis=0))
    due = np.arange(0, 2520, 21)
    weights = rng.dirichlet(np.ones(500), len(due))
    none, ends = np.zeros(500), np.full(500, 2520)
    market = Market(prices, np.ones(2520), np.ones(2520), np.zeros((0, 0)), ends)
    orders = Orders(due, prices[due], weights, np.ones(weights.shape, np.bool_))
    rates = Rates(none + 0.001, none, none, none, none, np.zeros((0, 0)), none, 0.0, True)
    rules = Rules(False, 0.0, False, False, 0.0, np.inf, none, 0.0, 1e6, True)
    ones = np.ones(len(due))
    paths = Paths(np.empty(2520), np.empty(2520), np.empty(weights.shape), ones, ones)
    size = np.full(prices.shape, np.nan)
    size[due] = weights

    def peer() -> None:
        vectorbt.Portfolio.from_orders(
            prices, size=size, size_type="targetpercent", group_by=True, cash_sharing=True, call_seq="auto",
            fees=0.001, init_cash=1e6, freq="1D",
        ).value()  # fmt: skip

    ours, theirs, _ = alternating(lambda: simulate(market, orders, rates, rules, paths), peer, 3, 1)
    times = theirs / ours
    yield Row("vectorbt on W2, warm: over the kernel", f"{theirs:.2f} s = {times:.0f}x", ">= 50x", times >= 50)


def panel_rows() -> Iterator[Row]:
    """The 114 ETFs and miners of the reference data, from one table on disk into a Panel, over a bare read of it."""
    import pandas as pd

    from engine.config import load
    from engine.market.assemble import build_panel

    with tempfile.TemporaryDirectory() as folder:
        frames = [pd.read_csv(REFERENCE / f"us_{one}_adjclose.csv", index_col="date") for one in ("etf", "miners")]
        table = frames[0].join(frames[1], how="outer").sort_index()
        table.to_parquet(Path(folder) / "all.parquet")
        labels = ", ".join(f'"{label}"' for label in table.columns)
        config = Path(folder) / "all.yaml"
        data = "{source: files, path: all.parquet}"
        config.write_text(f"strategy: equal_weight\nhold: {{all: [{labels}]}}\ndata: {data}\n")
        asked = load(config)
        ours, theirs, ratio = alternating(
            lambda: build_panel(asked), lambda: pd.read_parquet(Path(folder) / "all.parquet"), 7, 1
        )
    name = f"Panel of {len(table.columns)} x {len(table):,}: over a bare read_parquet ({theirs * 1e3:.0f} ms)"
    yield Row(name, f"{ours * 1e3:.0f} ms = {ratio:.1f}x", "<= 2.5x", ratio <= 2.5)


def kernel_rows() -> Iterator[Row]:
    """The kernel alone on W1, in both sizings, against the plain yardstick."""
    workload = Workload()
    yard = yardstick()
    equity = workload.equity.copy()
    step = (workload.prices, workload.weights, workload.due, 0.001, 1_000_000.0, equity)
    for kind, name, most in (("net", "net of costs", 1.5), ("gross", "gross", 2.0), ("all", "all switched on", 6.0)):
        ours, theirs, ratio = alternating(lambda k=kind: workload.simulate(k), lambda: yard.sim_weights(*step), 25, 40)
        yield Row(
            f"kernel on W1, {name}: over the yardstick ({theirs * 1e6:.0f} us)",
            f"{ours * 1e6:.0f} us = {ratio:.2f}x", f"<= {most}x", ratio <= most,
        )  # fmt: skip


class Workload:
    """W1 as the kernel takes it."""

    def __init__(self) -> None:
        from engine.portfolio.compiled import simulate

        self._kernel = simulate
        self.prices = np.load(SHARED / "data" / "w1_prices.npy")
        self.weights = np.load(SHARED / "data" / "w1_weights.npy")
        sessions, assets = self.prices.shape
        self.due = np.arange(0, sessions, 21)
        self.equity, self.cash = np.empty(sessions), np.empty(sessions)
        self.units = np.empty(self.weights.shape)
        self.growth, self.ends = np.ones(sessions), np.full(assets, sessions)
        self.fills, self.tradable = self.prices[self.due], np.ones(self.weights.shape, np.bool_)
        none = np.zeros(assets)
        self.market = Market(self.prices, self.growth, self.growth, np.zeros((0, 0)), self.ends)
        self.orders = Orders(self.due, self.fills, self.weights, self.tradable)
        self.rates = Rates(np.full(assets, 0.001), none, none, none, none, np.zeros((0, 0)), none, 0.0, True)
        self.cut = np.ones(len(self.due))

    def simulate(self, kind: str) -> None:
        """One run from 1,000,000: `net` and `gross` by the plain rules, `all` with every rule and cost switched on."""
        none = np.zeros(len(self.ends))
        rates, rules = self.rates, Rules(kind == "gross", 0.0, False, False, 0.0, np.inf, none, 0.0, 1_000_000.0, True)
        if kind == "all":
            impact = np.full(self.weights.shape, 1e-7)
            small = none + 1e-6
            rates = Rates(self.rates.fee, small, small, none + 1.0, none + 2.0, impact, small, 1e-6, False)
            rules = Rules(False, 0.005, False, True, 0.001, 0.5, none + 1.0, 0.01, 1_000_000.0, False)
        self._kernel(
            self.market, self.orders, rates, rules, Paths(self.equity, self.cash, self.units, self.cut, self.cut)
        )


def yardstick() -> Any:
    """The shared yardstick, its compiled code kept in a folder of our own, for its own may not be written."""
    from numba import config

    config.CACHE_DIR = tempfile.mkdtemp(prefix="overweight-bench-")
    sys.path.insert(0, str(SHARED))
    return importlib.import_module("yard")


def vectorbt_rows() -> Iterator[Row]:
    """vectorbt on W1, warm, beside the kernel in its own convention."""
    try:
        vbt = importlib.import_module("vectorbt")
    except ImportError:
        yield Row("vectorbt on W1, warm", "vectorbt is absent")
        return
    import numpy as np
    import pandas as pd

    workload = Workload()
    close = pd.DataFrame(workload.prices, index=pd.bdate_range("2000-01-03", periods=len(workload.prices)))
    size = np.full(workload.prices.shape, np.nan)
    size[workload.due] = workload.weights

    def theirs() -> None:
        portfolio = vbt.Portfolio.from_orders(
            close, size=size, size_type="targetpercent", group_by=True, cash_sharing=True, call_seq="auto",
            fees=0.001, init_cash=1_000_000.0, freq="1D", direction="longonly",
        )  # fmt: skip
        portfolio.value()

    theirs()
    slow = statistics.median(timed(theirs) for _ in range(7))
    quick = statistics.median(timed(lambda: workload.simulate(True), 50) for _ in range(7))
    yield Row("vectorbt on W1, warm: over the kernel", f"{slow * 1e3:.0f} ms = {slow / quick:.0f}x")


def process_rows() -> Iterator[Row]:
    """Whole processes: a run, what it is held against, the help text, and the disk cache."""
    with tempfile.TemporaryDirectory() as folder:
        run = [str(Path(sys.executable).parent / "overweight"), "run", CONFIG, "--results", folder]
        bare = [sys.executable, "-c", BARE]
        process(run), process(bare)
        ours, theirs, ratio = alternating(lambda: process(run), lambda: process(bare), 7, 1)
    yield Row(
        f"overweight run, one config: over `{BARE}` ({theirs:.2f} s)", f"{ours:.2f} s = {ratio:.2f}x", "<= 2.0x",
        ratio <= 2.0,
    )  # fmt: skip
    code = f"{HELP[:-6]}\ntry:\n    main()\nfinally:\n    print([m for m in ('pandas', 'numba') if m in sys.modules])"
    found = process([sys.executable, "-c", code]).splitlines()[-1]
    yield Row("overweight --help imports of pandas, numba", found, "[]", found == "[]")
    taken = statistics.median(timed(lambda: process([sys.executable, "-c", HELP])) for _ in range(5))
    yield Row("overweight --help", f"{taken:.2f} s")
    process([sys.executable, "-c", CACHE.format(config=CONFIG)])
    hits, misses = process([sys.executable, "-c", CACHE.format(config=CONFIG)]).split()[-2:]
    yield Row(
        "a second process: kernels from the disk cache, compiled", f"{hits}, {misses}", "0 compiled", misses == "0"
    )


def alternating(
    one: Callable[[], Any], other: Callable[[], Any], rounds: int, calls: int
) -> tuple[float, float, float]:
    """Median seconds of each, and the median of their ratios, measured in turns."""
    one(), other()
    pairs = [(timed(one, calls), timed(other, calls)) for _ in range(rounds)]
    firsts, seconds = zip(*pairs, strict=True)
    return statistics.median(firsts), statistics.median(seconds), statistics.median(a / b for a, b in pairs)


def timed(action: Callable[[], Any], calls: int = 1) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return (time.perf_counter() - start) / calls


def process(command: list[str]) -> str:
    """A process of its own at the root, with compiled imports kept; what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
