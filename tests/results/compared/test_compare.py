"""`overweight compare`: configs, ids, folders and names in one table."""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import engine
from tests.desk import Desk, made_prices
from tests.results.command import Command


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_run_is_found_by_config_id_folder_and_name(desk: Desk, overweight: Command) -> None:
    result = engine.run(desk.config("configs/etf/a.yaml", data="{source: files, path: ../../prices.csv}"))
    ways = ("configs/etf/a.yaml", result.id, result.id[:6], f"results/runs/etf/a/{result.id}", "etf/a")
    entries = overweight("compare --json " + " ".join(ways)).json
    assert len(entries) == len(ways)
    assert all({**one, "against_first": None} == entries[0] for one in entries)
    assert entries[0]["metrics"] == dict(result.own.figures)
    run = overweight("run --json configs/etf/a.yaml").json
    assert {key: entries[0][key] for key in run} == run


def test_what_cannot_be_found_is_named_with_a_cure(desk: Desk, overweight: Command) -> None:
    engine.run(desk.config("rotation.yaml"))
    desk.config("configs/fresh.yaml")
    said = overweight("compare rotatoin abcde nix.yaml fresh abc")
    assert (said.code, said.out) == (2, "")
    sought = (
        "found neither a file nor a saved run under results; expected a config file, or the folder, "
        "name or id (4 digits or more) of a saved run; "
    )
    assert said.err.splitlines() == [
        f"rotatoin: {sought}did you mean `rotation`?",
        f"abcde: {sought}`overweight list` shows the saved runs",
        "nix.yaml: found no file `nix.yaml`; expected a YAML file; check the path",
        f"fresh: {sought}name its config, which runs it: `configs/fresh.yaml`",
        f"abc: {sought}`overweight list` shows the saved runs",
    ]


def test_a_name_of_several_runs_says_which_there_are(desk: Desk, overweight: Command) -> None:
    ids = [desk.run().id, desk.run(capital=5).id]
    for age, one in enumerate(ids):
        os.utime(f"results/runs/a/{one}/result.json", (1e9 - age, 1e9 - age))
    said = overweight("compare a")
    assert said.code == 2
    current = "`overweight compare a.yaml` runs the current one"
    cure = f"name one by its id, newest first: {ids[0]}, {ids[1]}; {current}; `results/runs/a` stands for all"
    assert said.err == f"a: found 2 saved runs; expected one; {cure}\n"
    text = overweight(f"compare {ids[0]} {ids[1]}").out
    assert f"a {ids[0][:6]}" in text
    assert f"a {ids[1][:6]}" in text


def test_a_damaged_result_is_bad_data(desk: Desk, overweight: Command) -> None:
    result = desk.run()
    desk.text("{}", f"results/runs/a/{result.id}/result.json")
    said = overweight("compare a")
    assert said.code == 3
    assert said.err == (
        f"results/runs/a/{result.id}/result.json: found a damaged or outdated file (`window` is missing); "
        "expected what `overweight run` writes; run its config again, or remove the folder\n"
    )


def test_of_many_runs_of_a_name_the_five_newest_are_offered(desk: Desk, overweight: Command) -> None:
    text = (desk.run().path or Path()).joinpath("result.json").read_text()
    Path("a.yaml").unlink()
    for i in range(91):
        desk.text(text, f"results/runs/a/{i:016d}/result.json")
        os.utime(f"results/runs/a/{i:016d}/result.json", (2e9 + i, 2e9 + i))
    newest = ", ".join(f"{i:016d}" for i in (90, 89, 88, 87, 86))
    assert overweight("compare a").err == (
        f"a: found 92 saved runs; expected one; name one by its id, newest first: {newest} and 87 more; "
        "comparing its config runs the current one; `results/runs/a` stands for all\n"
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"metrics": []}, "metrics is [], not an object"),
        ({"metrics": {"total_return": "abc"}}, "`metrics.cagr` is missing"),
        ({"name": 3}, "name is 3, not a text"),
        ({"window": None}, "window is null, not an object"),
        ({"window": {"from": "2020-06-30", "to": 5}}, "window.to is 5, not a day"),
        ({"active_return_interval": "abc"}, 'active_return_interval is "abc", not an object'),
        ({"active_return_interval": {"low": 1}}, "`active_return_interval.high` is missing"),
        ({"caveats": "abc"}, 'caveats is "abc", not a list of texts'),
        ({"caveats": [None]}, "caveats.0 is null, not a text"),
        ({"portfolios": {}}, "`portfolios.policy` is missing"),
        ({"benchmark": {"cagr": {}}}, "benchmark.cagr is {}, not a finite number or null"),
        ({"benchmark": {"cagr": float("nan")}}, "it holds NaN, which is no finite number"),
    ],
)
def test_a_result_of_other_types_is_bad_data(
    desk: Desk, overweight: Command, change: dict[str, Any], found: str
) -> None:
    path = (desk.run().path or Path()) / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for line in ("compare a", "list", "list --json"):
        said = overweight(line)
        assert said.code == 3
        assert f"{path}: found a damaged or outdated file ({found}); expected what" in said.err


