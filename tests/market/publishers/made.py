"""Files in the publishers' layouts, with their traps, written by hand for the tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from engine.market.snapshots import Origin
from engine.market.table import Table


def zipped(text: str, name: str = "49_Industry_Portfolios_Daily.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


FRENCH_DAILY = """This file was created using the 202604 CRSP database.
It contains value- and equal-weighted returns for 3 industry portfolios.

The portfolios are constructed at the end of June.

Missing data are indicated by -99.99 or -999.


  Average Value Weighted Returns -- Daily
,Agric,Food ,Gold\x20
19260701,   0.56,  -0.07,-99.99
19260702,   0.29,   0.06,  7.43
19260703,  -0.33,   0.18,-999


  Average Equal Weighted Returns -- Daily
,Agric,Food ,Gold\x20
19260701,   9.00,   9.00,-99.99
19260702,   9.00,   9.00,  9.00
19260703,   9.00,   9.00,  9.00

Copyright 2026 Eugene F. Fama and Kenneth R. French
"""

FRENCH_MONTHLY = """This file was created using the 202604 CRSP database.

  Average Value Weighted Returns -- Monthly
,Agric,Gold
202401,   1.10,  -2.20
202402,   3.30,-99.99

  Average Equal Weighted Returns -- Monthly
,Agric,Gold
202401,   5.00,   6.00
202402,   7.00,   8.00

  Average Value Weighted Returns -- Annual
,Agric,Gold
2023,  12.00,  13.00
2024,  14.00,  15.00

  Number of Firms in Portfolios
,Agric,Gold
202401,    10,     7
202402,    11,     6

  Average Firm Size
,Agric,Gold
202401,  50.10,  60.20
202402,  51.10,  61.20

  Value-Weighted Average of BE/ME
,Agric,Gold
2023,   0.50,   0.60

Copyright 2026 Eugene F. Fama and Kenneth R. French
"""

FACTORS_MONTHLY = """This file was created by using the 202604 CRSP database.
The 1-month TBill rate data until 202405 are from Ibbotson Associates.

,Mkt-RF,SMB,HML,RF
202401,   0.71,  -5.09,  -2.38,   0.47
202402,   5.06,  -0.24,  -3.48,   0.42

 Annual Factors: January-December
,Mkt-RF,SMB,HML,RF
  2023,  21.69,  -3.20, -13.90,   4.95

Copyright 2026 Eugene F. Fama and Kenneth R. French
"""

MOMENTUM_TXT = """This file was created using the 202604 CRSP database.
Missing data are indicated by -99.99 or -999.

            Mom
