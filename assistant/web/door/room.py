"""How much the server has room for: connections, requests at once, and the head of one request."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass

_RESERVED = 300  # descriptors for files, the chat model's connections, and what reads documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one server.

    A school of 200 open tabs behind one address has some 400 streams open and, while the page loads, six
    connections a browser; what merely waits is closed to make room, so that it never keeps others out.
    """

    head_seconds: float = 15.0
    head_bytes: int = 64 * 1024
    connections: int = 3000
    connections_of_one: int = 1500
    requests: int = 1000
    requests_of_one: int = 600

    def within(self, descriptors: int) -> Limits:
        """The same where the process may have no more than that many files and connections open."""
        connections = min(self.connections, max(descriptors - _RESERVED, descriptors // 2))
        requests = min(self.requests, connections * 3 // 4)
        return Limits(
            head_seconds=self.head_seconds,
            head_bytes=self.head_bytes,
            connections=connections,
            connections_of_one=min(self.connections_of_one, connections * 3 // 4),
            requests=requests,
            requests_of_one=min(self.requests_of_one, requests * 3 // 4),
        )


def make_room(limits: Limits) -> Limits:
    """Let the process have as many connections as ``limits`` names, or else fewer that it may have."""
    if sys.platform == "win32":  # which knows no such bound
        return limits
    import resource

    wanted = limits.connections + _RESERVED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):  # some systems bound it lower than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limits if soft == resource.RLIM_INFINITY else limits.within(soft)
