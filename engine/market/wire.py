"""The wire: one HTTP exchange, the clock around it, and whose address is really called.

`fetch` decides (retries, resumption, length); this module only carries. Everything that touches the world
(opening, sleeping, telling the time) is a field of `Wire`, so that a test can hold it still.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from engine.errors import ConfigError, Fault

ADDRESSES_VARIABLE = "OVERWEIGHT_ADDRESSES"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Readable(Protocol):
    """A body read in pieces as they come, so that a slow drip meets the deadline; empty at the end."""

    def read1(self, amount: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status and its words, headers with lower-case names, and the body still to be read."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: Readable


# (address, headers, seconds) -> Reply. Raises OSError where no reply came (TimeoutError where it took too
# long).
Opener = Callable[[str, Mapping[str, str], float], Reply]


def open_plainly(address: str, headers: Mapping[str, str], timeout_s: float) -> Reply:
    """GET by the standard library; an HTTP error status is a Reply like any other."""
    host = urlsplit(address).hostname or ""
    # A proxy of the environment never serves this machine's own addresses.
    proxies = [urllib.request.ProxyHandler({})] if host in LOOPBACK else []
    opener = urllib.request.build_opener(*proxies)
    try:
        reply: Any = opener.open(urllib.request.Request(address, headers=dict(headers)), timeout=timeout_s)
    except urllib.error.HTTPError as error:
        reply = error
    except http.client.HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    names = {name.lower(): value for name, value in reply.headers.items()}
    return Reply(int(reply.status), str(reply.reason or ""), names, reply)


@dataclass(frozen=True, slots=True)
class Wire:
    """How the world is reached. `last` remembers when each host was last asked, for the pause between calls.

    clock: seconds since 1970 (UTC). sleep: seconds.
    """

    open: Opener = open_plainly
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    last: dict[str, float] = field(default_factory=dict)

    def wait_turn(self, address: str, pause_s: float) -> None:
        """Sleep until `pause_s` have passed since this host was last asked, then note the time."""
        host = urlsplit(address).netloc
        if host in self.last:
            left = self.last[host] + pause_s - self.clock()
            if left > 0:
                self.sleep(left)
        self.last[host] = self.clock()


def addresses_from_environment() -> Mapping[str, str]:
    """The overrides in OVERWEIGHT_ADDRESSES: a JSON object of host to base address; empty where unset.

    Raises ConfigError where the variable is set to anything else.
    """
    text = os.environ.get(ADDRESSES_VARIABLE, "").strip()
    if not text:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise _bad_variable(f"text that is no JSON ({error})") from error
    if not isinstance(found, dict) or not all(isinstance(base, str) for base in found.values()):
        raise _bad_variable(f"{text[:80]!r}")
    return found


def _bad_variable(found: str) -> ConfigError:
    return ConfigError(
        Fault(
            place=ADDRESSES_VARIABLE,
            key="",
            found=found,
            expected='a JSON object of host to base address, as {"fred.stlouisfed.org": "http://127.0.0.1:8000"}',
            cure="correct or unset the environment variable",
        )
    )


def redirected(address: str, addresses: Mapping[str, str]) -> str:
    """The address to call in place of `address`: its host replaced by the base given for it, if any.

    Raises ConfigError where the result is neither http nor https.
    """
    parts = urlsplit(address)
    base = addresses.get(parts.netloc)
    if base is None:
        base = f"{parts.scheme}://{parts.netloc}"
    root = urlsplit(base)
    if root.scheme not in ("http", "https") or not root.netloc:
        raise ConfigError(
            Fault(
                place=ADDRESSES_VARIABLE if parts.netloc in addresses else address,
                key="",
                found=f"the address {base!r}",
                expected="an address that begins with http:// or https://",
                cure="correct the address",
            )
        )
    path = root.path.rstrip("/") + parts.path
    return urlunsplit((root.scheme, root.netloc, path, parts.query, ""))
