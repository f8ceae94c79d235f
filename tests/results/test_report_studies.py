"""Reports of studies: a page for each kind from what was saved, and studies on the page of the run below them."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.results.report.studied.lines import lines_chart
from tests.desk import Desk, made_prices
from tests.results import test_claims, test_event_study
from tests.results.command import Command
from tests.results.test_report import data_of, written
from tests.study.claims.asked import series
from tests.study.walk.test_walk_study import SPLITS, STRATEGY, WINDOWS

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

SWEEP = "base: a.yaml\nsweep: {over: {tilt.one.over: [0.1, 0.2], trade.commission_bps: [0, 5, 50]}}\n"


@pytest.fixture(autouse=True)
def no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of their own take as long as all else."""
    for kind in ("events", "sweep", "walk"):
        monkeypatch.setattr(f"engine.study.{kind}.picture.can_draw", lambda: False)


def chart_of(page: Path, name: str) -> Any:
    charts: Any = data_of(page.read_text())["charts"]
    (found,) = (one for one in charts if one["id"] == name)
    return found


def saved(name: str) -> tuple[Path, Any]:
    (folder,) = (path.parent for path in Path("results/studies", name).rglob("study.json"))
    return folder, json.loads((folder / "study.json").read_text())


def test_an_event_study_has_a_page_with_its_path_and_every_event(desk: Desk, overweight: Command) -> None:
    days = pd.bdate_range("2020-05-04", "2021-06-01", freq="17B")
    lines = [f"{day:%Y-%m-%d},a <b>{number}</b>,1" for number, day in enumerate(days)]
    desk.text("\n".join(["date,label,sign", *lines, "2021-08-02,too late,1", ""]), "diary.csv")
    desk.prices(made_prices(seed=5, labels="AAA BBB CCC DDD"))
    desk.text(test_event_study.STUDY, "s.yaml")
    page, index = written(overweight("report s.yaml").out)
    folder, document = saved("s")
    text = page.read_text()
    assert html.escape(document["figures"]["verdict"]["sentence"]) in text
    assert "Caution:</strong> dates chosen with hindsight" in text
    path = pd.read_parquet(folder / "path.parquet")
    later = path[path["era"] == "2021 on"]
    (drawn,) = (one for one in chart_of(page, "path")["traces"] if one.get("name", "").startswith("2021 on,"))
    np.testing.assert_allclose(drawn["x"], later["session"])
    np.testing.assert_allclose(drawn["y"], later["mean_car"], rtol=1e-3)
    events = pd.read_parquet(folder / "events.parquet")
    dots = [y for one in chart_of(page, "dots")["traces"] for y in one["y"]]
    assert len(dots) == document["figures"]["events"]["measured"]
    np.testing.assert_allclose(sorted(dots), np.sort(events.filter(regex=r"\+0 \+4").iloc[:, 0].dropna()), rtol=1e-3)
    assert "<b>" not in text
    assert "too late" in text
    assert len(text) < 400_000
    row = index.read_text().partition("Studies</h2>")[2]
    assert f'href="reports/{page.name}"' in row
    assert html.escape(document["figures"]["verdict"]["sentence"]) in row


