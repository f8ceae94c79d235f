"""`overweight query`: SQL over what is saved, against what the results themselves say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import ConfigError, DataError
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
    assert said.endswith("; expected one SELECT over runs; `overweight query` alone lists the columns")
    assert "\n" not in said


def test_a_damaged_run_hides_no_other(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = desk.run(), desk.run(every="week_end")
    assert other.path is not None
    (other.path / "result.json").write_text("{")
    capsys.readouterr()
    assert query("select id from runs", as_json=True, as_csv=False, results=Path("results")) == 3
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"id": one.id}]
    assert said.err.startswith(f"{other.path}/result.json: found a damaged or outdated file")


def test_a_damaged_table_is_told_and_hides_no_other(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = desk.run(), desk.run(every="week_end")
    assert other.path is not None
    (other.path / "ledger.parquet").write_bytes(b"no")
    assert query("select distinct id from ledger", as_json=True, as_csv=False, results=Path("results")) == 3
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"id": one.id}]
    assert said.err == (
        f"{other.path}/ledger.parquet: found a damaged file: its rows are left out; expected a table; "
        "run its config again, or remove the folder\n"
    )
    assert query(None, as_json=True, as_csv=False, results=Path("results")) == 3
    assert "equity" in json.loads(capsys.readouterr().out)["ledger"]
    Path("results/trials.sqlite").write_text("no database, but longer than a header of one" * 99)
    with pytest.raises(DataError, match=r"trials.sqlite: found a damaged file .*; expected the ledger of trials; rem"):
        query("from trials", as_json=True, as_csv=False, results=Path("results"))
    assert len(asked("from runs", capsys)) == 2


@pytest.mark.parametrize("table", ["ledger", "targets", "weights", "trades", "decisions"])
def test_a_table_that_is_gone_is_told_and_hides_no_other(
    desk: Desk, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    one, other = desk.run(), desk.run(every="week_end")
    assert other.path is not None
    (other.path / f"{table}.parquet").unlink()
    assert query(f"select distinct id from {table}", as_json=True, as_csv=False, results=Path("results")) == 3
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"id": one.id}]
    assert said.err == (
        f"{other.path}/{table}.parquet: found no such file: its rows are left out; expected a table; "
        "run its config again, or remove the folder\n"
    )
    assert query("select id from runs", as_json=True, as_csv=False, results=Path("results")) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_a_table_whose_rows_are_damaged_is_told_and_hides_no_other(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its end is sound, so that its columns are known; its pages are not."""
    one, other = desk.run(), desk.run(every="week_end")
    assert other.path is not None
    table = other.path / "ledger.parquet"
    sound = table.read_bytes()
    table.write_bytes(sound[:4] + b"\xa5" * (len(sound) // 2) + sound[4 + len(sound) // 2 :])
    assert (
        query("select distinct id from ledger where equity > 0", as_json=True, as_csv=False, results=Path("results"))
        == 3
    )
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"id": one.id}]
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"{table}: found a damaged file: its rows are left out")
    assert query("select count(*) as n from runs", as_json=True, as_csv=False, results=Path("results")) == 0


