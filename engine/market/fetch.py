"""Fetching: one published file over HTTP, whole or not at all.

1. Wait for the host's turn (a pause between two calls to one host).
2. Ask; where a part of the same file is at hand, ask for the rest of it only (Range, If-Range).
3. Read in pieces against a deadline; compare what arrived with the length that was announced.
4. Let the caller's check look at the content: an error page served as "200 OK" is no data.
5. Where that failed for a passing reason (cut, slow, 408, 425, 429, 5xx, wrong content), wait as Retry-After
   says, or twice as long as the last time, and go to 1. Otherwise, and after the last try, raise DataError.

Nothing is written but the part of a file whose transfer broke off, and only where `part` names a path for it.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from engine.errors import DataError, Fault
from engine.market.part import PartialFile
from engine.market.wire import Reply, Wire, addresses_from_environment, redirected

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
KEPT_HEADERS = ("content-type", "content-length", "last-modified", "etag", "date")
PIECE = 1 << 16
AGENT = "Mozilla/5.0 (compatible; overweight; published series for backtests)"
STAYS = "the last good snapshot stays in use"

# Says what is wrong with the content, or "" where it looks as it should.
Check = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Request:
    """One published file. address: the publisher's own. expected: what it should be, in words."""

    address: str
    expected: str = "a file"
    check: Check | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file. address: the publisher's; served_by: the one really called. when: UTC, at the end."""

    content: bytes
    address: str
    served_by: str
    when: datetime
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manners:
    """How patiently and how politely to ask. Seconds; `tries` counts the first.

    timeout_s: silence before giving up; deadline_s: one transfer in all; longest_wait_s: the longest wait
    between tries that is honoured, whatever Retry-After asks for; pause_s: between two calls to one host.
    """

    timeout_s: float = 30.0
    deadline_s: float = 300.0
    tries: int = 4
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    pause_s: float = 0.5


class _TroubleError(Exception):
    """An attempt that failed. passing: another may succeed. after_s: how long we are asked to wait."""

    def __init__(self, found: str, cure: str, passing: bool, after_s: float | None = None) -> None:
        super().__init__(found)
        self.found, self.cure, self.passing, self.after_s = found, cure, passing, after_s


def begins_with(*marks: bytes) -> Check:
    """A check that the content begins with one of the marks (a file format's first bytes)."""

    def check(content: bytes) -> str:
        return "" if content.startswith(marks) else f"content that begins {content[:60]!r}"

    return check


def fetch(
    request: Request,
    *,
    manners: Manners | None = None,
    wire: Wire | None = None,
    addresses: Mapping[str, str] | None = None,
    part: Path | None = None,
) -> Fetched:
    """The whole file behind `request`, after as many tries as `manners` allow.

    addresses: host to base address, in place of the publisher's (default: OVERWEIGHT_ADDRESSES).
    part: where a transfer that broke off is kept for the next call; removed once the file is whole.
    Raises DataError: what the publisher sent, what was expected, what to do.
    """
    manners, wire = manners or Manners(), wire or Wire()
    target = redirected(request.address, addresses_from_environment() if addresses is None else addresses)
    arrived = PartialFile.take_up(part, request.address)
    tries = max(1, manners.tries)
    for attempt in range(1, tries + 1):
        wire.wait_turn(target, manners.pause_s)
        try:
            fetched = _attempt(request, target, arrived, manners, wire)
        except _TroubleError as trouble:
            wait = manners.backoff_s * 2.0 ** (attempt - 1) if trouble.after_s is None else trouble.after_s
            if not trouble.passing or attempt == tries or wait > manners.longest_wait_s:
                arrived.keep()
                raise _given_up(request, target, trouble, attempt) from trouble
            wire.sleep(wait)
        else:
            arrived.drop()
            return fetched
    raise AssertionError("unreachable: the last attempt returns or raises")


