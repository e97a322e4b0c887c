"""The JSON that the API takes, for validation and for its description."""

from __future__ import annotations

import math
import time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from assistant.history.history import LONGEST_COMMENT
from assistant.history.types import Complaint
from assistant.types import Question, Turn
from assistant.web.clients import Client
from vectorstore.types import EVERYWHERE, Scope

# Bounds that keep a request small; how long a question may be is a setting, checked where it is answered.
MOST_TURNS = 1000
MOST_FILTERS = 200
LONGEST_NAME = 200
LONGEST_URL = 2000
LONGEST_DEADLINE = 600


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
Identifier = Annotated[Name, Field(min_length=1)]


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
    near: Annotated[
        Name,
        Field(
            description="Where whoever asks is, e.g. 某省某市某县: where the question names no place,"
            " documents of that place and of those around it come first."
        ),
    ] = ""

    def turns(self) -> tuple[Turn, ...]:
        """The history as the domain knows it."""
        return tuple(Turn(role=turn.role, content=turn.content) for turn in self.history)


class AskBody(Asked):
    """Body of ``POST /api/ask``."""

    conversation_id: Annotated[
        Identifier | None,
        Field(description="What is asked in: a name of yours, or the one that the last answer came with."),
    ] = None
    user: Annotated[
        Identifier | None, Field(description="Who asks, of all people that the client serves.")
    ] = None
    file: Annotated[
        Identifier | None,
        Field(
            description="A document of yours, as `POST /api/files` named it: it alone is asked then, and"
            " `scope` and `near` mean nothing."
        ),
    ] = None
    deadline_s: Annotated[
        float | None,
        Field(
            gt=0,
            le=LONGEST_DEADLINE,
            description="Seconds after which the answer is wanted, made without the chat model if need be.",
        ),
    ] = None
    callback_url: Annotated[
        Text | None,
        Field(max_length=LONGEST_URL, description="Where the answer is sent to, signed, once it is there."),
    ] = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"question": "学生午餐补助由哪个部门负责？", "user": "u-17", "deadline_s": 4}]
        },
    )

    def to_question(self, client: Client) -> Question:
        """As the domain knows it, due from now on."""
        return Question(
            text=self.question,
            history=self.turns(),
            scope=EVERYWHERE if self.file else client.narrowed(self.scope.to_scope()),
            near="" if self.file else self.near,
            own_file=self.file or "",
            due=math.inf if self.deadline_s is None else time.monotonic() + self.deadline_s,
            face="api",
        )


class SearchBody(Asked):
    """Body of ``POST /api/search``."""

    limit: Annotated[int, Field(ge=1, le=100, strict=True), BeforeValidator(_whole)] = 10

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "学生午餐补助", "limit": 5}]},
    )

    def to_question(self, client: Client) -> Question:
        """As the domain knows it."""
        scope = client.narrowed(self.scope.to_scope())
        return Question(text=self.question, history=self.turns(), scope=scope, near=self.near)


class FeedbackBody(Strict):
    """Body of ``POST /api/feedback``. ``user`` and ``conversation_id`` as in the question."""

    answer_id: Name
    verdict: Annotated[Literal["up", "down", "none"], Field(description="none takes a rating back.")]
    complaint: Complaint | None = None
    text: Annotated[Text, Field(max_length=LONGEST_COMMENT)] = ""
    user: Identifier | None = None
    conversation_id: Identifier | None = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "answer_id": "9b1c6c2a4e0f4d0f8a3f6f1e2d7c5b4a",
                    "verdict": "down",
                    "complaint": "wrong_source",
                    "user": "u-17",
                }
            ]
        },
    )
