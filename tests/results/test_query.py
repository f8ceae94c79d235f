"""`overweight query`: SQL over what is saved, against what the results themselves say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.errors import ConfigError
from engine.results.query import query
from tests.desk import Desk

pytest.importorskip("duckdb")


def asked(sql: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert query(sql, as_json=True, as_csv=False, results=Path("results")) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_runs_and_their_tables_are_asked_together(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    one = desk.run()
    other = desk.run(every="week_end")
    rows = asked("select id, sharpe, turnover from runs order by turnover", capsys)
    assert [row["id"] for row in rows] == [one.id, other.id]
    assert rows[0]["sharpe"] == one.metrics["sharpe"]
    (last,) = asked(f"select last(equity order by date) as equity from ledger where id = '{other.id}'", capsys)
    assert last["equity"] == other.equity.iloc[-1]
    costs = asked("select id, sum(commission + half_spread + slippage) as paid from trades group by id", capsys)
    assert {row["id"]: row["paid"] for row in costs} == pytest.approx(
        {run.id: float(run.trades[["commission", "half_spread", "slippage"]].sum().sum()) for run in (one, other)}
    )
    (tried,) = asked("select count(*) as n from trials", capsys)
    assert tried["n"] == 2


def test_names_with_folders_are_whole_and_tables_of_studies_are_there(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("results/studies/etf/deep/0123456789abcdef")
    folder.mkdir(parents=True)
    pd.DataFrame({"sharpe": np.arange(3.0)}).to_parquet(folder / "variants.parquet")
    hidden = Path("results/studies/etf/deep/.unfinished-1-x")
    hidden.mkdir()
    pd.DataFrame({"sharpe": np.arange(9.0)}).to_parquet(hidden / "variants.parquet")
    desk.text((desk.folder / desk.config()).read_text().replace("prices.csv", "../../prices.csv"), "configs/etf/b.yaml")
    import engine

    engine.run("configs/etf/b.yaml")
    assert asked("select name, id, max(sharpe) as best from variants group by all", capsys) == [
        {"name": "etf/deep", "id": "0123456789abcdef", "best": 2.0}
    ]
    assert asked("select distinct name from ledger", capsys) == [{"name": "etf/b"}]


def test_csv_table_and_overview(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    result = desk.run()
    capsys.readouterr()
    query(
        "select date, equity, null as nothing from ledger order by date",
        as_json=False,
        as_csv=True,
        results=Path("results"),
    )
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["date"] for row in rows] == [str(day.date()) for day in result.equity.index]
    assert float(rows[-1]["equity"]) == result.equity.iloc[-1]
    assert rows[0]["nothing"] == ""
    query("select date, equity from ledger order by date", as_json=False, as_csv=False, results=Path("results"))
    drawn = capsys.readouterr().out
    assert f"and {len(rows) - 60} more rows: --csv or --json gives all" in drawn
    query(None, as_json=False, as_csv=False, results=Path("results"))
    assert {"runs", "ledger", "trials"} <= {line.split(" ")[0] for line in capsys.readouterr().out.splitlines()}


def test_a_wrong_question_is_told_in_words(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        query("select nope from runs", as_json=False, as_csv=False, results=Path("results"))
    said = str(caught.value)
    assert said.startswith('overweight query: SQL: found Binder Error: Referenced column "nope" not found')
    assert said.endswith("; expected SQL over runs; `overweight query` alone lists the columns")
    assert "\n" not in said


def test_a_damaged_run_hides_no_other(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = desk.run(), desk.run(every="week_end")
    assert other.path is not None
    (other.path / "result.json").write_text("{")
    assert asked("select id from runs", capsys) == [{"id": one.id}]
