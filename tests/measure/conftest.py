"""Tracks made from returns, for every test of engine.measure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from engine.measure.track import Track

MakeTrack = Callable[..., Track]
INDUSTRIES = Path(__file__).parents[2].parent / "shared" / "data" / "sample" / "industries_daily.csv"


def weekdays(count: int, start: str = "2020-01-01") -> NDArray[np.datetime64]:
    return np.busday_offset(np.datetime64(start, "D"), np.arange(count), roll="forward").astype("datetime64[D]")


def track_from_returns(
    returns: ArrayLike,
    *,
    start_value: float = 100.0,
    cash: float | ArrayLike = 0.0,
    traded: ArrayLike | None = None,
    costs: ArrayLike | None = None,
    first_purchase: int = -1,
    sessions: NDArray[np.datetime64] | None = None,
) -> Track:
    growth = np.append(1.0, 1.0 + np.asarray(returns, dtype=np.float64))
    size = growth.size
    return Track(
        sessions=weekdays(size) if sessions is None else sessions,
        equity=start_value * np.cumprod(growth),
        cash_rate=np.append(np.nan, np.broadcast_to(np.asarray(cash, dtype=np.float64), size - 1)),
        traded=np.zeros(size) if traded is None else np.asarray(traded, dtype=np.float64),
        costs=np.zeros(size) if costs is None else np.asarray(costs, dtype=np.float64),
        first_purchase=first_purchase,
    )


@pytest.fixture(scope="session")
def make_track() -> MakeTrack:
    return track_from_returns


@pytest.fixture(scope="session")
def industries() -> dict[str, NDArray[np.float64]]:
    """Daily returns of three industries, 1990 to 2021; skips where the sample series are absent."""
    if not INDUSTRIES.exists():
        pytest.skip("the sample series (shared/data/sample/industries_daily.csv) are not on this machine")
    names = INDUSTRIES.read_text(encoding="utf-8").split("\n", 1)[0].strip().split(",")
    wanted = ["Gold", "Mines", "Banks"]
    table = np.loadtxt(INDUSTRIES, delimiter=",", skiprows=1, usecols=[names.index(name) for name in wanted])
    return {name: table[-8000:, at].copy() for at, name in enumerate(wanted)}
