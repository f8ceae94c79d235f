"""Reports in a real browser: Debian's Chromium, driven by playwright. Skipped, with a word, where there is none."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import ON_EVENTS, Desk
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
    desk.text("date,sign,label\n2020-09-15,1,war\n2021-02-05,-1,peace\n", "calendar.csv")
    desk.config("c.yaml", **ON_EVENTS)
    desk.text(
        "base: a.yaml\nsweep: {over: {tilt.one.over: [0.1, 0.2], trade.commission_bps: [0, 5], trade.after: [0, 1]}}\n",
        "s.yaml",
    )
    said = overweight("report s.yaml a.yaml b.yaml c.yaml")
    return [Path(line.split()[1]).resolve() for line in said.out.splitlines() if line.startswith("wrote")]


def opened(browser: Any, path: Path, width: int, scheme: str) -> tuple[Any, list[str], list[str]]:
    """The page, what its console complained of, and what it asked for beyond its folder."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    # Parallel coordinates are drawn by WebGL, which has no graphics processor here and says that reading back is slow.
    page.on("console", lambda one: complaints.append(one.text) if "GPU stall" not in one.text else None)
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
            assert (
                charts.nth(i)
                .locator("g.trace, g.scatterlayer .trace, .heatmaplayer .hm, .barlayer .trace, g.parcoords")
                .count()
                > 0
            ), charts.nth(i).get_attribute("id")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in paper[4:-1].split(",")) > 384
        assert light == (scheme == "light")
        page.close()


def test_tooltips_theme_and_range_slider_work(browser: Any, pages: list[Path]) -> None:
    page, complaints, _ = opened(browser, named(pages, "a"), 1000, "light")
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


def test_marks_say_what_happened(browser: Any, pages: list[Path]) -> None:
    page, complaints, _ = opened(browser, named(pages, "c"), 1000, "light")
    for name in ("weights", "stance"):
        chart = page.locator(f"#chart-{name}")
        chart.scroll_into_view_if_needed()
        spot = chart.locator(".scatterlayer .points path.point").first.bounding_box()
        page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + 60, steps=5)
        words = "2020-09-15, known 2020-09-16: war (score +1.00)"
        page.wait_for_function(
            "([name, words]) => document.querySelector(`#chart-${name} .hoverlayer`).textContent.includes(words)",
            arg=[name, words],
        )
    assert complaints == []


def test_the_span_of_all_charts_and_the_folds_open_by_keyboard(browser: Any, pages: list[Path]) -> None:
    page, complaints, _ = opened(browser, named(pages, "c"), 1000, "light")
    year = page.get_by_role("button", name="1 year")
    year.focus()
    page.keyboard.press("Enter")
    for name in ("equity", "weights", "rolling"):
        if page.locator(f"#chart-{name}").count():
            first = f"document.getElementById('chart-{name}').layout.xaxis.range[0].slice(0, 10)"
            page.wait_for_function(f"{first} === '2020-06-30'")
    assert year.get_attribute("aria-pressed") == "true"
    summary = page.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#table-events").is_visible()
    page.locator("nav a").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#asked"
    assert complaints == []


def test_a_picture_shows_the_whole_page(browser: Any, pages: list[Path], overweight: Command) -> None:
    said = overweight("report s --png")
    (picture,) = (Path(line.split()[1]) for line in said.out.splitlines() if line.endswith(".png"))
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    assert width == 1200
    page, _, _ = opened(browser, named(pages, "s"), 1200, "light")
    assert abs(height - page.evaluate("document.documentElement.scrollHeight")) < 60


def named(pages: list[Path], name: str) -> Path:
    (found,) = (path for path in pages if path.name.startswith(f"{name}-"))
    return found


def test_text_has_contrast_in_both_themes(browser: Any, pages: list[Path]) -> None:
    """WCAG AA: 4.5 to 1 for text, soft text, links, and the tones of cells, against the paper."""
    for scheme in ("light", "dark"):
        page, _, _ = opened(browser, named(pages, "a"), 1000, scheme)
        colours = page.evaluate(
            "['paper','ink','soft','own','good','bad','mark'].map(n => "
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
