"""One long connection to WeCom: what is sent over it is acknowledged, and it says that it is alive."""

from __future__ import annotations

import asyncio
import logging

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from assistant.web.wechat.wecom_bot.frames import (
    HEARTBEAT,
    SUBSCRIBE,
    Frame,
    Json,
    new_request_id,
    write_frame,
)

_LOG = logging.getLogger(__name__)
_WEBSOCKET_LOG = logging.getLogger(f"{__name__}.websocket")
_WEBSOCKET_LOG.setLevel(logging.WARNING)  # below that it would tell every frame, the secret's too

ACKNOWLEDGED_WITHIN = 10.0  # seconds
HEARTBEAT_SECONDS = 30.0
NOT_SUBSCRIBED = 846609
"""WeCom's code for a connection that it has forgotten, though it is still open."""

_MOST_MISSED = 2  # heartbeats, after which nobody is taken to be there
_LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes; a larger one closes the connection
_MOST_WAITING = 4  # messages that are taken in before they are read
_CLOSING_SECONDS = 3.0


class Lost(Exception):
    """The connection is gone, or nobody answers on it."""


class Refused(Exception):
    """WeCom does not let the bot in."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Connecting(connect):
    """Connects within ten seconds, through the proxy that the environment names, if any; no redirect."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            compression=None,  # what is packed could be any size
            ping_interval=None,  # WeCom has heartbeats of its own
            close_timeout=_CLOSING_SECONDS,
            max_size=_LARGEST_MESSAGE,
            max_queue=_MOST_WAITING,
            logger=_WEBSOCKET_LOG,
            user_agent_header=None,
        )

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Go nowhere else: the secret is for that one address."""
        return exc


class BotConnection:
    """Of one event loop. Whoever reads the socket passes acknowledgements to ``settle``."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self.ending: Exception | None = None
        """Why it was closed from here, if it was."""
        self.puzzled = 0
        """How many frames of it nobody knew."""

    async def subscribe(self, bot_id: str, secret: str) -> None:
        """Say who this is. Raises Refused and Lost."""
        body = {"bot_id": bot_id, "secret": secret}
        try:
            code = await self.request(SUBSCRIBE, new_request_id(SUBSCRIBE), body)
        except TimeoutError:
            raise Lost("the subscription was not answered") from None
        if code:
            raise Refused(code)

    async def stay_alive(self) -> None:
        """Send heartbeats for ever. Raises Lost when nobody answers them."""
        missed = 0
        while missed < _MOST_MISSED:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                code = await self.request(HEARTBEAT, new_request_id(HEARTBEAT))
            except TimeoutError:
                missed += 1
                continue
            if code == NOT_SUBSCRIBED:
                raise Lost("the subscription was forgotten")
            missed = 0
        raise Lost("heartbeats were not answered")

    async def request(self, command: str, request_id: str, body: Json | None = None) -> int:
        """Send a frame; WeCom's code for it, 0 where it was taken.

        Of one id one frame is sent at a time. Raises Lost, and TimeoutError where nothing acknowledges it.
        """
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answered
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                await self._websocket.send(write_frame(command, request_id, body))
                return await answered
        except ConnectionClosed:
            raise Lost("the connection was closed") from None
        finally:
            if self._waiting.get(request_id) is answered:
                del self._waiting[request_id]

    def settle(self, frame: Frame) -> bool:
        """Tell whoever waits for this acknowledgement; whether somebody does."""
        answered = self._waiting.get(frame.request_id)
        if answered is None or answered.done() or frame.code is None:
            return False
        answered.set_result(frame.code)
        return True

    async def close(self, ending: Exception) -> None:
        """Close it from here, for that reason. The first one counts."""
        self.ending = self.ending or ending
        await self._websocket.close()

    def end(self) -> None:
        """It is closed: nothing is acknowledged any more."""
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(Lost("the connection was closed"))


class Line:
    """The connection in use, if there is one. Of one event loop."""

    def __init__(self) -> None:
        self._connection: BotConnection | None = None
        self._there = asyncio.Event()

    @property
    def connection(self) -> BotConnection | None:
        """The one in use now."""
        return self._connection

    def put(self, connection: BotConnection) -> None:
        """From now on this one is used."""
        self._connection = connection
        self._there.set()

    def drop(self, connection: BotConnection) -> None:
        """This one is used no more."""
        if self._connection is connection:
            self._connection = None
            self._there.clear()

    async def wait(self) -> BotConnection:
        """The one in use, as soon as there is one."""
        while self._connection is None:
            await self._there.wait()
        return self._connection
