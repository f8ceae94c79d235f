"""What a name in a claim means: sleeves, labels, series, currencies; what is missing, and what is a mistake."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.sleeves import sleeve_series
from engine.study.claims.evidence import Evidence, gather
from engine.study.claims.levels import NotMeasurable
from engine.study.claims.study import claims_of
from tests.desk import Desk, made_prices
from tests.study.claims.asked import judged, parts, series

DATA = "data: {source: files, path: prices.csv}\n"
RETURN = "measure: return\nof: [{of}]\nfrom: 2020-02-03\nto: 2020-06-30\nclaimed: 0.1"


def evidence(desk: Desk, text: str, *names: str) -> Evidence:
    desk.text("claims: {}\n" + text, "c.yaml")
    return gather(load("c.yaml"), names)


@pytest.mark.parametrize("sleeve", ["[AAA, BBB]", "{AAA: 0.7, BBB: 0.3}", "{members: [AAA, BBB], lookback: 21, "
                                    "parts: inverse_volatility}"])  # fmt: skip
def test_a_sleeve_is_the_one_that_a_run_sees(desk: Desk, sleeve: str) -> None:
    frame = made_prices(5)
    frame.iloc[:40, 1] = np.nan
    frame.iloc[100, 0] = np.nan
    frame.iloc[300:, 1] = np.nan
    desk.prices(frame)
    text = f"hold: {{one: {sleeve}}}\nmembership: {{BBB: {{from: 2020-06-01}}}}\n" + DATA
    found = evidence(desk, text, "AAA", "BBB").levels("one", "claims")
    config = load("c.yaml")
    panel = build_panel(config)
    wanted = sleeve_series(config, panel)["one"].levels
    begun = ~np.isnan(wanted)
    assert (found.dates == panel.sessions[begun]).all()
    assert found.values == pytest.approx(wanted[begun], rel=1e-12)


def test_prices_are_counted_in_the_base_currency_at_the_last_rate(desk: Desk) -> None:
    desk.prices(series({"AAA": [100.0, 110, 120, 130]}), "london.csv")
    desk.prices(series({"GBPUSD": [1.2, np.nan, 1.5, np.nan]}), "rates.csv")
    text = """\
hold: {one: [AAA]}
fx: {GBP: GBPUSD}
data:
  london: {source: files, path: london.csv, currency: GBp, returns: price}
  rates: {source: files, path: rates.csv}
"""
    found = evidence(desk, text, "AAA")
    assert found.levels("AAA", "claims").values == pytest.approx([1.2, 1.32, 1.8, 1.95])
    assert found.levels("AAA", "claims").unit == "USD"
    quoted = found.quoted("AAA", "claims")
    assert (list(quoted.values), quoted.unit, quoted.returns) == ([100.0, 110, 120, 130], "GBp", "price")


def test_a_rate_that_ended_long_ago_counts_no_more(desk: Desk) -> None:
    desk.prices(series({"AAA": list(np.arange(100.0, 130.0))}), "london.csv")
    desk.prices(series({"GBPUSD": [1.2, 1.3]}), "rates.csv")
    text = """\
hold: {one: [AAA]}
fx: {GBP: GBPUSD}
data:
  london: {source: files, path: london.csv, currency: GBP}
  rates: {source: files, path: rates.csv}
"""
    found = evidence(desk, text, "AAA").levels("AAA", "claims")
    assert str(found.dates[-1]) == "2020-01-10"  # the last rate is of 2020-01-02; ten days later is a Sunday


def test_series_go_by_source_and_column_or_by_a_watched_name(desk: Desk) -> None:
    desk.prices(series({"copper": [9000.0, 9500], "iron": [100.0, 105]}, freq="ME"), "metals.csv")
    text = """\
hold: {one: [AAA]}
watch: {ore: {series: metals.iron}}
data:
  prices: {source: files, path: prices.csv}
  metals: {source: files, path: metals.csv, kind: values}
"""
    found = evidence(desk, text, "AAA")
    assert list(found.levels("metals.copper", "claims").values) == [9000, 9500]
    assert list(found.levels("ore", "claims").values) == [100, 105]
    assert found.levels("ore", "claims").monthly
    with pytest.raises(ConfigError, match=r"`metals\.cooper`, which nothing is called"):
        found.levels("metals.cooper", "claims")


MISSING = """\
hold: {one: [AAA]}
data:
  prices: {source: files, path: prices.csv}
  other: {source: files, path: gone.csv}
