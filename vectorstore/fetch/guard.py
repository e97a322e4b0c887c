"""Connections that lead only where they may, and end when the time is up."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

from vectorstore.fetch import refusals

_NAT64 = IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFF_FFFF


def port_of(url: httpx.URL) -> int:
    """The port that the address names, or the one of its scheme."""
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, and so is the IPv4 address that it may hold."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped or ip in _NAT64:  # nothing but another spelling of that IPv4 address
            return is_public(str(IPv4Address(int(ip) & _LAST_32_BITS)))
        if ip.is_site_local or ip.teredo or (ip.sixtofour and not is_public(str(ip.sixtofour))):
            return False
    # is_global alone lets multicast through, and much of IPv6 that was never given out
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, in time.monotonic, at which the download must be over."""

    at: float

    def cap(self, seconds: float | None) -> float:
        """That many seconds, or as many as are left. Raises httpcore.ReadTimeout when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if seconds is None else min(left, seconds)


class Guard(httpcore.NetworkBackend):
    """Resolves each host once, judges all of its addresses, and connects to those and no others.

    The host and port that were typed are trusted, and with http on port 80 also https
    on 443; other ones must be public. Headers and TLS keep the name of the host.
    """

    def __init__(self, typed: httpx.URL, deadline: Deadline) -> None:
        host, port = typed.raw_host.decode("ascii"), port_of(typed)
        self._trusted = {(host, port)}
        if (typed.scheme, port) == ("http", 80):
            self._trusted.add((host, 443))
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()
        self._resolved: dict[str, tuple[str, ...]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect. Raises UnreadableFile for a host that is not found, or neither trusted nor public."""
        if host not in self._resolved:
            self._resolved[host] = _resolve(host, port)
        addresses = self._resolved[host]
        if (host, port) not in self._trusted and not all(map(is_public, addresses)):
            raise refusals.leads_inside(host)
        failure: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                wait = self._deadline.cap(timeout)
                stream = self._sockets.connect_tcp(address, port, wait, local_address, socket_options)
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Never, since no web address means one. Raises httpcore.ConnectError."""
        raise httpcore.ConnectError


class _Timed(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            wait = self._deadline.cap(timeout)
            return _Timed(self._stream.start_tls(ssl_context, server_hostname, wait), self._deadline)
        except BaseException:  # httpcore leaves open what it has no connection of yet
            self.close()
            raise

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:  # as long as the system's resolver takes, which nothing can cut short
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # ValueError: a name that DNS has no form for
        raise refusals.not_found(host) from error
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
