"""A GET that looks like a browser's down to its TLS handshake, for publishers that refuse plain clients.

By curl_cffi, which yfinance brings along. Without it the plain way is tried: it may work, and where it does
not the refusal (429) says so.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from engine.market.wire import Reply, open_plainly


def open_as_browser(address: str, headers: Mapping[str, str], timeout_s: float) -> Reply:
    """An Opener; the body is read whole. Raises OSError where no whole reply came."""
    try:
        from curl_cffi import requests as curl
    except ImportError:
        return open_plainly(address, headers, timeout_s)
    # The impersonated browser brings its own name and encodings.
    own = {name: value for name, value in headers.items() if name not in ("User-Agent", "Accept-Encoding")}
    try:
        reply = curl.get(address, headers=own, timeout=timeout_s, impersonate="chrome")
    except curl.exceptions.Timeout as error:
        raise TimeoutError(str(error)) from error
    except curl.exceptions.RequestException as error:
        raise ConnectionError(str(error)) from error
    names = {name.lower(): value or "" for name, value in reply.headers.items()}
    if "content-encoding" in names:
        # The length announced is that of the packed bytes; curl has already held it against them.
        names.pop("content-length", None)
    return Reply(reply.status_code, reply.reason, names, io.BytesIO(reply.content))