"""


def test_what_a_missing_file_may_have_had_is_not_measurable(desk: Desk) -> None:
    (part,) = parts(desk, RETURN.format(of="ZINC"), MISSING)
    assert part.verdict == "not measurable on this data"
    assert part.note == "no `ZINC` in the data at hand; other: `gone.csv`, which is no file"
    assert parts(desk, RETURN.format(of="AAA"), MISSING)[0].value is not None


def test_a_series_of_a_missing_source_is_not_measurable(desk: Desk) -> None:
    rest = MISSING.replace("gone.csv}", "gone.csv, kind: values}")
    (part,) = parts(desk, RETURN.format(of="other.zinc"), rest)
    assert part.note == "other: `gone.csv`, which is no file"


def test_where_nothing_can_be_read_the_file_is_at_fault(desk: Desk) -> None:
    desk.text("claims:\n  C1: {claim: x, measure: range, of: [AAA], claimed: 5}\n" +
              "hold: {one: [AAA]}\ndata: {source: files, path: gone.csv}\n", "c.yaml")  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        claims_of(load("c.yaml"))
    assert str(caught.value).startswith("c.yaml:4:29: data.path: found `gone.csv`, which is no file")


def test_a_damaged_source_is_as_good_as_missing_and_a_misdescribed_one_a_fault(desk: Desk) -> None:
    desk.text("date,ZINC\n2020-01-01,many\n", "gone.csv")
    (part,) = parts(desk, RETURN.format(of="ZINC"), MISSING)
    assert part.note == "no `ZINC` in the data at hand; other: `many` for ZINC on 2020-01-01"
    rest = MISSING.replace("gone.csv}", "prices.csv, kind: values, column: DDD}")
    with pytest.raises(ConfigError, match="DDD"):
        parts(desk, RETURN.format(of="AAA"), rest)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (
            RETURN.format(of="AAAA"),
            "c.yaml:5:9: claims.C1.of: found `AAAA`, which nothing is called; expected a sleeve of this file, a label "
            "of its data, or `source.column`; did you mean `AAA`?",
        ),
        (
            RETURN.format(of="bbb"),
            "c.yaml:5:9: claims.C1.of: found `bbb`, which nothing is called; expected a sleeve of this file, a label "
            "of its data, or `source.column`; did you mean `BBB`?",
        ),
        (
            RETURN.format(of="AAA") + "\nversus: everithing",
            "c.yaml:9:13: claims.C1.versus: found `everithing`, which nothing is called; expected a sleeve of this "
            "file, a label of its data, or `source.column`; did you mean `everything`?",
        ),
        (
            RETURN.format(of="AAA") + "\nalternatives: {other: {of: [QQQQ]}}",
            "c.yaml:9:32: claims.C1.alternatives.other.of: found `QQQQ`, which nothing is called; expected a sleeve of "
            "this file, a label of its data, or `source.column`; name one of them, or add its source",
        ),
    ],
)
def test_a_name_that_means_nothing_is_a_fault(desk: Desk, claim: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        judged(desk, claim)
    assert str(caught.value) == message


def test_every_wrong_name_of_a_file_is_told_at_once(desk: Desk) -> None:
    one = "{{claim: x, measure: range, claimed: 5, of: [{}]}}"
    desk.text(f"claims:\n  A: {one.format('nope')}\n  B: {one.format('AAA')}\n  C: {one.format('none')}\n"
              "hold: {one: [AAA]}\ndata: {source: files, path: prices.csv}\n", "c.yaml")  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        claims_of(load("c.yaml"))
    assert [fault.key for fault in caught.value.faults] == ["claims.A.of", "claims.C.of"]


def test_a_name_in_two_sources_is_a_fault(desk: Desk) -> None:
    desk.prices(made_prices(), "again.csv")
    with pytest.raises(ConfigError, match="`AAA`, which the sources other and prices both have"):
        parts(desk, RETURN.format(of="AAA"), MISSING.replace("gone", "again"))


def test_days_outside_the_data_are_told(desk: Desk) -> None:
    frame = made_prices().drop(pd.bdate_range("2020-05-01", "2020-07-31"))
    desk.prices(frame)
    levels = evidence(desk, "hold: {one: [AAA]}\ndata: {source: files, path: prices.csv}\n", "AAA").levels("AAA", "")
    with pytest.raises(NotMeasurable, match=r"^AAA begins on 2020-01-01, after 2019-12-31$"):
        levels.row_at(pd.Timestamp("2019-12-31").date())
    with pytest.raises(NotMeasurable, match=r"^AAA has a hole from 2020-04-30, before 2020-06-01$"):
        levels.row_at(pd.Timestamp("2020-06-01").date())
    assert str(levels.dates[levels.row_at(pd.Timestamp("2020-05-10").date())]) == "2020-04-30"
