"""Yahoo Finance: one ticker's daily history, as the chart service (v8) answers it.

Layout: JSON; `chart.result[0]` has `meta` (symbol, currency, exchangeTimezoneName, the session's end),
`timestamp` (seconds, the session's start), `indicators.quote[0]` (open, high, low, close, volume),
`indicators.adjclose[0]`, and `events` (dividends, splits, capitalGains). An unknown ticker answers 404 with
`chart.error`. Traps:

- `close` is adjusted for splits, not for dividends; `adjclose` for both, and changes all the way back with
  every dividend. Opens are adjusted here by the same ratio as closes.
- While a session is open its unfinished day stands last, sometimes twice: it is dropped, it is no close. (A
  ticker that did not trade in the last minutes shows its day from the next morning on.)
- Days are the exchange's own: some lie at 23:00 of the day before, an hour off at a change of summer time.
- London prices are in GBp, pence (see `facts`). A ticker may be given to another company.
- Plain clients are often refused (429): the call goes out as a browser's, by the library that yfinance uses.

The reading is done here and not by yfinance because a snapshot needs what yfinance hides (which day is
unfinished, why a ticker failed, the publisher's headers) and the same retries, length checks and address
overrides as every other publisher; a test holds the two equal on the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from engine.market.fetch import Request, begins_with
from engine.market.publishers.browser import open_as_browser
from engine.market.publishers.faults import bad_file
from engine.market.table import Dates, Table
from engine.market.wanted import Wanted

HOST = "https://query2.finance.yahoo.com"
ATTRIBUTION = "Yahoo Finance"
# All there is: from 1900 to a day far ahead. `range=max` would answer in months.
SPAN = "period1=-2208988800&period2=9999999999&interval=1d"


def address(ticker: str) -> str:
    """Where the whole daily history of a ticker lies."""
    events = "events=div%2Csplits%2CcapitalGains&includePrePost=false"
    return f"{HOST}/v8/finance/chart/{quote(ticker, safe='')}?{SPAN}&{events}"


def wanted(ticker: str) -> Wanted:
    """What a pull asks for: the adjusted prices under the ticker, and `TICKER.actions`."""

    def read(content: bytes, place: str) -> Mapping[str, Table]:
        prices = parse(content, place)
        if prices.columns[0].upper() != ticker.upper():
            raise bad_file(place, f"prices of {prices.columns[0]}", f"prices of {ticker}", "check the ticker")
        return {ticker: prices, f"{ticker}.actions": actions(content, place)}

    request = Request(address(ticker), f"the daily history of {ticker} as JSON", begins_with(b"{"))
    return Wanted("yahoo", ticker, request, read, facts, opener=open_as_browser)


def parse(content: bytes, place: str) -> Table:
    """Closes and opens adjusted for splits and dividends, and volumes, of one ticker.

    Days without a close are left out, and the last day while its session is open. NaN where an open or a
    volume is missing. Raises DataError where the answer is an error, is cut, or is not daily.
    """
    answer = _answer(content, place)
    rows, dates = _whole_days(answer, place)
    closes, adjusted = _quotes(answer, "close", place)[rows], _adjusted(answer, place)[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        opens = _quotes(answer, "open", place)[rows] * (adjusted / closes)
    volumes = _quotes(answer, "volume", place)[rows]
    return Table(
        dates=dates,
        columns=(str(answer["meta"]["symbol"]),),
        values=adjusted[:, None],
        kind="prices",
        place=place,
        opens=opens[:, None],
        volumes=volumes[:, None],
        attribution=ATTRIBUTION,
    )


def actions(content: bytes, place: str) -> Table:
    """What adjusts the prices: columns close (for splits only), dividend, capital_gain, split (4.0: 4 for 1).

    NaN on days without one. Raises DataError as `parse` does.
    """
    answer = _answer(content, place)
    rows, dates = _whole_days(answer, place)
    values = np.full((len(dates), 4), np.nan)
    values[:, 0] = _quotes(answer, "close", place)[rows]
    events: Mapping[str, Mapping[str, Any]] = answer.get("events") or {}
    for column, name in ((1, "dividends"), (2, "capitalGains"), (3, "splits")):
        for event in (events.get(name) or {}).values():
            amount = _amount(event, name, place)
            # An event of a day without a price, or of today's open session, takes effect on none of them.
            values[dates == _days([event["date"]], answer, place)[0], column] = amount
    return Table(dates, ("close", "dividend", "capital_gain", "split"), values, "values", place)


def _amount(event: Mapping[str, Any], name: str, place: str) -> float:
    """Money per share of a dividend or gain; new shares per old one of a split."""
    try:
        event["date"]
        return float(event["numerator"] / event["denominator"] if name == "splits" else event["amount"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise bad_file(place, f"{event!r} among the {name}", "an event with its date and amount") from error


def facts(content: bytes) -> dict[str, str]:
    """Currency (GBp is pence), exchange, time zone and kind of instrument, as Yahoo says."""
    meta: Mapping[str, Any] = json.loads(content)["chart"]["result"][0]["meta"]
    names = ("currency", "exchangeName", "exchangeTimezoneName", "instrumentType")
    return {name: str(meta[name]) for name in names if meta.get(name)}


def _answer(content: bytes, place: str) -> dict[str, Any]:
    try:
        chart = json.loads(content)["chart"]
        error = chart.get("error")
        if error:
            said = f"{error.get('code')}: {error.get('description')}"
            raise bad_file(place, f"the error {said!r}", "a history of prices", "check the ticker")
        answer: dict[str, Any] = chart["result"][0]
        answer["meta"]["symbol"], answer["meta"]["exchangeTimezoneName"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        found = f"no answer of the chart service ({type(error).__name__}: {str(error)[:80]})"
        raise bad_file(place, found, "JSON with chart.result and its meta") from error
    if answer["meta"].get("dataGranularity", "1d") != "1d":
        raise bad_file(place, f"rows of {answer['meta']['dataGranularity']}", "daily rows (1d)")
    if not answer.get("timestamp"):
        raise bad_file(place, "a ticker without a single price", "a history of prices", "check the ticker")
    return answer


def _quotes(answer: Mapping[str, Any], name: str, place: str) -> NDArray[np.float64]:
    """One list of the quotes, null as NaN."""
    return _as_numbers(answer, ("quote", name), place)


def _adjusted(answer: Mapping[str, Any], place: str) -> NDArray[np.float64]:
    # Currencies and some indices carry no adjusted closes: nothing is paid there.
    pair = ("adjclose", "adjclose") if "adjclose" in answer.get("indicators", {}) else ("quote", "close")
    return _as_numbers(answer, pair, place)


def _as_numbers(answer: Mapping[str, Any], names: tuple[str, str], place: str) -> NDArray[np.float64]:
    rows = len(answer["timestamp"])
    try:
        numbers = np.array(answer["indicators"][names[0]][0][names[1]], dtype=np.float64)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise bad_file(place, f"no numbers under {'.'.join(names)}", f"{rows} of them") from error
    if numbers.shape != (rows,):
        raise bad_file(place, f"{numbers.size} numbers under {'.'.join(names)}", f"{rows}, one per timestamp")
    return numbers


def _days(seconds: list[int], answer: Mapping[str, Any], place: str) -> Dates:
    """The exchange's calendar day of each time."""
    import pandas as pd

    zone = answer["meta"]["exchangeTimezoneName"]
    try:
        local = pd.to_datetime(seconds, unit="s", utc=True).tz_convert(zone)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        found = f"times that are none, or an unknown time zone {zone!r} ({error})"
        raise bad_file(place, found, "seconds since 1970 and a zone as America/New_York") from error
    clock = local.tz_localize(None)
    # 22:00 and 23:00 sharp are midnights that a change of summer time has moved.
    moved = (clock.minute == 0) & (clock.hour >= 22)
    return np.asarray((clock + pd.to_timedelta(2 * moved.astype(int), unit="h")).to_numpy(), dtype="datetime64[D]")


