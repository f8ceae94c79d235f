"""Speed, as ratios measured in one sitting: `make bench`. Prints a table; never fails the gate.

Each row has what was measured, its target, and whether it holds. Timings of two things that are compared alternate,
so that a busy machine slows both; medians are taken of their ratios. Where `../shared/bench` is absent the rows that
need its workload are left out, saying so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lanes
import numpy as np
import panels
import pyarrow as pa
import pyarrow.parquet as pq

from engine.portfolio.kernel import Market, Orders, Paths, Rates, Rules

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench"
CONFIG = "configs/metals_lead.yaml"
BARE = "import pandas, numba"
Clock = Callable[[], float]
#: The time of this thread alone, for what takes microseconds: on a busy machine whoever runs longer waits more often.
CPU: Clock = time.thread_time
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
        yield from lane_rows()
    else:
        yield Row("kernel and vectorbt on W1, lanes on W3", "../shared/bench is absent")
    yield from lane_sample_rows()
    if panels.REFERENCE.is_dir():
        yield from panel_rows()
    yield from memory_rows()
    yield from process_rows()
    yield from check_rows()
    yield from audit_rows()
    yield from score_rows()
    yield from reading_rows()
    yield from null_rows()
    yield from sweep_rows()
    yield from ray_rows()


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
    """The 114 ETFs and miners of the reference data into a Panel, over a bare read of their table."""
    import pandas as pd

    from engine.config import load
    from engine.market.assemble import build_panel
    from engine.market.snapshots import STORE_VARIABLE

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, columns = panels.reference(folder)
        os.environ[STORE_VARIABLE] = str(folder / "store")
        for said, where, most in (("kept", "snapshot", 2.5), ("file", "file", None)):
            asked = load(folder / f"{said}.yaml")
            ours, theirs, ratio = alternating(
                lambda asked=asked: build_panel(asked), lambda: pd.read_parquet(folder / "all.parquet"), 15, 1
            )
            yield Row(
                f"Panel {columns} x {rows:,}, {where}: over read_parquet ({theirs * 1e3:.0f} ms)",
                f"{ours * 1e3:.0f} ms = {ratio:.2f}x", f"<= {most}x" if most else "", ratio <= most if most else None,
            )  # fmt: skip
        del os.environ[STORE_VARIABLE]


def memory_rows() -> Iterator[Row]:
    """What a very wide Panel takes at most while it is built from a snapshot, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("wide", "peak"):
            said = process([sys.executable, "bench/panels.py", step, folder])
    size = 8 * panels.ASSETS * panels.SESSIONS / 1e6
    alone, known = map(float, said.split())
    name = f"Panel {panels.ASSETS:,} x {panels.SESSIONS:,}, snapshot: peak over its array ({size:.0f} MB)"
    yield Row(name, f"{alone * size:.0f} MB = {alone:.2f}x", "<= 1.5x", alone <= 1.5)
    yield Row("the same, with what a holding is worth", f"{known * size:.0f} MB = {known:.2f}x")


