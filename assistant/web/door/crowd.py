"""The requests that are being answered: how many there may be at once, and how they end with the server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Container
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import ServerStopping
from assistant.web.door.http_errors import known_error_response
from assistant.web.door.refusals import Crowded
from assistant.web.door.room import Limits
from vectorstore.errors import Language


class Crowd:
    """The requests that are being answered at one server, by the address that they came from."""

    def __init__(self, limits: Limits, on_refused: Callable[[str], None] = lambda _: None) -> None:
        """``on_refused`` hears the code of the error that each one gets who is not let in."""
        self.ending = False
        self.on_refused = on_refused
        self._limits = limits
        self._asking: dict[asyncio.Task[object], str] = {}
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._asking)

    def has_room(self, address: str) -> bool:
        """Whether one more of that address is taken."""
        return len(self._asking) < self._limits.requests and self._of[address] < self._limits.requests_of_one

    def add(self, task: asyncio.Task[object], address: str) -> None:
        """One more, which ``task`` answers."""
        self._asking[task] = address
        self._of[address] += 1

    def remove(self, task: asyncio.Task[object]) -> None:
        """It has been answered."""
        address = self._asking.pop(task)
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]

    def end(self) -> None:
        """End all that are left: streams that no answer ends, such as the one of every open page."""
        self.ending = True
        for task in self._asking:
            task.cancel()


class CrowdLimit:
    """Refuses requests beyond the room that there is (503), and ends those that are left with the server.

    Those for ``unbounded`` paths are none of them: whoever watches a crowded server sees that it is.
    uvicorn's own limit counts connections that ask nothing, and answers in plain text.
    """

    def __init__(
        self, app: ASGIApp, crowd: Crowd, language: Language, unbounded: Container[str] = ()
    ) -> None:
        self.app = app
        self.unbounded = unbounded
        self.crowd = crowd
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None or scope["path"] in self.unbounded:
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        if not self.crowd.has_room(address):
            self.crowd.on_refused(Crowded.code)
            response = known_error_response(Crowded(), self.language, path=scope["path"])
            await response(scope, receive, send)
            return
        self.crowd.add(task, address)
        try:
            await self._answer(scope, receive, send)
        finally:
            self.crowd.remove(task)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = complete = False

        async def noted(message: Message) -> None:
            nonlocal begun, complete
            begun = True
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except asyncio.CancelledError:
            if not self.crowd.ending:
                raise
            if not begun:
                response = known_error_response(ServerStopping(), self.language, path=scope["path"])
                await response(scope, receive, send)
            elif not complete:
                with suppress(Exception):  # a file that was to be longer is broken off
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