19261103    0.5600
19261104   -99.99
"""

GPR_LABELS = {
    "N10D": "Number of articles (10 recent newspapers, 1985-)",
    "GPRD": "Daily GPR (Index: 1985:2019=100)",
}


def gpr_daily(days: int = 60, articles: Mapping[int, float] | None = None) -> pd.DataFrame:
    """A daily GPR table of `days` days from 2003-03-01; articles: of some rows, by position (-1: last)."""
    dates = pd.date_range("2003-03-01", periods=days)
    counts = np.full(days, 400.0)
    for row, count in (articles or {}).items():
        counts[row] = count
    index = np.where(counts > 1, 100.0 + np.arange(days), 0.0).astype(np.float32).astype(float)
    acts = index * 0.5
    acts[3] = 0.0
    return pd.DataFrame(
        {
            "DAY": dates.strftime("%Y%m%d"),
            "N10D": counts,
            "GPRD": index,
            "GPRD_ACT": acts,
            "GPRD_THREAT": index * 2,
            "date": dates,
            "event": "",
        }
    )


def gpr_monthly(months: int = 30, last_count: float = 20_000.0) -> pd.DataFrame:
    """A monthly GPR table; the recent index begins with its seventh month, as the historical one is older."""
    index = np.arange(months) + 90.0
    recent = np.where(np.arange(months) < 6, np.nan, index)
    counts = np.where(np.isnan(recent), np.nan, 20_000.0)
    counts[-1] = last_count
    dates = pd.date_range("2023-01-01", periods=months, freq="MS")
    return pd.DataFrame(
        {
            "month": dates,
            "GPR": recent,
            "GPRT": recent,
            "GPRA": recent,
            "GPRH": index,
            "N10": counts,
            "GPRC_USA": recent,
        }
    )


def as_stata(frame: pd.DataFrame, labels: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    dates = {str(name): "td" for name in frame if str(frame[name].dtype).startswith("datetime64")}
    kept = {name: text for name, text in labels.items() if name in frame}
    frame.to_stata(buffer, convert_dates=dates, write_index=False, version=118, variable_labels=kept)
    return buffer.getvalue()


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def as_xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """The smallest workbook that spreadsheet readers accept: inline text and numbers."""
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="rId{n}" Target="worksheets/sheet{n}.xml" Type="http://schemas.openxmlformats.org'
        f'/officeDocument/2006/relationships/worksheet"/>'
        for n in range(1, len(sheets) + 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Target="xl/workbook.xml" Type="{office}/officeDocument"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        for number, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(_cell(cell) for cell in row)}</row>" for row in rows)
            book.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return buffer.getvalue()


def _cell(cell: Any) -> str:
    if isinstance(cell, (int, float)):
        return f"<c><v>{cell!r}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'


PINK_ROWS: list[list[Any]] = [
    ["World Bank Commodity Price Data (The Pink Sheet)", "", "", ""],
    ["monthly prices in nominal US dollars, 1960 to present", "", "", ""],
    ["Updated on March 03, 2026", "", "", ""],
    ["", "Copper", "Beef **", "Rice, Thai 5% "],
    ["", "($/mt)", "($/kg)", "($/mt)"],
    ["", "COPPER", "BEEF", "RICE_05"],
    ["1960M01", 715.4, 0.7055, "…"],
    ["1960M02", 728.19, "..", 104.5],
    ["1960M12", 700, "...", 105.25],
]


def pink_sheet(rows: Sequence[Sequence[Any]] = PINK_ROWS, sheet: str = "Monthly Prices") -> bytes:
    return as_xlsx({"AFOSHEET": [["x"]], sheet: rows})


def yahoo_chart(
    days: Sequence[str],
    closes: Sequence[float | None],
    adjusted: Sequence[float | None] | None = None,
    *,
    symbol: str = "XME",
    zone: str = "America/New_York",
    opening: str = "09:30",
    meta: Mapping[str, Any] | None = None,
    events: Mapping[str, Any] | None = None,
) -> bytes:
    """A chart answer; opens are one below the closes, volumes 1000, 1001, ..."""
    stamps = [int(pd.Timestamp(f"{day} {opening}", tz=zone).timestamp()) for day in days]
    quote = {
        "open": [None if close is None else close - 1.0 for close in closes],
        "high": [None if close is None else close + 1.0 for close in closes],
        "low": [None if close is None else close - 2.0 for close in closes],
        "close": list(closes),
        "volume": [None if close is None else 1000 + row for row, close in enumerate(closes)],
    }
    about = {
        "symbol": symbol,
        "currency": "USD",
        "exchangeName": "PCX",
        "instrumentType": "ETF",
        "exchangeTimezoneName": zone,
        "dataGranularity": "1d",
        "validRanges": ["1d", "max"],
        **(meta or {}),
    }
    result = {
        "meta": about,
        "timestamp": stamps,
        "indicators": {
            "quote": [quote],
            "adjclose": [{"adjclose": list(adjusted if adjusted is not None else closes)}],
        },
    }
    if events is not None:
        result["events"] = dict(events)
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


NO_SYMBOL = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
YAHOO_UNKNOWN = json.dumps({"chart": {"result": None, "error": NO_SYMBOL}}).encode()
FRED_NEW = b"observation_date,DGS10\n2024-01-01,\n2024-01-02,3.95\n2024-01-03,3.91\n"
FRED_OLD = b"DATE,DGS10\r\n2024-01-01,.\r\n2024-01-02,3.95\r\n2024-01-03,3.91\r\n"

START = datetime(2026, 5, 26, 12, 0, tzinfo=UTC)


def origin(days: int = 0) -> Origin:
    return Origin("https://a.example/x", START + timedelta(days=days), "read", {"etag": '"1"'}, {"base": "1985"})


def a_table(rows: int = 5, columns: tuple[str, ...] = ("XME", "SPY"), **more: object) -> Table:
    dates = np.arange(rows).astype("datetime64[D]") + 20_000
    values = np.arange(float(rows * len(columns))).reshape(rows, -1) + 100.0
    return Table(dates, columns, values, "prices", "here", **more)  # type: ignore[arg-type]
