"""Returns, records, bands and forecasts against figures worked out by hand or with pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import ConfigError
from tests.desk import Desk, made_prices
from tests.study.claims.asked import FILE, judged, parts, series


def test_a_return_over_months_is_that_of_pandas(desk: Desk) -> None:
    frame = made_prices()
    desk.prices(frame)
    found = parts(desk, "measure: return\nof: [AAA, BBB]\nas_of: 2021-03-14\nmonths: 6\nclaimed: 0.1")
    for part, label in zip(found, ("AAA", "BBB"), strict=True):
        first, last = frame[label].asof(pd.Timestamp("2020-09-14")), frame[label].asof(pd.Timestamp("2021-03-14"))
        assert part.value == pytest.approx(last / first - 1, rel=1e-12)
        assert (part.what, part.note) == (label, "price only, without distributions")


@pytest.mark.parametrize(("how", "value"), [("ratio", 0.8 / 1.25 - 1), ("points", -0.2 - 0.25)])
def test_lagging_is_the_ratio_of_wealth_unless_it_says_points(desk: Desk, how: str, value: float) -> None:
    desk.prices(series({"AAA": [100.0, 90, 80], "BBB": [80.0, 90, 100]}))
    claim = f"measure: return\nof: [AAA]\nversus: BBB\nfrom: 2020-01-01\nto: 2020-01-03\nin: {how}\nclaimed: -0.4"
    assert parts(desk, claim)[0].value == pytest.approx(value, rel=1e-12)


def test_both_sides_are_read_on_the_days_they_share(desk: Desk) -> None:
    """BBB has no price on the last day: both end on the day before."""
    desk.prices(series({"AAA": [100.0, 90, 45], "BBB": [100.0, 80, np.nan]}))
    claim = "measure: return\nof: [AAA]\nversus: BBB\nfrom: 2020-01-01\nto: 2020-01-03\nclaimed: 0.125\ntolerance: 0"
    (part,) = parts(desk, claim)
    assert (part.value, part.verdict) == (0.125, "holds")


def test_price_returns_beside_total_ones_are_a_fault_unless_accepted(desk: Desk) -> None:
    desk.prices(series({"AAA": [100.0, 90]}), "one.csv")
    desk.prices(series({"BBB": [100.0, 80]}), "two.csv")
    rest = "hold: {a: [AAA]}\ndata:\n  x: {source: files, path: one.csv, returns: price}\n" \
        "  y: {source: files, path: two.csv}\n"  # fmt: skip
    claim = "measure: return\nof: [AAA]\nversus: BBB\nfrom: 2020-01-01\nto: 2020-01-02\nclaimed: 0.1"
    with pytest.raises(ConfigError) as caught:
        parts(desk, claim, rest)
    assert str(caught.value) == (
        "c.yaml:6:13: claims.C1.versus: found price returns (AAA) beside total returns; expected one kind of return on "
        "both sides; use total-return data, or say `accept: price_against_total`"
    )
    (part,) = parts(desk, claim, rest + "accept: price_against_total\n")
    assert part.note == "AAA: price only, without distributions; BBB: total return"


RECORD = "measure: record\nof: [AAA]\nfrom: 2020-01-06\nto: 2020-01-07\n"


def test_a_record_is_higher_than_everything_before(desk: Desk) -> None:
    desk.prices(series({"AAA": [10.0, 20, 15, 21, 18, 99]}))  # 2020-01-01 to 2020-01-08
    (part,) = parts(desk, RECORD)
    assert part.verdict == "holds"
    assert part.value == pytest.approx(21 / 20 - 1)
    assert part.details == {"high": 21.0, "high_on": "2020-01-06", "high_before": 20.0, "unit": "USD"}


def test_a_level_that_was_reached_before_is_no_record_but_may_be_the_highest_since(desk: Desk) -> None:
    desk.prices(series({"AAA": [30.0, 20, 15, 21, 18, 99]}))
    assert parts(desk, RECORD)[0].verdict == "does not hold"
    (part,) = parts(desk, RECORD + "since: 2020-01-02")
    assert (part.verdict, part.what) == ("holds", "AAA highest since 2020-01-02")
    by_name = parts(desk, RECORD.replace("[AAA]", "[AAA]") + "since: {AAA: 2020-01-02}")
    assert by_name == (part,)
    desk.prices(series({"AAA": [30.0, 21, 15, 21, 18, 99]}))
    assert parts(desk, RECORD + "since: 2020-01-02")[0].verdict == "does not hold"  # equal is not higher


@pytest.mark.parametrize(("level", "verdict"), [(21.2, "holds"), (21.3, "does not hold"), (20.8, "holds")])
def test_the_level_of_a_record_counts_within_a_percent(desk: Desk, level: float, verdict: str) -> None:
    desk.prices(series({"AAA": [10.0, 20, 15, 21, 18, 99]}))
    record, at_level = parts(desk, RECORD + f"claimed: {level}")
    assert (record.verdict, at_level.verdict, at_level.value, at_level.unit) == ("holds", verdict, 21.0, "USD")


def test_pence_are_no_dollars(desk: Desk) -> None:
    """Fresnillo's 4,448 was printed as dollars: the figure is right, the unit is not, so the claim is not."""
    desk.prices(series({"AAA": [4000.0, 4100, 4200, 4448, 4300]}))
    pence = FILE.replace("returns: price", "returns: price, currency: GBp")
    record, level = parts(desk, RECORD + "claimed: 4448\nunit: USD", pence)
    assert (record.verdict, level.verdict) == ("holds", "does not hold")
    assert level.note == "quoted in GBp, not in USD: the figure fits GBp"
    assert parts(desk, RECORD + "claimed: 4448\nunit: GBp", pence)[1].verdict == "holds"
    assert parts(desk, RECORD + "claimed: 55\nunit: USD", pence)[1].note == "quoted in GBp, not in USD"


