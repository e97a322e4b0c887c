"""What stands in an exported conversation, whatever the format: plain text, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from assistant.history.types import Conversation, KeptTurn, TurnState
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message
from vectorstore.text import normalise

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_WORDS = {
    "untitled": Message("对话", "Conversation"),
    "exported": Message("导出日期：{}", "Exported on {}"),
    "question": Message("问题 {}", "Question {}"),
    "answer": Message("回答", "Answer"),
    "sources": Message("出处", "Sources"),
    "page": Message("第 {} 页", "page {}"),
    "open": Message("查看原文", "Open the document"),
    "closing": Message(
        "以上内容由程序依据文件整理，仅供参考，以文件原文为准。",
        "Put together by a program from the documents; only the original documents count.",
    ),
}
_UNFINISHED = {
    TurnState.PENDING: Message("（还没有回答。）", "(Not answered yet.)"),
    TurnState.STOPPED: Message("（回答中途停止，内容不完整。）", "(Stopped before the answer was complete.)"),
    TurnState.FAILED: Message("（没有答成。）", "(This could not be answered.)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One quote of a document. ``address`` is empty unless the document can be opened."""

    label: int
    document: str
    path: str
    quote: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTurn:
    """One question with its answer; ``notices`` tell what to know of it."""

    question: str
    answer: str
    notices: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A conversation, ready to be written. No text has characters that a format can't hold."""

    title: str
    exported: str
    turns: tuple[ExportedTurn, ...]


def contents_of(
    conversation: Conversation, *, language: Language, exported_on: date, base_url: str
) -> Contents:
    """What the file is to say. ``base_url`` is where the documents can be opened; empty means nowhere.

    Raises ValueError for a base URL that is no web address.
    """
    if base_url and not _WEB_ADDRESS.fullmatch(base_url):
        raise ValueError(f"{base_url!r} is no web address")
    return Contents(
        title=_line(conversation.title) or words("untitled", language),
        exported=words("exported", language).format(exported_on.isoformat()),
        turns=tuple(_turn(turn, language, base_url.rstrip("/")) for turn in conversation.turns),
    )


def words(name: str, language: Language) -> str:
    """The words around what people and documents say."""
    return _WORDS[name].in_language(language)


def _turn(turn: KeptTurn, language: Language, base_url: str) -> ExportedTurn:
    answer: Mapping[str, Any] = turn.answer or {"answer": turn.shown, "notices": [], "citations": []}
    notices = [_line(notice) for notice in answer["notices"]]
    if turn.state in _UNFINISHED:
        notices.append(_UNFINISHED[turn.state].in_language(language))
    if turn.failure:
        notices.append("".join(_line(told.in_language(language)) for told in turn.failure))
    return ExportedTurn(
        question=normalise(turn.question).strip(),
        answer=normalise(answer["answer"]).strip(),
        notices=tuple(notices),
        sources=tuple(_source(citation, language, base_url) for citation in answer["citations"]),
    )


def _source(citation: Mapping[str, Any], language: Language, base_url: str) -> Source:
    document = citation["document"]
    status = {kind.value: name for kind, name in STATUS_NAMES.items()}.get(document["status"])
    facts = (
        f"《{document['title']}》",
        document["number"],
        document["issuer"],
        document["issued_on"] or "",
        status.in_language(language) if status else "",
    )
    place = [
        *citation["path"],
        *([words("page", language).format(citation["page"])] if citation["page"] else []),
    ]
    return Source(
        label=citation["label"],
        document=" · ".join(_line(fact) for fact in facts if fact),
        path=" › ".join(map(_line, place)),
        quote=normalise(citation["quote"]).strip(),
        address=base_url + quote(citation["url"], safe="/%?=&") if base_url and citation["url"] else "",
    )


def _line(text: str) -> str:
    return " ".join(normalise(text).split())
