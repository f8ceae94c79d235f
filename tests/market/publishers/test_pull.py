"""Every publisher end to end over the loopback server: fetch, read, save, load; and every fault between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest

from engine.market.fetch import Manners
from engine.market.publishers import fred, french, gpr, pinksheet, yahoo
from engine.market.pull import Pulled, pull
from engine.market.snapshot_diff import diff
from engine.market.snapshots import list_snapshots, load
from engine.market.table import Table
from engine.market.verify import verify
from engine.market.wanted import Wanted
from engine.market.wire import Wire
from tests.loopback import Fault, Loopback, serving
from tests.market.publishers import made

pytest.importorskip("python_calamine", reason="needs the extra: sources")

PINK_FILE = "https://thedocs.worldbank.org/en/doc/1-0050012026/related/CMO-Historical-Data-Monthly.xlsx"
QUICK = Manners(timeout_s=0.3, deadline_s=2.0, tries=2, pause_s=0.0)


@dataclass(frozen=True)
class Case:
    """A publisher: what is wanted, the file that answers it, where it lies, the series that come of it."""

    wanted: Wanted
    content: bytes
    address: str
    series: tuple[str, ...]
    longer: bytes


def gpr_file(days: int) -> bytes:
    return made.as_stata(made.gpr_daily(days), made.GPR_LABELS)


CHART_DAYS = ["2024-06-03", "2024-06-04", "2024-06-05"]
CASES = {
    "french": Case(
        french.wanted(49),
        made.zipped(made.FRENCH_DAILY),
        french.address(49),
        ("49_Industry_Portfolios_daily.value",),
        made.zipped(made.FRENCH_DAILY.replace("-999\n", "-999\n19260706,   0.11,   0.22,   0.33\n")),
    ),
    "gpr": Case(gpr.wanted(), gpr_file(60), gpr.address(), ("daily.base_1985_2019",), gpr_file(61)),
    "pinksheet": Case(
        pinksheet.wanted(),
        made.pink_sheet(),
        PINK_FILE,
        ("monthly",),
        made.pink_sheet([*made.PINK_ROWS, ["1961M01", 701.0, 0.7, 104.0]]),
    ),
    "fred": Case(
        fred.wanted("DGS10"),
        made.FRED_NEW,
        fred.address("DGS10"),
        ("DGS10",),
        made.FRED_NEW + b"2024-01-04,3.99\n",
    ),
    "yahoo": Case(
        yahoo.wanted("XME"),
        made.yahoo_chart(CHART_DAYS, [1.0, 2.0, 3.0]),
        yahoo.address("XME"),
        ("XME", "XME.actions"),
        made.yahoo_chart([*CHART_DAYS, "2024-06-06"], [1.0, 2.0, 3.0, 4.0]),
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def server(case: Case) -> Iterator[Loopback]:
    page = f'<a href="{PINK_FILE}">monthly</a>'.encode()
    files = {urlsplit(case.address).path: case.content, urlsplit(pinksheet.PAGE).path: page}
    with serving(files, etags=False) as loopback:
        yield loopback


Puller = Callable[..., list[Pulled]]


@pytest.fixture
def pull_here(server: Loopback, tmp_path: Path) -> Puller:
    hosts = [urlsplit(case.address).netloc for case in CASES.values()]
    addresses = server.stands_for(*hosts, urlsplit(pinksheet.PAGE).netloc)

    def call(*wanted: Wanted, **more: object) -> list[Pulled]:
        wire = Wire(sleep=lambda _: None)
        return pull(wanted, tmp_path, wire=wire, addresses=addresses, **{"manners": QUICK, **more})  # type: ignore[arg-type]

    return call


def tree(store: Path) -> dict[str, bytes]:
    return {str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def read_all(case: Case) -> dict[str, Table]:
    return dict(case.wanted.read(case.content, "here"))


def test_what_was_published_is_what_is_loaded(case: Case, pull_here: Puller, tmp_path: Path) -> None:
    (outcome,) = pull_here(case.wanted)
    assert outcome.ok, outcome.error
    assert outcome.changed
    assert tuple(one.key for one in outcome.snapshots) == case.series
    for key, expected in read_all(case).items():
        table = load(tmp_path, case.wanted.source, key)
        assert table.columns == expected.columns
        np.testing.assert_array_equal(table.dates, expected.dates)
        np.testing.assert_array_equal(table.values, expected.values)
    assert all(one.where == case.address for one in outcome.snapshots)
    assert all("engine.market.publishers" in one.how for one in outcome.snapshots)
    assert [finding.state for finding in verify(tmp_path)] == ["good"] * len(case.series)
    assert len(tree(tmp_path)) == 2 * len(case.series), "nothing but tables and their manifests"


def test_pulling_the_same_again_changes_nothing_but_the_time(case: Case, pull_here: Puller, tmp_path: Path) -> None:
    pull_here(case.wanted)
    before = {name: content for name, content in tree(tmp_path).items() if name.endswith(".parquet")}
    (outcome,) = pull_here(case.wanted)
    assert outcome.ok
    assert not outcome.changed
    after = {name: content for name, content in tree(tmp_path).items() if name.endswith(".parquet")}
    assert after == before


def test_what_a_publisher_adds_becomes_the_latest_and_can_be_compared(
    case: Case, pull_here: Puller, server: Loopback, tmp_path: Path
) -> None:
    pull_here(case.wanted)
    server.files[urlsplit(case.address).path] = case.longer
    (outcome,) = pull_here(case.wanted)
    assert outcome.ok, outcome.error
    assert outcome.changed
    key = case.series[0]
    first, second = list_snapshots(tmp_path, case.wanted.source, key)
    source = case.wanted.source
    found = diff(load(tmp_path, source, key, first.id), load(tmp_path, source, key, second.id))
    assert len(found.added_rows) == 1
    assert not found.restated
    assert len(load(tmp_path, source, key).dates) == first.rows + 1


FAULTS: list[Fault] = ["cut", "cut at once", "half a file", "404", "429", "503", "slow", "html", "empty"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_loses_or_half_writes_anything(
    fault: Fault, case: Case, pull_here: Puller, server: Loopback, tmp_path: Path
) -> None:
    pull_here(case.wanted)
    before = tree(tmp_path)
    server.plant(urlsplit(case.address).path, fault)
    (outcome,) = pull_here(case.wanted, manners=replace(QUICK, tries=1 if fault == "slow" else 2))
    assert not outcome.ok
    assert outcome.error.startswith(case.address)
    assert "expected" in outcome.error
    assert outcome.error.endswith("the last good snapshot stays in use")
    assert tree(tmp_path) == before
    assert len(load(tmp_path, case.wanted.source, case.series[0]).dates) > 0
    server.heal()
    (healed,) = pull_here(case.wanted)
    assert healed.ok


@pytest.mark.parametrize("fault", ["cut", "half a file", "404", "html"])
def test_a_first_pull_that_fails_leaves_an_empty_store(
    fault: Fault, case: Case, pull_here: Puller, server: Loopback, tmp_path: Path
) -> None:
    server.plant(urlsplit(case.address).path, fault)
    (outcome,) = pull_here(case.wanted)
    assert not outcome.ok
    assert tree(tmp_path) == {}


# What lies beyond one file: several tickers, a pull that is cut off, and content that shrank.
TICKERS = ("AAA", "BBB", "CCC")


@pytest.fixture
def market() -> Iterator[Loopback]:
    files = {
        urlsplit(yahoo.address(name)).path: made.yahoo_chart(CHART_DAYS, [1.0, 2.0, 3.0], symbol=name)
        for name in TICKERS
    }
    with serving(files) as loopback:
        yield loopback


@pytest.fixture
def pull_tickers(market: Loopback, tmp_path: Path) -> Puller:
    addresses = market.stands_for(urlsplit(yahoo.HOST).netloc)

    def call(**more: object) -> list[Pulled]:
        wanted = [replace(yahoo.wanted(name), opener=None) for name in TICKERS]
        given = {"wire": Wire(sleep=lambda _: None), "manners": QUICK, **more}
        return pull(wanted, tmp_path, addresses=addresses, **given)  # type: ignore[arg-type]

    return call


def asked(market: Loopback) -> list[int]:
    return [len(market.asked(urlsplit(yahoo.address(name)).path)) for name in TICKERS]


def test_a_failure_is_reported_by_ticker_and_only_that_one_is_asked_for_again(
    market: Loopback, pull_tickers: Puller, tmp_path: Path
) -> None:
    seen: list[tuple[int, int, str, bool]] = []
    market.plant(urlsplit(yahoo.address("BBB")).path, "404")
    outcomes = pull_tickers(progress=lambda done, of, one: seen.append((done, of, one.name, one.ok)))
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert "404 Not Found" in outcomes[1].error
    assert seen == [(1, 3, "AAA", True), (2, 3, "BBB", False), (3, 3, "CCC", True)]
    assert len(list((tmp_path / ".pulls").iterdir())) == 1
    market.heal()
    again = pull_tickers()
    assert [outcome.skipped for outcome in again] == [True, False, True]
    assert all(outcome.ok for outcome in again)
    assert asked(market) == [1, 2, 1]
    assert list((tmp_path / ".pulls").iterdir()) == []
    assert not any(outcome.skipped for outcome in pull_tickers())


def test_a_pull_that_was_killed_goes_on_where_it_stood(market: Loopback, pull_tickers: Puller) -> None:
    def killed(done: int, of: int, outcome: Pulled) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull_tickers(progress=killed)
    assert [outcome.skipped for outcome in pull_tickers()] == [True, True, False]
    assert asked(market) == [1, 1, 1]


def test_after_half_a_day_a_broken_off_pull_starts_anew(market: Loopback, pull_tickers: Puller) -> None:
    path = urlsplit(yahoo.address("BBB")).path
    market.plant(path, "404", times=1)
    pull_tickers(wire=Wire(sleep=lambda _: None, clock=lambda: 1.7e9))
    later = Wire(sleep=lambda _: None, clock=lambda: 1.7e9 + 12 * 3600)
    assert not any(outcome.skipped for outcome in pull_tickers(wire=later))


def test_a_cut_ticker_is_continued_by_the_next_pull(market: Loopback, pull_tickers: Puller, tmp_path: Path) -> None:
    path = urlsplit(yahoo.address("BBB")).path
    market.plant(path, "cut", times=1)
    assert not pull_tickers(manners=replace(QUICK, tries=1))[1].ok
    assert len(list((tmp_path / ".parts").iterdir())) == 1
    assert pull_tickers()[1].ok
    assert "Range" in market.asked(path)[-1]
    assert list((tmp_path / ".parts").iterdir()) == []


def test_content_that_shrank_is_refused_unless_accepted(market: Loopback, pull_tickers: Puller, tmp_path: Path) -> None:
    pull_tickers()
    for name in TICKERS:
        shorter = made.yahoo_chart(CHART_DAYS[:2], [1.0, 2.0], symbol=name)
        market.files[urlsplit(yahoo.address(name)).path] = shorter
    outcomes = pull_tickers()
    assert "found 2 rows to 2024-06-04; expected at least the 3 rows to 2024-06-05" in outcomes[0].error
    assert len(load(tmp_path, "yahoo", "AAA").dates) == 3
    assert all(outcome.ok for outcome in pull_tickers(accept_shorter=True))
    assert len(load(tmp_path, "yahoo", "AAA").dates) == 2


def test_a_store_that_cannot_be_written_is_an_outcome_per_ticker(pull_tickers: Puller, tmp_path: Path) -> None:
    (tmp_path / "yahoo").write_text("in the way")
    outcomes = pull_tickers()
    assert all("a file that cannot be written" in outcome.error for outcome in outcomes)


@pytest.mark.needs_reference
def test_the_genuine_files_go_the_whole_way(
    gpr_xls: bytes, pinksheet_xlsx: bytes, gpr_reference: pd.DataFrame, tmp_path: Path
) -> None:
    page = f'<a href="{PINK_FILE}">monthly</a>'.encode()
    files = {
        urlsplit(gpr.address("daily", "xls")).path: gpr_xls,
        urlsplit(PINK_FILE).path: pinksheet_xlsx,
        urlsplit(pinksheet.PAGE).path: page,
    }
    with serving(files) as server:
        hosts = ("www.matteoiacoviello.com", "www.worldbank.org", "thedocs.worldbank.org")
        outcomes = pull([gpr.wanted("daily", "xls"), pinksheet.wanted()], tmp_path, addresses=server.stands_for(*hosts))
    assert [outcome.error for outcome in outcomes] == ["", ""]
    table = load(tmp_path, "gpr", "daily.base_1985_2019")
    assert len(table.dates) == len(gpr_reference) == 15_121
    assert outcomes[1].snapshots[0].facts == {"updated": "December 02, 2025"}
    assert load(tmp_path, "pinksheet", "monthly").values.shape == (791, 71)
