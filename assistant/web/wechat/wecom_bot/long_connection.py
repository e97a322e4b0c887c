"""The AI bot of WeCom by a connection that this server makes: no address, name or certificate of its own.

WeCom keeps one connection for a bot. A lost one is made anew, after waits that
grow as long as it keeps being lost; a wrong secret is told once and tried again
now and then; whoever takes the bot over has it, and is not fought.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urlsplit

import anyio.to_thread
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from assistant.asking.keys import is_loopback
from assistant.errors import SettingsInvalid
from assistant.setup.settings import Settings
from assistant.upkeep.bot_state import BotState, State, keep_state, refused, taken_over
from assistant.web.dependencies import Parts
from assistant.web.serving import FINISHING_SECONDS, LAST_WORDS_SECONDS
from assistant.web.wechat.envelope import required
from assistant.web.wechat.wecom_bot.connection import BotConnection, Connecting, Line, Lost, Refused
from assistant.web.wechat.wecom_bot.frames import EVENT, MESSAGE, Frame, read_frame
from assistant.web.wechat.wecom_bot.messages import read_message
from assistant.web.wechat.wecom_bot.replies import Replies
from assistant.web.wechat.wecom_bot.streams import Streams
from vectorstore.errors import Message

_LOG = logging.getLogger(__name__)

_TAKEN_OVER = "disconnected_event"
# No network, no such name or certificate, no WebSocket there, an address or a proxy that can't be used.
_FORESEEN = (OSError, EOFError, WebSocketException, ImportError, ValueError)


class TakenOver(Exception):
    """Another program has connected as the same bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds until the next try: each about twice as long as the one before, up to a longest one.

    A connection that stood for ``steady`` begins anew with the first.
    """

    first: float
    longest: float
    steady: float = 60.0

    def after(self, failures: int) -> float:
        """How long to wait after so many in a row: not as long as others who failed at the same moment."""
        doubled = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return doubled * random.uniform(0.5, 1.0)  # noqa: S311  # spreads, and guards nothing


WHEN_LOST = Waits(first=1.0, longest=60.0)
WHEN_REFUSED = Waits(first=60.0, longest=3600.0)


class LongConnection:
    """The connection of the bot that the settings name."""

    def __init__(self, settings: Settings, bot_id: str, secret: str) -> None:
        self._settings = settings
        self._bot_id = bot_id
        self._secret = secret
        self._state: State | None = None
        self._subscribed_at: float | None = None

    @property
    def connected(self) -> bool:
        """Whether it stands now."""
        return self._state is State.CONNECTED

    @asynccontextmanager
    async def serving(self, parts: Parts) -> AsyncIterator[None]:
        """While the block runs, answer over the connection, and connect whenever there is none."""
        line = Line()
        streams = Streams(line, self._replies(parts))
        running = asyncio.create_task(self._run(line, streams))
        try:
            yield
        finally:
            await streams.finish(FINISHING_SECONDS)
            parts.desk.stop()  # whoever still waits is told that the server stops
            await streams.finish(LAST_WORDS_SECONDS)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await streams.abandon()
            await self._tell(State.STOPPED)

    def _replies(self, parts: Parts) -> Replies:
        here = f"http://{self._settings.host}:{self._settings.port}"
        return Replies(
            parts=parts,
            base_url=(self._settings.public_url or here).rstrip("/"),
            language=self._settings.language,
            own_welcome=self._settings.wechat_welcome,
            sources=self._settings.wecom_sources,
        )

    async def _run(self, line: Line, streams: Streams) -> None:
        lost = turned_away = 0
        while True:
            try:
                await self._serve_once(line, streams)
            except TakenOver:
                await self._tell(State.TAKEN_OVER)
                _LOG.error(taken_over().message.in_language(self._settings.language))
                await streams.abandon()
                return
            except Refused as error:
                lost, turned_away = 0, turned_away + 1
                await self._tell_refusal(error.code)
                await asyncio.sleep(WHEN_REFUSED.after(turned_away))
            except Lost as error:
                lost, turned_away = 1 if self._stood_long() else lost + 1, 0
                wait = WHEN_LOST.after(lost)
                _LOG.warning("The AI bot has no connection to WeCom: %s; next try in %.1f s", error, wait)
                await self._tell(State.LOST, cause=str(error))
                await asyncio.sleep(wait)

    async def _serve_once(self, line: Line, streams: Streams) -> NoReturn:
        """One connection, from its beginning to its end. Raises Lost, Refused or TakenOver."""
        self._subscribed_at = None
        connection = None
        try:
            async with Connecting(self._settings.wecom_bot_url) as websocket:
                connection = BotConnection(websocket)
                keeping = asyncio.create_task(self._keep(connection, line))
                try:
                    async for sent in websocket:
                        self._take(read_frame(sent), connection, streams)
                finally:
                    line.drop(connection)
                    connection.end()
                    keeping.cancel()
                    await asyncio.gather(keeping, return_exceptions=True)
                    await websocket.close()  # in order, whatever ended it
        except TakenOver:
            raise
        except Exception as error:
            if not isinstance(error, _FORESEEN):
                _LOG.exception("The AI bot's long connection failed")
            raise (connection and connection.ending) or Lost(_cause(error)) from error
        raise connection.ending or Lost("it was closed")

    async def _keep(self, connection: BotConnection, line: Line) -> None:
        """Say who this is, and then that it is alive, as long as the connection stands."""
        try:
            await connection.subscribe(self._bot_id, self._secret)
            self._subscribed_at = time.monotonic()
            line.put(connection)
            _LOG.info("The AI bot is connected to WeCom")
            await self._tell(State.CONNECTED)
            await connection.stay_alive()
        except (Lost, Refused) as error:
            line.drop(connection)
            await connection.close(error)

    def _take(self, frame: Frame | None, connection: BotConnection, streams: Streams) -> None:
        """One frame. What nobody knows is left alone. Raises TakenOver."""
        if frame and frame.command == EVENT and read_message(frame.body).event == _TAKEN_OVER:
            raise TakenOver
        if frame and frame.command in (MESSAGE, EVENT):
            streams.take(frame)
        elif frame is None or frame.command:
            connection.puzzled += 1
            if connection.puzzled == 1:  # one line, however many come
                _LOG.warning("WeCom sent a frame of a kind that is not known here")
        else:
            connection.settle(frame)

    def _stood_long(self) -> bool:
        since = self._subscribed_at
        return since is not None and time.monotonic() - since >= WHEN_LOST.steady

    async def _tell_refusal(self, code: int) -> None:
        if self._state is not State.REFUSED:  # once, until it is let in again
            error = refused(code)
            for said in (error.message, error.hint):
                _LOG.error(said.in_language(self._settings.language))
        await self._tell(State.REFUSED, code=code)

    async def _tell(self, state: State, *, code: int = 0, cause: str = "") -> None:
        """Keep what has become of the connection, for ``doctor``."""
        self._state = state
        now = datetime.now(UTC)
        kept = BotState(bot_id=self._bot_id, state=state, at=now, code=code, cause=cause)
        await anyio.to_thread.run_sync(keep_state, self._settings.data_dir, kept)


def open_long_connection(settings: Settings) -> LongConnection | None:
    """The connection; None where no bot is set. Raises SettingsInvalid."""
    if settings.wecom_bot_id is None and settings.wecom_bot_secret is None:
        return None
    bot_id = required(settings.wecom_bot_id, "wecom_bot_id", "wecom_bot_secret").strip()
    secret = required(settings.wecom_bot_secret, "wecom_bot_secret", "wecom_bot_id").strip()
    address = urlsplit(settings.wecom_bot_url)
    if address.scheme == "ws" and not is_loopback(address.hostname or ""):
        raise SettingsInvalid(
            Message(
                "wecom_bot_url 以 ws:// 开头，Secret 会不加密地经过网络。",
                "wecom_bot_url begins with ws://, so that the secret would cross the network unencrypted.",
            ),
            Message("请改用 wss:// 开头的地址。", "Use an address that begins with wss://."),
        )
    return LongConnection(settings, bot_id, secret)


@asynccontextmanager
async def connected_bot(connection: LongConnection | None, parts: Parts) -> AsyncIterator[None]:
    """While the block runs, the bot is connected, where there is one."""
    if connection is None:
        yield
        return
    async with connection.serving(parts):
        yield


def _cause(error: Exception) -> str:
    """What went wrong, without addresses: they may hold a secret."""
    if isinstance(error, ConnectionClosed):
        return f"it was closed with code {error.rcvd.code}" if error.rcvd else "it broke"
    if isinstance(error, InvalidStatus):
        return f"status {error.response.status_code} instead of a connection"
    return type(error).__name__
