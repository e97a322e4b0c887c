"""The JSON that the API gives, for its description and for whoever checks it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assistant.history.types import Complaint, TurnState, Verdict
from assistant.types import Outcome, Reason
from assistant.web.api.requests import Strict
from vectorstore.types import Mark, SectionKind, Status


class DocumentHead(Strict):
    """What a document is. ``id`` and ``source`` are always there, the rest as far as it is known."""

    id: str
    source: str
    title: str
    issuer: str
    number: str
    region: str
    issued_on: date | None
    status: Status


class CellBody(Strict):
    """A cell of a table's row, with the name of its column."""

    header: str
    text: str


class CitationBody(Strict):
    """A verbatim span of a document: characters ``start`` to ``end`` of its text."""

    label: int
    quote: str
    start: int
    end: int
    document: DocumentHead
    path: list[str]
    page: Annotated[int | None, Field(description="From 1; null for formats without pages.")]
    url: str
    cells: Annotated[
        list[CellBody],
        Field(default_factory=list, description="Of a table's row, in order; empty for all else."),
    ]


class NearestBody(Strict):
    """A section that comes close to what was asked."""

    title: str
    path: list[str]
    url: str


class RefusalBody(Strict):
    """Why there is no answer."""

    reason: Reason
    nearest: list[NearestBody]


class UsageBody(Strict):
    """Tokens that the chat model counted."""

    prompt_tokens: int
    completion_tokens: int


class SecondsBody(Strict):
    """How long the two halves took."""

    search: float
    answer: float


class NamedBody(Strict):
    """A document, or one document of a compilation (``part``, from 1), that the question names."""

    id: str
    part: int
    title: str
    region: str


class UnderstoodBody(Strict):
    """What the question was understood to be about; no documents stand for all of them.

    ``clauses`` are numbers of articles and items, ``unknown`` places and
    documents that the library does not have.
    """

    documents: list[NamedBody]
    clauses: list[int]
    unknown: list[str]


class AnswerBody(Strict):
    """Body of an answer. ``question`` is the question as searched."""

    answer: str
    outcome: Outcome
    refusal: RefusalBody | None
    citations: list[CitationBody]
    notices: list[str]
    question: str
    scope: UnderstoodBody
    mode: Literal["extract", "llm"]
    model: str | None
    usage: UsageBody
    seconds: SecondsBody
    conversation_id: str
    answer_id: str


class TicketBody(Strict):
    """Body of an answer that is not there yet: ``GET url`` until it is."""

    ticket: str
    state: Literal["pending"]
    url: str
    conversation_id: str


class RatingBody(Strict):
    """What a person said of an answer."""

    verdict: Verdict
    complaint: Complaint | None
    text: str
    rated_at: datetime


class FileBody(Strict):
    """A document that was brought: its secret name, and when it goes if nothing is asked in it."""

    file: str
    title: str
    expires: datetime


class ConversationTurnBody(Strict):
    """A question and what became of it; ``answer`` is null where there is none."""

    question: str
    asked_at: datetime
    state: TurnState
    answer_id: str
    answer: AnswerBody | None
    rating: RatingBody | None


class ConversationHead(Strict):
    """A conversation in the list, with the number of its questions."""

    id: str
    title: str
    started_at: datetime
    asked_at: datetime
    questions: int


class ConversationsBody(Strict):
    """Body of the list of a person's conversations, the last one first."""

    conversations: list[ConversationHead]


class ConversationBody(ConversationHead):
    """Body of one conversation."""

    turns: list[ConversationTurnBody]


class DeletedBody(Strict):
    """How many conversations were deleted."""

    deleted: int


class RatedBody(Strict):
    """What stands of an answer's rating now."""

    answer_id: str
    verdict: Literal["up", "down", "none"]


class PassageBody(Strict):
    """A passage that retrieval found; ``score`` is for ordering within one search only."""

    rank: int
    document: DocumentHead
    path: list[str]
    page: int | None
    text: str
    start: int
    end: int
    score: float


class PassagesBody(Strict):
    """Body of a search."""

    question: str
    passages: list[PassageBody]
    seconds: float


class ListedDocument(DocumentHead):
    """A document in the list, with what its source hides or lacks."""

    chunks: int
    marks: list[Mark]


class DocumentsBody(Strict):
    """Body of the list of documents."""

    documents: list[ListedDocument]


class OutlineEntry(Strict):
    """A section: its number as printed, its heading, its range of characters; of a row its cells too."""

    kind: SectionKind
    label: str
    title: str
    start: int
    end: int
    marks: list[Mark]
    children: list[OutlineEntry]
    cells: Annotated[list[CellBody], Field(default_factory=list)]


class OutlinedDocument(ListedDocument):
    """Body of one document."""

    outline: list[OutlineEntry]


class ErrorText(BaseModel):
    """``message`` says what happened, ``hint`` what to do, in the language of the settings."""

    code: str
    message: str
    hint: str


class ErrorBody(BaseModel):
    """Every failure has this form."""

    error: ErrorText


class Ready(BaseModel):
    """Body of ``GET /readyz``."""

    status: Literal["ready"]


class Health(BaseModel):
    """Body of ``GET /healthz``."""

    status: Literal["ok"]
    documents: int
    chunks: int
    generation: str
    mode: Literal["extract", "llm"]
