"""A track refuses what no ledger can have left behind, and says where."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.measure.track
from engine.measure.track import Track, excess_returns, log_returns, returns

DAYS = np.array(["2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[D]")


def fields(**changed: Any) -> dict[str, Any]:
    zeros = np.zeros(3)
    made = {"sessions": DAYS, "equity": np.array([100.0, 110.0, 99.0]), "cash_rate": zeros, "traded": zeros}
    return {**made, "costs": zeros, **changed}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"equity": np.array([1.0, 0.0, 1.0])}, "track: equity on 2024-01-03 is not above zero"),
        ({"equity": np.array([1.0, np.nan, 1.0])}, "track: equity on 2024-01-03 is not a finite number"),
        ({"equity": np.array([np.nan, 1.0, 1.0])}, "track: equity on 2024-01-02 is not a finite number"),
        ({"equity": np.ones(2)}, r"track: equity has shape \(2,\), sessions \(3,\)"),
        (
            {"cash_rate": np.array([0.0, 0.0, np.nan])},
            "track: cash_rate on 2024-01-04 is not a finite number",
        ),
        ({"traded": np.array([0.0, -1.0, 0.0])}, "track: traded on 2024-01-03 is not zero or more"),
        ({"costs": np.array([0.0, -1.0, 0.0])}, "track: costs on 2024-01-03 is not zero or more"),
        ({"sessions": DAYS[[0, 2, 1]]}, "track: sessions must increase; 2024-01-03 does not"),
        ({"sessions": DAYS[[0, 1, 1]]}, "track: sessions must increase; 2024-01-03 does not"),
        ({"sessions": DAYS.astype("datetime64[ns]")}, r"found datetime64\[ns\] \(3,\)"),
        ({"sessions": np.array(["2024-01-02", "NaT", "2024-01-04"], dtype="datetime64[D]")}, "missing"),
        ({"first_purchase": 3}, "track: first_purchase 3 is no index of 3 sessions"),
        ({"first_purchase": -2}, "track: first_purchase -2 is no index of 3 sessions"),
    ],
)
def test_a_damaged_track_is_refused_with_its_place(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Track(**fields(**changed))


def test_what_is_not_read_at_the_start_may_be_missing() -> None:
    start = np.array([np.nan, 0.0, 0.0])
    Track(**fields(cash_rate=start, traded=start, costs=start))


def test_returns_by_hand() -> None:
    track = Track(**fields(cash_rate=np.array([9.0, 0.01, 0.02])))
    np.testing.assert_allclose(returns(track), [0.1, -0.1])
    np.testing.assert_allclose(log_returns(track), np.log([1.1, 0.9]))
    np.testing.assert_allclose(excess_returns(track), [0.09, -0.12])
    np.testing.assert_allclose(excess_returns(track, np.array([9.0, 0.1, 0.0])), [0.0, -0.1], atol=1e-15)


def test_measurement_stands_on_numpy_and_the_standard_library_alone() -> None:
    standard = {"__future__", "collections", "dataclasses", "itertools", "math", "statistics", "typing"}
    allowed = standard | {"numpy", "engine"}
    for file in Path(engine.measure.track.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= allowed, file.name
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in allowed, file.name
                assert not (node.module or "").startswith("engine") or "measure" in (node.module or ""), file.name
