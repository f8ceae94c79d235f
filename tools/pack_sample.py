"""Packs the sample's CSV files into the parquet files that the package carries, and proves nothing was lost.

    python tools/pack_sample.py FOLDER_WITH_THE_CSVS [FOLDER_TO_WRITE]

The rule of the packed files: a column `date` (date32, sorted, unique) and one column of integers for each
series; the file's schema metadata names the `divisor`, and value = integer / divisor. Division of two exactly
represented integers rounds correctly, so the quotient is the very float that reading the printed decimal
gives. (Multiplying by 0.0001 would not do: 3 * 0.0001 is not 0.0003.) int16 holds returns, int32 levels.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PACKED = Path(__file__).resolve().parent.parent / "engine" / "market" / "sample"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one CSV file is packed: the number of decimals it prints and what its values are."""

    name: str
    decimals: int
    integer: pa.DataType
    values: str


RECIPES = (
    Recipe("industries_daily", 4, pa.int16(), "daily total return, fraction (0.01 is 1%)"),
    Recipe("gold_silver_daily", 2, pa.int32(), "index level, close of the US session"),
)


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows as printed, nothing parsed."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def to_integer(printed: str, decimals: int) -> int:
    """`printed` times 10**decimals, exactly; a value with more decimals than that is an error."""
    scaled = Decimal(printed).scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{printed} has more than {decimals} decimals: raise `decimals` of its recipe")
    return int(scaled)


def pack(recipe: Recipe, source: Path) -> pa.Table:
    """The table of one CSV file: dates, and each series as integers."""
    header, rows = read_csv(source)
    dates = [date.fromisoformat(row[0]) for row in rows]
    if dates != sorted(set(dates)):
        raise ValueError(f"{source}: dates are unsorted or repeated")
    series = [
        pa.array([to_integer(row[column], recipe.decimals) for row in rows], recipe.integer)
        for column in range(1, len(header))
    ]
    table = pa.table([pa.array(dates, pa.date32()), *series], names=header)
    return table.replace_schema_metadata({"divisor": str(10**recipe.decimals), "values": recipe.values})


def write(table: pa.Table, path: Path) -> None:
    """Write compactly: one row group, bytes of like weight side by side, zstd."""
    series = dict.fromkeys(table.column_names[1:], "BYTE_STREAM_SPLIT")
    pq.write_table(
        table,
        path,
        row_group_size=table.num_rows,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        write_statistics=False,
        column_encoding={"date": "DELTA_BINARY_PACKED", **series},
    )


def differences(packed: Path, source: Path) -> int:
    """How many dates, values or names of `source` the packed file does not give back exactly."""
    header, rows = read_csv(source)
    table = pq.read_table(packed)
    divisor = int(table.schema.metadata[b"divisor"])
    if table.column_names != header or table.num_rows != len(rows):
        return len(header) * len(rows)
    days: list[date] = table["date"].to_pylist()
    wrong = sum(day.isoformat() != row[0] for day, row in zip(days, rows, strict=True))
    for column, name in enumerate(header[1:], start=1):
        integers: list[int] = table[name].to_pylist()
        back = (integer / divisor for integer in integers)
        wrong += sum(value != float(row[column]) for value, row in zip(back, rows, strict=True))
    return wrong


def main(arguments: list[str]) -> int:
    """Pack every file of RECIPES; 1 if one of them does not come back as it was."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    source_folder = Path(arguments[0])
    packed_folder = Path(arguments[1]) if len(arguments) == 2 else PACKED
    packed_folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for recipe in RECIPES:
        source, packed = source_folder / f"{recipe.name}.csv", packed_folder / f"{recipe.name}.parquet"
        write(pack(recipe, source), packed)
        wrong = differences(packed, source)
        failed = failed or wrong > 0
        print(f"{packed.name}: {packed.stat().st_size:,} bytes, {wrong} differences from {source.name}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
