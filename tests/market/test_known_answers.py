"""The known answers of the reference data come out of the engine's own panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.config import load
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from tests.desk import Desk

REFERENCE = Path(__file__).parents[3] / "shared/data/reference"
pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="needs ../shared/data/reference")


def panel_of(desk: Desk, hold: str, watch: str, data: str, **changes: object) -> Panel:
    config = desk.config(
        strategy="equal_weight", hold=f"{{held: {hold}}}", watch=f"{{seen: {watch}}}" if watch else None,
        policy=None, stance=None, tilt=None, from_=None, data=data, **changes,
    )  # fmt: skip
    return build_panel(load(config))


def test_the_window_of_the_commentaries(desk: Desk) -> None:
    panel = panel_of(
        desk, "[SPY, XME, PICK]", "[close]",
        f"{{etf: {{source: files, path: {REFERENCE}/us_etf_adjclose.csv}}, "
        f"spx: {{source: files, path: {REFERENCE}/spx_index_daily.csv}}}}",
        to="2026-02-25",
    )  # fmt: skip
    start = int(np.flatnonzero(panel.sessions == np.datetime64("2025-08-25"))[0])
    returns = {
        label: panel.prices[-1, panel.column(label)] / panel.prices[start, panel.column(label)] - 1
        for label in panel.assets
    }
    assert {label: round(100 * float(value), 1) for label, value in returns.items()} == {
        "SPY": 8.5, "XME": 48.5, "PICK": 59.6, "close": 7.9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("industry", "fund", "expected"),
    [("Gold", "GDX", 0.905), ("Mines", "XME", 0.886), ("Steel", "XME", 0.919), ("Softw", "IGV", 0.912)],
)
def test_industries_of_the_sample_go_with_their_funds(desk: Desk, industry: str, fund: str, expected: float) -> None:
    panel = panel_of(
        desk, f"[{industry}, {fund}]", "",
        f"{{sample: {{source: sample}}, etf: {{source: files, path: {REFERENCE}/us_etf_adjclose.csv}}}}",
        to="2021-12-31",
    )  # fmt: skip
    both = np.diff(np.log(panel.prices[~np.isnan(panel.prices).any(axis=1)]), axis=0)
    assert np.corrcoef(np.expm1(both).T)[0, 1] == pytest.approx(expected, abs=0.0006)


def test_silvers_fall_is_kept(desk: Desk) -> None:
    panel = panel_of(
        desk, "[SI_silver_usd_oz, GC_gold_usd_oz]", "",
        f"{{source: files, path: {REFERENCE}/metals_futures_daily.csv}}", to="2026-07-31",
    )  # fmt: skip
    day = int(np.flatnonzero(panel.sessions == np.datetime64("2026-01-30"))[0])
    silver = panel.prices[:, panel.column("SI_silver_usd_oz")]
    assert silver[day] / silver[day - 1] - 1 == pytest.approx(-0.31, abs=0.01)
