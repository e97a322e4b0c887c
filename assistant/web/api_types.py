"""The JSON that the API takes and gives, for validation and for the OpenAPI description."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from assistant.types import Outcome, Question, Reason, Turn
from vectorstore.types import Mark, Scope, SectionKind, Status

# Bounds that keep a request small; how long a question may be is a setting, checked where it is answered.
MOST_TURNS = 1000
MOST_FILTERS = 200
LONGEST_NAME = 200


def _encodable(text: str) -> str:
    """JSON can spell half of a character, which nothing can store or send."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("string_unicode", "not valid Unicode") from error
    return text


def _whole(number: object) -> object:
    """1.0 is an integer in JSON, and no string is."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Text = Annotated[str, AfterValidator(_encodable)]
Name = Annotated[Text, Field(max_length=LONGEST_NAME)]


class Strict(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class TurnBody(Strict):
    """One earlier turn. Only these two roles exist: a client can't speak as the system."""

    role: Literal["user", "assistant"]
    content: Text


class ScopeBody(Strict):
    """Where to search; empty means everywhere."""

    documents: Annotated[list[Name], Field(max_length=MOST_FILTERS, description="Document ids.")] = []
    regions: Annotated[list[Name], Field(max_length=MOST_FILTERS, description="Regions, e.g. 某省某市.")] = []
    kinds: Annotated[list[Name], Field(max_length=MOST_FILTERS, description="Kinds, e.g. 通知.")] = []
    years: Annotated[
        list[Annotated[int, Field(ge=1900, le=2100, strict=True)]], Field(max_length=MOST_FILTERS)
    ] = []

    def to_scope(self) -> Scope:
        """As the domain knows it."""
        return Scope(
            documents=tuple(self.documents),
            regions=tuple(self.regions),
            kinds=tuple(self.kinds),
            years=tuple(self.years),
        )


class Asked(Strict):
    """What a question and a search have in common."""

    # The pattern is for the description only: a blank question has an error of its own.
    question: Annotated[
        Text,
        Field(description="One or a few sentences.", json_schema_extra={"minLength": 1, "pattern": r"\S"}),
    ]
    history: Annotated[list[TurnBody], Field(max_length=MOST_TURNS)] = []
    scope: ScopeBody = ScopeBody()

    def turns(self) -> tuple[Turn, ...]:
        """The history as the domain knows it."""
        return tuple(Turn(role=turn.role, content=turn.content) for turn in self.history)


class AskBody(Asked):
    """Body of ``POST /api/ask``."""

    conversation_id: Name | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "学生午餐补助由哪个部门负责？"}]},
    )

    def to_question(self) -> Question:
        """As the domain knows it."""
        return Question(
            text=self.question,
            history=self.turns(),
            scope=self.scope.to_scope(),
            conversation_id=self.conversation_id or "",
        )


class SearchBody(Asked):
    """Body of ``POST /api/search``."""

    limit: Annotated[int, Field(ge=1, le=100, strict=True), BeforeValidator(_whole)] = 10

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "学生午餐补助", "limit": 5}]},
    )

    def to_question(self) -> Question:
        """As the domain knows it."""
        return Question(text=self.question, history=self.turns(), scope=self.scope.to_scope())


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


class CellBody(Strict):
    """A cell of a table's row, with the name of its column."""

    header: str
    text: str


class OutlineEntry(Strict):
    """A section: its number as printed, its heading, its range of characters; of a row its cells too."""

    kind: SectionKind
    label: str
    title: str
    start: int
    end: int
    marks: list[Mark]
    children: list[OutlineEntry]
    cells: list[CellBody] = []


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


class Health(BaseModel):
    """Body of ``GET /healthz``."""

    status: Literal["ok"]
    documents: int
    chunks: int
    generation: str
    mode: Literal["extract", "llm"]
