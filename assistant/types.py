"""The domain types of the assistant half: from a question to a checked answer."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from uuid import uuid4

from vectorstore.errors import Language, Message
from vectorstore.mentions.named import Mentions
from vectorstore.types import Cell, Passage, Scope

_HURRY = 60.0  # seconds; whoever has more can wait for a turn and for each step

Sources = Literal["full", "short", "off"]
"""How a text tells what it rests on: each source with its link, titles in one line, or not at all."""

Unverified = Literal["mark", "remove"]
"""What becomes of a chat model's sentence that its passages do not bear."""


Tongue = Literal["zh", "zh-Hant", "en"]
"""What a chat model is to write: Chinese, in traditional characters if the question is, or English."""


Face = Literal["page", "api", "chat_completions", "wechat", "wecom", "mcp", "other"]
"""Through which of the faces a question came; nothing is answered otherwise for it."""


def frame_of(tongue: Tongue) -> Language:
    """What the product's own sentences are in, around what is written in that tongue."""
    return "en" if tongue == "en" else "zh"


class Outcome(StrEnum):
    """What an answer is worth; derived from its citations, never set by a model."""

    GROUNDED = "grounded"
    PARTLY = "partly"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why there is no answer."""

    NOT_FOUND = "not_found"
    REDACTED = "redacted"
    TRUNCATED = "truncated"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier turn of the conversation. History is never evidence."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asked. Filters are data, never part of the text.

    ``language`` is the one to answer in, where it is not the settings'; a
    question in Latin letters is answered in English all the same. ``evidence_alone``: no chat model is asked.
    ``due`` is when the answer is wanted, by ``time.monotonic``: a chat model that is not done shortly
    before is not waited for. ``id`` becomes the answer's. ``near`` is the place of whoever asks, from the
    province down: its documents, and those of the places around it, come first where no place is named.
    ``own_file`` is the token of a document that whoever asks has brought: it alone is asked then.
    """

    text: str
    history: tuple[Turn, ...] = ()
    scope: Scope = Scope()
    own_file: str = ""
    language: Language | None = None
    evidence_alone: bool = False
    due: float = math.inf
    near: str = ""
    conversation_id: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)
    face: Face = "other"

    @property
    def hurried(self) -> bool:
        """Whether its answer is wanted within a minute from now."""
        return self.due - time.monotonic() <= _HURRY


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question made self-contained: ``text`` is searched and shown.

    ``focus`` is the new question, ``context`` what is read along with it.
    ``leans``: something was carried over from what was asked before. ``around``
    is the id of the chunk that the conversation is about, if it is. ``foreign`` is the question alone, where
    it is in English and Chinese words to search by stand behind it. ``near`` is as in Question.
    """

    text: str
    focus: str
    context: str = ""
    leans: bool = False
    around: str = ""
    foreign: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the answer may rest on: passage k has label [k], counted from 1.

    ``question`` is the question as searched, ``asked`` as a chat model reads it; the passages stand in the
    order in which they are read. ``tokens`` counts the passages'
    text; ``dropped`` how many found passages did not fit the budget.
    """

    question: str
    passages: tuple[Passage, ...]
    asked: str = ""
    tokens: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verbatim span of a document: ``quote == document.text[start:end]``."""

    label: int
    quote: str
    start: int
    end: int
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an answer and the span of a passage that it rests on (offsets into the document).

    ``above`` are merged cells of a table's row that the sentence tells and that stand above the row.
    ``listed``: it is an item of the list that a statement before it leads.
    """

    text: str
    passage: Passage
    start: int
    end: int
    above: tuple[Cell, ...] = ()
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer before its labels: statements in order, what stands before them, and why there is no answer.

    ``compared`` is what setting its figures side by side gives, or counting the days until one. On a
    ``final`` one, such as a sum over a table, no chat model is asked. ``missing`` is what the question names
    that the library does not have. ``told`` is what the catalog answers by itself: it stands for all else.
    """

    told: Message | None = None
    statements: tuple[Statement, ...] = ()
    lead: Message | None = None
    compared: Message | None = None
    reason: Reason | None = None
    final: bool = False
    missing: tuple[str, ...] = ()
    nearest: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A section that comes close to what was asked, named in a refusal."""

    title: str
    path: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Refusal is data, not prose."""

    reason: Reason
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that the chat model counted; zero without one."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """The tokens of both."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Wall-clock seconds of the two halves of an answer."""

    search: float = 0.0
    answer: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A checked answer. ``question`` is the question as searched, ``mentions`` what it names.

    ``fallback``: it is made from the evidence because the chat model failed or was late.
    """

    text: str
    outcome: Outcome
    question: str
    mentions: Mentions = field(default_factory=Mentions)
    refusal: Refusal | None = None
    citations: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()
    mode: Literal["extract", "llm"] = "extract"
    model: str | None = None
    usage: Usage = Usage()
    seconds: Seconds = Seconds()
    conversation_id: str = ""
    answer_id: str = ""
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReady:
    """Retrieval is done: what the answer will rest on."""

    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAgain:
    """A chat model has looked something up before it answers: what, and all its evidence by now."""

    words: tuple[Message, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """Some more of the answer's text, empty while nothing comes. What AnswerReady says replaces all of it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReady:
    """The last event of every stream, exactly once."""

    answer: Answer = field()


AnswerEvent = EvidenceReady | LookedAgain | TextDelta | AnswerReady
