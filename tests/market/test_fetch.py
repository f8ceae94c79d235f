"""Fetching from a publisher that cuts, delays, refuses and apologises."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from engine.errors import ConfigError, DataError
from engine.market.fetch import Manners, Request, begins_with, fetch
from engine.market.publishers.browser import open_as_browser
from engine.market.wire import Reply, Wire, addresses_from_environment, open_plainly, redirected
from tests.loopback import Fault, Loopback, serving

ADDRESS = "https://publisher.example/files/a.csv"
PATH = "/files/a.csv"
CONTENT = b"date,value\n" + b"".join(b"2024-01-%02d,%d\n" % (day, day) for day in range(1, 29)) * 50
REQUEST = Request(ADDRESS, "a CSV of dates and values", begins_with(b"date,"))
QUICK = Manners(timeout_s=0.3, deadline_s=0.5, tries=3, backoff_s=1.0, pause_s=0.0)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving({PATH: CONTENT}) as loopback:
        yield loopback


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def get(server: Loopback, slept: list[float]) -> Callable[..., bytes]:
    def call(part: Path | None = None, manners: Manners = QUICK, request: Request = REQUEST) -> bytes:
        addresses = server.stands_for("publisher.example")
        wire = Wire(sleep=slept.append)
        return fetch(request, manners=manners, wire=wire, addresses=addresses, part=part).content

    return call


def test_the_whole_file_comes_with_when_and_from_where(server: Loopback) -> None:
    addresses = server.stands_for("publisher.example")
    fetched = fetch(REQUEST, manners=QUICK, wire=Wire(clock=lambda: 1_700_000_000.0), addresses=addresses)
    assert fetched.content == CONTENT
    assert fetched.address == ADDRESS
    assert fetched.served_by == server.base + PATH
    assert fetched.when.isoformat() == "2023-11-14T22:13:20+00:00"
    assert fetched.headers["content-length"] == str(len(CONTENT))
    assert "etag" in fetched.headers


@pytest.mark.parametrize("fault", ["cut", "cut at once", "503", "slow", "html", "empty", "429", "429 by date"])
def test_a_passing_fault_is_tried_again(
    fault: Fault, server: Loopback, slept: list[float], get: Callable[..., bytes]
) -> None:
    server.plant(PATH, fault, times=2)
    assert get() == CONTENT
    waits = {"429": [7.0, 7.0], "429 by date": [0.0, 0.0]}
    assert slept == waits.get(fault, [1.0, 2.0])


MESSAGES: Mapping[Fault, tuple[str, str]] = {
    "cut": (f"{len(CONTENT):,} bytes after 3 tries", "pull again"),
    "cut at once": ("no whole answer", "check the connection and pull again"),
    "404": ("404 Not Found (no such series)", "check the name of the series"),
    "429": ("429 Too Many Requests", "asked again in 7 s"),
    "503": ("503 Service Unavailable (down for maintenance) after 3 tries", "pull again later"),
    "slow": ("no answer in time", "check the connection and pull again"),
    "html": ("content that begins b'<!DOCTYPE html>", "open the address in a browser"),
    "empty": ("nothing (0 bytes)", "open the address in a browser"),
}


@pytest.mark.parametrize("fault", MESSAGES)
def test_a_lasting_fault_says_what_was_sent_what_was_expected_and_what_to_do(
    fault: Fault, server: Loopback, get: Callable[..., bytes], tmp_path: Path
) -> None:
    server.etags = False
    server.plant(PATH, fault)
    with pytest.raises(DataError) as caught:
        get(part=tmp_path / "parts" / "a.part")
    text = str(caught.value)
    found, cure = MESSAGES[fault]
    assert found in text
    assert cure in text
    assert text.startswith(f"{ADDRESS} (served by {server.base}{PATH}): found ")
    assert "expected a CSV of dates and values; " in text
    assert text.endswith("the last good snapshot stays in use")
    assert list(tmp_path.rglob("*")) == [], "nothing may be left of a file that cannot be resumed"


def test_a_missing_file_is_not_asked_for_again(server: Loopback, get: Callable[..., bytes]) -> None:
    server.plant(PATH, "404")
    with pytest.raises(DataError):
        get()
    assert len(server.asked(PATH)) == 1


def test_a_drip_meets_the_deadline_though_it_never_falls_silent(server: Loopback, get: Callable[..., bytes]) -> None:
    server.plant(PATH, "drip")
    with pytest.raises(DataError, match=r"no answer in time .*still sending after"):
        get(manners=Manners(timeout_s=0.3, deadline_s=0.2, tries=1))


def test_a_wish_to_wait_longer_than_we_are_willing_ends_the_tries(
    server: Loopback, slept: list[float], get: Callable[..., bytes]
) -> None:
    server.plant(PATH, "429")
    with pytest.raises(DataError, match="with the wish to be asked again in 7 s"):
        get(manners=Manners(longest_wait_s=5.0, tries=9, pause_s=0.0))
    assert slept == []


def test_the_longest_wait_is_still_waited(server: Loopback, get: Callable[..., bytes], slept: list[float]) -> None:
    server.plant(PATH, "429", times=1)
    assert get(manners=Manners(longest_wait_s=7.0, tries=9, pause_s=0.0)) == CONTENT
    assert slept == [7.0]


def test_a_cut_file_is_continued_where_it_broke_off(server: Loopback, get: Callable[..., bytes]) -> None:
    server.plant(PATH, "cut", times=2)
    assert get() == CONTENT
    ranges = [headers.get("Range") for headers in server.asked(PATH)]
    half = len(CONTENT) // 2
    assert ranges == [None, f"bytes={half}-", f"bytes={half + (len(CONTENT) - half) // 2}-"]


def test_a_part_outlives_the_call_and_is_removed_once_whole(
    server: Loopback, get: Callable[..., bytes], tmp_path: Path
) -> None:
    part = tmp_path / "a.part"
    server.plant(PATH, "cut", times=1)
    with pytest.raises(DataError):
        get(part=part, manners=Manners(tries=1, pause_s=0.0))
    assert [path.name for path in tmp_path.iterdir()] == ["a.part"]
    assert get(part=part) == CONTENT
    assert server.asked(PATH)[-1]["Range"] == f"bytes={len(CONTENT) // 2}-"
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_a_file_that_has_changed_meanwhile_is_thrown_away(
    server: Loopback, get: Callable[..., bytes], tmp_path: Path
) -> None:
    server.plant(PATH, "cut", times=1)
    with pytest.raises(DataError):
        get(part=tmp_path / "a.part", manners=Manners(tries=1, pause_s=0.0))
    server.files[PATH] = b"date,value\n2025-01-01,1\n"
    assert get(part=tmp_path / "a.part") == b"date,value\n2025-01-01,1\n"


@pytest.mark.parametrize("kept", [b"", b"no json\nabc", b'{"address": "https://other/"}\nabc', b'{"address": 1'])
def test_a_part_that_is_not_this_files_is_not_used(kept: bytes, get: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(kept)
    assert get(part=tmp_path / "a.part") == CONTENT


def test_a_server_that_answers_another_range_is_asked_for_the_whole(tmp_path: Path) -> None:
    asked = []

    def opener(address: str, headers: Mapping[str, str], timeout_s: float) -> Reply:
        asked.append(headers.get("Range"))
        reply = open_plainly(address, headers, timeout_s)
        if "Range" in headers:
            return Reply(206, "Partial", {"content-range": "bytes 1-2/9"}, reply.body)
        return reply

    with serving({PATH: CONTENT}) as server:
        server.plant(PATH, "cut", times=1)
        addresses = server.stands_for("publisher.example")
        wire = Wire(open=opener, sleep=lambda _: None)
        assert fetch(REQUEST, manners=QUICK, wire=wire, addresses=addresses).content == CONTENT
    assert asked == [None, f"bytes={len(CONTENT) // 2}-", None]


def test_calls_to_one_host_keep_their_distance_and_other_hosts_do_not_wait() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    wire = Wire(sleep=sleep, clock=lambda: now[0])
    for address in ("https://a/1", "https://a/2", "https://b/1", "https://a/3"):
        wire.wait_turn(address, 0.5)
    assert slept == [0.5, 0.5]


@pytest.mark.parametrize("opener", [open_plainly, open_as_browser])
def test_both_ways_of_calling_fetch_the_same_and_fail_the_same(
    opener: Callable[[str, Mapping[str, str], float], Reply], server: Loopback
) -> None:
    pytest.importorskip("curl_cffi")
    addresses = server.stands_for("publisher.example")
    wire = Wire(open=opener, sleep=lambda _: None)
    server.plant(PATH, "cut", times=1)
    assert fetch(REQUEST, manners=QUICK, wire=wire, addresses=addresses).content == CONTENT
    server.plant(PATH, "slow")
    with pytest.raises(DataError, match=r"no answer in time"):
        fetch(REQUEST, manners=QUICK, wire=wire, addresses=addresses)
    server.plant(PATH, "429")
    with pytest.raises(DataError, match="429 Too Many Requests"):
        fetch(REQUEST, manners=QUICK, wire=wire, addresses=addresses)


def test_addresses_are_overridden_by_the_environment(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWEIGHT_ADDRESSES", f'{{"publisher.example": "{server.base}"}}')
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert fetch(REQUEST, manners=QUICK).content == CONTENT


def test_an_override_keeps_path_and_query() -> None:
    address = "https://a.example/x/y.csv?id=GDP#top"
    assert redirected(address, {"a.example": "http://127.0.0.1:8/base/"}) == "http://127.0.0.1:8/base/x/y.csv?id=GDP"
    assert redirected(address, {"b.example": "http://127.0.0.1:8"}) == "https://a.example/x/y.csv?id=GDP"


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '"a"'])
def test_a_variable_that_is_no_mapping_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERWEIGHT_ADDRESSES", text)
    with pytest.raises(ConfigError, match=r"OVERWEIGHT_ADDRESSES: found .*expected a JSON object of host to base"):
        addresses_from_environment()


@pytest.mark.parametrize("base", ["file:///etc", "ftp://a", "127.0.0.1:80", ""])
def test_only_http_is_ever_called(base: str) -> None:
    with pytest.raises(ConfigError, match="expected an address that begins with http:// or https://"):
        redirected(ADDRESS, {"publisher.example": base})


def test_without_the_browsers_library_the_plain_way_is_taken(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "curl_cffi", None)
    wire = Wire(open=open_as_browser)
    addresses = server.stands_for("publisher.example")
    assert fetch(REQUEST, manners=QUICK, wire=wire, addresses=addresses).content == CONTENT
    assert "overweight" in server.asked(PATH)[0]["User-Agent"]


def test_the_browsers_call_names_itself_a_browser(server: Loopback) -> None:
    pytest.importorskip("curl_cffi")
    wire = Wire(open=open_as_browser)
    fetch(REQUEST, manners=QUICK, wire=wire, addresses=server.stands_for("publisher.example"))
    assert "Chrome" in server.asked(PATH)[0]["User-Agent"]
