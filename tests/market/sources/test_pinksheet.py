"""The Pink Sheet in a panel: a month's mean is seen three business days after the month, and not before."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.publishers import pinksheet
from engine.market.wire import ADDRESSES_VARIABLE
from tests.desk import Desk
from tests.loopback import Loopback, serving
from tests.market.publishers.conftest import SHARED
from tests.market.sources import world
from tests.market.sources.conftest import Command

QUESTION: dict[str, object] = {
    "watch": "{metals: [copper]}",
    "data": "{own: {source: files, path: prices.csv}, world: {source: pinksheet, columns: {copper: 'Copper [$/mt]'}}}",
}


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


def published() -> pd.Series:
    rows = [row for row in world.pink_rows() if "M" in str(row[0])[4:5]]
    months = pd.PeriodIndex([str(row[0]).replace("M", "-") for row in rows], freq="M")
    return pd.Series([float(str(row[3])) for row in rows], months)


def test_a_month_is_seen_after_its_third_business_day(desk: Desk, publishers: Loopback, data: Command) -> None:
    assert data("pull", "pinksheet").exit_code == 0
    read = panel(desk)
    copper = pd.Series(read.prices[:, read.column("copper")], pd.DatetimeIndex(read.sessions))
    means = published()
    # June 2020 ended on a Tuesday: Wednesday to Friday are the three days; the Monday after sees it.
    assert copper["2020-07-03"] == means["2020-05"]
    assert copper["2020-07-06"] == means["2020-06"]
    # August 2020 ended on a Monday: Tuesday to Thursday, so the Friday sees it.
    assert copper["2020-09-03"] == means["2020-07"]
    assert copper["2020-09-04"] == means["2020-08"]


def test_read_as_values_every_commodity_is_a_series(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "pinksheet")
    read = panel(
        desk, watch="{c: {series: 'world.Copper [$/mt]'}}",
        data="{own: {source: files, path: prices.csv}, world: {source: pinksheet, kind: values}}",
    )  # fmt: skip
    assert [name for name in read.series if name.startswith("world.")] == [
        "world.Aluminum [$/mt]", "world.Iron ore, cfr spot [$/dmtu]", "world.Copper [$/mt]",
    ]  # fmt: skip


def test_a_commodity_that_is_not_there_is_refused_with_the_nearest(
    desk: Desk, publishers: Loopback, data: Command
) -> None:
    data("pull", "pinksheet")
    written = str(QUESTION["data"]).replace("'Copper [$/mt]'", "Copper")
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=written)
    assert "found `Copper`, which the sheet has not; expected a label as `Copper [$/mt]`" in str(caught.value)
    assert str(caught.value).endswith("did you mean `Copper [$/mt]`?")


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk, publishers: Loopback) -> None:
    with pytest.raises(DataError, match="pull: overweight data pull pinksheet monthly"):
        panel(desk)


def test_a_sheet_without_months_is_refused_and_the_last_stays(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "pinksheet")
    before = panel(desk).fingerprint
    from tests.market.publishers import made

    publishers.files[world.path_of(world.PINK_FILE)] = made.pink_sheet([["no months"]])
    failed = data("pull", "pinksheet")
    assert failed.exit_code == 3
    assert "expected one row per month" in failed.stderr
    assert panel(desk).fingerprint == before


@pytest.mark.needs_reference
def test_the_genuine_sheet_gives_the_reference_values(
    desk: Desk, pinksheet_xlsx: bytes, data: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f'<a href="{world.PINK_FILE}">monthly</a>'.encode()
    files = {world.path_of(pinksheet.PAGE): page, world.path_of(world.PINK_FILE): pinksheet_xlsx}
    with serving(files) as server:
        monkeypatch.setenv(ADDRESSES_VARIABLE, json.dumps(server.stands_for(*world.HOSTS)))
        assert data("pull", "pinksheet").exit_code == 0
    read = panel(desk)
    reference = pd.read_csv(SHARED / "reference/worldbank_pinksheet_monthly.csv", index_col="date", parse_dates=True)
    seen = pd.Series(read.prices[:, read.column("copper")], pd.DatetimeIndex(read.sessions))["2020-03":"2021-06"]
    expected = reference["Copper [$/mt]"].loc["2020-01-31":"2021-05-31"]
    np.testing.assert_allclose(seen.unique(), expected.to_numpy()[: len(seen.unique())], rtol=1e-9)