def test_the_table_has_the_figures_of_runs_and_of_their_policy_once(desk: Desk, overweight: Command) -> None:
    first = desk.run()
    second = engine.run(desk.config("b.yaml", tilt="{one: {over: 0.1, from: two}}"))
    text = overweight("compare a b").out
    for result in (first, second):
        interval = result.judgement.interval
        assert interval is not None
        assert f"{100 * result.metrics['cagr']:.2f}%" in text
        assert f"{100 * interval.low:+.2f}% to {100 * interval.high:+.2f}%" in text
    assert sum(line.startswith("policy ") for line in text.splitlines()) == 1
    assert f"{100 * first.portfolios['policy'].figures['cagr']:.2f}%" in text
    assert "  2020-06-30 to 2021-06-30" in text
    assert text.count("is not traded yet") == 1
    assert "windows differ" not in text


def test_other_windows_and_references_are_pointed_out(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", from_="2020-09-30", against="[AAA]")
    text = overweight("compare a.yaml b.yaml").out
    assert "- windows differ: compare only runs that stand above the same policy" in text
    assert text.count("policy\n") + text.count("policy ") >= 2
    assert "- a: active return is measured against policy" in text
    assert "- b: active return is measured against AAA" in text


def test_a_caveat_of_some_runs_names_them(desk: Desk, overweight: Command) -> None:
    desk.config()
    desk.config("b.yaml", trade="{sizing: gross}")
    assert "- b: sized before costs (`sizing: gross`)" in flat(overweight("compare a.yaml b.yaml").out)


def test_a_run_that_is_its_own_reference_has_no_interval(desk: Desk, overweight: Command) -> None:
    desk.config(strategy="buy_and_hold", stance=None, tilt=None)
    line = overweight("compare a.yaml").out.splitlines()
    assert any("+0.00%" in one for one in line)
    assert "+0.00% to" not in "".join(line)


def test_questions_come_first_and_the_difference_is_measured_on_common_sessions(
    desk: Desk, overweight: Command
) -> None:
    one = engine.run(desk.config())
    other = engine.run(desk.config("b.yaml", tilt="{one: {over: 0.4, from: two}}", to="2021-03-31"))
    first, second = overweight(f"compare --json {one.id} {other.id}").json
    assert first["config_differences"] == {"tilt.one.over": "0.2", "to": "2021-06-30"}
    assert second["config_differences"] == {"tilt.one.over": "0.4", "to": "2021-03-31"}
    found = second["against_first"]
    common = one.equity.index.intersection(other.equity.index)
    assert found["sessions"] == len(common)
    growth = [run.equity[common[-1]] / run.equity[common[0]] for run in (other, one)]
    assert found["growth"] == pytest.approx(growth[0] / growth[1])
    returns = [run.equity[common].pct_change().dropna() for run in (other, one)]
    assert found["correlation"] == pytest.approx(returns[0].corr(returns[1]))
    sharpes = [series.mean() / series.std(ddof=0) for series in returns]  # cash earns nothing here
    assert found["sharpe"]["difference"] == pytest.approx(sharpes[0] - sharpes[1])
    weights = (other.weights.loc[common] - one.weights.loc[common]).abs().sum(axis=1) / 2
    assert found["apart"] == pytest.approx(weights.mean())


def test_costs_and_attribution_stand_side_by_side_and_add_up(desk: Desk, overweight: Command) -> None:
    costly = engine.run(desk.config(trade="{commission_bps: 10, slippage_bps: 5}"))
    free = engine.run(desk.config("b.yaml"))
    first, second = overweight(f"compare --json {costly.id} {free.id}").json
    assert second["costs_bps_a_year_by_kind"] == {}
    assert set(first["costs_bps_a_year_by_kind"]) == {"commission", "slippage"}
    years = (len(costly.equity) - 1) / 252
    paid = costly.ledger["commission"].sum() / costly.equity.mean() / years * 1e4
    assert first["costs_bps_a_year_by_kind"]["commission"] == pytest.approx(paid)
    active = costly.own.figures["active_return"]
    assert sum(first["active_by_sleeve"].values()) == pytest.approx(active)


def test_a_sleeve_that_a_run_does_not_hold_has_a_dash_and_one_that_added_nothing_a_zero(
    desk: Desk, overweight: Command
) -> None:
    still = {"strategy": "buy_and_hold", "stance": None, "tilt": None, "with_": None}
    one = engine.run(desk.config("a.yaml"))
    other = engine.run(desk.config("b.yaml", hold="{all: [AAA, BBB], none: [CCC]}", policy="{all: 1.0}", **still))
    rows = overweight(f"compare {one.id} {other.id}").out.partition("over policy, a year")[2].splitlines()[1:]
    cells = {row.split()[0]: row.split()[1:] for row in rows[: len(one.config.hold) + 2]}
    assert (cells.pop("all"), cells.pop("none")) == (["-", "+0.00%"], ["-", "+0.00%"])
    assert [*cells] == sorted(one.config.hold)
    assert all(shown[1] == "-" and shown[0].endswith("%") for shown in cells.values())


def test_markdown_and_html_say_the_same_and_escape_what_they_are_given(desk: Desk, overweight: Command) -> None:
    engine.run(desk.config("configs/a|b.yaml", data="{source: files, path: ../prices.csv}"))
    engine.run(desk.config("configs/<b>.yaml", data="{source: files, path: ../prices.csv}", every="week_end"))
    text = overweight("compare --markdown 'a|b' '<b>'").out
    assert "### question" in text
    assert "| every | month_end | week_end |" in text
    assert "a\\|b" in text
    assert "| policy | " in text
    assert " | 2020-06-30 to 2021-06-30 |" in text
    assert "### against &lt;b>" in overweight("compare --markdown '<b>' 'a|b'").out
    page = overweight("compare --html 'a|b' '<b>'").out
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "http" not in page
    assert "<td>policy</td>" in page


def test_caveats_in_markdown_and_html_say_whose_they_are_and_the_grave_come_first(
    desk: Desk, overweight: Command
) -> None:
    engine.run(desk.config())
    engine.run(desk.config("b.yaml", trade="{sizing: gross}"))
    engine.run(desk.config("c.yaml", trade="{after: 0}", from_="2020-09-30"))
    text = overweight("compare --markdown a b c").out
    assert text.startswith("> **CAUTION: c: ")
    assert "\n- b: sized before costs (`sizing: gross`)" in text
    assert "- windows differ: compare only runs that stand above the same policy\n" in text
    assert text.count("\n| policy |") == 3  # one for each window and way of trading
    page = overweight("compare --html a b c").out
    assert "<p><strong>CAUTION: c: " in page
    assert "<li>b: sized before costs (`sizing: gross`)" in page
    assert page.count("<td>policy</td>") == 3


def names(overweight: Command, line: str) -> list[str]:
    """Names of the runs that are compared, in their order."""
    said = overweight(f"compare --json {line}")
    assert said.code == 0, said.err
    return [one["name"] for one in said.json]


def test_patterns_and_folders_stand_for_names_of_runs_and_for_paths(desk: Desk, overweight: Command) -> None:
    data = "{source: files, path: ../../prices.csv}"
    for name in ("etf/metals_a", "etf/metals_b", "etf/plain"):
        engine.run(desk.config(f"configs/{name}.yaml", data=data))
    one = engine.run(desk.config("metals_c.yaml"))
    other = engine.run(desk.config("metals_c.yaml", every="week_end"))
    metals = ["etf/metals_a", "etf/metals_b"]
    assert names(overweight, "'etf/metals*'") == metals
    assert names(overweight, "'*metals_[ab]'") == metals
    assert names(overweight, "'metals*'") == ["metals_c", "metals_c"]
    assert names(overweight, f"'metals_c/{one.id[:5]}*'") == ["metals_c"]
    assert names(overweight, f"metals_c/{one.id[:5]} {other.id[:4]}") == ["metals_c", "metals_c"]
    assert names(overweight, "'results/runs/etf/m*'") == metals
    assert names(overweight, "results/runs/etf") == [*metals, "etf/plain"]
    assert names(overweight, "'configs/*/metals*.yaml'") == metals
    desk.text("base: plain.yaml\nsweep: {over: {capital: [1, 2]}}\n", "configs/etf/sweep.yaml")
    desk.text("- {date: 2020-03-20, sign: 1}\n", "configs/etf/calendar.yaml")
    assert names(overweight, "configs") == [*metals, "etf/plain"]
    compared = engine.compare("etf/metals*", one)
    assert list(compared.metrics.index) == [*metals, "metals_c"]


def test_what_stands_for_nothing_or_for_two_things_is_told_at_once(desk: Desk, overweight: Command) -> None:
    engine.run(desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}"))
    Path("a").mkdir()
    Path("empty").mkdir()
    desk.config("a/b.yaml")
    said = overweight("compare 'nothing/*' a empty . 'a*'")
    assert (said.code, said.out) == (2, "")
    look = "`overweight list` shows the saved runs, `ls {}` the files"
    assert said.err.splitlines() == [
        "nothing/*: found nothing that matches; expected a pattern of configs, of folders of runs, or of names of "
        f"saved runs; {look.format('nothing/*')}",
        "a: found a folder, and saved runs of that name; expected one of the two; "
        "write `./a` for the folder, or `results/runs/a` for the runs",
        "empty: found a folder without any of them; expected a folder of configs, of a saved run, or of several; "
        + look.format("empty"),
        ".: found 1 saved runs and 2 configs in one folder; expected a folder of either; "
        "name the folder of the ones that are meant",
        "a*: found 1 folders, and 1 saved runs by name; expected one of the two; "
        "write `./a*` for the folders, or `results/runs/a*` for the runs",
    ]
    assert names(overweight, "'results/runs/a*' ./configs") == ["a", "a"]
    assert look.format("'my runs/'*'s v'?") in overweight("compare 'my runs/*s v?'").err


def test_a_short_id_of_several_runs_names_them(desk: Desk, overweight: Command) -> None:
    result = desk.run()
    text = (result.path or Path()).joinpath("result.json").read_text()
    for name, one in (("b", "abcd" * 4), ("c/d", "abcd0123" * 2)):
        desk.text(text, f"results/runs/{name}/{one}/result.json")
        os.utime(f"results/runs/{name}/{one}/result.json", (1e9, 1e9))
    assert overweight("compare abcd").err == (
        "abcd: found 2 saved runs; expected one; "
        "name one by its id, newest first: c/d/abcd0123abcd0123, b/abcdabcdabcdabcd\n"
    )
    assert len(overweight("compare --json abcda abcd0 c/d/abcd").json) == 3


def test_a_folder_that_lost_its_document_is_told(desk: Desk, overweight: Command) -> None:
    result = desk.run()
    assert result.path is not None
    (result.path / "result.json").unlink()
    for line in ("list", "compare a", f"compare {result.path.name}", f"compare '{result.path.parent}/*'"):
        said = overweight(line)
        assert said.code == 3, line
        assert said.err == (
            f"{result.path}/result.json: found a file that cannot be read (No such file or directory); "
            "expected what `overweight run` writes; run its config again, or remove the folder\n"
        ), line


def test_a_damaged_table_is_told_and_the_figures_are_still_shown(desk: Desk, overweight: Command) -> None:
    one, other = engine.run(desk.config()), engine.run(desk.config("b.yaml", every="week_end"))
    assert other.path is not None
    (other.path / "weights.parquet").write_bytes(b"no")
    said = overweight(f"compare {one.id} {other.id}")
    assert said.code == 3
    assert "weights.parquet: found a damaged file (" in said.err
    assert "bets" in said.out


def test_what_cash_is_assumed_to_earn_is_no_difference_of_skill(desk: Desk, overweight: Command) -> None:
    """Both invested from the second session on, and alike but for the rate of cash."""
    one = engine.run(desk.config(cash="{rate: 0.05}"))
    other = engine.run(desk.config("b.yaml", cash="{rate: 0.01}"))
    found = overweight(f"compare --json {one.id} {other.id}").json[1]["against_first"]
    assert abs(found["sharpe"]["difference"]) < 1e-3  # 0.026 a session, were each held against its own rate


TWO_CURRENCIES = (
    "{us: {source: files, path: us.csv}, uk: {source: files, path: uk.csv, currency: GBP}, "
    "fx: {source: files, path: fx.csv}}"
)


def in_pounds_and_dollars(desk: Desk) -> None:
    """The same holdings counted in dollars (`d.yaml`) and in pounds (`p.yaml`); the pound rises by half."""
    frame = made_prices()
    rate = np.linspace(1.0, 1.5, len(frame))
    desk.prices(frame[["AAA", "BBB"]], "us.csv")
    desk.prices(frame[["CCC"]], "uk.csv")
    desk.prices(pd.DataFrame({"GBPUSD": rate, "USDGBP": 1 / rate}, frame.index), "fx.csv")
    desk.config("d.yaml", data=TWO_CURRENCIES, fx="{GBP: GBPUSD}")
    desk.config("p.yaml", data=TWO_CURRENCIES, fx="{USD: USDGBP}", base_currency="GBP")


APART = (
    "counted in different currencies (d in USD; p in GBP): returns, Sharpe ratios and drawdowns have the rates of "
    "exchange in them and cannot be compared; give the configs one `base_currency`"
)


def test_runs_in_different_currencies_are_compared_by_weights_alone_and_that_is_said_first(
    desk: Desk, overweight: Command
) -> None:
    in_pounds_and_dollars(desk)
    said = overweight("compare d.yaml p.yaml")
    assert said.code == 0
    assert f"CAUTION: {APART}" in flat(said.out)
    rows = [line.split() for line in said.out.splitlines()]
    for name in (["equity", "ratio"], ["correlation"], ["Sharpe", "difference"], ["p,", "HAC"], ["p,", "bootstrap"]):
        (row,) = [row for row in rows if row[: len(name)] == name]
        assert row[-1] == "-"
    first, second = overweight("compare --json d.yaml p.yaml").json
    assert (first["currency"], second["currency"]) == ("USD", "GBP")
    against = second["against_first"]
    assert {key for key, value in against.items() if value is None} == {"growth", "correlation", "sharpe"}
    # What they hold is the same in any money.
    assert against["apart"] < 1e-9
    assert f"CAUTION: {APART}" in html.unescape(overweight("compare --html d.yaml p.yaml").out)
    assert f"**CAUTION: {APART}**" in overweight("compare --markdown d.yaml p.yaml").out


def test_the_same_portfolio_in_another_currency_is_its_equity_times_the_rate(desk: Desk) -> None:
    """By hand: without costs and cash a portfolio in pounds is that in dollars over the rate."""
    in_pounds_and_dollars(desk)
    dollars, pounds = (engine.run(f"{name}.yaml") for name in "dp")
    rate = pd.read_csv("fx.csv", index_col="date", parse_dates=True)["GBPUSD"].reindex(dollars.equity.index)
    grown = dollars.equity / dollars.equity.iloc[1] / (rate / rate.iloc[1])
    np.testing.assert_allclose(pounds.equity.iloc[1:] / pounds.equity.iloc[1], grown.iloc[1:], rtol=1e-9)


def test_runs_in_one_currency_that_is_not_the_dollar_are_compared_in_full(desk: Desk, overweight: Command) -> None:
    in_pounds_and_dollars(desk)
    desk.config("q.yaml", data=TWO_CURRENCIES, fx="{USD: USDGBP}", base_currency="GBP", every="week_end")
    said = overweight("compare p.yaml q.yaml")
    assert "currencies" not in said.out
    _, second = overweight("compare --json p.yaml q.yaml").json
    assert second["against_first"]["sharpe"] is not None


def test_the_page_that_compares_says_so_first_too(desk: Desk, overweight: Command) -> None:
    pytest.importorskip("plotly")
    in_pounds_and_dollars(desk)
    assert overweight("report d.yaml p.yaml --out pages").code == 0
    (page,) = [text for path in Path("pages").glob("*.html") if "Comparison: d, p" in (text := path.read_text())]
    assert APART in flat(html.unescape(page))
    assert "not compared: the runs are counted in different currencies" in page


def test_a_query_tells_the_currency_of_each_run(desk: Desk, overweight: Command) -> None:
    pytest.importorskip("duckdb")
    in_pounds_and_dollars(desk)
    overweight("run d.yaml p.yaml")
    rows = overweight('query --json "select name, currency from runs order by name"').json
    assert rows == [{"name": "d", "currency": "USD"}, {"name": "p", "currency": "GBP"}]
