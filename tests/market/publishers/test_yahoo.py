"""Yahoo's chart answers: against yfinance on the same answer, and the traps by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import DataError
from engine.market.publishers import yahoo
from tests.loopback import serving
from tests.market.publishers.made import YAHOO_UNKNOWN, yahoo_chart

DAYS = ["2024-06-03", "2024-06-04", "2024-06-05", "2024-06-06"]
EVENTS = {
    "dividends": {"1": {"amount": 0.5, "date": 1_717_507_800}},
    "splits": {"2": {"date": 1_717_594_200, "numerator": 4, "denominator": 1, "splitRatio": "4:1"}},
}
CHART = yahoo_chart(DAYS, [50.0, 51.0, 52.0, 53.0], [49.0, 50.49, 52.0, 53.0], events=EVENTS)


def test_closes_and_opens_are_adjusted_by_one_ratio() -> None:
    table = yahoo.parse(CHART, "here")
    assert table.columns == ("XME",)
    assert table.dates.astype(str).tolist() == DAYS
    assert table.values[:, 0].tolist() == [49.0, 50.49, 52.0, 53.0]
    assert table.opens is not None
    np.testing.assert_allclose(table.opens[:, 0], [49.0 * 0.98, 50.0 * 0.99, 51.0, 52.0], rtol=1e-15)
    assert table.volumes is not None
    assert table.volumes[:, 0].tolist() == [1000.0, 1001.0, 1002.0, 1003.0]
    assert table.kind == "prices"


def test_actions_keep_what_adjusts_the_prices() -> None:
    table = yahoo.actions(CHART, "here")
    assert table.columns == ("close", "dividend", "capital_gain", "split")
    assert table.values[:, 0].tolist() == [50.0, 51.0, 52.0, 53.0]
    nan = np.nan
    np.testing.assert_array_equal(table.values[:, 1:], [[nan] * 3, [0.5, nan, nan], [nan, nan, 4.0], [nan] * 3])


def test_facts_name_the_currency() -> None:
    pence = yahoo_chart(DAYS, [1.0] * 4, symbol="RIO.L", zone="Europe/London", meta={"currency": "GBp"})
    assert yahoo.facts(pence)["currency"] == "GBp"
    assert yahoo.facts(pence)["exchangeTimezoneName"] == "Europe/London"


@pytest.mark.filterwarnings("ignore")
def test_the_same_answer_reads_the_same_in_yfinance(tmp_path: Path) -> None:
    yfinance = pytest.importorskip("yfinance", reason="needs the extra: sources")
    requests = pytest.importorskip("requests")
    sessions = np.datetime_as_string(np.arange("2023-01-02", "2024-03-28", dtype="datetime64[D]"))
    days = [day for day in sessions.tolist() if np.is_busday(day)]
    closes: list[float | None] = (50 + np.cumsum(np.sin(np.arange(len(days))))).tolist()
    closes[7] = None
    adjusted = [None if close is None else close * 0.97 for close in closes]
    chart = yahoo_chart(days, closes, adjusted, events={"dividends": {"1": {"amount": 0.3, "date": 1_700_058_600}}})
    files = {"/v8/finance/chart/XME": chart, "/v1/test/getcrumb": b"crumb", "/": b""}
    with serving(files) as server:

        class Redirected(requests.Session):  # type: ignore[misc, name-defined]
            def request(self, method: str, url: str, **more: Any) -> Any:
                self.trust_env = False
                return super().request(method, server.base + "/" + url.split("/", 3)[-1], **more)

        yfinance.set_tz_cache_location(str(tmp_path))
        ticker = yfinance.Ticker("XME", session=Redirected())
        theirs = ticker.history(period="max", auto_adjust=True, actions=True)
    ours = yahoo.parse(chart, "here")
    assert len(theirs) == len(days) - 1
    assert theirs.index.strftime("%Y-%m-%d").tolist() == ours.dates.astype(str).tolist()
    assert ours.opens is not None
    assert ours.volumes is not None
    np.testing.assert_array_equal(theirs["Close"].to_numpy(), ours.values[:, 0])
    np.testing.assert_allclose(theirs["Open"].to_numpy(), ours.opens[:, 0], rtol=1e-14)
    np.testing.assert_array_equal(theirs["Volume"].to_numpy(), ours.volumes[:, 0])
    dividends = np.nan_to_num(yahoo.actions(chart, "here").values[:, 1])
    np.testing.assert_array_equal(theirs["Dividends"].to_numpy(), dividends)


def open_session(quoted: str, close: str = "2024-06-06 20:00") -> dict[str, Any]:
    at, end = (int(np.datetime64(text, "s").astype(int)) for text in (quoted, close))
    return {"regularMarketTime": at, "currentTradingPeriod": {"regular": {"start": end - 23_400, "end": end}}}


def test_the_day_of_an_open_session_is_no_close_and_is_dropped() -> None:
    open_day = yahoo_chart(DAYS, [1.0, 2.0, 3.0, 4.0], meta=open_session("2024-06-06 15:00"))
    assert yahoo.parse(open_day, "here").dates.astype(str).tolist() == DAYS[:3]
    closed = yahoo_chart(DAYS, [1.0, 2.0, 3.0, 4.0], meta=open_session("2024-06-06 20:00"))
    assert yahoo.parse(closed, "here").dates.astype(str).tolist() == DAYS


def test_before_the_next_opening_the_last_close_stands() -> None:
    # The quote is of the 6th's close; the session Yahoo calls current is that of the 7th.
    before = yahoo_chart(DAYS, [1.0, 2.0, 3.0, 4.0], meta=open_session("2024-06-06 20:00", "2024-06-07 20:00"))
    assert len(yahoo.parse(before, "here").dates) == 4


def test_a_day_that_comes_twice_counts_once_by_its_last_close() -> None:
    twice = yahoo_chart([*DAYS, DAYS[-1]], [1.0, 2.0, 3.0, 4.0, 4.5])
    assert yahoo.parse(twice, "here").values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.5]


def test_rows_out_of_order_are_put_in_order() -> None:
    table = yahoo.parse(yahoo_chart(DAYS[::-1], [4.0, 3.0, 2.0, 1.0]), "here")
    assert table.values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("zone", "opening"),
    [
        ("Europe/London", "00:00"),
        ("Australia/Sydney", "10:00"),
        ("America/Sao_Paulo", "10:00"),
        ("Asia/Tokyo", "09:00"),
    ],
)
def test_days_are_the_exchanges_own_in_summer_and_winter(zone: str, opening: str) -> None:
    days = ["2024-01-03", "2024-03-28", "2024-04-02", "2024-07-01", "2024-10-28", "2024-12-31"]
    table = yahoo.parse(yahoo_chart(days, [1.0] * 6, zone=zone, opening=opening), "here")
    assert table.dates.astype(str).tolist() == days


def test_a_midnight_an_hour_off_belongs_to_the_day_after() -> None:
    table = yahoo.parse(yahoo_chart(["2022-01-03"], [1.0], zone="America/Sao_Paulo", opening="23:00"), "here")
    assert str(table.dates[0]) == "2022-01-04"


def test_without_adjusted_closes_the_closes_stand() -> None:
    chart = json.loads(yahoo_chart(DAYS, [1.0, 2.0, 3.0, 4.0], symbol="EURUSD=X"))
    del chart["chart"]["result"][0]["indicators"]["adjclose"]
    assert yahoo.parse(json.dumps(chart).encode(), "here").values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]


def changed(**result: Any) -> bytes:
    chart = json.loads(CHART)
    chart["chart"]["result"][0].update(result)
    return json.dumps(chart).encode()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            YAHOO_UNKNOWN,
            "found the error 'Not Found: No data found, symbol may be delisted'.*check the ticker",
        ),
        (CHART[: len(CHART) // 2], "no answer of the chart service .JSONDecodeError"),
        (b"[]", "no answer of the chart service"),
        (b'{"chart": {"result": []}}', "no answer of the chart service"),
        (b'{"chart": {"result": [{"meta": {}}]}}', "no answer of the chart service .KeyError: 'symbol'"),
        (changed(timestamp=[]), "a ticker without a single price"),
        (
            changed(timestamp=[1_717_421_400]),
            "found 4 numbers under quote.close; expected 1, one per timestamp",
        ),
        (changed(indicators={"quote": [{}]}), "no numbers under quote.close"),
        (yahoo_chart(DAYS, [None] * 4), "not one close of a finished session"),
        (
            yahoo_chart(DAYS, [1.0] * 4, meta={"dataGranularity": "1mo"}),
            "found rows of 1mo; expected daily rows",
        ),
    ],
)
def test_damage_is_told(content: bytes, text: str) -> None:
    with pytest.raises(DataError, match=text):
        yahoo.parse(content, "here")


def test_another_ticker_than_asked_for_is_refused() -> None:
    with pytest.raises(DataError, match="found prices of XME; expected prices of GOLD; check the ticker"):
        yahoo.wanted("GOLD").read(CHART, "here")


def test_odd_tickers_are_written_as_an_address() -> None:
    assert "/chart/%5EGSPC?" in yahoo.address("^GSPC")
    assert "/chart/GC%3DF?" in yahoo.address("GC=F")