def test_adjusted_closes_know_no_level_and_half_a_record(desk: Desk) -> None:
    desk.prices(series({"AAA": [10.0, 20, 15, 21, 18, 99]}))
    adjusted = FILE.replace(", returns: price", "")
    record, level = parts(desk, RECORD + "claimed: 21", adjusted)
    assert (record.verdict, level.verdict) == ("holds in part", "not measurable on this data")
    assert "of the bare price these closes cannot tell" in record.note
    desk.prices(series({"AAA": [30.0, 20, 15, 21, 18, 99]}))
    assert parts(desk, RECORD, adjusted)[0].verdict == "does not hold"


def test_a_record_needs_something_before_it_and_data_on_its_days(desk: Desk) -> None:
    desk.prices(series({"AAA": [21.0, 18]}, start="2020-01-06"))
    assert parts(desk, RECORD)[0].note == "AAA begins on 2020-01-06: there is nothing before to be higher than"
    desk.prices(series({"AAA": [10.0, 20, 15]}))
    (part,) = parts(desk, RECORD.replace("2020-01-0", "2020-03-0"))
    assert (part.verdict, part.note) == ("not measurable on this data", "AAA ends on 2020-01-03, before 2020-03-07")


@pytest.mark.parametrize(
    ("values", "share", "verdict"),
    [
        ([95.0, 100, 105, 115], 1.0, "holds"),
        ([94.9, 100, 105, 115], 0.75, "holds in part"),
        ([94.9, 100, 105, 115.1], 0.5, "holds in part"),
        ([94.9, 90, 105, 115.1], 0.25, "does not hold"),
    ],
)
def test_a_band_counts_the_share_inside(desk: Desk, values: list[float], share: float, verdict: str) -> None:
    desk.prices(series({"AAA": values}))
    (part,) = parts(desk, "measure: range\nof: [AAA]\nclaimed: [95, 115]\nunit: USD/t")
    assert (part.value, part.verdict, part.observations) == (share, verdict, 4)
    (around,) = parts(desk, "measure: range\nof: [AAA]\nclaimed: 105\ntolerance: 0.1\nunit: USD/t")
    assert around.details["band"] == pytest.approx([94.5, 115.5])


FORECAST = "measure: forecast\nof: [AAA]\nmade: 2020-02-15\nfrom: 2020-04-01\nto: 2020-05-31\nclaimed: 120\nunit: USD/t"


@pytest.mark.parametrize(
    ("values", "verdicts"),
    [
        ([90.0, 100, 110, 121, 119], ("holds", "holds")),
        ([90.0, 100, 125, 111, 112], ("holds", "does not hold")),  # was there, and left again
        ([90.0, 100, 110, 113, 116], ("does not hold", "holds")),  # near, never there
        ([90.0, 100, 110, 140, 150], ("holds", "does not hold")),  # far beyond
    ],
)
def test_a_forecast_is_reached_and_is_about_right(desk: Desk, values: list[float], verdicts: tuple[str, str]) -> None:
    desk.prices(series({"AAA": values}, start="2020-01-31", freq="ME"))
    reached, about = parts(desk, FORECAST)
    assert (reached.verdict, about.verdict) == verdicts
    assert reached.value == max(values[2:])
    assert about.value == pytest.approx(np.mean(values[3:]))
    # Made in the middle of February: the last month known is January.
    assert about.details == {"base": 90.0, "moved": about.value / 90 - 1, "forecast": pytest.approx(120 / 90 - 1)}


def test_a_forecast_of_a_fall_is_reached_from_above(desk: Desk) -> None:
    desk.prices(series({"AAA": [150.0, 150, 119, 122, 121]}, start="2020-01-31", freq="ME"))
    assert [part.verdict for part in parts(desk, FORECAST)] == ["holds", "holds"]


def test_a_name_whose_data_end_is_a_part_that_cannot_be_measured(desk: Desk) -> None:
    desk.prices(series({"AAA": [100.0, 110, 120, 130], "BBB": [100.0, 110, np.nan, np.nan]}, freq="ME"))
    one = judged(desk, "measure: return\nof: [AAA, BBB]\nfrom: 2020-01-31\nto: 2020-04-30\nclaimed: 0.3")
    assert [part.verdict for part in one.parts] == ["holds", "not measurable on this data"]
    assert one.verdict == "holds in part"
    assert one.parts[1].note == "BBB ends on 2020-02-29, before 2020-04-30"
