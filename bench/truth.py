"""Truth: `make bench-truth`. Identities on random markets, parity with vectorbt, nine engines on W1, event studies,
and how often tests reject and intervals cover on made markets.

Prints what was asked, how often it held, and whether all did. Exits with 1 where something did not.
`python bench/truth.py 1000` asks 1,000 markets instead of 10,000.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from calibration import lines  # noqa: E402  (found through the path above)
from engines import GROSS, NET, SHARED, W1, engines  # noqa: E402
from events import shared_day_sizes, whole_studies  # noqa: E402

from engine.peer.book import ask_vectorbt  # noqa: E402
from tests.portfolio import identities  # noqa: E402
from tests.portfolio.gross import book_of, compare_orders, random_charged, run_gross  # noqa: E402

MARKETS, AT_ONCE = 10_000, 1_000
#: Fewer studies than this scatter too much to be judged.
ENOUGH = 400


@dataclass(frozen=True)
class Row:
    """One line: what, the figure, what it has to be; kept: None where it is told, not judged."""

    name: str
    measured: str
    target: str = ""
    kept: bool | None = None


def main() -> None:
    """Print each line as soon as it is known."""
    markets = int(sys.argv[1]) if len(sys.argv) > 1 else MARKETS
    print(f"{'':<52} {'measured':>34} {'target':>12}")
    over = 0
    for row in rows(markets):
        verdict = "" if row.kept is None else "ok" if row.kept else "OVER"
        over += row.kept is False
        print(f"{row.name:<52} {row.measured:>34} {row.target:>12}  {verdict}", flush=True)
    sys.exit(min(over, 1))


def rows(markets: int) -> Iterator[Row]:
    """Every line."""
    yield from identity_rows(markets)
    yield from parity_rows(markets)
    if SHARED.is_dir():
        yield from engine_rows()
    else:
        yield Row("nine engines on W1", "../shared/bench is absent")
    yield from event_rows(markets)
    for line in lines(max(markets // 10, 1)):
        yield Row(line.name, line.measured, line.target, line.kept)


def identity_rows(markets: int) -> Iterator[Row]:
    """How many markets keep each identity; the first seed that breaks one is named."""
    kept: Counter[str] = Counter()
    broken: dict[str, int] = {}
    for seed in range(markets):
        for name, holds in identities.held(identities.random_case(seed)):
            kept[name] += holds
            if not holds:
                broken.setdefault(name, seed)
    for name in kept:
        first = f", not seed {broken[name]}" if name in broken else ""
        yield Row(name, f"{kept[name]:,} of {markets:,}{first}", "all", kept[name] == markets)


def parity_rows(markets: int) -> Iterator[Row]:
    """Order by order equality with each of vectorbt's engines, many markets to a call."""
    for engine in ("numba", "rust"):
        name = f"vectorbt, {engine}: order by order"
        if find_spec("vectorbt") is None or (engine == "rust" and find_spec("vectorbt_rust") is None):
            yield Row(name, "absent: pip install overweight[rust]")
            continue
        rng, same, orders, gap = np.random.default_rng(2024), 0, 0, 0.0
        for first in range(0, markets, AT_ONCE):
            chunk = [random_charged(rng, m) for m in range(first, min(first + AT_ONCE, markets))]
            for charged, answer in zip(chunk, ask_vectorbt([book_of(one) for one in chunk], engine), strict=True):
                own = run_gross(charged)
                gap = max(gap, float(np.abs(answer.equity / own.equity - 1.0).max()))
                try:
                    orders += compare_orders(charged, own, answer)
                    same += 1
                except AssertionError:
                    continue
        yield Row(name, f"{same:,} of {markets:,}, {orders:,} orders", "all", same == markets)
        yield Row(f"vectorbt, {engine}: largest gap of equity", f"{gap:.0e}", "<= 1e-09", gap <= 1e-9)


def event_rows(markets: int) -> Iterator[Row]:
    """Event studies: size at 5% with shared event days, then whole studies of made markets, planted and not."""
    for name, share in shared_day_sizes(max(markets * 3 // 10, 1)).items():
        judged = name == "adjusted BMP"
        kept = 0.03 <= share <= 0.08 if judged and markets >= MARKETS else None
        yield Row(f"20 assets, one shared event day: {name} at 5%", f"{share:.1%}", "3% to 8%" if judged else "", kept)
    studies = max(markets // 20, 1)
    enough = studies >= ENOUGH
    found = whole_studies(studies)
    for name, share in (("adjusted BMP", found.adjusted_bmp), ("drawn days", found.random_days)):
        kept = 0.03 <= share <= 0.08 if enough else None
        yield Row(f"event studies of null markets: {name} at 5%", f"{share:.1%} of {studies:,}", "3% to 8%", kept)
    claimed = found.verdict <= 0.08 if enough else None
    yield Row("event studies of null markets: an effect is claimed", f"{found.verdict:.1%}", "<= 8%", claimed)
    mean, spread = float(found.distances.mean()), float(found.distances.std())
    away = f"{mean:+.2f}, spread {spread:.2f}"
    near = abs(mean) < 0.3 and 0.85 < spread < 1.15 if enough else None
    yield Row("planted effects: standard errors from the truth", away, "0, 1", near)


def engine_rows() -> Iterator[Row]:
    """Our two conventions against the README's figures, then every engine against ours; then vectorbt's time."""
    workload = W1()
    for convention, said in (("net", NET), ("gross", GROSS)):
        final = workload.final(convention)
        close = abs(final / said - 1.0) <= 1e-11
        yield Row(f"W1, {convention}: final equity", f"{final:,.5f}", f"{said:,.4f}", close)
    for engine, ratio in engines(workload):
        if ratio is None:
            absent = "not installed" if engine.name.startswith("vectorbt") else "no runner, no figure there"
            yield Row(f"W1, {engine.name}", absent)
        else:
            name = f"W1, {engine.name}: over ours, {engine.convention}, less 1"
            yield Row(name, f"{engine.final:,.5f} = {ratio:+.0e}", f"{engine.within:.0e}", abs(ratio) <= engine.within)
    yield from speed_rows(workload)


def speed_rows(workload: W1) -> Iterator[Row]:
    """vectorbt's time over the kernel's, warm."""
    book = workload.book()
    quick = timed(lambda: workload.run(workload.weights, gross=True), 50)
    for engine, package in (("numba", "vectorbt"), ("rust", "vectorbt_rust")):
        if find_spec("vectorbt") is None or find_spec(package) is None:
            continue
        slow = timed(lambda name=engine: ask_vectorbt([book], name), 1)  # type: ignore[misc]
        yield Row(f"W1, vectorbt, {engine}: time over the kernel's", f"{slow * 1e3:.0f} ms = {slow / quick:.0f}x")


def timed(action: Callable[[], Any], calls: int) -> float:
    """Median seconds of a call, of seven rounds after one to warm up."""
    action()
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(calls):
            action()
        seconds.append((time.perf_counter() - start) / calls)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