def kernel_rows() -> Iterator[Row]:
    """The kernel alone on W1, its features off in both sizings and then all on, against the plain yardstick."""
    workload = Workload()
    yard = yardstick()
    equity = workload.equity.copy()
    step = (workload.prices, workload.weights, workload.due, 0.001, 1_000_000.0, equity)
    kinds = (
        ("net", "net of costs", 1.5),
        ("gross", "gross", 2.0),
        ("all", "all on", 6.0),
        ("short", "all, short too", 6.0),
    )
    for kind, name, most in kinds:
        ours, theirs, ratio = alternating(
            lambda k=kind: workload.simulate(k), lambda: yard.sim_weights(*step), 100, 10, CPU
        )
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
        self._asked = {kind: self._ask(kind) for kind in ("net", "gross", "all", "short")}

    def simulate(self, kind: str) -> None:
        """One run from 1,000,000: `net` and `gross` by the plain rules, `all` with every rule and cost switched on.

        `short` is `all` with every third asset sold short, half as much as W1 holds of it, so that it is paid for.
        """
        self._kernel(*self._asked[kind], Paths(self.equity, self.cash, self.units, self.cut, self.cut))

    def _ask(self, kind: str) -> tuple[Market, Orders, Rates, Rules]:
        none = np.zeros(len(self.ends))
        if kind in ("net", "gross"):
            rules = Rules(kind == "gross", 0.0, False, False, 0.0, np.inf, none, 0.0, 1_000_000.0, True)
            return self.market, self.orders, self.rates, rules
        dividends = np.zeros(self.prices.shape)
        for asset in range(len(self.ends)):
            # Half a percent a quarter, each asset on days of its own.
            dividends[5 * asset :: 63, asset] = 0.005 * self.prices[5 * asset :: 63, asset]
        impact, small = np.full(self.weights.shape, 1e-7), none + 1e-6
        rates = Rates(self.rates.fee, small, small, none + 1.0, none + 2.0, impact, small, 1e-6, False)
        rules = Rules(False, 0.005, False, True, 0.001, 0.5, none + 1.0, 0.01, 1_000_000.0, False)
        sides = np.where((np.arange(len(self.ends)) % 3 == 0) & (kind == "short"), -0.5, 1.0)
        orders = self.orders._replace(targets=self.weights * sides)
        return self.market._replace(dividends=dividends), orders, rates, rules


def yardstick(name: str = "yard") -> Any:
    """A shared yardstick, its compiled code kept in a folder of our own, for its own may not be written."""
    from numba import config

    config.CACHE_DIR = tempfile.mkdtemp(prefix="overweight-bench-")
    sys.path.insert(0, str(SHARED))
    return importlib.import_module(name)


