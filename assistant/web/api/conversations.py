"""``/api/conversations`` and ``/api/feedback``: what was asked before, and what people think of it.

A person's conversations are told to the key that asked for them, by the name
that it gave the person; one that was asked in without a person's name, to
whoever of that key knows the conversation's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from assistant.asking.callers import Caller
from assistant.errors import ConversationUnknown
from assistant.history.history import History
from assistant.history.types import ConversationSummary, KeptTurn, Verdict
from assistant.saying.answer_json import as_told
from assistant.web.api.description import BODY_ERRORS, READING_ERRORS, documented, errors_of
from assistant.web.api.examples import CONVERSATION_EXAMPLE, CONVERSATIONS_EXAMPLE, RATED_EXAMPLE
from assistant.web.api.replies import ConversationBody, ConversationsBody, DeletedBody, RatedBody
from assistant.web.api.requests import FeedbackBody, Identifier
from assistant.web.clients import TheClient
from assistant.web.dependencies import TheParts, TheWorkers, in_worker

router = APIRouter(tags=["Conversations"])

User = Annotated[Identifier, Query(description="Whose: as in the questions.")]
MaybeUser = Annotated[
    Identifier | None, Query(description="Whose: as in the questions, if it was given there.")
]


@router.get(
    "/api/conversations",
    summary="List conversations",
    responses=documented(*READING_ERRORS, body=ConversationsBody, example=CONVERSATIONS_EXAMPLE),
)
async def list_conversations(
    user: User, client: TheClient, parts: TheParts, workers: TheWorkers
) -> JSONResponse:
    """The last 100 conversations of a person, without what was said."""
    owner = _owner(client.caller(user))
    found = await in_worker(workers, lambda: parts.history.conversations(owner))
    return JSONResponse({"conversations": [_head(one, one.turns) for one in found]})


@router.delete(
    "/api/conversations",
    summary="Delete a person's conversations",
    responses=documented(*READING_ERRORS, body=DeletedBody, example={"deleted": 1}),
)
async def delete_conversations(
    user: User, client: TheClient, parts: TheParts, workers: TheWorkers
) -> JSONResponse:
    """All that is kept of a person, for good."""
    owner = _owner(client.caller(user))
    return JSONResponse({"deleted": await in_worker(workers, lambda: parts.history.delete_all(owner))})


@router.get(
    "/api/conversations/{conversation_id}",
    summary="Show a conversation",
    responses=documented(404, *READING_ERRORS, body=ConversationBody, example=CONVERSATION_EXAMPLE),
)
async def show_conversation(
    conversation_id: str,
    client: TheClient,
    parts: TheParts,
    workers: TheWorkers,
    user: MaybeUser = None,
) -> JSONResponse:
    """All questions of a conversation in their order, with their answers and ratings."""
    caller = client.caller(user, conversation_id)
    found = await in_worker(workers, lambda: parts.sessions.find(caller))
    summary = ConversationSummary(
        id=conversation_id,
        title=found.title,
        started_at=found.started_at,
        asked_at=found.asked_at,
        turns=len(found.turns),
    )
    return JSONResponse({**_head(summary, len(found.turns)), "turns": list(map(_turn, found.turns))})


@router.delete(
    "/api/conversations/{conversation_id}",
    summary="Delete a conversation",
    status_code=204,
    response_class=Response,
    responses=errors_of(404, *READING_ERRORS),
)
async def delete_conversation(
    conversation_id: str,
    client: TheClient,
    parts: TheParts,
    workers: TheWorkers,
    user: MaybeUser = None,
) -> Response:
    """A conversation with all that was said and rated in it, for good."""
    caller = client.caller(user, conversation_id)
    await in_worker(workers, lambda: parts.sessions.delete(caller))
    return Response(status_code=204)


@router.post(
    "/api/feedback",
    summary="Rate an answer",
    responses=documented(404, *BODY_ERRORS, body=RatedBody, example=RATED_EXAMPLE),
)
async def rate(body: FeedbackBody, client: TheClient, parts: TheParts, workers: TheWorkers) -> JSONResponse:
    """Whether an answer was of use, and if not, why. A later rating takes the place of an earlier one."""
    caller = client.caller(body.user, body.conversation_id)
    await in_worker(workers, lambda: _for_either(caller.owner, _rating(parts.history, body)))
    return JSONResponse({"answer_id": body.answer_id, "verdict": body.verdict})


def _rating(history: History, body: FeedbackBody) -> Callable[[str | None], None]:
    def rate(owner: str | None) -> None:
        if body.verdict == "none":
            history.take_back_rating(owner, body.answer_id)
            return
        history.rate(
            owner,
            body.answer_id,
            Verdict(body.verdict),
            complaint=body.complaint,
            text=body.text,
            rated_at=datetime.now(UTC),
        )

    return rate


def _for_either(owner: str | None, rate: Callable[[str | None], None]) -> None:
    """For the owner; else for nobody: that is whose the answer is that a conversation got its name with."""
    try:
        rate(owner)
    except ConversationUnknown:
        if owner is None:
            raise
        rate(None)


def _owner(caller: Caller) -> str:
    return caller.owner or ""


def _head(conversation: ConversationSummary, questions: int) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "started_at": conversation.started_at.isoformat(),
        "asked_at": conversation.asked_at.isoformat(),
        "questions": questions,
    }


def _turn(turn: KeptTurn) -> dict[str, Any]:
    rating = turn.rating
    return {
        "question": turn.question,
        "asked_at": turn.asked_at.isoformat(),
        "state": turn.state.value,
        "answer_id": turn.question_id,
        "answer": turn.answer and as_told(turn.answer),
        "rating": rating
        and {
            "verdict": rating.verdict.value,
            "complaint": rating.complaint and rating.complaint.value,
            "text": rating.text,
            "rated_at": rating.rated_at.isoformat(),
        },
    }
