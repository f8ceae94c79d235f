"""A grid holds what pandas' outer join holds, weekends and holes too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.market.sources.grid import Grid


@pytest.mark.parametrize("weekends", [False, True])
def test_a_grid_is_an_outer_join(weekends: bool) -> None:
    draws = np.random.default_rng(1)
    every = pd.date_range("2020-01-04", "2020-06-28") if weekends else pd.bdate_range("2020-01-02", "2020-06-30")
    columns = {}
    for label in range(70):
        days = every[np.sort(draws.choice(len(every), 60, replace=False))]
        if label < 40:
            days = days[days.day_of_week < 5]
        columns[label] = pd.Series(draws.normal(size=len(days)), days)
    frame = pd.concat(columns, axis=1, sort=True)
    grid = Grid(np.datetime64(frame.index[0], "D"), np.datetime64(frame.index[-1], "D"), 70)
    for position, column in enumerate(columns.values()):
        opens = column.to_numpy() * 2 if position else None
        dates = column.index.to_numpy().astype("datetime64[D]")
        grid.put(position, dates, closes=column.to_numpy(), opens=opens, volumes=None)
    assert (grid.dates == frame.index.to_numpy().astype("datetime64[D]")).all()
    np.testing.assert_array_equal(grid.part("closes"), frame.to_numpy())
    opens_of_all = grid.part("opens")
    assert opens_of_all is not None
    assert np.isnan(opens_of_all[:, 0]).all()
    np.testing.assert_array_equal(opens_of_all[:, 1:], frame.to_numpy()[:, 1:] * 2)
    assert grid.part("volumes") is None
