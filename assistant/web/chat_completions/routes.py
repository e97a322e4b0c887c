"""``/v1/chat/completions`` and ``/v1/models``.

What goes wrong with a question is an ordinary answer with status 200: bots
keep people waiting at an error's status, or show them something else. Only
what the one who sets a bot up must see is an error: the key, the name of the
model, a body that can't be read.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypedDict

import anyio.to_thread
from fastapi import APIRouter, Header, Path
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

from assistant.asking.callers import Asked, Caller
from assistant.asking.kept_keys import Form
from assistant.errors import TooOften
from assistant.saying.forms.markdown import to_markdown
from assistant.saying.forms.plain import plain_text
from assistant.saying.forms.sentences import ASK_IN_WORDS, FAILED, NOT_YET, apology
from assistant.types import Answer, Question, Sources
from assistant.web.chat_completions.described import COMPLETION_RESPONSES, MODEL_RESPONSES, MODELS_RESPONSES
from assistant.web.chat_completions.replies import STILL_HERE, Json, Reply, opening, usage_of
from assistant.web.chat_completions.requests import CompletionBody
from assistant.web.chat_completions.tasks import reply_to_task
from assistant.web.clients import Client, TheClient, TheGate
from assistant.web.delivery.continued import wants_more
from assistant.web.delivery.following import answer_of, submit, told_answer
from assistant.web.dependencies import Parts, TheBaseUrl, TheLanguage, TheParts, TheSettings
from assistant.web.door.http_errors import ModelUnknown
from vectorstore.errors import Language, PolicyAssistantError
from vectorstore.types import EVERYWHERE

router = APIRouter(tags=["OpenAI-compatible"])
logger = logging.getLogger(__name__)

MODELS: dict[str, Form] = {"edu-policy": "markdown", "edu-policy-wechat": "wechat"}
_OWNER = "policy-assistant"
_HEARTBEAT = 5.0  # seconds of silence after which what stands between may hang up
_GRACE = 0.4  # seconds for an answer that was due


@router.get("/v1/models", summary="List models", responses=MODELS_RESPONSES)
async def models(_: TheClient) -> JSONResponse:
    """The two forms of an answer as models: `edu-policy` (Markdown) and `edu-policy-wechat` (plain)."""
    return JSONResponse({"object": "list", "data": [_described(name) for name in MODELS]})


@router.get("/v1/models/{model}", summary="Retrieve a model", responses=MODEL_RESPONSES)
async def model(_: TheClient, model: Annotated[str, Path(max_length=200)]) -> JSONResponse:
    """One of the models, as some clients look for it before they ask."""
    if model not in MODELS:
        raise ModelUnknown(tuple(MODELS))
    return JSONResponse(_described(model))


def _described(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


@router.post(
    "/v1/chat/completions",
    summary="Ask as of a chat model",
    response_model=None,
    responses=COMPLETION_RESPONSES,
)
async def complete(
    body: CompletionBody,
    client: TheClient,
    gate: TheGate,
    parts: TheParts,
    settings: TheSettings,
    base_url: TheBaseUrl,
    language: TheLanguage,
    x_session_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """OpenAI's chat completions, as JSON or as server-sent events.

    The answer is to the last message of the user. `citations`, `outcome` and `notices` come as extra fields.
    """
    if body.model not in MODELS:
        raise ModelUnknown(tuple(MODELS))
    form = client.form or MODELS[body.model]
    seconds = body.deadline_s or (settings.bot_seconds if form == "wechat" else None)
    asking = _Asking(
        body=body,
        client=client,
        parts=parts,
        form=form,
        sources=body.sources or client.sources,
        base_url=base_url,
        language=language,
        seconds=seconds,
        question=body.to_question(client.narrowed(EVERYWHERE), seconds),
        conversation=body.conversation or x_session_id,
        task=reply_to_task(body),
    )
    try:
        if asking.task is None:  # a task is no question
            gate.count(client)
    except TooOften as error:
        asking = replace(asking, refusal=apology(error, language))
    if body.stream:
        return StreamingResponse(asking.stream(), media_type="text/event-stream", headers=_UNBUFFERED)
    return JSONResponse((await asking.reply()).whole())


_UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class _Layout(TypedDict):
    """What all forms of a text take."""

    base: str
    language: Language
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """One request on its way to a reply.

    ``task`` is the reply to one that asks nothing; ``refusal`` is said instead of any answer.
    """

    body: CompletionBody
    client: Client
    parts: Parts
    form: Form
    sources: Sources
    base_url: str
    language: Language
    seconds: float | None
    question: Question
    conversation: str | None
    task: str | None
    refusal: str = ""

    async def reply(self) -> Reply:
        """The reply; what goes wrong is a reply too."""
        try:
            return await self._answered()
        except PolicyAssistantError as error:
            return self._said(apology(error, self.language))
        except TimeoutError:
            return self._said(NOT_YET.in_language(self.language))
        except Exception:  # a bot shows an error's status as a broken service
            logger.exception("A chat completion failed")
            return self._said(FAILED.in_language(self.language))

    async def stream(self) -> AsyncIterator[bytes]:
        """The reply as events. Nothing of it is sent before all of it is checked: it can't be taken back."""
        yield opening(_name(self.question.id), self.body.model)
        coming = asyncio.ensure_future(self.reply())
        try:
            while not (await asyncio.wait({coming}, timeout=_HEARTBEAT))[0]:
                yield STILL_HERE
        finally:
            coming.cancel()  # of no effect on one that is there
        for chunk in coming.result().chunks(with_usage=self.body.wants_usage):
            yield chunk

    async def _answered(self) -> Reply:
        if self.task is not None:
            return self._reply(self.task, None, _NOTHING_TOLD)
        if self.refusal or not self.question.text.strip():
            return self._said(self.refusal or ASK_IN_WORDS.in_language(self.language))
        caller = self.client.caller(self.body.user, self.conversation)
        if self.form == "wechat" and wants_more(self.question.text):
            more = await anyio.to_thread.run_sync(self._more, caller)
            if more:
                return more
        asked = await submit(self.parts.sessions, self.question, caller)
        seconds = None if self.seconds is None else self.question.due - time.monotonic() + _GRACE
        answer = await answer_of(asked.job, seconds)
        return await anyio.to_thread.run_sync(self._written, answer, asked)

    def _written(self, answer: Answer, asked: Asked) -> Reply:
        told: Json = told_answer(answer, asked, self.language)
        if self.form == "wechat":
            owner = self.client.caller(self.body.user, self.conversation).owner
            text = self.parts.continued.begin(told, owner, **self._layout)
        else:
            text = to_markdown(told, **self._layout)
        counted = {
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        }
        return self._reply(text, counted, self._beside(told))

    def _more(self, caller: Caller) -> Reply | None:
        """The next part of a long answer; None where nothing is left of one."""
        before = [one.text for one in reversed(self.body.messages) if one.role == "assistant"]
        found = self.parts.continued.go_on(self.question.text, caller.owner, before, **self._layout)
        return found and self._reply(found[0], None, self._beside(found[1]))

    @property
    def _layout(self) -> _Layout:
        return {"base": self.base_url, "language": self.language, "sources": self.sources}

    def _beside(self, told: Mapping[str, Any]) -> Json:
        """What goes with the text. Citations are not read on this server: their addresses are whole."""
        whole = [{**one, "url": f"{self.base_url}{one['url']}"} for one in told["citations"]]
        return {name: told[name] for name in _TOLD} | {"citations": whole}

    def _said(self, text: str) -> Reply:
        """A sentence of our own in the place of an answer."""
        said = plain_text(text) if self.form == "wechat" else text
        return self._reply(said, None, _NOTHING_TOLD)

    def _reply(self, text: str, counted: Json | None, told: Json) -> Reply:
        asked = [message.text for message in self.body.messages]
        return Reply(
            id=_name(self.question.id),
            model=self.body.model,
            text=text,
            usage=usage_of(asked, text, counted),
            told=told,
        )


_NOTHING_TOLD: Json = {"citations": [], "outcome": "refused", "notices": []}
_TOLD = ("citations", "outcome", "notices", "answer_id", "conversation_id")


def _name(question_id: str) -> str:
    return f"chatcmpl-{question_id}"
