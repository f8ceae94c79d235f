"""Every publisher's files on made markets, in the publisher's layout, to be served on the loopback address."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from engine.market.publishers import fred, french, gpr, pinksheet, yahoo
from tests.market.publishers import made

TICKERS = ("CPER", "GDX", "GLD", "SLV", "SPY", "XME")
INDUSTRIES = ("Oil", "Coal", "Mines", "Gold", "Steel", "Softw", "RlEst", "Banks", "Insur", "Fin")
METALS = ("Aluminum", "Iron ore, cfr spot", "Copper")
UNITS = ("($/mt)", "($/dmtu)", "($/mt)")
PINK_FILE = "https://thedocs.worldbank.org/en/doc/1-0050012026/related/CMO-Historical-Data-Monthly.xlsx"
HOSTS = tuple(
    urlsplit(address).netloc
    for address in (yahoo.HOST, french.FOLDER, gpr.FOLDER, pinksheet.PAGE, PINK_FILE, fred.ADDRESS)
)


def path_of(address: str) -> str:
    """Where the loopback server has the file of an address; it does not look at queries."""
    return urlsplit(address).path


@cache
def closes(first: str = "2003-01-02", last: str = "2026-06-30") -> pd.DataFrame:
    """Random walks of the tickers on business days, to four decimals as Yahoo gives about."""
    days = pd.bdate_range(first, last, name="date")
    steps = np.random.default_rng(7).normal(0.0003, 0.012, (len(days), len(TICKERS)))
    return pd.DataFrame((50 * np.exp(steps.cumsum(axis=0))).round(4), days, list(TICKERS))


@cache
def chart(ticker: str, rows: int = 0, currency: str = "USD") -> bytes:
    """The chart answer of one ticker; its last `rows` days, all of them for 0. A tenth lies in dividends."""
    column = closes()[ticker].iloc[-rows:]
    days = column.index.strftime("%Y-%m-%d").tolist()
    plain = (column * 1.1).round(4).tolist()
    return made.yahoo_chart(days, plain, column.tolist(), symbol=ticker, meta={"currency": currency})


@cache
def returns(first: str = "1969-07-01", last: str = "1985-12-31") -> pd.DataFrame:
    """Daily returns in percent, to two decimals."""
    days = pd.bdate_range(first, last)
    steps = np.random.default_rng(3).normal(0.04, 1.0, (len(days), len(INDUSTRIES)))
    return pd.DataFrame(steps.round(2), days, list(INDUSTRIES))


def french_zip(frame: pd.DataFrame, title: str = "  Average Value Weighted Returns -- Daily") -> bytes:
    rows = [
        f"{day:%Y%m%d}," + ",".join(f"{value:6.2f}" for value in row)
        for day, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]
    text = "\n".join(
        ["This file was created using the 202604 CRSP database.", "", title, "," + ",".join(frame), *rows, ""]
    )
    return made.zipped(text)


@cache
def factors() -> pd.DataFrame:
    days = returns().index
    draws = np.random.default_rng(4).normal(0.03, 0.8, (len(days), 3)).round(2)
    return pd.DataFrame(draws, days, ["Mkt-RF", "SMB", "HML"]).assign(RF=0.02)


@cache
def gpr_days(first: str = "2003-01-01", last: str = "2026-05-26") -> pd.DataFrame:
    """The daily index; its last two days are still being counted."""
    days = pd.date_range(first, last)
    draws = np.random.default_rng(5)
    index = np.exp(draws.normal(4.6, 0.4, len(days))).astype(np.float32).astype(float)
    frame = pd.DataFrame({"DAY": days.strftime("%Y%m%d"), "N10D": 400.0, "GPRD": index})
    frame["GPRD_ACT"], frame["GPRD_THREAT"], frame["date"] = index * 0.5, index[::-1] * 1.5, days
    frame.iloc[-2:, 1:5] = 0.0
    return frame


def pink_rows() -> list[list[object]]:
    months = pd.period_range("1990-01", "2026-02", freq="M")
    levels = np.exp(np.random.default_rng(6).normal(0, 0.05, (len(months), 3)).cumsum(axis=0))
    head: list[list[object]] = [["Updated on March 03, 2026", "", "", ""], ["", *METALS], ["", *UNITS]]
    return head + [
        [f"{month:%Y}M{month:%m}", *(100 * row).round(3).tolist()] for month, row in zip(months, levels, strict=True)
    ]


def fred_csv(series: str, first: str = "2003-01-02", last: str = "2026-06-30") -> bytes:
    """A daily yield in percent; New Year's Day is empty, as on a holiday."""
    days = pd.bdate_range(first, last)
    levels = 2 + np.random.default_rng(8).normal(0, 0.03, len(days)).cumsum() / 10
    rows = [
        f"{day:%Y-%m-%d}," + ("" if day.day_of_year == 1 else f"{level:.2f}")
        for day, level in zip(days, levels, strict=True)
    ]
    return "\n".join([f"observation_date,{series}", *rows, ""]).encode()


@cache
def files() -> dict[str, bytes]:
    """Path -> content of every file that the example configs read."""
    page = f'<a href="{PINK_FILE}">monthly</a>'.encode()
    served = {path_of(yahoo.address(ticker)): chart(ticker) for ticker in TICKERS}
    return served | {
        path_of(french.address(49)): french_zip(returns()),
        path_of(french.address("factors_3")): french_zip(factors(), ""),
        path_of(gpr.address()): made.as_stata(gpr_days(), made.GPR_LABELS),
        path_of(pinksheet.PAGE): page,
        path_of(PINK_FILE): made.pink_sheet(pink_rows()),
        path_of(fred.ADDRESS): fred_csv("DFII10"),
    }
