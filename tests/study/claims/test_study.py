"""Claims files as a whole: sensitivity, what is saved, known answers on the reference data."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from engine.answers import answer
from engine.config import load
from engine.errors import ConfigError
from engine.study.answered import Studied
from engine.study.claims.study import Judged, claims_of, natural_order
from engine.study.claims.verdicts import VERDICTS
from tests.desk import Desk, made_prices
from tests.study.claims.asked import judged, series

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT.parent / "shared/data/reference"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="needs ../shared/data/reference")


def test_the_end_is_moved_along_the_sessions(desk: Desk) -> None:
    frame = made_prices(9)
    desk.prices(frame)
    one = judged(desk, "measure: return\nof: [AAA]\nfrom: 2020-03-02\nto: 2020-12-15\nclaimed: 0.1")
    moved = {other.name: other.parts[0].value for other in one.others}
    row = frame.index.get_loc("2020-12-15")
    start = frame.loc["2020-03-02", "AAA"]
    for sessions, name in ((-21, "ended 21 sessions earlier"), (5, "ended 5 sessions later")):
        assert moved[name] == pytest.approx(frame["AAA"].iloc[row + sessions] / start - 1)
    assert len(moved) == 4


def test_a_window_of_months_moves_as_a_whole(desk: Desk) -> None:
    frame = made_prices(9)
    desk.prices(frame)
    one = judged(desk, "measure: return\nof: [AAA]\nmonths: 3\nas_of: 2020-12-15\nclaimed: 0.1")
    later = next(other for other in one.others if other.name == "ended 5 sessions later")
    assert later.parts[0].details == {"from": "2020-09-22", "to": "2020-12-22"}


def test_a_month_counts_21_sessions_and_the_data_end_where_they_end(desk: Desk) -> None:
    desk.prices(series({"AAA": [100.0, 110, 120, 130]}, start="2020-01-31", freq="ME"))
    one = judged(desk, "measure: return\nof: [AAA]\nfrom: 2020-01-31\nto: 2020-03-31\nclaimed: 0.2")
    assert {other.name: other.parts[0].value for other in one.others} == {
        "ended 21 sessions earlier": pytest.approx(0.1),
        "ended 21 sessions later": pytest.approx(0.3),
    }
    last = judged(desk, "measure: return\nof: [AAA]\nfrom: 2020-01-31\nto: 2020-04-30\nclaimed: 0.3")
    assert [other.name for other in last.others] == ["ended 21 sessions earlier"]


def test_what_differs_is_what_a_claim_is_sensitive_to(desk: Desk) -> None:
    desk.prices(series({"AAA": [100.0] * 30 + [120.0] * 30, "BBB": [100.0] * 30 + [200.0] * 30}))
    claim = """\
measure: return
of: [AAA]
from: 2020-01-01
to: 2020-02-14
claimed: 0.2
alternatives:
  the other: {of: [BBB], tolerance: 0.01}
  the same: {tolerance: 0.05}
  too late: {to: 2020-12-31}
