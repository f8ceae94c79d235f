"""Files that are cut or scrambled anywhere: a table or a DataError comes of them, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.market.publishers import fred, french, gpr, pinksheet, yahoo
from engine.market.table import Table
from tests.market.publishers import made

pytest.importorskip("python_calamine", reason="needs the extra: sources")

Parser = Callable[[bytes, str], Table]
FILES: dict[str, tuple[Parser, bytes]] = {
    "french": (french.parse, made.zipped(made.FRENCH_DAILY)),
    "french prose": (
        lambda text, place: french.parse(made.zipped(text.decode("latin-1")), place),
        made.FRENCH_DAILY.encode(),
    ),
    "gpr dta": (gpr.parse, made.as_stata(made.gpr_daily(20), made.GPR_LABELS)),
    "gpr csv": (gpr.parse, made.as_csv(made.gpr_daily(20).drop(columns="date"))),
    "pinksheet": (pinksheet.parse, made.pink_sheet()),
    "fred": (fred.parse, made.FRED_NEW),
    "yahoo": (yahoo.parse, made.yahoo_chart(["2024-06-03", "2024-06-04"], [1.0, 2.0])),
    "yahoo actions": (
        yahoo.actions,
        made.yahoo_chart(["2024-06-03"], [1.0], events={"dividends": {"1": {"amount": 0.5, "date": 1_717_421_400}}}),
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damage_anywhere_is_a_table_or_a_data_error(name: str, data: st.DataObject) -> None:
    parse, content = FILES[name]
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)), "cut at")])
    places = st.tuples(st.integers(0, max(0, len(damaged) - 1)), st.integers(0, 255))
    for place, byte in data.draw(st.lists(places, max_size=3), "scrambled") if damaged else []:
        damaged[place] = byte
    with suppress(DataError):
        table = parse(bytes(damaged), "here")
        assert table.values.shape == (len(table.dates), len(table.columns))
