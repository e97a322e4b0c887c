"""What the AI bot of WeCom is told: answers as streams, a welcome, and where something went wrong, that."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import anyio.to_thread

from assistant.asking.job import Job
from assistant.history.history import History
from assistant.saying.answer_json import to_json
from assistant.saying.forms.markdown import escaped
from assistant.saying.forms.sentences import ASK_IN_WORDS, FAILED, NOT_YET, WORKING, apology
from assistant.saying.forms.sources import without_marks
from assistant.saying.tell import greeting
from assistant.types import Question, Sources, Turn
from assistant.web.delivery.following import answer_of, submit
from assistant.web.dependencies import Parts
from assistant.web.wechat.bounded import beginning, bounded_markdown
from assistant.web.wechat.wecom_bot.messages import BotMessage
from vectorstore.errors import Language, Message, PolicyAssistantError

logger = logging.getLogger(__name__)

MOST_BYTES = 20_480  # of one reply's text
ANSWER_SECONDS = 330.0  # the platform gives up a stream after six minutes
_HOLD = 1.5  # seconds for an answer that is soon there: it is then shown at once, and whole
_GRACE = 15.0  # seconds for an answer that was due

Json = dict[str, Any]

_ASK_AGAIN = Message(
    "这次回答已中断，请把问题再发一次。", "This answer was cut off; send the question again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Makes the replies, in the language of the settings. ``base_url`` is what links begin with.

    ``own_welcome`` is what somebody reads who comes to the bot; None for what this is and what it holds.
    ``sources`` is how answers tell what they rest on.
    """

    parts: Parts
    base_url: str
    language: Language
    own_welcome: str | None = None
    sources: Sources = "full"

    async def to(self, message: BotMessage) -> Json | None:
        """What a message, an event or a request for more of an answer gets; None where it wants nothing."""
        match message.kind, message.event:
            case "stream", _:
                return self.so_far(message.stream_id)
            case "event", "enter_chat":
                return await self.welcome()
            case "event", "feedback_event":
                await anyio.to_thread.run_sync(keep_feedback, self.parts.history, message)
                return None
            case ("event" | "", _):
                return None
            case _:
                return await self.to_question(message)

    async def to_question(self, message: BotMessage) -> Json:
        """The beginning of the stream of an answer, or all of it where it is soon there.

        A message that comes again gets the same stream. The answer may be rated by the question's id. Who
        quotes something speaks of that, and not of what was said last.
        """
        if not message.text.strip():
            return self._sentence(ASK_IN_WORDS)
        question = Question(
            text=message.text,
            history=(Turn(role="user", content=message.quoted),) if message.quoted else (),
            due=time.monotonic() + ANSWER_SECONDS,
            face="wecom",
        )
        try:
            asked = await submit(self.parts.sessions, question, message.caller, message.id)
        except PolicyAssistantError as error:
            return _stream(uuid4().hex, apology(error, self.language), finish=True)
        except Exception:  # whoever asks sees no status
            logger.exception("A question to the WeCom AI bot failed")
            return self._sentence(FAILED)
        with suppress(Exception):  # what went wrong is told below
            await answer_of(asked.job, _HOLD)
        reply = self._progress(asked.job)
        reply["stream"]["feedback"] = {"id": asked.job.question.id}
        return reply

    def so_far(self, stream_id: str) -> Json:
        """All of a stream's text so far, and whether it is the end."""
        job = self.parts.desk.find(stream_id)
        if job is None:  # asked of a server that has started anew
            return _stream(stream_id, _ASK_AGAIN.in_language(self.language), finish=True)
        return self._progress(job)

    async def later(self, stream_id: str, seconds: float) -> Json:
        """``so_far`` after so many seconds, or once it is the end."""
        job = self.parts.desk.find(stream_id)
        if job is not None:
            with suppress(Exception):  # what went wrong is told in the end
                await answer_of(job, seconds)
        return self.so_far(stream_id)

    async def welcome(self) -> Json:
        """What somebody reads who comes to the bot."""
        chosen = self.own_welcome
        if chosen is None:
            try:
                documents = await anyio.to_thread.run_sync(self.parts.assistant.documents)
                chosen = greeting(documents, self.language)
            except PolicyAssistantError as error:
                chosen = apology(error, self.language)
        return {"msgtype": "text", "text": {"content": chosen}}

    def _progress(self, job: Job) -> Json:
        return progress(job, base=self.base_url, language=self.language, sources=self.sources)

    def _sentence(self, said: Message) -> Json:
        return _stream(uuid4().hex, said.in_language(self.language), finish=True)


def progress(job: Job, *, base: str, language: Language, sources: Sources = "full") -> Json:
    """All that is there of an answer, and whether it is the end: one that is overdue ends too."""
    if job.answer.done():
        return _stream(job.question.id, _ending(job, base, language, sources), finish=True)
    if time.monotonic() > job.question.due + _GRACE:
        return _stream(job.question.id, NOT_YET.in_language(language), finish=True)
    draft = without_marks(job.said) if sources == "off" else job.said
    said = beginning(escaped(draft), MOST_BYTES).strip()
    return _stream(job.question.id, said or WORKING.in_language(language), finish=False)


def _ending(job: Job, base: str, language: Language, sources: Sources) -> str:
    if job.answer.cancelled():
        return _ASK_AGAIN.in_language(language)
    error = job.answer.exception()
    if isinstance(error, PolicyAssistantError):
        return apology(error, language)
    if error is not None:
        return FAILED.in_language(language)
    told = to_json(job.answer.result())
    return bounded_markdown(told, base=base, language=language, most_bytes=MOST_BYTES, sources=sources)


def keep_feedback(history: History, message: BotMessage) -> None:
    """Rate the answer that somebody likes or not, where it is an answer to their own question."""
    feedback, owner = message.feedback, message.caller.owner
    if feedback is None or owner is None:
        return
    with suppress(PolicyAssistantError):  # of an answer that is not kept, or another's
        if feedback.verdict is None:
            history.take_back_rating(owner, feedback.question_id)
        else:
            history.rate(
                owner,
                feedback.question_id,
                feedback.verdict,
                complaint=feedback.complaint,
                text=feedback.text,
                rated_at=datetime.now(UTC),
            )


def _stream(stream_id: str, content: str, *, finish: bool) -> Json:
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": content}}
