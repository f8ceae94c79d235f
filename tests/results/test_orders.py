"""Orders that were cut or refused, `run --strict`, and the line of costs."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import engine
from engine.results.summary import Summary
from engine.trials import Tried
from tests.desk import Desk, made_prices
from tests.results.command import Command


@pytest.fixture
def gaps(desk: Desk) -> list[str]:
    """Prices in which AAA does not trade on the day after each of seven decisions; those days."""
    prices = made_prices()
    months = prices.index.to_period("M")
    firsts = [prices.index[months == month][0] for month in months.unique()[6:13]]
    prices.loc[firsts, "AAA"] = np.nan
    desk.prices(prices)
    return [str(day.date()) for day in firsts]


def test_orders_that_were_cut_or_refused_are_counted_by_reason(
    desk: Desk, gaps: list[str], overweight: Command
) -> None:
    desk.config()
    text = re.sub(r"\s+", " ", overweight("run a.yaml").out)
    assert " orders 7 cut or refused (no price 7) " in text


def test_strict_fails_and_lists_the_first_five(desk: Desk, gaps: list[str], overweight: Command) -> None:
    desk.config()
    assert overweight("run a.yaml").code == 0
    said = overweight("run --strict a.yaml")
    assert said.code == 1
    assert said.err.splitlines() == [
        "a.yaml: found 7 orders cut or refused (no price 7); expected every order done as wanted (--strict); "
        "mend data, costs or limits, or run without --strict; the first of them:",
        *(f"  {day}  AAA  no price" for day in gaps[:5]),
        "  and 2 more",
    ]
    assert "saved          results/runs/a/" in said.out
    document = overweight("run --strict --json a.yaml")
    assert (document.code, document.err) == (1, said.err)
    assert document.json["orders_cut_or_refused"] == {
        "count": 7,
        "reasons": {"no price": 7},
        "first": [{"date": day, "asset": "AAA", "reason": "no price"} for day in gaps[:5]],
    }
    assert "orders_cut_or_refused" not in overweight("run --json a.yaml").json
    both = overweight("run --strict a.yaml nix.yaml")
    assert both.code == 2


def test_strict_is_content_where_every_order_was_done(desk: Desk, overweight: Command) -> None:
    desk.config()
    said = overweight("run --strict a.yaml")
    assert (said.code, said.err) == (0, "")
    assert "cut or refused" not in said.out
    assert overweight("run --strict --json a.yaml").json["orders_cut_or_refused"] == {
        "count": 0,
        "reasons": {},
        "first": [],
    }


def test_other_costs_than_the_three_of_every_trade_have_their_line(desk: Desk, overweight: Command) -> None:
    desk.config(trade="{commission_bps: 5, half_spread_bps: 1}")
    assert "\ncosts  " not in overweight("run a.yaml").out
    desk.config(trade="{commission_bps: 5, management_bps_a_year: 50}")
    line = next(one for one in overweight("run a.yaml").out.splitlines() if one.startswith("costs   "))
    found = re.fullmatch(r"costs +commission (\S+) bps, management (\S+) bps a year", line)
    assert found is not None
    result = engine.run("a.yaml", results=None)
    total = result.metrics["costs_bps_a_year"]
    assert float(found[1]) + float(found[2]) == pytest.approx(total, abs=0.11)
    assert float(found[2]) == pytest.approx(50.0, abs=0.5)


@pytest.mark.parametrize("columns", [80, 120, 140])
def test_a_vast_sharpe_ratio_leaves_the_labels_whole(desk: Desk, overweight: Command, columns: int) -> None:
    result = desk.run(against="[policy, AAA]")
    vast = {"sharpe": 123456789012.3, "sharpe_se": 9876543210.9, "cagr": 1e9}
    portfolios = {key: replace(one, figures={**one.figures, **vast}) for key, one in result.portfolios.items()}
    console = Console(width=columns, file=io.StringIO())
    with console.capture() as captured:
        console.print(Summary(replace(result, portfolios=portfolios), Tried(1, None)))
    lines = captured.get().splitlines()
    for label in ("return a year", "Sharpe ± se", "worst drawdown", "turnover a year", "costs a year"):
        assert any(line.startswith(f"{label} ") for line in lines), label
    assert "1.2e+11" in captured.get()
    assert "± 9.9e+09" in captured.get()
    assert "…" not in captured.get()


def test_one_decision_is_one(desk: Desk, overweight: Command) -> None:
    desk.config(every="once")
    assert ", 1 decision, held against" in overweight("run a.yaml").out
    assert Path("results/runs/a").is_dir()