"""
    one = judged(desk, claim)
    assert one.verdict == "holds"
    # 2020-02-12 is the first of the high days: five sessions before the 14th it is not there yet.
    assert [other.name for other in one.differing] == [
        "the other",
        "ended 21 sessions earlier",
        "ended 5 sessions earlier",
    ]
    assert {other.name: other.verdict for other in one.others if other.chosen} == {
        "the other": "does not hold",
        "the same": "holds",
        "too late": "not measurable on this data",
    }


def test_calls_are_moved_each_on_its_own(desk: Desk) -> None:
    frame = made_prices(9, 800)
    desk.prices(frame)
    one = judged(desk, "measure: calls\nof: [AAA]\ncalls: [{house: X, on: 2021-06-01, view: over, months: [1]}]")
    later = next(other for other in one.others if other.name == "begun 5 sessions later")
    assert later.parts[0].value == pytest.approx(frame.loc["2021-07-08", "AAA"] / frame.loc["2021-06-08", "AAA"] - 1)


def test_a_file_is_answered_and_saved(desk: Desk) -> None:
    judged(desk, "measure: return\nof: [AAA]\nfrom: 2020-03-02\nto: 2020-12-15\nclaimed: 0.1")
    one, other = answer("c.yaml"), answer("c.yaml")
    assert isinstance(one, Studied)
    assert isinstance(other, Studied)
    assert (one.id, one.path) == (other.id, other.path)
    document = json.loads((one.path / "study.json").read_text())
    claim = document["figures"]["claims"]["C1"]
    assert claim["verdict"] in VERDICTS
    assert sum(document["figures"]["verdicts"].values()) == 1
    assert set(claim["parts"][0]) >= {"what", "verdict", "value", "unit", "claimed", "interval", "note"}
    table = pd.read_parquet(one.path / "parts.parquet")
    assert list(table["case"]) == ["as claimed", *(f"ended {n} sessions {way}" for n, way in
                                   ((21, "earlier"), (5, "earlier"), (5, "later"), (21, "later")))]  # fmt: skip
    assert table["value"][0] == claim["parts"][0]["value"]


def test_the_id_follows_the_claim_and_the_data(desk: Desk) -> None:
    judged(desk, "measure: range\nof: [AAA]\nclaimed: [90, 110]")
    first = answer("c.yaml", results=None).id
    assert answer("c.yaml", ["claims.C1.claimed=[91, 110]"], results=None).id != first
    desk.prices(made_prices(1))
    assert answer("c.yaml", results=None).id != first


def test_ids_come_in_the_order_of_their_numbers() -> None:
    assert sorted(["C10", "C2", "C1", "B", "C2b"], key=natural_order) == ["B", "C1", "C2", "C2b", "C10"]


def test_a_file_without_claims_is_told(desk: Desk) -> None:
    desk.text("claims: {}\nhold: {one: [AAA]}\ndata: {source: files, path: prices.csv}\n", "c.yaml")
    with pytest.raises(ConfigError) as caught:
        answer("c.yaml", results=None)
    assert str(caught.value) == (
        "c.yaml:1:9: claims: found no claim; expected at least one; write one: `C1: {claim: ..., measure: return, ...}`"
    )


@pytest.fixture(scope="module")
def reference() -> dict[str, Judged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return {one.name: one for one in claims_of(load("configs/claims/all.yaml"))[0]}


def values(one: Judged) -> dict[str, float | None]:
    return {part.what: part.value for part in one.parts}


@needs_reference
def test_all_fifteen_claims_have_a_verdict(reference: dict[str, Judged]) -> None:
    assert list(reference) == [f"C{number}" for number in range(1, 16)]
    assert {one.verdict for one in reference.values()} <= set(VERDICTS)
    for one in reference.values():
        for part in one.parts:
            told = part.smallest is not None if part.verdict == "cannot tell" else True
            assert told, (one.name, part.what)


@needs_reference
def test_known_answers_come_out(reference: dict[str, Judged]) -> None:
    """Figures of ../shared/data/README.md and of the claims themselves."""
    returns = values(reference["C1"])
    assert returns == {
        "SPY": pytest.approx(0.085, abs=5e-4),
        "XME": pytest.approx(0.485, abs=5e-4),
        "PICK": pytest.approx(0.596, abs=5e-4),
    }
    index = next(other for other in reference["C1"].others if other.name == "the price index")
    assert index.parts[0].value == pytest.approx(0.079, abs=5e-4)
    assert index.verdict == reference["C1"].verdict == "holds"
    metals = values(reference["C4"])
    assert (metals["gold at 5,100 USD"], metals["silver at 115.5 USD"]) == (5079.7, 115.08)
    assert reference["C4"].verdict == "holds"
    assert reference["C14"].verdict == "holds"


@needs_reference
def test_what_the_files_do_not_hold_is_not_measurable(reference: dict[str, Judged]) -> None:
    verdicts = {part.what: (part.verdict, part.note) for part in reference["C9"].parts}
    assert verdicts["ANTO.L"] == ("not measurable on this data", "ANTO.L ends on 2025-12-30, before 2026-01-26")
    assert verdicts["FRES.L"][0] == "not measurable on this data"
    assert verdicts["RIO highest since 2021-03-01"][0] == "holds in part"
    level = next(part for part in reference["C3"].parts if part.what == "PICK at 59.58 USD")
    assert level.verdict == "not measurable on this data"


@needs_reference
def test_claims_of_the_reference_data_by_pandas(reference: dict[str, Judged]) -> None:
    etfs = pd.read_csv(REFERENCE / "us_etf_adjclose.csv", index_col="date", parse_dates=True)
    window = etfs.loc[["2024-01-02", "2025-03-24"], ["PICK", "CPER", "DBB"]].iloc[[0, 1]]
    span = etfs.loc["2024-01-02":"2025-03-24", ["CPER", "DBB"]].pct_change().iloc[1:]
    metals = (1 + span.mean(axis=1)).prod()
    lag = window["PICK"].iloc[1] / window["PICK"].iloc[0] / metals - 1
    assert values(reference["C6"])["PICK"] == pytest.approx(lag, rel=1e-9)
    months = etfs.loc[:"2026-06-30", ["GDX", "SPY"]].dropna().resample("ME").last().pct_change().dropna()
    beta, capture = values(reference["C11"])["GDX beta"], values(reference["C11"])["GDX capture"]
    assert beta == pytest.approx(months["GDX"].cov(months["SPY"]) / months["SPY"].var(), rel=1e-9)
    worst = months.nsmallest(int(0.1 * len(months)), "SPY").mean()
    assert capture == pytest.approx(worst["GDX"] / worst["SPY"], rel=1e-9)
    copper = pd.read_csv(REFERENCE / "imf_fred_metals_monthly.csv", index_col="date")["copper_usd_mt"]
    assert copper.loc["2026-04-01":"2026-06-30"].mean() == pytest.approx(
        values(reference["C8"])["imf.copper_usd_mt from 2026-04-01 on"]
    )
