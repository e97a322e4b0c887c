"""Answers over the AI bot's long connection: each grows as a stream, and ends whole, on whatever connection.

A connection that is lost loses no answer: its end waits for the next one. WeCom
may not know the message any more by then; the end goes as a message of our own,
with the question above it, since another may have been asked meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assistant.saying.forms.markdown import escaped
from assistant.saying.forms.sources import on_one_line, shortened
from assistant.web.wechat.wecom_bot.connection import NOT_SUBSCRIBED, BotConnection, Line, Lost
from assistant.web.wechat.wecom_bot.frames import (
    RESPOND,
    RESPOND_WELCOME,
    SEND,
    Frame,
    Json,
    new_request_id,
)
from assistant.web.wechat.wecom_bot.messages import BotMessage, read_message
from assistant.web.wechat.wecom_bot.replies import MOST_BYTES, Replies
from vectorstore.errors import Message

_LOG = logging.getLogger(__name__)

# WeCom takes 30 messages a minute in one chat: so many updates leave room for questions and endings.
_UPDATE_SECONDS = 3.0
_LATE_SECONDS = 300.0  # that an ending waits for a connection; WeCom gives up a stream after some minutes
_MOST_AT_ONCE = 200  # messages in hand
_MOST_REMEMBERED = 1_000  # messages that are known when they come again, and chats
_LONGEST_RECALLED = 40  # characters of a question above its late answer
_ASKED = Message("问：{}", "Asked: {}")


@dataclass(slots=True, kw_only=True)
class _Telling:
    """One message that is being answered: where, and what was shown so far."""

    message: BotMessage
    request_id: str
    feedback: Json | None = None
    shown: str = ""


class Streams:
    """Answers what comes over a line, each message once. Of one event loop."""

    def __init__(self, line: Line, replies: Replies) -> None:
        self._line = line
        self._replies = replies
        self._in_hand: set[asyncio.Task[None]] = set()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._updated: OrderedDict[str, float] = OrderedDict()
        self._closed = False

    def take(self, frame: Frame) -> None:
        """Begin to answer a message or an event. One that was taken already is left alone."""
        message = read_message(frame.body)
        if self._closed or self._came_before(message.id):
            return
        if len(self._in_hand) >= _MOST_AT_ONCE:
            _LOG.warning("A message to the AI bot was dropped: %d are in hand", len(self._in_hand))
            return
        self._begin(self._answer(_Telling(message=message, request_id=frame.request_id)))

    async def finish(self, seconds: float) -> None:
        """Take nothing more, and wait so long for what is in hand."""
        self._closed = True
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=seconds)

    async def abandon(self) -> None:
        """Leave what is in hand unanswered."""
        self._closed = True
        if self._in_hand:
            _LOG.warning("%d messages to the AI bot are left unanswered", len(self._in_hand))
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    def _begin(self, answering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answering)
        self._in_hand.add(task)  # the loop itself holds no task
        task.add_done_callback(self._in_hand.discard)

    def _came_before(self, message_id: str) -> bool:
        if not message_id:
            return False
        known = message_id in self._known
        self._known[message_id] = None
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return known

    async def _answer(self, telling: _Telling) -> None:
        try:
            reply = await self._replies.to(telling.message)
            if reply is None:
                return
            if reply["msgtype"] == "stream":
                await self._stream(telling, reply)
            else:
                await self._greet(telling, reply)
        except Exception:  # noqa: BLE001  # one message must not end the others
            _LOG.exception("A message to the AI bot could not be answered")

    async def _greet(self, telling: _Telling, reply: Json) -> None:
        """Whoever comes in is greeted within seconds or not at all."""
        connection = self._line.connection
        if connection is None:
            return
        with suppress(Lost, TimeoutError):
            code = await connection.request(RESPOND_WELCOME, telling.request_id, reply)
            if code:
                _LOG.warning("WeCom did not take the AI bot's welcome: error %d", code)

    async def _stream(self, telling: _Telling, reply: Json) -> None:
        telling.feedback = reply["stream"].get("feedback")
        while not reply["stream"]["finish"]:
            await self._show(telling, reply["stream"])
            reply = await self._replies.later(reply["stream"]["id"], _UPDATE_SECONDS)
        try:
            async with asyncio.timeout(_LATE_SECONDS):
                while not await self._ended(telling, reply["stream"]):
                    pass
        except TimeoutError:
            _LOG.warning("An answer of the AI bot is dropped: there was no connection for it in time")

    async def _show(self, telling: _Telling, stream: Json) -> None:
        """How far an answer has come: not sent where it is nothing new, or too soon in this chat."""
        connection, first = self._line.connection, not telling.shown
        if connection is None or stream["content"] == telling.shown:
            return
        if not (self._may_update(telling.message.chat) or first):
            return
        with suppress(Lost, TimeoutError):
            code = await self._respond(connection, telling, stream)
            if code not in (0, NOT_SUBSCRIBED):
                _LOG.info("WeCom did not take how far an answer has come: error %d", code)

    async def _ended(self, telling: _Telling, stream: Json) -> bool:
        """Whether the end was sent as well as it can be; False where another connection may do better."""
        connection = await self._line.wait()
        try:
            code = await self._respond(connection, telling, stream)
            if code not in (0, NOT_SUBSCRIBED):  # this message is not known any more
                code = await self._send(connection, telling.message, stream["content"])
        except Lost:
            self._line.drop(connection)
            return False
        except TimeoutError:  # it may have been taken: twice would be worse
            _LOG.warning("WeCom did not acknowledge an answer of the AI bot")
            return True
        if code == NOT_SUBSCRIBED:
            self._line.drop(connection)
            await connection.close(Lost("the subscription was forgotten"))
            return False
        if code:
            _LOG.warning("WeCom did not take an answer of the AI bot: error %d", code)
        return True

    async def _respond(self, connection: BotConnection, telling: _Telling, stream: Json) -> int:
        """WeCom's code for this state of a stream, whose first one alone may say what it is rated by."""
        shown = {name: stream[name] for name in ("id", "finish", "content")}
        if telling.feedback and not telling.shown:
            shown["feedback"] = telling.feedback
        body = {"msgtype": "stream", "stream": shown}
        code = await connection.request(RESPOND, telling.request_id, body)
        if code == 0:
            telling.shown = stream["content"]
        return code

    async def _send(self, connection: BotConnection, message: BotMessage, content: str) -> int:
        """Send an answer as a message of our own, and WeCom's code for it."""
        asked = shortened(on_one_line(message.text), _LONGEST_RECALLED)
        above = _ASKED.in_language(self._replies.language).format(escaped(asked))
        whole = f"{above}\n\n{content}"
        told = whole if len(whole.encode()) <= MOST_BYTES else content
        body = {"chatid": message.chat, "msgtype": "markdown", "markdown": {"content": told}}
        return await connection.request(SEND, new_request_id(SEND), body)

    def _may_update(self, chat: str) -> bool:
        """Whether the last update in this chat was long enough ago; it is counted as made then."""
        now = time.monotonic()
        if now - self._updated.get(chat, -_UPDATE_SECONDS) < _UPDATE_SECONDS:
            return False
        self._updated[chat] = now
        self._updated.move_to_end(chat)
        if len(self._updated) > _MOST_REMEMBERED:
            self._updated.popitem(last=False)
        return True