def test_a_sweep_has_maps_whose_cells_are_means_of_variants(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text(SWEEP, "s.yaml")
    page = written(overweight("report s.yaml").out)[0]
    folder, document = saved("s")
    table = pd.read_parquet(folder / "variants.parquet")
    chart = chart_of(page, "map-tilt_one_over-trade_commission_bps")
    (heat,) = chart["traces"]
    wanted = table.pivot_table(index="tilt.one.over", columns="trade.commission_bps", values="sharpe")
    np.testing.assert_allclose(heat["z"], wanted.to_numpy(), rtol=1e-3)
    assert (heat["x"], heat["y"]) == (["0", "5", "50"], ["0.1", "0.2"])
    (frame,) = chart["layout"]["shapes"]
    best = document["figures"]["best"]["values"]
    assert [frame["x0"] + 0.5, frame["y0"] + 0.5] == [
        [0, 5, 50].index(best["trade.commission_bps"]),
        [0.1, 0.2].index(best["tilt.one.over"]),
    ]
    assert sum(chart_of(page, "spread")["traces"][0]["y"]) == 6
    assert "6 variants of" in page.read_text()


def test_a_sweep_of_three_keys_has_a_line_for_each_variant(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text(SWEEP.replace("trade.", "trade.slippage_bps: [0], every: [week_end, month_end], trade."), "s.yaml")
    page = written(overweight("report s.yaml").out)[0]
    folder, document = saved("s")
    table = pd.read_parquet(folder / "variants.parquet").sort_values("sharpe", kind="stable")
    chart = chart_of(page, "lines")
    (drawn,) = chart["traces"]
    assert drawn["type"] == "parcoords"
    *keys, sharpe = drawn["dimensions"]
    assert [one["label"] for one in keys] == ["every", "over", "commission_bps"]  # what never moves has no axis
    for key, one in zip(("every", "tilt.one.over", "trade.commission_bps"), keys, strict=True):
        told = [one["ticktext"][round(place)] for place in one["values"]]
        assert told == [str(value) for value in table[key]]
        assert one["range"][0] < min(one["values"])
        assert max(one["values"]) < one["range"][1]
    np.testing.assert_allclose(sharpe["values"], table["sharpe"], rtol=1e-4)
    assert drawn["line"]["color"] == list(range(12))  # by rank, so that the best lies on top
    assert table["variant"].iloc[-1] == document["figures"]["best"]["variant"]


def test_many_variants_are_drawn_as_a_sample_with_the_best_and_numbers_along_their_axis() -> None:
    made = np.random.default_rng(1)
    count = 5_000
    odd = np.array([f"<b>{k}" for k in range(count)], object)
    table = {"a.x": made.random(count), "b.x": made.integers(0, 3, count), "c": odd}
    values = made.normal(size=count)
    values[7] = np.nan
    best = int(np.nanargmax(values))
    chart = lines_chart(table, list(table), values, "sharpe", best)
    assert chart is not None
    first, second, third, last = chart.traces[0]["dimensions"]
    assert len(last["values"]) == 1_000
    assert "1,000 variants, drawn at random of 4,999," in chart.alt
    assert last["values"] == sorted(last["values"])
    assert (last["values"][-1], first["values"][-1]) == pytest.approx((values[best], table["a.x"][best]), rel=1e-3)
    assert [first["label"], second["label"]] == ["a.x", "b.x"]  # `x` alone would mean both
    assert "ticktext" not in first
    assert second["ticktext"] == ["0", "1", "2"]
    assert len(third["ticktext"]) <= 8
    assert len(json.dumps(chart.traces)) < 60_000
    assert lines_chart(table, ["a.x", "c"], values, "sharpe", best) is None


def test_a_run_shows_the_latest_sweep_of_its_strategy_and_no_other(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", strategy="buy_and_hold", stance=None, tilt=None)
    desk.text(SWEEP, "s.yaml")
    overweight("run s.yaml")
    desk.text(SWEEP.replace("50]", "90]"), "s.yaml")
    study, run, other, *_ = written(overweight("report s.yaml a.yaml b.yaml").out)
    shown = chart_of(run, "study0-map-tilt_one_over-trade_commission_bps")
    assert shown["traces"][0]["x"] == ["0", "5", "90"]
    assert f'href="{study.name}"' in run.read_text()
    assert "Sweep: s" not in other.read_text()


def test_the_run_that_acts_on_the_events_of_a_study_shows_it(desk: Desk, overweight: Command) -> None:
    days = pd.bdate_range("2020-05-04", "2021-06-01", freq="17B")
    desk.text("\n".join(["date,sign", *(f"{day:%Y-%m-%d},1" for day in days), ""]), "diary.csv")
    desk.prices(made_prices(seed=5, labels="AAA BBB CCC DDD"))
    desk.text(test_event_study.STUDY, "s.yaml")
    data = "{prices: {source: files, path: prices.csv}, mine: {source: events, path: diary.csv}}"
    desk.config(watch="{seen: {series: mine.shock}}", data=data)
    desk.config("b.yaml")
    overweight("run s.yaml")
    run, other, *_ = written(overweight("report a.yaml b.yaml").out)
    assert "Event study: s" in run.read_text()
    assert "Event study: s" not in other.read_text()


@pytest.mark.parametrize(("block", "charts"), [(WINDOWS, ["walk", "folds"]), (SPLITS, ["paths"])])
def test_a_walk_forward_has_a_page(desk: Desk, overweight: Command, block: str, charts: list[str]) -> None:
    desk.text(STRATEGY, "strategies/trend.py")
    desk.config(strategy="trend", every="week_end")
    desk.text(f"base: a.yaml\nwalk_forward: {block}\nsweep: {{over: {{with.window: [5, 20]}}}}\n", "w.yaml")
    page = written(overweight("report w.yaml").out)[0]
    folder, _ = saved("w")
    assert [one["id"] for one in data_of(page.read_text())["charts"]] == charts  # type: ignore[attr-defined]
    if charts == ["paths"]:
        wanted = np.sort(pd.read_parquet(folder / "paths.parquet")["sharpe"])
        np.testing.assert_allclose(chart_of(page, "paths")["traces"][0]["y"], wanted, rtol=1e-3)
        return
    equity = pd.read_parquet(folder / "equity.parquet")
    tested = equity[equity["fold"] > 0]
    (own,) = (one for one in chart_of(page, "walk")["traces"] if one["name"] == "walk-forward")
    last = equity["walk_forward"].iloc[-1] / equity["walk_forward"].loc[tested.index[0] - 1]
    assert own["y"][-1] == pytest.approx(last, rel=1e-3)


def test_claims_have_a_page_in_the_order_of_their_numbers(desk: Desk, overweight: Command) -> None:
    desk.prices(series({"AAA": [100.0] * 30 + [120.0] * 30, "BBB": [100.0] * 59 + [101.0]}))
    desk.text(test_claims.FILE.replace("rose by", "<i>rose</i> by"), "c.yaml")
    text = written(overweight("report c.yaml").out)[0].read_text()
    assert text.index("<dt>C2</dt>") < text.index("<dt>C10</dt>")
    assert "AAA &lt;i&gt;rose&lt;/i&gt; by a fifth." in text
    assert "<i>" not in text


def test_a_saved_study_is_found_by_name_id_and_folder(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text(SWEEP, "s.yaml")
    overweight("run s.yaml")
    folder, document = saved("s")
    for wanted in ("s", document["id"][:8], str(folder)):
        said = overweight(f"report {wanted}")
        assert (said.code, written(said.out)[0].name) == (0, f"s-{document['id'][:8]}.html")


def test_damaged_studies_are_told(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text(SWEEP, "s.yaml")
    overweight("run s.yaml")
    folder, document = saved("s")
    place = folder / "study.json"
    cure = "expected what `overweight run` writes; run its file again, or remove the folder"
    for text, found in (
        (json.dumps(document | {"kind": "guess"}), "a study of kind `guess`"),
        (json.dumps({"name": "s"}), "a damaged or outdated file (`kind` is missing)"),
    ):
        place.write_text(text)
        said = overweight("report s")
        assert (said.code, said.err) == (3, f"{place}: found {found}; {cure}\n")
    place.write_text(json.dumps(document | {"figures": {}}))
    said = overweight("report s")
    assert (said.code, said.err) == (
        3,
        f"{folder}: found a damaged or outdated result (KeyError: 'choose_by'); {cure}\n",
    )


def test_compare_refuses_a_study_and_says_what_takes_it(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.text(SWEEP, "s.yaml")
    said = overweight("compare a.yaml s.yaml")
    assert (said.code, said.err) == (
        2,
        "s.yaml:2:8: sweep: found a study, `sweep`; expected a run; "
        "`overweight report s.yaml` shows it, `overweight run s.yaml` prints it\n",
    )
