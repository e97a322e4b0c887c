"""From a message to the text that answers it, within the few seconds that a platform waits.

A platform that gets no reply sends the message again, twice. All tries share
one computation. What is not there in time is sent as a message of our own,
once, where the account may send such; else the chat model is cut short, so
that what the documents say arrives in time.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request

from assistant.asking.callers import Caller
from assistant.saying.answer_json import to_json
from assistant.saying.forms.plain import plain_text
from assistant.saying.forms.sentences import ASK_IN_WORDS, FAILED, NOT_YET, apology
from assistant.saying.tell import greeting
from assistant.setup.settings import Settings
from assistant.types import Answer, Face, Question
from assistant.web.delivery.continued import wants_more
from assistant.web.delivery.following import answer_of, submit
from assistant.web.dependencies import Parts, base_url_of
from assistant.web.wechat.messages import Incoming, Wish, recalled
from vectorstore.errors import Language, PolicyAssistantError

_LOG = logging.getLogger(__name__)

# A platform hangs up after 5 seconds, of which it takes some itself.
_LAST_MOMENT = 4.4
_GRACE = 0.4  # seconds for an answer that was due
_MOST_KEPT = 1000  # answers that a message which comes again still gets

Send = Callable[[str, str], Awaitable[None]]
"""Sends a text to a person, as a message of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What one request is answered with, and when it came (``time.monotonic``)."""

    parts: Parts
    base_url: str
    language: Language
    arrived: float


async def _moment(request: Request) -> Moment:
    # All in the event loop: a callback does not queue for a thread before its time is counted.
    return Moment(
        parts=request.app.state.parts,
        base_url=base_url_of(request),
        language=request.app.state.language,
        arrived=time.monotonic(),
    )


TheMoment = Annotated[Moment, Depends(_moment)]


@dataclass(slots=True)
class _Saying:
    """The text for one message, in the making or made. ``sent``: it goes as a message of our own."""

    text: asyncio.Task[str]
    sent: bool = False


class Answering:
    """Answers one account's messages. ``name`` keeps its people apart from all others. Of one event loop."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        welcome: str | None,
        send: Send | None,
        face: Face = "wechat",
    ) -> None:
        self._name = name
        self._face: Face = face
        self._seconds = min(settings.bot_seconds, _LAST_MOMENT - _GRACE)
        self._welcome = welcome
        self._send = send
        self._sayings: OrderedDict[tuple[str, str, str], _Saying] = OrderedDict()
        self._sending: set[asyncio.Task[None]] = set()

    async def reply(self, incoming: Incoming, moment: Moment) -> str | None:
        """The text to reply at once; None where there is nothing to say, or not yet."""
        if incoming.wish is Wish.NOTHING:
            return None
        saying = self._saying(incoming, moment)
        grace = 0.0 if self._send else _GRACE
        left = moment.arrived + self._seconds + grace - time.monotonic()
        await asyncio.wait({saying.text}, timeout=max(0.0, left))
        if saying.sent:
            return None
        if saying.text.done():
            return None if saying.text.cancelled() else saying.text.result()
        if self._send is None:
            return NOT_YET.in_language(moment.language)
        saying.sent = True
        self._send_later(saying, incoming, moment.language)
        return None

    def _saying(self, incoming: Incoming, moment: Moment) -> _Saying:
        """The one for this message, begun where it is the first try."""
        key = (incoming.person, incoming.id, incoming.question)
        known = self._sayings.get(key)
        if known is None:
            known = self._sayings[key] = _Saying(asyncio.create_task(self._text(incoming, moment)))
            if len(self._sayings) > _MOST_KEPT:
                self._sayings.popitem(last=False)
        return known

    async def _text(self, incoming: Incoming, moment: Moment) -> str:
        """What is said to a message. What goes wrong is said too."""
        try:
            if incoming.wish is Wish.WORDS:
                return ASK_IN_WORDS.in_language(moment.language)
            if incoming.wish is Wish.WELCOME:
                return await anyio.to_thread.run_sync(self._welcoming, moment)
            return await self._answer(incoming, moment)
        except PolicyAssistantError as error:
            return plain_text(apology(error, moment.language))
        except Exception:  # noqa: BLE001  # a person is told something, whatever it was
            _LOG.exception("A message could not be answered")
            return FAILED.in_language(moment.language)

    async def _answer(self, incoming: Incoming, moment: Moment) -> str:
        due = math.inf if self._send else moment.arrived + self._seconds
        question = Question(text=incoming.question, due=due, face=self._face)
        caller = Caller(key=self._name, person=incoming.person)
        if wants_more(incoming.question):
            more = await anyio.to_thread.run_sync(_more, incoming.question, caller, moment)
            if more:
                return more
        asked = await submit(moment.parts.sessions, question, caller, incoming.id)
        answer = await answer_of(asked.job)
        return await anyio.to_thread.run_sync(_written, answer, caller, moment)

    def _welcoming(self, moment: Moment) -> str:
        if self._welcome:
            return self._welcome
        return plain_text(greeting(moment.parts.assistant.documents(), moment.language))

    def _send_later(self, saying: _Saying, incoming: Incoming, language: Language) -> None:
        sending = asyncio.create_task(self._sent(saying, incoming, language))
        self._sending.add(sending)  # the loop itself holds no task
        sending.add_done_callback(self._sending.discard)

    async def _sent(self, saying: _Saying, incoming: Incoming, language: Language) -> None:
        text = await saying.text
        if self._send:
            await self._send(incoming.person, recalled(incoming.question, text, language))


def _written(answer: Answer, caller: Caller, moment: Moment) -> str:
    """The answer, or its first part."""
    return moment.parts.continued.begin(
        to_json(answer), caller.owner, base=moment.base_url, language=moment.language
    )


def _more(said: str, caller: Caller, moment: Moment) -> str | None:
    """The next part of the last answer; None where nothing is left of one."""
    found = moment.parts.continued.go_on(said, caller.owner, base=moment.base_url, language=moment.language)
    return found and found[0]