def lane_rows() -> Iterator[Row]:
    """W3 in the lanes on all processors, against the lane yardstick in turns and against vectorbt; see `lanes`."""
    prices = np.load(SHARED / "data" / "w1_prices.npy")
    sets = np.load(SHARED / "data" / "w3_params_10000.npy")
    monthly = lanes.w3(prices, sets)
    monthly.run()
    yard = yardstick("yard2")
    days, out, inverse = np.arange(lanes.START, len(prices), 21), np.zeros((len(sets), 7)), 1.0 / prices
    step = (prices, inverse, sets, days, lanes.COST, lanes.CAPITAL, 252.0, out)
    ours, theirs, ratio = alternating(monthly.run, lambda: yard.sweep_lanes_prange(*step), 9, 1)
    rate = len(sets) / ours
    yield Row("lanes on W3, every 21 days: backtests a second", f"{rate:,.0f}", ">= 100,000", rate >= 100_000)
    name = f"the same: over the lane yardstick ({len(sets) / theirs:,.0f})"
    yield Row(name, f"{1.0 / ratio:.2f}x", ">= 0.5x", ratio <= 2.0)
    try:
        slow = 50 / timed(lanes.vectorbt_w3(prices, sets[:: len(sets) // 50][:50]))
        name = f"the same: over vectorbt, 50 at once ({slow:.0f})"
        yield Row(name, f"{rate / slow:,.0f}x", "> 1,000x", rate > 1000 * slow)
    except ImportError:
        yield Row("lanes on W3: over vectorbt", "vectorbt is absent")
    yield Row(
        "the same: bytes a variant at most", f"{monthly.bytes_each():,.0f}", "< 1,000", monthly.bytes_each() < 1000
    )
    band = {"rebalance": {"band": 0.01, "of": "portfolio", "to": "edge"}}
    caps = {"limits": {"asset": {"max": 0.15}}}
    for name, every, keys in (
        ("with a band, every 21 days", 21, band), ("with caps, every 21 days", 21, caps),
        ("every 5 days", 5, {}), ("every day", 1, {}),
    ):  # fmt: skip
        many = lanes.w3(prices, sets[:: 10 if every == 1 else 1], every, **keys)
        many.run()
        taken = statistics.median(timed(many.run) for _ in range(3))
        yield Row(f"lanes on W3, {name}: backtests a second", f"{len(many.table) / taken:,.0f}")


def lane_sample_rows() -> Iterator[Row]:
    """metals_lead on the sample in the lanes: where it enters, and how many points it moves."""
    many = lanes.metals_lead(ROOT / CONFIG, 10_000)
    many.run()
    taken = statistics.median(timed(many.run) for _ in range(5))
    yield Row("lanes on metals_lead, the sample: backtests a second", f"{len(many.table) / taken:,.0f}")


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
    quick = statistics.median(timed(lambda: workload.simulate("gross"), 50) for _ in range(7))
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


def check_rows() -> Iterator[Row]:
    """All configs of the repository against their baselines, as CI runs it."""
    count = len(list((ROOT / "results/baselines").rglob("*.json")))
    command = [str(Path(sys.executable).parent / "overweight"), "check"]
    process(command)
    taken = statistics.median(timed(lambda: process(command)) for _ in range(3))
    yield Row(f"overweight check, {count} configs", f"{taken:.1f} s", "< 30 s", taken < 30)


def audit_rows() -> Iterator[Row]:
    """What the short audit adds to a run: of every config on the sample the one to which it adds most."""
    from engine.audit.short import short_audit
    from engine.backtest import backtest
    from engine.config import load

    added = {}
    for path in sorted((ROOT / "configs").glob("*.yaml")):
        config = load(path)
        heard = backtest(config).decided.heard
        _, _, part = alternating(lambda h=heard: short_audit(h), lambda c=config: backtest(c), 3, 1, time.process_time)
        added[path.stem] = part / (1.0 - part)  # a run has its audit in it
    most = max(added, key=lambda name: added[name])
    middle = statistics.median(added.values())
    name = f"the short audit of {len(added)} configs: over the run without it"
    yield Row(name, f"{middle:.0%}, {most} {added[most]:.0%}", "<= 50%", added[most] <= 0.5)


def score_rows() -> Iterator[Row]:
    """One decision of a strategy, as `past` is handed to it: a signal of momentum, and one with regressions."""
    from engine.config import load
    from engine.decide import decide, set_up

    for name, most in (("momentum_rotation", 100), ("metals_lead", 1000)):
        setting = set_up(load(ROOT / "configs" / f"{name}.yaml"))
        decide(setting)
        taken = min(timed(lambda s=setting: decide(s), 1, CPU) for _ in range(5)) / len(setting.decisions) * 1e6
        yield Row(f"{name}: one decision, all told", f"{taken:.0f} us", f"<= {most} us", taken <= most)
    files = sorted(str(path) for path in (ROOT / "configs").glob("*.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "overweight"), "run", *files, "--results", folder]
        taken = timed(lambda: process(command))
    yield Row(f"overweight run, the {len(files)} configs on the sample", f"{taken:.1f} s", "< 20 s", taken < 20)


def reading_rows() -> Iterator[Row]:
    """A report, a comparison of 1,000 saved runs, and SQL over a million rows of a sweep."""
    overweight = str(Path(sys.executable).parent / "overweight")
    with tempfile.TemporaryDirectory() as folder:
        kept = ["--results", folder]
        process([overweight, "run", CONFIG, *kept])
        (run,) = Path(folder).glob("runs/*/*")
        process([overweight, "report", run.name, *kept])
        taken = timed(lambda: process([overweight, "report", run.name, *kept]))
        yield Row("overweight report of a saved run", f"{taken:.1f} s", "< 3 s", taken < 3)
        (page,) = Path(folder).glob("reports/*.html")
        size = page.stat().st_size / 1000
        yield Row("its page beside the shared script", f"{size:.0f} KB", "< 400 KB", size < 400)
        for number in range(1000):
            other = run.with_name(f"{number:016x}")
            other.mkdir()
            os.link(run / "result.json", other / "result.json")
        runs = str(run.parent / "0*")
        taken = timed(lambda: process([overweight, "compare", runs, "--json", *kept]))
        yield Row("overweight compare of 1,000 saved runs", f"{taken:.1f} s", "< 2 s", taken < 2)
        sweep = Path(folder) / "studies" / "many" / "0123456789abcdef"
        sweep.mkdir(parents=True)
        drawn = np.random.default_rng(1).normal(size=1_000_000)
        pq.write_table(pa.table({"sharpe": drawn, "lookback": np.round(drawn * 100)}), sweep / "variants.parquet")
        for other in run.parent.glob("0*"):
            shutil.rmtree(other)
        asked = "select lookback, avg(sharpe) from variants group by 1 order by 2 desc limit 5"
        taken = timed(lambda: process([overweight, "query", asked, *kept]))
        yield Row("overweight query over 1,000,000 rows of a sweep", f"{taken:.1f} s", "< 2 s", taken < 2)


def sweep_rows() -> Iterator[Row]:
    """A sweep of metals_lead on the sample, 50 rules for each set of its own parameters: the study of its command."""
    rate, processor, sets = map(float, process([sys.executable, "bench/sweeps.py"]).split())
    name = f"sweep of metals_lead, 50 rules a set ({processor:,.0f} per processor second)"
    yield Row(name, f"{rate:,.0f}/s ({sets:.0f} sets)", ">= 5,000/s", rate >= 5_000)
    peak, taken = map(float, process([sys.executable, "bench/sweeps.py", "memory"]).split())
    yield Row(f"1,000,000 variants ({taken:.0f} s): all processes", f"{peak:,.0f} MB", "< 1,000 MB", peak < 1000)


def ray_rows() -> Iterator[Row]:
    """100,000 variants on a Ray cluster of this machine, against the processes of a plain run, starts aside."""
    if importlib.util.find_spec("ray") is None:
        yield Row("100,000 variants on Ray", "ray is absent")
        return
    here, there, ratio = map(float, process([sys.executable, "bench/blocks.py", "100000"]).split())
    name = f"100,000 variants on Ray: time over here ({here:,.0f} variants/s)"
    yield Row(name, f"{there:,.0f}/s = {ratio:.2f}x", "<= 1.3x", ratio <= 1.3)


def null_rows() -> Iterator[Row]:
    """1,000 null markets of a config on all processors, as its command asks for them; and what that is of one."""
    command = [str(Path(sys.executable).parent / "overweight"), "null", CONFIG, "--markets", "1000"]
    for kind in ("shifted", "bootstrap"):
        before = os.times()
        taken = timed(lambda kind=kind: process([*command, "--kind", kind]))
        after = os.times()
        work = after.children_user + after.children_system - before.children_user - before.children_system
        shown = f"{taken:.0f} s, {work:.0f} s of CPU"
        yield Row(f"overweight null, 1,000 {kind} markets", shown, "< 60 s", taken < 60)


def alternating(
    one: Callable[[], Any], other: Callable[[], Any], rounds: int, calls: int, clock: Clock = time.perf_counter
) -> tuple[float, float, float]:
    """Median seconds of each, and the median of their ratios, measured in turns."""
    one(), other()
    pairs = [(timed(one, calls, clock), timed(other, calls, clock)) for _ in range(rounds)]
    firsts, seconds = zip(*pairs, strict=True)
    return statistics.median(firsts), statistics.median(seconds), statistics.median(a / b for a, b in pairs)


def timed(action: Callable[[], Any], calls: int = 1, clock: Clock = time.perf_counter) -> float:
    """Seconds that one call takes."""
    start = clock()
    for _ in range(calls):
        action()
    return (clock() - start) / calls


def process(command: list[str]) -> str:
    """A process of its own at the root, with compiled imports kept; what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
