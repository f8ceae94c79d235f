"""What tests of signals and strategies share: real series of the sample, and oracles that are slow to import."""

from __future__ import annotations

import warnings
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.market.sources.sample import FOLDER

Levels = dict[str, np.ndarray]


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Levels of industries, gold and silver of the sample, 1990 to 1999, on the days on which all have one."""
    industries = pq.read_table(
        FOLDER / "industries_daily.parquet", columns=["date", "Gold", "Mines", "Oil", "Banks", "Chips"]
    )
    metals = pq.read_table(FOLDER / "gold_silver_daily.parquet").to_pandas().set_index("date")
    returns = industries.to_pandas().set_index("date") / 10_000
    both = (1 + returns).cumprod().join(metals, how="inner")
    both.index = pd.DatetimeIndex(both.index)
    return both.loc["1990":"1999"]


@pytest.fixture(scope="session")
def levels(frame: pd.DataFrame) -> Levels:
    """The same as read-only arrays: a signal that writes into its inputs fails."""
    arrays = {str(name): frame[name].to_numpy().copy() for name in frame}
    for one in arrays.values():
        one.flags.writeable = False
    return arrays


@pytest.fixture(scope="session")
def sm() -> ModuleType:
    """statsmodels, which warns while it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("statsmodels.api")
    return module
