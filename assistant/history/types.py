"""What the history gives back: conversations with their turns, and the rows of its statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from assistant.types import Reason
from vectorstore.errors import Message


class TurnState(StrEnum):
    """How far a question has come. PENDING for good where the process ended before it was answered."""

    PENDING = "pending"
    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"


class Verdict(StrEnum):
    """What a person thinks of an answer."""

    UP = "up"
    DOWN = "down"


class Complaint(StrEnum):
    """What is wrong with an answer, in the words of the one who asked."""

    WRONG = "wrong"
    WRONG_SOURCE = "wrong_source"
    NOT_ANSWERED = "not_answered"
    TOO_LONG = "too_long"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What the owner of a question said of its answer."""

    verdict: Verdict
    complaint: Complaint | None
    text: str
    rated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """One question and what became of it.

    ``answer`` is the JSON of ``answer_json.to_json``, of an answered one only;
    ``shown`` the text that a stopped one had come to; ``failure`` the message
    and the hint of a failed one.
    """

    question_id: str
    question: str
    asked_at: datetime
    state: TurnState
    answer: Mapping[str, Any] | None = None
    shown: str = ""
    failure: tuple[Message, Message] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A conversation as a list shows it: ``asked_at`` is when its last question was, of ``turns`` in all."""

    id: str
    title: str
    started_at: datetime
    asked_at: datetime
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with its turns in the order in which they were asked."""

    id: str
    title: str
    started_at: datetime
    asked_at: datetime
    turns: tuple[KeptTurn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredQuestion:
    """A question that got no answer, as it was last worded, how often, and why the last time."""

    question: str
    times: int
    last_asked_at: datetime
    reason: Reason | Literal["failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAnswer:
    """A rating with what it is about. ``answer`` is the text that was shown."""

    question: str
    answer: str
    rating: Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedSection:
    """A section of a document, and how many answers cite it."""

    title: str
    path: tuple[str, ...]
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was asked on a day. Ratings count on the day of their question.

    ``questions`` are all of them; ``refused`` leaves out small talk.
    """

    day: date
    questions: int
    answered: int
    refused: int
    up: int
    down: int