def test_a_question_that_fails_for_want_of_a_damaged_table_tells_of_both(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    one = desk.run()
    assert one.path is not None
    (one.path / "ledger.parquet").write_bytes(b"no")
    with pytest.raises(ConfigError, match='Referenced column "equity" not found'):
        query("select equity from ledger", as_json=True, as_csv=False, results=Path("results"))
    assert capsys.readouterr().err.startswith(f"{one.path}/ledger.parquet: found a damaged file")


#: What must not be, and the words that refuse it.
REFUSED = {
    "copy runs to 'out.csv'": "the statement COPY",
    "copy (select 1) to 'results/out.csv'": "the statement COPY",
    "explain analyze copy (select 1) to 'results/out.csv'": "the statement EXPLAIN",
    "with a as (copy (select 1) to 'results/out.csv') select 1": "a question that reaches beyond the results",
    "with a as (insert into runs select * from runs returning 1) select 1": "Catalog Error: runs is not an table",
    "prepare p as copy (select 1) to 'results/out.csv'": "the statement PREPARE",
    "export database 'results/out'": "the statement EXPORT",
    "attach 'results/out.db' as b": "the statement ATTACH",
    "attach 'results/trials.sqlite' (type sqlite)": "the statement ATTACH",
    "install httpfs": "the statement LOAD",
    "load httpfs": "the statement LOAD",
    "set enable_external_access = true": "the statement SET",
    "reset lock_configuration": "the statement SET",
    "pragma database_list": "the statement PRAGMA",
    "create table out as select 1": "the statement CREATE",
    "create secret s (type s3)": "the statement CREATE",
    "delete from runs": "the statement DELETE",
    "drop view runs": "the statement DROP",
    "from runs; copy runs to 'out.csv'": "2 statements",
    "": "no statement",
    "select * from read_csv('secret.csv')": "a question that reaches beyond the results",
    "select * from read_text('secret.csv')": "a question that reaches beyond the results",
    "select * from read_blob('results/runs/*/*/result.json')": "a question that reaches beyond the results",
    "select * from glob('*')": "a question that reaches beyond the results",
    "select * from parquet_metadata('prices.parquet')": "a question that reaches beyond the results",
    "from read_parquet('https://localhost:1/x.parquet')": "a question that reaches beyond the results",
    "from 'secret.csv'": "a question that reaches beyond the results",
    "select * from read_csv('../secret.csv')": "a question that reaches beyond the results",
    "from query('copy (select 1) to ''results/out.csv'' ')": "Parser Error",
    "from query('with a as (copy (select 1) to ''results/out.csv'') select 1')": "Binder Error",
    "from sqlite_scan('results/trials.sqlite', 'trials')": "Catalog Error",
    "from database": "Catalog Error: Table with name database does not exist!",  # a variable of ours
}


def test_nothing_but_results_is_read_and_nothing_written(desk: Desk) -> None:
    """Each way out that DuckDB has: beside the refusal, no file appears, changes or goes."""
    desk.run()
    desk.text("a\nsesame\n", "secret.csv")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    for sql, found in REFUSED.items():
        with pytest.raises(ConfigError) as caught:
            query(sql, as_json=True, as_csv=False, results=Path("results"))
        said = str(caught.value)
        assert said.startswith(f"overweight query: SQL: found {found}"), sql
        assert "; expected one SELECT over runs, " in said, sql
        assert "sesame" not in said, sql
        assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before, sql


def test_a_refused_statement_says_what_to_do_instead(desk: Desk) -> None:
    desk.run()
    with pytest.raises(ConfigError) as caught:
        query("copy runs to 'x.csv'", as_json=False, as_csv=False, results=Path("results"))
    assert str(caught.value).endswith(
        "; results are read here and never changed: ask for the rows, and take them with --csv or --json"
    )


def test_only_tables_that_a_question_names_are_opened(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desk.run(), desk.run(every="week_end")
    opened: list[str] = []
    real = pq.read_schema

    def seen(path: Path) -> pa.Schema:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(pq, "read_schema", seen)
    assert len(asked("select * from runs", capsys)) == 2
    assert opened == []
    (found,) = asked(f"select count(*) as n from ledger where id = '{one.id}'", capsys)
    assert found["n"] == len(one.equity)
    (found,) = asked("select count(*) as n from ledger", capsys)
    assert found["n"] == len(one.equity) + len(other.equity)
    assert set(opened) == {"ledger.parquet"}
    assert {"runs", "weights"} <= {row["name"] for row in asked("show tables", capsys)}


def test_a_column_that_is_text_in_one_study_and_a_number_in_another_is_text(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, every in (("a", [21, 63]), ("w[1]*", ["month_end", "week_end"])):
        folder = Path(f"results/studies/{name}/0123456789abcdef")
        folder.mkdir(parents=True)
        pd.DataFrame({"every": every, "id": ["own", "own"]}).to_parquet(folder / "variants.parquet")
    found = asked("select name, id, every from variants order by all", capsys)
    assert [(row["name"], row["id"], row["every"]) for row in found] == [
        (name, "0123456789abcdef", every)
        for name, every in (("a", "21"), ("a", "63"), ("w[1]*", "month_end"), ("w[1]*", "week_end"))
    ]
    for every in ("63", "month_end"):
        assert asked(f"select count(*) as n from variants where every = '{every}'", capsys) == [{"n": 1}]


def test_whole_numbers_in_one_study_and_others_in_another_are_numbers(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, enter in (("a", [1, 2]), ("b", [0.5, 1.0])):
        folder = Path(f"results/studies/{name}/0123456789abcdef")
        folder.mkdir(parents=True)
        pd.DataFrame({"enter": enter, name: "x"}).to_parquet(folder / "variants.parquet")
    assert asked("select count(*) as n, sum(enter) as s from variants where enter >= 1", capsys) == [{"n": 3, "s": 4.0}]
    assert asked("select name, a, b from variants where enter = 0.5", capsys) == [{"name": "b", "a": None, "b": "x"}]


def test_columns_of_one_name_are_told_apart(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.run()
    (found,) = asked("select a.id, b.id, 1 as x from runs a join runs b using (name)", capsys)
    assert list(found) == ["id", "id_2", "x"]


def test_rows_too_wide_for_the_terminal_are_lists_or_lose_columns_by_name(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    columns = ", ".join(f"i * {n}.123456::double as figure_{n}" for n in range(1, 31))
    desk.run()

    def said(rows: int) -> list[str]:
        capsys.readouterr()
        sql = f"select {columns} from range(1, {rows + 1}) t(i)"
        assert query(sql, as_json=False, as_csv=False, results=Path("results")) == 0
        return capsys.readouterr().out.splitlines()

    few = said(2)
    assert [line.split() for line in few[:2]] == [["figure_1", "1.12346"], ["figure_2", "2.12346"]]
    assert len(few) == 2 * 30 + 1
    many = said(20)
    assert many[0].split() == [f"figure_{n}" for n in range(1, 7)]
    assert many[20].split()[0] == "22.4691"
    assert all(len(line) <= 60 for line in many)
    left = ", ".join(f"figure_{n}" for n in range(7, 31))
    below = f"and 24 more columns: {left} name the ones to see; --csv or --json gives all"
    assert " ".join(many[21:]) == below
