"""From a message to the text that answers it, within the few seconds that a platform waits.

A platform that gets no reply sends the message again, twice. All tries share
one computation. What is not there in time is sent as a message of our own,
once, where the account may send such. Where it may not, the settings say how
many tries a chat model has before it is cut short, so that what the documents
say arrives in time: all but the last get no reply, which a platform answers by
trying again.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request

from assistant.asking.callers import Caller
from assistant.saying.answer_json import to_json
from assistant.saying.forms.plain import plain_text
from assistant.saying.forms.sentences import ASK_IN_WORDS, FAILED, NOT_YET, WORKING, apology
from assistant.saying.tell import greeting
from assistant.setup.settings import Settings
from assistant.types import Answer, Face, Question, Sources
from assistant.web.delivery.continued import wants_more
from assistant.web.delivery.following import answer_of, submit
from assistant.web.dependencies import Parts, base_url_of
from assistant.web.wechat.messages import Incoming, Wish, recalled
from vectorstore.errors import Language, PolicyAssistantError

_LOG = logging.getLogger(__name__)

# A platform hangs up after 5 seconds, of which it takes some itself.
_LAST_MOMENT = 4.4
_GRACE = 0.4  # seconds for an answer that was due
_TRY_AGAIN = 4.8  # seconds from one try to the next, at the least
_SIGN_AFTER = 2.0  # seconds without an answer
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
    """The text for one message, in the making or made, until ``due``.

    ``tries`` is how often the message came, ``sent`` that the text goes as a message of our own.
    """

    text: asyncio.Task[str]
    due: float
    tries: int = 0
    sent: bool = False


class Answering:
    """Answers one account's messages. ``name`` keeps its people apart from all others. Of one event loop.

    ``show_working`` shows a person that an answer is in the making, with the words for it, once.
    ``tries`` is how many of the platform's a chat model may take, where nothing can be sent later.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        welcome: str | None,
        send: Send | None,
        show_working: Send | None = None,
        sources: Sources,
        tries: int = 1,
        face: Face = "wechat",
    ) -> None:
        self._name = name
        self._face: Face = face
        self._seconds = min(settings.bot_seconds, _LAST_MOMENT - _GRACE)
        self._welcome = welcome
        self._send = send
        self._show_working = show_working
        self._tries = 1 if send else tries
        self._sources: Sources = sources
        self._sayings: OrderedDict[tuple[str, str, str], _Saying] = OrderedDict()
        self._beside: set[asyncio.Task[None]] = set()

    async def reply(self, incoming: Incoming, moment: Moment) -> str | None:
        """The text to reply at once; None where there is nothing to say, or not yet."""
        if incoming.wish is Wish.NOTHING:
            return None
        saying = self._saying(incoming, moment)
        await asyncio.wait(
            {saying.text}, timeout=max(0.0, self._held_until(saying, moment) - time.monotonic())
        )
        if saying.sent:
            return None
        if saying.text.done():
            return None if saying.text.cancelled() else saying.text.result()
        if self._send is None:
            return NOT_YET.in_language(moment.language)
        saying.sent = True
        self._send_later(saying, incoming, moment.language)
        return None

    def _held_until(self, saying: _Saying, moment: Moment) -> float:
        """When this try gets its reply, whatever there is then."""
        if saying.tries < self._tries:
            return saying.due + _GRACE  # the platform hangs up before that, and tries again
        return moment.arrived + self._seconds + (0.0 if self._send else _GRACE)

    def _saying(self, incoming: Incoming, moment: Moment) -> _Saying:
        """The one for this message, begun where it is the first try."""
        key = (incoming.person, incoming.id, incoming.question)
        known = self._sayings.get(key)
        if known is None:
            due = moment.arrived + (self._tries - 1) * _TRY_AGAIN + self._seconds
            making = asyncio.create_task(self._text(incoming, moment, due))
            known = self._sayings[key] = _Saying(making, due)
            if incoming.wish is Wish.ANSWER:
                self._show_later(known, incoming.person, moment)
            if len(self._sayings) > _MOST_KEPT:
                self._sayings.popitem(last=False)
        known.tries += 1
        return known

    async def _text(self, incoming: Incoming, moment: Moment, due: float) -> str:
        """What is said to a message. What goes wrong is said too."""
        try:
            if incoming.wish is Wish.WORDS:
                return ASK_IN_WORDS.in_language(moment.language)
            if incoming.wish is Wish.WELCOME:
                return await anyio.to_thread.run_sync(self._welcoming, moment)
            return await self._answer(incoming, moment, due)
        except PolicyAssistantError as error:
            return plain_text(apology(error, moment.language))
        except Exception:  # noqa: BLE001  # a person is told something, whatever it was
            _LOG.exception("A message could not be answered")
            return FAILED.in_language(moment.language)

    async def _answer(self, incoming: Incoming, moment: Moment, due: float) -> str:
        wanted = math.inf if self._send else due
        question = Question(text=incoming.question, due=wanted, face=self._face)
        caller = Caller(key=self._name, person=incoming.person)
        if wants_more(incoming.question):
            more = await anyio.to_thread.run_sync(self._more, incoming.question, caller, moment)
            if more:
                return more
        asked = await submit(moment.parts.sessions, question, caller, incoming.id)
        answer = await answer_of(asked.job)
        return await anyio.to_thread.run_sync(self._written, answer, caller, moment)

    def _welcoming(self, moment: Moment) -> str:
        if self._welcome:
            return self._welcome
        return plain_text(greeting(moment.parts.assistant.documents(), moment.language))

    def _written(self, answer: Answer, caller: Caller, moment: Moment) -> str:
        """The answer, or its first part."""
        return moment.parts.continued.begin(
            to_json(answer),
            caller.owner,
            base=moment.base_url,
            language=moment.language,
            sources=self._sources,
        )

    def _more(self, said: str, caller: Caller, moment: Moment) -> str | None:
        """The next part of the last answer; None where nothing is left of one."""
        found = moment.parts.continued.go_on(
            said, caller.owner, base=moment.base_url, language=moment.language
        )
        return found and found[0]

    def _send_later(self, saying: _Saying, incoming: Incoming, language: Language) -> None:
        self._begin(self._sent(saying, incoming, language))

    def _show_later(self, saying: _Saying, person: str, moment: Moment) -> None:
        """Let the person see that there is work going on, unless the text is soon there."""
        if self._show_working is None:
            return
        showing = self._begin(self._shown(self._show_working, person, moment))
        saying.text.add_done_callback(lambda _: showing.cancel())

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        begun = asyncio.create_task(work)
        self._beside.add(begun)  # the loop itself holds no task
        begun.add_done_callback(self._beside.discard)
        return begun

    async def _shown(self, show: Send, person: str, moment: Moment) -> None:
        await asyncio.sleep(moment.arrived + _SIGN_AFTER - time.monotonic())
        await show(person, WORKING.in_language(moment.language))

    async def _sent(self, saying: _Saying, incoming: Incoming, language: Language) -> None:
        text = await saying.text
        if self._send:
            await self._send(incoming.person, recalled(incoming.question, text, language))
