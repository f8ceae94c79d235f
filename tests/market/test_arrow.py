"""Columns of arrow as pyarrow itself gives them, and without the library that it loads for it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from engine.market.arrow import as_numpy

ROOT = Path(__file__).parents[2]
COLUMNS = [
    pa.array([1.5, None, -0.0, 3.0]),
    pa.array([1.5, None, 3.0], pa.float32()),
    pa.array([None, None], pa.float64()),
    pa.array([], pa.float64()),
    pa.array([1, 2, None] * 9, pa.int16()),
    pa.array([1, 255], pa.uint8()),
    pa.array([1, 2, 3]),
    pa.array([dt.date(1926, 7, 1), dt.date(2026, 5, 26)]),
    pa.array([0, 1_700_000_000_123], pa.timestamp("ms")),
    pa.array([0, 1_700_000_000], pa.timestamp("s")),
]


@pytest.mark.parametrize("array", COLUMNS, ids=lambda array: str(array.type))
@pytest.mark.parametrize("chunks", ["one", "two", "a slice", "none"])
def test_a_column_is_what_pyarrow_says_it_is(array: pa.Array, chunks: str) -> None:
    pieces = {"one": [array], "two": [array, array.slice(1)], "a slice": [array.slice(1)], "none": []}[chunks]
    column = pa.chunked_array(pieces, array.type)
    expected = column.to_numpy()
    found = as_numpy(column)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (pa.array(["a"]), "a column of string"),
        (pa.array([True]), "a column of bool"),
        (pa.array([dt.date(2020, 1, 1), None]), "a column of date32.day. with empty cells"),
    ],
    ids=["text", "truth", "days"],
)
def test_what_is_no_column_of_numbers_is_refused(array: pa.Array, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        as_numpy(pa.chunked_array([array]))


def test_a_panel_of_the_sample_needs_no_pandas() -> None:
    code = (
        "import sys\n"
        "from engine.config import load\n"
        "from engine.market.assemble import build_panel\n"
        "build_panel(load('configs/metals_lead.yaml'))\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
