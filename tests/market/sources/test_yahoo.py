"""Yahoo's snapshots in a panel: its own numbers, its currency, its pins, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.publishers import yahoo
from engine.market.snapshots import list_snapshots
from tests.desk import Desk
from tests.loopback import Loopback
from tests.market.publishers import made
from tests.market.sources import world
from tests.market.sources.conftest import Command

QUESTION: dict[str, object] = {
    "hold": "{one: [GLD, SPY], two: [XME]}",
    "data": "{source: yahoo}",
    "from_": "2020-06-30",
    "to": "2021-06-30",
}


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


def store() -> Path:
    return Path("data/snapshots")


@pytest.fixture
def pulled(publishers: Loopback, data: Command) -> Loopback:
    assert data("pull", "yahoo", "GLD", "SPY", "XME").exit_code == 0
    return publishers


def test_a_panel_has_the_adjusted_closes_and_opens(desk: Desk, pulled: Loopback) -> None:
    read = panel(desk)
    expected = world.closes()[["GLD", "SPY", "XME"]].loc[:"2021-06-30"]
    assert (read.sessions == expected.index.to_numpy().astype("datetime64[D]")).all()
    assert (read.prices == expected.to_numpy()).all()
    assert read.opens is not None
    plain = (expected * 1.1).round(4)
    np.testing.assert_allclose(read.opens, (plain - 1.0) * (expected / plain), rtol=1e-12)


def test_price_returns_are_the_closes_adjusted_for_splits_alone(desk: Desk, pulled: Loopback) -> None:
    read = panel(desk, data="{source: yahoo, returns: price}")
    expected = (world.closes()[["GLD", "SPY", "XME"]].loc[:"2021-06-30"] * 1.1).round(4)
    np.testing.assert_allclose(read.prices, expected.to_numpy(), rtol=1e-14)


def test_labels_may_be_our_own(desk: Desk, pulled: Loopback) -> None:
    read = panel(desk, hold="{one: [GLD, stocks], two: [XME]}", data="{source: yahoo, columns: {stocks: SPY}}")
    assert read.assets == ("GLD", "XME", "stocks")
    assert (read.prices[:, 2] == panel(desk).prices[:, 1]).all()


def test_tickers_of_different_lives_stand_on_one_calendar(desk: Desk, publishers: Loopback, data: Command) -> None:
    publishers.files[world.path_of(yahoo.address("XME"))] = world.chart("XME", 2000)
    data("pull", "yahoo", "GLD", "SPY", "XME")
    read = panel(desk)
    late = world.closes()["XME"].iloc[-2000:].loc[:"2021-06-30"]
    assert np.isnan(read.prices[: -len(late), 2]).all()
    assert (read.prices[-len(late) :, 2] == late.to_numpy()).all()


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk, pulled: Loopback) -> None:
    with pytest.raises(DataError) as caught:
        panel(desk, hold="{one: [GLD, SLV], two: [CPER]}")
    assert str(caught.value) == (
        "a.yaml:8:7: data: found no snapshot of yahoo CPER, SLV; expected series that were pulled into "
        "data/snapshots; pull: overweight data pull yahoo CPER SLV"
    )


def test_beside_another_source_of_prices_only_named_tickers_are_demanded(desk: Desk, pulled: Loopback) -> None:
    question = "{y: {source: yahoo}, own: {source: files, path: prices.csv}}"
    read = panel(desk, hold="{one: [AAA], two: [XME]}", data=question)
    assert read.assets == ("AAA", "XME")
    with pytest.raises(DataError, match="no snapshot of yahoo SLV"):
        panel(desk, hold="{one: [AAA], two: [SLV]}", data=question.replace("yahoo", "yahoo, tickers: [SLV]"))


def test_pence_read_as_dollars_are_refused(desk: Desk, publishers: Loopback, data: Command) -> None:
    publishers.files[world.path_of(yahoo.address("XME"))] = world.chart("XME", 0, "GBp")
    data("pull", "yahoo", "GLD", "SPY", "XME")
    with pytest.raises(ConfigError) as caught:
        panel(desk)
    assert str(caught.value) == (
        "a.yaml:8:7: data.currency: found USD for XME; expected GBp, as Yahoo says; "
        "write `currency: {XME: GBp, default: USD}`"
    )


def test_a_pinned_snapshot_stays_though_history_was_restated(desk: Desk, pulled: Loopback, data: Command) -> None:
    before = panel(desk)
    (first,) = list_snapshots(store(), "yahoo", "XME")
    frame = world.closes()["XME"] * 0.99
    days = frame.index.strftime("%Y-%m-%d").tolist()
    restated = made.yahoo_chart(days, (world.closes()["XME"] * 1.1).round(4).tolist(), frame.tolist())
    pulled.files[world.path_of(yahoo.address("XME"))] = restated
    assert data("pull", "yahoo", "XME").exit_code == 0
    now = panel(desk)
    np.testing.assert_allclose(now.prices[:, 2], before.prices[:, 2] * 0.99, rtol=1e-12)
    pinned = panel(desk, data=f"{{source: yahoo, snapshot: {{XME: '{first.id[:8]}'}}}}")
    assert pinned.fingerprint == before.fingerprint
    changed = data("diff", "yahoo/XME")
    assert changed.exit_code == 0
    assert "rescaled by 0.99" in changed.stdout


PINS = {
    "{source: yahoo, snapshot: abcdef12}": "a.yaml:8:33: data.snapshot: found one id for 3 series; expected an id for "
    "each series that is pinned; write `snapshot: {GLD: abcdef12}`",
    "{source: yahoo, snapshot: latest}": "a.yaml:8:33: data.snapshot: found the text `latest`; expected the id of a "
    "snapshot (its first 6 or more digits); copy it from `overweight data list`",
}


@pytest.mark.parametrize("written", PINS)
def test_a_pin_that_fits_nothing_is_refused(desk: Desk, pulled: Loopback, written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=written)
    assert str(caught.value) == PINS[written]


def test_a_pin_of_no_snapshot_names_those_that_are_there(desk: Desk, pulled: Loopback) -> None:
    (kept,) = list_snapshots(store(), "yahoo", "XME")
    with pytest.raises(ConfigError, match=f"which begins 0 snapshots of yahoo XME; expected one of: {kept.id[:12]}"):
        panel(desk, data="{source: yahoo, snapshot: {XME: abcdef12}}")


def test_a_damaged_snapshot_is_never_read(desk: Desk, pulled: Loopback, data: Command) -> None:
    (kept,) = list_snapshots(store(), "yahoo", "XME")
    kept.path.write_bytes(kept.path.read_bytes()[:-9] + b"xxxxxxxxx")
    with pytest.raises(DataError, match="its hash is not the manifest's"):
        panel(desk)
    checked = data("verify")
    assert checked.exit_code == 3
    assert "1 damaged" in checked.stdout


def test_the_last_good_snapshot_stays_in_use_when_the_publisher_fails(
    desk: Desk, pulled: Loopback, data: Command
) -> None:
    before = panel(desk).fingerprint
    for fault in ("404", "429", "half a file", "html"):
        pulled.plant(world.path_of(yahoo.address("XME")), fault)  # type: ignore[arg-type]
        failed = data("pull", "yahoo", "GLD", "XME")
        assert failed.exit_code == 3
        assert failed.stderr.startswith("yahoo XME: https://query2.finance.yahoo.com")
        assert panel(desk).fingerprint == before
