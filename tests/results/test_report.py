"""Reports: what a page says is what the result says; nothing leaves it; names are escaped; the index lists all runs."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.results import sentences
from engine.results.opened import open_run
from engine.results.report.rolling import rolling_figures
from engine.results.report.series import Curves, drawdown, eras, kept, kept_decisions, monthly, paths_of, rolling_active
from tests.desk import Desk, made_prices
from tests.results.command import Command

pytest.importorskip("plotly")
pytest.importorskip("jinja2")


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    read: dict[str, object] = json.loads(found[1])
    return read


def written(said: str) -> list[Path]:
    return [Path(line.split()[1]) for line in said.splitlines() if line.startswith("wrote")]


def test_a_page_says_what_the_result_says_and_needs_nothing_else(desk: Desk, overweight: Command) -> None:
    path, index = written(overweight(f"report {desk.config(trade='{commission_bps: 5}')}").out)
    result = engine.run("a.yaml")
    page = path.read_text()
    assert index == Path("results/index.html")
    assert result.judgement.words in page
    assert result.setting.strategy.thesis in page
    charts = {chart["id"]: chart for chart in data_of(page)["charts"]}  # type: ignore[attr-defined]
    assert set(charts) == {"equity", "relative", "drawdown", "weights", "stance", "score", "costs", "rolling"}
    (own,) = (trace for trace in charts["equity"]["traces"] if trace["name"] == "strategy")
    np.testing.assert_allclose(own["y"], result.equity / result.equity.iloc[0], rtol=1e-3)
    assert data_of(page)["dates"]["dates"] == [str(day.date()) for day in result.equity.index]  # type: ignore[index]
    outside = [
        url for url in re.findall(r"""(?:src|href)=["']?([^"'> ]+)""", page) if ":" in url or url.startswith("//")
    ]
    assert outside == []
    assert len(page.encode()) < 400_000
    assert all(f'id="alt-{name}"' in page for name in charts)


