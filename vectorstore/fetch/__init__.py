"""One file from the web: bounded in bytes, in time, in redirects, and in where those may lead.

The address that the operator types is trusted, also inside of a school's network. Where a
server redirects to is not: that is the same server, or a public address, or refused.
"""

from __future__ import annotations

import shutil
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import printable
from urllib.parse import quote

import httpcore  # what httpx connects with, and the one place where the address to connect to is chosen
import httpx

from vectorstore.fetch import refusals
from vectorstore.fetch.body import Broken, bounded, declare_charset, unpacked
from vectorstore.fetch.guard import Deadline, Guard, port_of
from vectorstore.fetch.names import name_file

__all__ = ["Fetched", "fetch", "is_url"]

_MOST_BYTES = 100_000_000  # no reader takes in more
_MOST_REDIRECTS = 5
_MOST_SECONDS = 120.0  # for everything: a server that sends a byte now and then stays within the other two
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; policy-assistant)",  # many servers refuse what isn't Mozilla
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file from the web. ``name`` is what it's called, its suffix only a hint."""

    path: Path
    name: str


def is_url(text: str) -> bool:
    """Whether that is a web address, and not a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(url: str, folder: Path) -> Fetched:
    """Download into a new folder inside of ``folder``.

    Raises UnreadableFile with the reason: for what is no web address, is not found or
    not allowed, can't be reached, redirects into an internal network, is too large,
    too slow, or breaks off. Nothing is left in ``folder`` then.
    """
    start = _parse(url)
    guard = Guard(start, Deadline(time.monotonic() + _MOST_SECONDS))
    with _explained(start), httpcore.ConnectionPool(ssl_context=_tls(), network_backend=guard) as pool:
        return _follow(pool, start, folder)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes long enough to do it once."""
    return httpx.create_ssl_context(trust_env=False)


def _follow(pool: httpcore.ConnectionPool, url: httpx.URL, folder: Path) -> Fetched:
    cookies = httpx.Cookies()  # some servers redirect until theirs comes back
    timeout = {"connect": _CONNECT_SECONDS, "read": _READ_SECONDS, "write": _READ_SECONDS}
    for _ in range(_MOST_REDIRECTS + 1):
        request = httpx.Request("GET", url, headers=_HEADERS)
        cookies.set_cookie_header(request)
        where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        given = request.headers.raw
        with (
            _explained(url),
            pool.stream("GET", where, headers=given, extensions={"timeout": timeout}) as reply,
        ):
            # without the body, which httpx would unpack in pieces of any size
            response = httpx.Response(reply.status, headers=reply.headers, request=request)
            cookies.extract_cookies(response)
            if not response.has_redirect_location:
                return _save(reply, response, folder)
        url = _parse(_location(response), base=url)
    raise refusals.too_many_redirects(url)


def _parse(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address, or with a base that of a redirect. Raises UnreadableFile."""
    try:
        url = base.join(text) if base else httpx.URL(text)
        usable = bool(url.host) and 0 < port_of(url) < 65_536
    except (httpx.InvalidURL, ValueError) as error:
        raise refusals.invalid(text, redirected=bool(base)) from error
    if url.scheme not in ("http", "https"):
        raise refusals.not_of_the_web(text, redirected=bool(base))
    if not usable:
        raise refusals.invalid(text, redirected=bool(base))
    if url.userinfo:
        raise refusals.with_credentials(url)
    return url


def _location(response: httpx.Response) -> str:
    """Where the server redirects to. Bytes that are no UTF-8, mostly GBK, are sent back as they came."""
    raw = next(value for key, value in response.headers.raw if key.lower() == b"location")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote(raw, safe=printable)


def _save(reply: httpcore.Response, response: httpx.Response, folder: Path) -> Fetched:
    url, headers = response.request.url, response.headers
    if response.status_code != httpx.codes.OK:
        raise refusals.status(url, response.status_code)
    too_large = refusals.too_large(url, _MOST_BYTES)
    length = headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > _MOST_BYTES:
        raise too_large
    # counted as they come and as they unfold
    pieces = bounded(reply.iter_stream(), _MOST_BYTES, too_large)
    pieces = bounded(unpacked(pieces, headers.get("Content-Encoding", "")), _MOST_BYTES, too_large)
    name = name_file(headers, url)
    own = Path(tempfile.mkdtemp(dir=folder))  # so that two files of one name can't meet
    try:
        with (own / name).open("xb") as file:
            file.writelines(declare_charset(pieces, headers.get("Content-Type", "")))
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise
    return Fetched(path=own / name, name=name)


@contextmanager
def _explained(url: httpx.URL) -> Iterator[None]:
    """What goes wrong on the way is raised as UnreadableFile with its reason."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise refusals.too_slow(url) from error
    except httpcore.ConnectError as error:
        raise refusals.unreachable(url, error) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, Broken) as error:
        raise refusals.broken(url) from error
    except ValueError as error:  # a host that only the TLS library finds wrong
        raise refusals.invalid(str(url)) from error
    except OSError as error:
        raise refusals.not_written(url) from error
