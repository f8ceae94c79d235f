"""The picture of a sweep over three keys or more: every variant a line at its values and its metric."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.answers import load_question
from engine.measure.metrics import METRICS
from engine.study.sweep import lines
from engine.study.sweep.blocks import Found
from engine.study.sweep.lines import lines_of, moving_keys
from engine.study.sweep.outcome import SweepOutcome, outcome_of
from engine.study.sweep.picture import picture_of
from engine.study.sweep.plan import plan_of
from tests.desk import Desk

pytest.importorskip("plotly")
OVER = "{with.lookback: [40, 10, 20], hold.one: [[AAA, BBB], [AAA]], stance.enter: {from: 0, to: 0.4, step: 0.1}}"


def outcome(desk: Desk, over: str, rest: str = "", failed: tuple[int, ...] = ()) -> SweepOutcome:
    """A sweep whose Sharpe ratios are the numbers of its variants, best last; nothing is run."""
    desk.config()
    desk.text(f"base: a.yaml\nsweep: {{over: {over}{rest}}}\n", "sweep.yaml")
    plan = plan_of(load_question("sweep.yaml"))
    figures = np.ones((plan.variants.count, len(METRICS)))
    figures[:, list(METRICS).index("sharpe")] = np.arange(plan.variants.count)
    figures[list(failed)] = np.nan
    found = outcome_of(plan, Found(figures, np.zeros(plan.variants.count, np.int8)), "sharpe")
    assert found is not None
    return found


def trace(of: SweepOutcome) -> Any:
    from plotly.graph_objects import Figure

    figure = Figure()
    lines.add_lines(figure, of, lines_of(of), moving_keys(of), top=0.4)
    return figure.data[0]


def test_every_line_is_at_the_values_of_its_variant(desk: Desk) -> None:
    of = outcome(desk, OVER, failed=(7, 8))
    drawn = trace(of)
    labels = [one.label for one in drawn.dimensions]
    assert labels == ["hold.one", "stance.enter", "with.lookback", "sharpe"]
    numbers = np.asarray(drawn.dimensions[3]["values"])
    assert numbers.tolist() == [number for number in range(30) if number not in (7, 8)]
    for dimension, key in zip(drawn.dimensions[:3], labels, strict=False):
        words = dict(zip(np.asarray(dimension.tickvals).tolist(), dimension.ticktext, strict=True))
        for number, place in zip(numbers.astype(int).tolist(), np.asarray(dimension["values"]), strict=True):
            value = of.plan.variants.values(number)[key]
            shown = words[round(float(place))]
            if key == "hold.one":
                assert shown == ("[AAA, BBB]" if len(value) == 2 else "[AAA]")
            else:
                assert float(shown) == value
    assert [float(word) for word in drawn.dimensions[2].ticktext] == [10, 20, 40]
    assert np.asarray(drawn.line.color).tolist() == [*range(28)]


def test_of_what_is_drawn_from_a_range_the_axis_is_the_way_along_it(desk: Desk) -> None:
    over = "{with.lookback: {from: 10, to: 1000, log: true}, capital: {from: 1, to: 9}, stance.enter: [0, 1]}"
    of = outcome(desk, over, ", sample: {how: random, count: 40}")
    of.plan.variants.values(0)
    one = {dimension.label: dimension for dimension in trace(of).dimensions}
    assert list(one["with.lookback"].ticktext) == ["10", "31.62", "100", "316.2", "1000"]
    rows = lines_of(of).tolist()
    lookbacks = [of.plan.variants.values(row)["with.lookback"] for row in rows]
    np.testing.assert_allclose(10 * 100 ** np.asarray(one["with.lookback"]["values"]), lookbacks)


def test_of_many_some_are_drawn_and_the_best_is_among_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST", 9)
    of = outcome(desk, OVER)
    rows = lines_of(of)
    assert len(set(rows.tolist())) == 9
    assert rows[-1] == of.best == 29
    (page,) = picture_of(of)[0].values()
    assert "Below: a line for 9 of 30 variants, drawn by lot, through its values to its sharpe" in page
    assert "Below it a line for 9 of 30 variants" in page
    assert '"dimensions":' in page.rpartition("Plotly.newPlot")[2]


@pytest.mark.parametrize("over", ["{with.lookback: [10, 20], stance.enter: [0, 1]}",
                                  "{with.lookback: [10, 20], stance.enter: [0, 1], capital: [5]}"])  # fmt: skip
def test_two_keys_are_seen_on_the_map(desk: Desk, over: str) -> None:
    (page,) = picture_of(outcome(desk, over))[0].values()
    drawing = page.rpartition("Plotly.newPlot")[2]
    assert '"type":"heatmap"' in drawing
    assert '"dimensions":' not in drawing
    assert "Below" not in page.partition("<table>")[0].rpartition("</figure>")[0][-600:]


@pytest.mark.heavy
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_draws_map_and_lines(desk: Desk, scheme: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    (page,) = picture_of(outcome(desk, OVER))[0].values()
    Path("picture.html").write_text(page, encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        shown = browser.new_page(color_scheme=scheme)
        errors: list[str] = []
        shown.on("pageerror", lambda one: errors.append(str(one)))
        shown.goto(Path("picture.html").resolve().as_uri())
        shown.wait_for_selector("#picture .parcoords .axis-title")
        titles = shown.locator("#picture .parcoords .axis-title").all_text_contents()
        assert titles == ["hold.one", "stance.enter", "with.lookback", "sharpe"]
        assert shown.locator("#picture .heatmaplayer image").count() == 1
        above, below = (
            shown.locator(f"#picture {one}").first.bounding_box() for one in (".heatmaplayer", ".axis-title")
        )
        assert above["y"] + above["height"] < below["y"]
        ink = shown.locator("#picture .axis-title").first.evaluate("one => getComputedStyle(one).fill")
        assert ink == {"light": "rgb(28, 30, 33)", "dark": "rgb(230, 231, 233)"}[scheme]
        browser.close()
    assert errors == []
