"""The genuine files of two publishers and the reference series, where this checkout has them beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def _needed(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"needs ../shared/data/{path.relative_to(SHARED)}, which is not here")
    return path


@pytest.fixture(scope="session")
def gpr_xls() -> bytes:
    return _needed(SHARED / "as_published" / "data_gpr_daily_recent.xls").read_bytes()


@pytest.fixture(scope="session")
def gpr_reference() -> pd.DataFrame:
    return pd.read_csv(_needed(SHARED / "reference" / "gpr_daily.csv"), index_col="date", parse_dates=True)


@pytest.fixture(scope="session")
def pinksheet_xlsx() -> bytes:
    return _needed(SHARED / "as_published" / "CMO-Historical-Data-Monthly.xlsx").read_bytes()


@pytest.fixture(scope="session")
def pinksheet_reference() -> pd.DataFrame:
    path = _needed(SHARED / "reference" / "worldbank_pinksheet_monthly.csv")
    return pd.read_csv(path, index_col="date", parse_dates=True)
