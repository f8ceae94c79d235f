"""A desk whose publishers are on the loopback address, and `overweight data` on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli_data import data_app
from engine.market.fetch import Manners
from engine.market.pull import pull
from engine.market.wire import ADDRESSES_VARIABLE, Wire
from engine.results.data import pull as data_pull
from tests.desk import Desk
from tests.loopback import Loopback, serving
from tests.market.publishers.conftest import SHARED
from tests.market.sources import world

pytest.importorskip("python_calamine", reason="needs the extra: sources")

Command = Callable[..., Any]


@pytest.fixture
def publishers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Every publisher, served well; `data pull` finds them and never waits."""
    with serving(world.files()) as loopback:
        monkeypatch.setenv(ADDRESSES_VARIABLE, json.dumps(loopback.stands_for(*world.HOSTS)))
        quick = Manners(timeout_s=2.0, deadline_s=10.0, tries=2, pause_s=0.0)
        impatient = partial(pull, wire=Wire(sleep=lambda _: None), manners=quick)
        monkeypatch.setattr(data_pull, "pull", impatient)
        yield loopback


@pytest.fixture
def data(desk: Desk) -> Command:
    """`overweight data ...` in the desk's folder."""

    def call(*words: str) -> Any:
        return CliRunner().invoke(data_app, list(words))

    return call


def needed(name: str) -> Path:
    """A file of the data beside this checkout; the test is skipped, saying so, where it is not here."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"needs ../shared/data/{name}, which is not here")
    return path


@pytest.fixture(scope="session")
def gpr_xls() -> bytes:
    return needed("as_published/data_gpr_daily_recent.xls").read_bytes()


@pytest.fixture(scope="session")
def pinksheet_xlsx() -> bytes:
    return needed("as_published/CMO-Historical-Data-Monthly.xlsx").read_bytes()


@pytest.fixture(scope="session")
def etf_file() -> Path:
    return needed("reference/us_etf_adjclose.csv")
