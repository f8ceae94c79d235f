"""Reports in a real browser: Debian's Chromium, driven by playwright. Skipped, with a word, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk
from tests.results.command import Command

pytestmark = pytest.mark.heavy
playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
pytest.importorskip("plotly")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if BROWSER is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def pages(desk: Desk, overweight: Command) -> list[Path]:
    desk.config(trade="{commission_bps: 5}")
    desk.config("b.yaml", every="week_end", strategy="buy_and_hold", stance=None, tilt=None)
    said = overweight("report a.yaml b.yaml")
    return [Path(line.split()[1]).resolve() for line in said.out.splitlines() if line.startswith("wrote")]


def opened(browser: Any, path: Path, width: int, scheme: str) -> tuple[Any, list[str], list[str]]:
    """The page, what its console complained of, and what it asked for beyond its folder."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda one: complaints.append(one.text))
    page.on("pageerror", lambda one: complaints.append(str(one)))
    page.on("request", lambda one: asked.append(one.url))
    page.goto(path.as_uri())
    if "index" not in path.name:
        page.wait_for_selector("html[data-drawn=yes]", state="attached")
    return page, complaints, [url for url in asked if not url.startswith(path.parent.as_uri())]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_chart_draws_and_nothing_leaves_the_page(
    browser: Any, pages: list[Path], width: int, scheme: str
) -> None:
    for path in pages:
        page, complaints, outside = opened(browser, path, width, scheme)
        assert complaints == []
        assert outside == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        charts = page.locator(".chart")
        for i in range(charts.count()):
            assert charts.nth(i).locator("g.trace, g.scatterlayer .trace").count() > 0, charts.nth(i).get_attribute(
                "id"
            )
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in paper[4:-1].split(",")) > 384
        assert light == (scheme == "light")
        page.close()


def test_tooltips_theme_and_range_slider_work(browser: Any, pages: list[Path]) -> None:
    page, complaints, _ = opened(browser, pages[0], 1000, "light")
    chart = page.locator("#chart-equity")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.wait_for_selector("#chart-equity .hoverlayer .legend, #chart-equity .hoverlayer .hovertext")
    before = page.evaluate("document.getElementById('chart-equity').layout.xaxis.range.join()")
    grip = chart.locator(".rangeslider-grabber-min").first.bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y, steps=8)
    page.mouse.up()
    page.wait_for_function(
        "before => document.getElementById('chart-equity').layout.xaxis.range.join() !== before", arg=before
    )
    page.keyboard.press("Home")
    button = page.locator("#theme")
    button.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("document.getElementById('chart-equity').layout.paper_bgcolor") == "#15171a"
    assert complaints == []


def test_text_has_contrast_in_both_themes(browser: Any, pages: list[Path]) -> None:
    """WCAG AA: 4.5 to 1 for text, soft text, links, and the tones of cells, against the paper."""
    for scheme in ("light", "dark"):
        page, _, _ = opened(browser, pages[0], 1000, scheme)
        colours = page.evaluate(
            "['paper','ink','soft','own','good','bad'].map(n => "
            "getComputedStyle(document.documentElement).getPropertyValue('--' + n).trim())"
        )
        paper, *inks = (luminance(colour) for colour in colours)
        for ink in inks:
            assert (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) >= 4.5
        page.close()


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