def _attempt(request: Request, target: str, arrived: PartialFile, manners: Manners, wire: Wire) -> Fetched:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **request.headers, **arrived.asking()}
    try:
        reply = wire.open(target, headers, manners.timeout_s)
    except OSError as error:
        raise _unreachable(error) from error
    try:
        _refuse_status(reply, arrived, wire)
        whole = arrived.begin(reply)
        _read_all(reply, arrived, wire.clock() + manners.deadline_s, wire)
    finally:
        reply.body.close()
    if whole is not None and len(arrived.content) != whole:
        raise _TroubleError(f"{len(arrived.content):,} of {whole:,} bytes", "pull again", passing=True)
    _refuse_content(request, reply, arrived)
    kept = {name: reply.headers[name] for name in KEPT_HEADERS if name in reply.headers}
    when = datetime.fromtimestamp(wire.clock(), UTC)
    return Fetched(bytes(arrived.content), request.address, target, when, reply.status, kept)


def _read_all(reply: Reply, arrived: PartialFile, deadline: float, wire: Wire) -> None:
    try:
        while piece := reply.body.read1(PIECE):
            arrived.content += piece
            if wire.clock() > deadline:
                raise TimeoutError(f"still sending after {len(arrived.content):,} bytes")
    except http.client.IncompleteRead as error:
        arrived.content += error.partial
        found = f"{len(arrived.content):,} bytes and then nothing"
        raise _TroubleError(found, "pull again", passing=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> _TroubleError:
    reason = getattr(error, "reason", error)
    words = "no answer in time" if isinstance(reason, TimeoutError) else "no whole answer"
    found = f"{words} ({type(reason).__name__}: {reason})"
    return _TroubleError(found, "check the connection and pull again", passing=True)


def _refuse_status(reply: Reply, arrived: PartialFile, wire: Wire) -> None:
    if reply.status == 200 or arrived.is_continued_by(reply):
        return
    if reply.status in (206, 416):
        arrived.forget()
        found = f"{reply.status}: another part of the file than was asked for"
        raise _TroubleError(found, "pull again", passing=True)
    said = " ".join(reply.body.read1(400).decode("utf-8", "replace").split())[:160]
    found = f"{reply.status} {reply.reason}".strip() + (f" ({said})" if said else "")
    if reply.status == 429:
        cure = "wait, then pull again: what is already pulled is not asked for twice"
    elif reply.status in PASSING:
        cure = "the publisher has trouble of its own: pull again later"
    elif reply.status in (401, 403):
        cure = "the publisher refuses this program: open the address in a browser, or try again in some hours"
    else:
        cure = "check the name of the series; where the publisher moved the file, give its new address"
    after = _retry_after(reply.headers.get("retry-after"), wire.clock())
    raise _TroubleError(found, cure, passing=reply.status in PASSING, after_s=after)


def _retry_after(text: str | None, now: float) -> float | None:
    """Seconds to wait as Retry-After says (seconds or an HTTP date), None where it says nothing."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except ValueError:
        return None


def _refuse_content(request: Request, reply: Reply, arrived: PartialFile) -> None:
    wrong = "nothing (0 bytes)" if not arrived.content else ""
    if not wrong and request.check is not None:
        wrong = request.check(bytes(arrived.content))
    if not wrong:
        return
    arrived.forget()
    kind = reply.headers.get("content-type", "no content type")
    cure = "open the address in a browser: the publisher may have moved the file or be asking for patience"
    raise _TroubleError(f"{wrong} (200 OK, {kind})", cure, passing=True)


def _given_up(request: Request, target: str, trouble: _TroubleError, tries: int) -> DataError:
    place = request.address if target == request.address else f"{request.address} (served by {target})"
    after = f" after {tries} tries" if tries > 1 else ""
    if trouble.after_s is not None:
        after += f", with the wish to be asked again in {trouble.after_s:.0f} s"
    return DataError(Fault(place, "", trouble.found + after, request.expected, f"{trouble.cure}; {STAYS}"))
