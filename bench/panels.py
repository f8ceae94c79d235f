"""The markets of the bench's rows about Panels: the reference data as a file and as a snapshot, and a very wide one.

`python bench/panels.py wide FOLDER` writes the wide one, `... peak FOLDER` builds its Panel and prints its peak.
"""

from __future__ import annotations

import os
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from engine.config import load  # noqa: E402  (found through the path above)
from engine.market.assemble import build_panel  # noqa: E402
from engine.market.keep import keep  # noqa: E402
from engine.market.snapshots import STORE_VARIABLE, Origin, save  # noqa: E402
from engine.market.sources import kept  # noqa: E402
from engine.market.table import Table  # noqa: E402

REFERENCE = ROOT.parent / "shared" / "data" / "reference"
ASSETS, SESSIONS = 5_000, 6_300


def reference(folder: Path) -> tuple[int, int]:
    """114 ETFs and miners in `folder`: `all.parquet`, and configs that read it (`file.yaml`) and its snapshot
    (`kept.yaml`) in `folder/store`. Rows and columns of the table.
    """
    import pandas as pd

    frames = [pd.read_csv(REFERENCE / f"us_{one}_adjclose.csv", index_col="date") for one in ("etf", "miners")]
    table = frames[0].join(frames[1], how="outer").sort_index()
    table.to_parquet(folder / "all.parquet")
    _config(folder / "file.yaml", tuple(table.columns), "path: all.parquet")
    _config(folder / "kept.yaml", tuple(table.columns), "path: all.parquet, snapshot: all")
    said = keep(load(folder / "kept.yaml"), "prices", folder / "store")
    assert said.ok, said.error
    return table.shape


def wide(folder: Path) -> None:
    """A made market in `folder`: every second asset lists late, every tenth ends early; a snapshot and `wide.yaml`."""
    rng = np.random.default_rng(1)
    prices = 100 * np.exp(rng.normal(0, 0.01, (SESSIONS, ASSETS)).cumsum(axis=0))
    for asset in range(0, ASSETS, 2):
        prices[: rng.integers(SESSIONS // 2), asset] = np.nan
    for asset in range(1, ASSETS, 10):
        prices[SESSIONS - rng.integers(30, 300) :, asset] = np.nan
    days = np.busday_offset("2001-01-01", np.arange(SESSIONS), roll="forward").astype("datetime64[D]")
    labels = tuple(f"A{asset:04}" for asset in range(ASSETS))
    _config(folder / "wide.yaml", labels, "path: wide.parquet, snapshot: wide")
    origin = Origin("made", datetime.now(UTC), facts={"path": "wide.parquet"})
    save(Table(days, labels, prices, "prices", "made"), kept.SOURCE, "wide", origin, folder / "store")


def _config(path: Path, labels: tuple[str, ...], files: str) -> None:
    hold = ", ".join(f'"{label}"' for label in labels)
    path.write_text(f"strategy: equal_weight\nhold: {{all: [{hold}]}}\ndata: {{source: files, {files}}}\n")


def peak(folder: Path) -> tuple[float, float]:
    """The most memory that config and Panel of `wide` took above what the imports took, over the array's bytes.

    First of the Panel alone, then with `known`, which is a second array and made by the first run that asks for it.
    """
    before = _kilobytes("VmRSS")
    panel = build_panel(load(folder / "wide.yaml"))
    alone = _kilobytes("VmHWM") - before
    assert panel.known.shape == (SESSIONS, ASSETS)
    return 1024 * alone / panel.prices.nbytes, 1024 * (_kilobytes("VmHWM") - before) / panel.prices.nbytes


def _kilobytes(line: str) -> float:
    status = Path("/proc/self/status")
    if status.is_file():
        return float(next(one for one in status.read_text().splitlines() if one.startswith(line)).split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform == "darwin" else most


if __name__ == "__main__":
    os.environ[STORE_VARIABLE] = str(Path(sys.argv[2]) / "store")
    if sys.argv[1] == "wide":
        wide(Path(sys.argv[2]))
    else:
        print(*peak(Path(sys.argv[2])))
