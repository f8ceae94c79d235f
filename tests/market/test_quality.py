"""Quality: each kind of trouble planted is found, with its label, first day and size; a clean table has none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.market.quality import Finding, Tolerances, findings, session_returns, short
from engine.market.table import Table
from tests.desk import made_prices
from tests.market.publishers.conftest import SHARED


def table_of(frame: pd.DataFrame, kind: str = "prices") -> Table:
    days = frame.index.to_numpy().astype("datetime64[D]")
    return Table(days, tuple(map(str, frame.columns)), frame.to_numpy(dtype=float), kind, "here")  # type: ignore[arg-type]


def of_kind(found: list[Finding], kind: str) -> list[Finding]:
    return [one for one in found if one.kind == kind]


@pytest.fixture
def prices() -> pd.DataFrame:
    return made_prices(labels="AAA BBB CCC DDD")


def test_a_clean_table_has_nothing_to_report(prices: pd.DataFrame) -> None:
    assert findings(table_of(prices)) == []


def test_gaps_are_sessions_missing_inside_a_life(prices: pd.DataFrame) -> None:
    prices.iloc[:50, 0] = np.nan
    prices.iloc[350:, 1] = np.nan
    prices.iloc[100:103, 2] = np.nan
    prices.iloc[200, 2] = np.nan
    (gap,) = of_kind(findings(table_of(prices)), "gap")
    assert (gap.label, gap.first, gap.count, gap.worst) == ("CCC", np.datetime64(prices.index[100], "D"), 4, 3.0)


def test_an_exchanges_own_sessions_show_what_every_label_misses(prices: pd.DataFrame) -> None:
    sessions = prices.index.to_numpy().astype("datetime64[D]")
    found = findings(table_of(prices.drop(prices.index[[10, 11]])), sessions=sessions)
    assert [(one.label, one.count) for one in of_kind(found, "gap")] == [("AAA and 3 more", 2)]


def test_a_hole_in_the_dates_is_found(prices: pd.DataFrame) -> None:
    (hole,) = of_kind(findings(table_of(prices.drop(prices.index[100:120]))), "hole")
    assert hole.first == np.datetime64(prices.index[99], "D") + 1
    assert hole.worst > 20


def test_stale_stretches_are_counted_with_the_longest(prices: pd.DataFrame) -> None:
    prices.iloc[100:106, 1] = 50.0
    prices.iloc[200:210, 1] = 60.0
    prices.iloc[300:305, 1] = 70.0
    (stale,) = of_kind(findings(table_of(prices)), "stale")
    assert (stale.label, stale.count, stale.worst) == ("BBB", 2, 10.0)
    assert stale.first == np.datetime64(prices.index[100], "D")
    found = findings(table_of(prices), Tolerances(stale=5))
    assert of_kind(found, "stale")[0].count == 3


def test_zero_and_negative_prices_are_found(prices: pd.DataFrame) -> None:
    prices.iloc[7, 3] = 0.0
    prices.iloc[9, 3] = -2.0
    (bad,) = of_kind(findings(table_of(prices)), "not positive")
    assert (bad.label, bad.count, bad.worst) == ("DDD", 2, -2.0)


def test_moves_beyond_the_bound_are_told_and_stay(prices: pd.DataFrame) -> None:
    prices.iloc[150:, 0] *= 0.69
    table = table_of(prices)
    before = table.values.copy()
    (move,) = of_kind(findings(table), "move")
    assert move.label == "AAA"
    assert move.worst == pytest.approx(prices["AAA"].pct_change().iloc[150])
    assert not of_kind(findings(table), "split")
    assert (table.values == before).all(), "nothing is ever deleted"


@pytest.mark.parametrize(
    ("factor", "words"), [(0.5, "2 for 1"), (0.1, "10 for 1"), (3.0, "1 for 3"), (2 / 3, "1.5 for 1")]
)
def test_a_split_that_was_not_adjusted_is_told(prices: pd.DataFrame, factor: float, words: str) -> None:
    prices.iloc[149:151, 2] = prices.iloc[149, 2]
    prices.iloc[150:, 2] *= factor
    (split,) = of_kind(findings(table_of(prices)), "split")
    assert (split.label, split.first) == ("CCC", np.datetime64(prices.index[150], "D"))
    assert words in split.words


def test_a_crash_of_all_is_no_split(prices: pd.DataFrame) -> None:
    prices.iloc[150:] *= 0.5
    assert not of_kind(findings(table_of(prices)), "split")
    assert len(of_kind(findings(table_of(prices)), "move")) == 4


def test_a_move_over_a_gap_is_a_move(prices: pd.DataFrame) -> None:
    prices.iloc[100:110, 0] = np.nan
    prices.iloc[110:, 0] *= 0.4
    (move,) = of_kind(findings(table_of(prices)), "move")
    assert move.first == np.datetime64(prices.index[110], "D")


def test_one_series_under_two_names_is_found(prices: pd.DataFrame) -> None:
    noise = np.random.default_rng(0).normal(0, 2e-5, len(prices))
    twins = prices.assign(EEE=prices["BBB"] * 3, FFF=prices["CCC"] * (1 + noise))
    found = of_kind(findings(table_of(twins)), "agree")
    assert [one.label for one in found] == ["BBB = EEE", "CCC = FFF"]
    assert found[0].worst == pytest.approx(1.0)
    expected = twins["CCC"].pct_change().corr(twins["FFF"].pct_change())
    assert found[1].worst == pytest.approx(expected, abs=1e-9)


def test_related_series_are_not_called_the_same(prices: pd.DataFrame) -> None:
    noise = np.random.default_rng(0).normal(0, 1e-3, len(prices))
    assert not of_kind(findings(table_of(prices.assign(EEE=prices["BBB"] * (1 + noise)))), "agree")


def test_survivors_alone_are_told() -> None:
    prices = made_prices(labels="A B C D E")
    assert short(findings(table_of(prices))) == {"survivors": 1}
    prices.iloc[300:, 0] = np.nan
    assert findings(table_of(prices)) == []


def test_values_are_looked_at_for_gaps_alone(prices: pd.DataFrame) -> None:
    prices.iloc[100:150, 0] = 0.0
    prices.iloc[200, 1] = np.nan
    assert short(findings(table_of(prices, "values"))) == {"gap": 1}


def test_returns_are_those_of_pandas(prices: pd.DataFrame) -> None:
    prices.iloc[50:60, 1] = np.nan
    expected = prices.ffill().pct_change(fill_method=None).where(prices.notna())
    np.testing.assert_allclose(session_returns(prices.to_numpy()), expected.to_numpy(), atol=1e-14)


def test_nothing_at_all_is_no_trouble() -> None:
    empty = Table(np.empty(0, "datetime64[D]"), (), np.empty((0, 0)), "prices", "here")
    assert findings(empty) == []
    alone = Table(np.array(["2020-01-01"], "datetime64[D]"), ("A",), np.array([[np.nan]]), "prices", "here")
    assert findings(alone) == []


@pytest.mark.needs_reference
def test_silvers_fall_and_coppers_are_reported_and_stay() -> None:
    path = SHARED / "reference/metals_futures_daily.csv"
    if not path.is_file():
        pytest.skip("needs ../shared/data/reference, which is not here")
    frame = pd.read_csv(path, index_col="date", parse_dates=True)
    moves = {one.label: one for one in of_kind(findings(table_of(frame), Tolerances(move=0.2)), "move")}
    silver = next(one for label, one in moves.items() if "silver" in label.lower())
    copper = next(one for label, one in moves.items() if "copper" in label.lower())
    assert "2026-01-30" in silver.words
    assert silver.worst < -0.25
    assert "2025-07-31" in copper.words