def _whole_days(answer: Mapping[str, Any], place: str) -> tuple[NDArray[np.intp], Dates]:
    """The rows with a close of a finished session, by date, one a day (the last); and their days."""
    days = _days(answer["timestamp"], answer, place)
    good = ~np.isnan(_quotes(answer, "close", place)) & ~np.isnan(_adjusted(answer, place))
    unfinished = _unfinished_day(answer, place)
    if unfinished is not None:
        good &= days != unfinished
    order = np.argsort(days, kind="stable")
    order = order[good[order]]
    if not len(order):
        raise bad_file(place, "not one close of a finished session", "a history of prices", "check the ticker")
    rows = order[np.append(days[order][1:] != days[order][:-1], True)]
    return rows, days[rows]


def _unfinished_day(answer: Mapping[str, Any], place: str) -> np.datetime64 | None:
    """The day whose session was still open when Yahoo answered, if any."""
    meta = answer["meta"]
    session = (meta.get("currentTradingPeriod") or {}).get("regular") or {}
    quoted, start, end = meta.get("regularMarketTime"), session.get("start"), session.get("end")
    # Before the opening Yahoo speaks of the coming session already; the last quote is of the one before.
    if quoted is None or start is None or end is None or not start <= quoted < end:
        return None
    return np.datetime64(_days([quoted], answer, place)[0], "D")