def test_the_script_lies_once_beside_the_pages_or_inside(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", every="week_end")
    *pages, comparison, _ = written(overweight("report a.yaml b.yaml").out)
    folder = pages[0].parent
    (script,) = folder.glob("plotly-*.min.js")
    assert all(f'src="{script.name}"' in page.read_text() for page in [*pages, comparison])
    (alone, _) = written(overweight("report a.yaml --embed --out alone").out)
    assert [one.name for one in Path("alone").iterdir()] == [alone.name]
    assert len(alone.read_text()) > 1_000_000


def test_names_and_texts_are_escaped(desk: Desk, overweight: Command) -> None:
    evil = "<script>alert(1)</script>"
    desk.text(f'"""{evil}"""\n\ndef score(past):\n    return 1.0\n', "strategies/evil.py")
    name = desk.config("configs/<b>&x.yaml", strategy="evil", data="{source: files, path: ../prices.csv}")
    said = overweight(f"report '{name}'")
    page = written(said.out)[0].read_text()
    assert evil not in page
    assert html.escape(evil) in page
    assert "<b>&x" not in page
    assert "</script>alert" not in page
    assert "<b>" not in Path("results/index.html").read_text()


def test_a_comparison_has_every_run_on_common_sessions(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", to="2021-03-31", tilt="{one: {over: 0.4, from: two}}")
    page = written(overweight("report a.yaml b.yaml").out)[2].read_text()
    chart = data_of(page)["charts"][0]  # type: ignore[index]
    assert {trace["name"] for trace in chart["traces"]} == {"a", "b"}
    assert "tilt.one.over" in page
    assert data_of(page)["dates"]["dates"][-1] == "2021-03-31"  # type: ignore[index]


def test_a_comparison_has_policy_beside_its_runs_and_says_whose_each_caveat_is(desk: Desk, overweight: Command) -> None:
    desk.config("<b>.yaml")
    desk.config("late.yaml", from_="2020-09-30", trade="{after: 0}")
    desk.config("also.yaml", tilt="{one: {over: 0.4, from: two}}")
    page = written(overweight("report '<b>.yaml' late.yaml also.yaml").out)[3].read_text()
    assert "<b>" not in page
    table = re.search(r'<table id="table-figures">(.*?)</table>', page, re.DOTALL)
    assert table is not None
    heads = re.findall(r"<th scope=\"col\">([^<]*)</th>", table[1])
    assert heads == ["", "&lt;b&gt;", "also", "policy, 2020 to 2021", "late", "policy, 2020 to 2021"]
    (row,) = (row for row in re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL) if "return a year" in row)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", row)
    policies = [engine.run(name).portfolios["policy"].figures["cagr"] or 0.0 for name in ("also.yaml", "late.yaml")]
    assert [cells[2], cells[4]] == [f"{100 * one:.2f}%" for one in policies]
    assert "Caution:</strong> late: decisions trade at the very close" in page
    assert "compare only runs that stand beside the same policy" in page
    (chart,) = (one for one in data_of(page)["charts"] if one["id"] == "relative")  # type: ignore[attr-defined]
    assert [trace["name"] for trace in chart["traces"]] == ["&lt;b&gt;", "late", "also"]


def test_the_index_lists_every_run_and_links_the_pages_that_are_there(desk: Desk, overweight: Command) -> None:
    engine.run(desk.config("b.yaml", every="week_end"))
    page = written(overweight(f"report {desk.config()}").out)[0]
    index = Path("results/index.html").read_text()
    assert index.count("<tr><th scope=row>") == 2
    assert f'href="reports/{page.name}"' in index
    assert index.count("href=") == 1
    cells = re.findall(r"<tr><th scope=row>.*?</small></th><td>(.*?)</td>", index)
    assert cells == ["too few bets to tell"] * 2, "the verdict stands beside the name, where no screen is too narrow"


def test_a_strategy_about_weights_and_one_without_costs_have_pages(desk: Desk, overweight: Command) -> None:
    said = overweight(f"report {desk.config(strategy='buy_and_hold', stance=None, tilt=None)}")
    charts = [chart["id"] for chart in data_of(written(said.out)[0].read_text())["charts"]]  # type: ignore[attr-defined]
    assert charts == ["equity", "relative", "drawdown", "weights", "rolling"]


def test_what_cannot_be_found_is_told_and_the_others_are_written(desk: Desk, overweight: Command) -> None:
    said = overweight(f"report {desk.config()} nothing --json")
    assert said.code == 2
    document = json.loads(said.out)
    assert len(document["written"]) == 2
    assert document["failed"][0]["name"] == "nothing"


def test_no_browser_is_told(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.config()
    monkeypatch.setenv("PATH", "")
    said = overweight(f"report {path} --png")
    assert (said.code, said.err) == (
        2,
        "overweight report: --png: found no Chromium; expected a browser that draws the page; "
        "install one (Debian: apt install chromium), or leave --png out\n",
    )


def by_hand() -> Curves:
    days = np.arange("2020-12-30", "2021-02-03", dtype="datetime64[D]")
    own = 1.01 ** np.arange(len(days))
    return Curves(days, {"strategy": own, "policy": np.ones(len(days))}, np.zeros(len(days)))


def test_months_years_and_eras_by_hand() -> None:
    """Growth of 1% a session: one session in December 2020, 31 in January, 2 in February."""
    years, table = monthly(by_hand())
    assert years == [2020, 2021]
    assert table[0, 11] == pytest.approx(0.01)
    assert table[0, 12] == pytest.approx(0.01)
    assert table[1, 0] == pytest.approx(1.01**31 - 1)
    assert table[1, 1] == pytest.approx(1.01**2 - 1)
    assert table[1, 12] == pytest.approx(1.01**33 - 1)
    assert np.isnan(table[0, 0])
    (first,) = eras(by_hand(), 252)
    assert first.name == "2020 to 2021"
    assert first.strategy == pytest.approx(1.01**252 - 1)
    assert first.policy == 0.0


def test_drawdown_and_rolling_by_hand() -> None:
    np.testing.assert_allclose(drawdown(np.array([1.0, 2.0, 1.0, 3.0, 1.5])), [0, 0, -0.5, 0, -0.5])
    active = rolling_active(by_hand(), window=10)
    assert np.isnan(active[:10]).all()
    np.testing.assert_allclose(active[10:], 1.01**10 - 1)


def test_rolling_figures_are_those_of_pandas(desk: Desk) -> None:
    result = desk.run(cash="{rate: 0.03}", every="week_end")
    assert result.path is not None
    paths = paths_of(open_run(result.path))
    window = 60
    places = np.arange(0, len(paths.dates), 7)
    found = rolling_figures(paths, places, window)
    gains = pd.DataFrame({name: paths.equity[name] for name in ("strategy", "policy")}).pct_change()
    excess = gains.sub(paths.rate, axis=0)
    year = np.sqrt(window)
    for name in gains:
        spread = gains[name].rolling(window).std() * year
        np.testing.assert_allclose(found.volatility[name], spread.iloc[places])
        sharpe = excess[name].rolling(window).mean() / excess[name].rolling(window).std() * year
        np.testing.assert_allclose(found.sharpe[name], sharpe.iloc[places], rtol=1e-9)
    error = (gains["strategy"] - gains["policy"]).rolling(window).std() * year
    np.testing.assert_allclose(found.tracking_error, error.iloc[places], atol=1e-12)
    assert np.isnan(found.tracking_error[places < window]).all()
    assert np.isfinite(found.sharpe["policy"][places >= window]).all()


def test_sleeves_that_tilt_are_drawn_first_and_every_section_has_its_place(desk: Desk, overweight: Command) -> None:
    text = written(overweight(f"report {desk.config(tilt='{two: {over: 0.2, from: one}}')}").out)[0].read_text()
    (chart,) = (one for one in data_of(text)["charts"] if one["id"] == "weights")  # type: ignore[attr-defined]
    assert [trace["name"] for trace in chart["traces"] if trace.get("yaxis") != "y2"] == ["two", "one"]
    wanted = ["asked", "sure", "result", "bets", "paid", "time", "caveats"]
    assert [name for name in re.findall(r'<h2 id="(\w+)"', text) if name in wanted] == wanted[
        : 6 + ('id="caveats' in text)
    ]
    assert all(f'<a href="#{name}">' in text for name in wanted[:6])


def test_a_long_history_is_drawn_by_weeks_with_both_ends() -> None:
    days = np.arange("2000-01-05", "2012-01-05", dtype="datetime64[D]")
    places = kept(days)
    assert (places[0], places[-1]) == (0, len(days) - 1)
    assert {int(np.int64(days[place].astype(int) + 3) % 7) for place in places[1:-1]} == {6}
    assert [*kept(days[:100])] == [*range(100)]


def test_of_half_a_century_the_last_ten_years_keep_every_week() -> None:
    days = np.arange("1970-01-01", "2021-01-01", dtype="datetime64[D]")
    places = kept(days)
    assert (places[0], places[-1]) == (0, len(days) - 1)
    steps = np.diff(places)
    assert set(steps[-500:-1]) == {7}
    assert set(steps[1:800]) == {14}
    assert len(places) < 1700


def test_a_page_says_that_long_lines_are_drawn_by_weeks(desk: Desk, overweight: Command) -> None:
    """A line by weeks misses the worst day between: the words below it would seem to be wrong."""
    by_week = "drawn by the last session of a week"
    assert by_week not in written(overweight(f"report {desk.config()}").out)[0].read_text()
    desk.prices(made_prices(sessions=2600))
    config = desk.config(from_="2020-06-30", to="2029-06-29")
    assert by_week in written(overweight(f"report {config}").out)[0].read_text()


def test_paths_of_a_saved_run_are_its_equities(desk: Desk) -> None:
    result = desk.run()
    assert result.path is not None
    paths = paths_of(open_run(result.path))
    np.testing.assert_allclose(paths.equity["strategy"], result.equity / result.equity.iloc[0])
    policy = result.portfolios["policy"].ledger.equity
    np.testing.assert_allclose(paths.equity["policy"], policy / policy[0])


def test_how_sure_one_can_be_has_every_line_of_the_summary(desk: Desk, overweight: Command) -> None:
    """What the same rule earns elsewhere, brakes, the mix left alone, the data, and what the strategy itself says."""
    desk.text(
        "def score(past):\n    return 2.0 if past.session > 190 else 0.0\n\n\n"
        "def explain(past):\n    return {'<i>mood</i>': 'calm', 'rank': 0.25}\n",
        "strategies/mine.py",
    )
    path = desk.config(strategy="mine", controls="[leave_one_out, circular_shifts]", every="daily")
    text = written(overweight(f"report {path}").out)[0].read_text()
    result = engine.run(path)
    told = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", text))
    for name, one in result.controls.items():
        assert told[name.replace("_", " ")] == html.escape(sentences.control(one))
    assert told["policy held"] == sentences.policy_held(result.portfolios["policy_held"].figures)
    assert told["&lt;i&gt;mood&lt;/i&gt;"] == "calm"
    assert told["rank"] == "0.25"
    assert told["today"].endswith("one stance +1.00, score 2, 2 from a change")
    assert f"<strong>Verdict:</strong> {sentences.verdict(result.judgement.words, result.metrics['episodes'])}" in text
    other = written(overweight(f"report {desk.config('b.yaml')}").out)[0].read_text()
    assert "`overweight null` runs the same config" in other


def test_of_many_decisions_each_week_and_both_sides_of_a_change_of_stance_are_drawn() -> None:
    dates = pd.bdate_range("1980-01-01", periods=9_000).to_numpy()
    stance = np.zeros(9_000)
    stance[1_002:1_004] = 1.0  # over on a Thursday and a Friday
    stance[:500] = np.nan  # no opinion is no change as long as it lasts
    places = kept_decisions(dates, [stance])
    assert {499, 500, 1_001, 1_002, 1_003, 1_004} <= {*places.tolist()}
    assert len(places) < 1_500
    assert (places[0], places[-1]) == (0, 8_999)
    restless = np.random.default_rng(1).normal(size=9_000)
    assert len(kept_decisions(dates, [restless])) == len(kept(dates))
    assert len(kept_decisions(dates[:300], [stance[:300]])) == 300
