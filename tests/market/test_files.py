"""A user's own files: wide or long, CSV or parquet, prices or returns, give the same panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.config import load
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from tests.desk import Desk, made_prices


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**changes)))


def test_a_wide_csv_gives_its_own_numbers(desk: Desk) -> None:
    read = panel(desk, to="2020-12-31")
    expected = pd.read_csv("prices.csv", index_col="date", parse_dates=True).loc[:"2020-12-31"]
    assert read.assets == ("AAA", "BBB", "CCC")
    assert (read.sessions == expected.index.to_numpy().astype("datetime64[D]")).all()
    assert (read.prices == expected.to_numpy()).all()


def test_parquet_and_long_tables_give_the_panel_of_the_wide_csv(desk: Desk) -> None:
    wide = panel(desk)
    desk.prices(pd.read_csv("prices.csv", index_col="date", parse_dates=True), "prices.parquet")
    long = pd.read_csv("prices.csv").melt("date", var_name="ticker", value_name="close")
    long.sample(frac=1, random_state=1).to_csv("long.csv", index=False)
    for path in ("prices.parquet", "long.csv"):
        assert panel(desk, data=f"{{source: files, path: {path}}}").fingerprint == wide.fingerprint


def test_long_tables_may_name_their_columns_and_carry_opens(desk: Desk) -> None:
    closes = made_prices()
    long = closes.melt(ignore_index=False, var_name="symbol", value_name="last").reset_index()
    long["first"] = long["last"] * 0.99
    long.rename(columns={"date": "day"}).to_csv("long.csv", index=False)
    read = panel(
        desk,
        data="{source: files, path: long.csv, date: day, label: symbol, price: last, open: first, format: long}",
    )
    assert read.opens is not None
    np.testing.assert_allclose(read.opens, read.prices * 0.99, rtol=1e-12)


def test_returns_become_levels_with_the_same_returns(desk: Desk) -> None:
    returns = made_prices().pct_change().iloc[1:]
    desk.prices(returns)
    read = panel(desk, data="{source: files, path: prices.csv, kind: returns}")
    np.testing.assert_allclose(
        read.prices[1:] / read.prices[:-1] - 1, returns.to_numpy()[1 : len(read.prices)], atol=1e-15
    )


def test_columns_may_be_renamed(desk: Desk) -> None:
    desk.prices(made_prices(labels="AAA bbb CCC"))
    read = panel(desk, data="{source: files, path: prices.csv, columns: {BBB: bbb}}")
    assert read.assets == ("AAA", "BBB", "CCC")


def test_the_order_of_columns_and_other_columns_change_nothing(desk: Desk) -> None:
    before = desk.run()
    frame = made_prices()
    desk.prices(frame[["CCC", "AAA", "BBB"]].assign(ZZZ=1.0))
    after = desk.run()
    assert before.id == after.id
    assert (before.ledger.to_numpy() == after.ledger.to_numpy()).all()


def test_data_that_go_on_after_to_change_neither_id_nor_result(desk: Desk) -> None:
    before = desk.run(to="2021-03-31")
    desk.prices(made_prices().iloc[:350])
    assert desk.run(to="2021-03-31").id == before.id


def test_opens_are_part_of_what_a_result_stands_on(desk: Desk) -> None:
    long = made_prices().melt(ignore_index=False, var_name="ticker", value_name="close").reset_index()
    ids, equities = set(), set()
    for factor in (0.99, 0.98):
        long.assign(open=long["close"] * factor).to_csv("long.csv", index=False)
        result = desk.run(data="{source: files, path: long.csv, open: open}", trade="{at: open}")
        ids.add(result.id)
        equities.add(float(result.equity.iloc[-1]))
    assert len(ids) == len(equities) == 2
