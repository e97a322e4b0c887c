"""The door: connections that have not asked yet get little time and space, and never keep out who asks.

A connection waits from its opening, or from the end of its last response, until the head of a request is
whole. Waiting ones are closed after a while, and earlier where there is no more room.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant.web.door.refusals import Crowded, HeadTooLong, HeadTooSlow, NoRequest, bare_response
from assistant.web.door.room import Limits
from vectorstore.errors import Language, PolicyAssistantError

_END_OF_HEAD = re.compile(rb"\n\r?\n")


class Door:
    """Who came in at one server, by address, and who of them is waiting, the longest first."""

    def __init__(
        self, limits: Limits, language: Language, on_refused: Callable[[str], None] = lambda _: None
    ) -> None:
        """``on_refused`` hears the code of the error that each one gets for whom there is no room."""
        self.limits = limits
        self._on_refused = on_refused
        self.language: Language = language
        self._open: Counter[str] = Counter()
        self._waiting: dict[str, dict[GuardedConnection, None]] = {}

    def __len__(self) -> int:
        """How many connections are open."""
        return self._open.total()

    def come(self, connection: GuardedConnection) -> None:
        """One more. Where that is one too many, the one that waits longest goes, or else this one."""
        address = connection.address
        self._open[address] += 1
        if self._open[address] > self.limits.connections_of_one:
            waiting = self._waiting.get(address)
        elif len(connection.connections) > self.limits.connections:
            waiting = max(self._waiting.values(), key=len, default=None)
        else:
            return
        first = next(iter(waiting), connection) if waiting else connection
        self._on_refused(Crowded.code)
        first.turn_away(Crowded())

    def go(self, connection: GuardedConnection) -> None:
        """It is closed."""
        self.ask(connection)
        self._open[connection.address] -= 1
        if not self._open[connection.address]:
            del self._open[connection.address]

    def wait(self, connection: GuardedConnection) -> None:
        """It waits from now on."""
        self._waiting.setdefault(connection.address, {})[connection] = None

    def ask(self, connection: GuardedConnection) -> None:
        """It waits no longer."""
        waiting = self._waiting.get(connection.address, {})
        waiting.pop(connection, None)
        if not waiting:
            self._waiting.pop(connection.address, None)


class GuardedConnection(H11Protocol):
    """One connection of uvicorn's, which is watched while it waits.

    By h11, which bounds all that it keeps, trailers too, and reads nothing ahead of a response.
    """

    door: Door

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """A client has connected."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.door.come(self)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by either side."""
        self._wait_no_longer()
        self.door.go(self)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has come, or a response has ended and something had come before that."""
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self._head_is_too_long():
            self.turn_away(HeadTooLong())
            return
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_longer()

    def on_response_complete(self) -> None:
        """A response is handed on. The rest of its request's body has the time of a head to come."""
        self._wait()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """What has come is no request; uvicorn's own words are for nobody."""
        self.turn_away(NoRequest())

    def turn_away(self, error: PolicyAssistantError) -> None:
        """Say why, unless a response has begun, and close."""
        self._wait_no_longer()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(bare_response(error, self.door.language))
        if self.cycle is not None:  # an application that is still at it writes nothing behind that
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _wait(self) -> None:
        self._wait_no_longer()
        if self.transport.is_closing():
            return
        self._deadline = self.loop.call_later(self.door.limits.head_seconds, self._waited_too_long)
        self.door.wait(self)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self.door.ask(self)

    def _waited_too_long(self) -> None:
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self.turn_away(HeadTooSlow())
        else:  # browsers connect ahead of need, and would show an answer to what they did not ask
            self._wait_no_longer()
            self.transport.close()

    def _head_is_too_long(self) -> bool:
        come, most = self.conn.trailing_data[0], self.door.limits.head_bytes
        return len(come) > most and not _END_OF_HEAD.search(come, 0, most)


def guarded_by(door: Door) -> type[GuardedConnection]:
    """The connections of the server with that door."""
    return type("GuardedConnection", (GuardedConnection,), {"door": door})
