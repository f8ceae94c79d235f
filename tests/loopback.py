"""A publisher on the loopback address that serves given files, well or with one planted fault.

with serving({"/a.csv": b"..."}) as server:
    server.plant("/a.csv", "cut", times=1)
    fetch(request, addresses=server.stands_for("fred.stlouisfed.org"))
    server.asked("/a.csv")   # the headers of each request so far
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = Literal[
    "cut",  # the whole length announced, half of it sent
    "cut at once",  # the connection closed before a single byte
    "half a file",  # half of it, announced as the whole
    "404",
    "429",  # with Retry-After: 7
    "429 by date",  # with Retry-After as an HTTP date long past
    "503",
    "slow",  # silent for longer than the client waits
    "drip",  # a byte now and then
    "html",  # 200 OK and a page of apology
    "empty",
]
APOLOGY = b"<!DOCTYPE html><html><body>Please try again later</body></html>"
SILENCE_S = 1.0


@dataclass(slots=True)
class Loopback:
    """What is served, what is planted, and what was asked for."""

    files: dict[str, bytes]
    etags: bool = True
    base: str = ""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def plant(self, path: str, fault: Fault, times: int = 1000) -> None:
        """Answer the next `times` requests for a path with a fault."""
        self.faults[path] = [fault] * times

    def heal(self) -> None:
        self.faults.clear()

    def asked(self, path: str) -> list[Mapping[str, str]]:
        return [headers for asked, headers in self.requests if asked == path]

    def stands_for(self, *hosts: str) -> dict[str, str]:
        return dict.fromkeys(hosts, self.base)


@contextmanager
def serving(files: Mapping[str, bytes], etags: bool = True) -> Iterator[Loopback]:
    """Serve files by path (without the query) until the block ends."""
    loopback = Loopback(dict(files), etags)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(loopback))
    server.daemon_threads = True
    loopback.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            path = self.path.partition("?")[0]
            loopback.requests.append((path, dict(self.headers)))
            planted = loopback.faults.get(path)
            fault = planted.pop(0) if planted else None
            with suppress(ConnectionError):
                self._answer(path, fault)

        def _answer(self, path: str, fault: Fault | None) -> None:
            content = loopback.files.get(path)
            if fault == "cut at once":
                return
            if fault == "slow":
                time.sleep(SILENCE_S)
            if fault == "404" or content is None:
                self._send(404, b"no such series", {})
            elif fault == "429":
                self._send(429, b"Too Many Requests", {"Retry-After": "7"})
            elif fault == "429 by date":
                self._send(429, b"Too Many Requests", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
            elif fault == "503":
                self._send(503, b"down for maintenance", {})
            elif fault == "html":
                self._send(200, APOLOGY, {"Content-Type": "text/html"})
            elif fault == "empty":
                self._send(200, b"", {})
            elif fault == "half a file":
                self._send(200, content[: len(content) // 2], {})
            else:
                self._send_file(content, fault)

        def _send_file(self, content: bytes, fault: Fault | None) -> None:
            tag = f'"{hash(content) & 0xFFFFFFFF:x}"'
            headers = {"ETag": tag, "Accept-Ranges": "bytes"} if loopback.etags else {}
            start, status = 0, 200
            wanted = self.headers.get("Range", "")
            if loopback.etags and wanted and self.headers.get("If-Range") == tag:
                start, status = int(wanted.removeprefix("bytes=").removesuffix("-")), 206
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            body = content[start:]
            sent = body[: len(body) // 2] if fault == "cut" else body
            self._send(status, sent, headers, len(body), drip=fault == "drip")

        def _send(
            self,
            status: int,
            body: bytes,
            headers: dict[str, str],
            length: int | None = None,
            drip: bool = False,
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/octet-stream", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.send_header("Connection", "close")
            self.end_headers()
            if not drip:
                self.wfile.write(body)
                return
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                time.sleep(0.02)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
