"""Invented answers, as the assistant gives them, in the JSON that is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.history.history import History
from assistant.saying.answer_json import to_json
from assistant.types import Answer, Citation, Outcome, Reason, Refusal
from vectorstore.types import Chunk, Head, Passage, SectionKind, Status

NOON = datetime(2024, 3, 8, 12, 0, tzinfo=UTC)
QUOTE = "第三条 每人每天补助5元。"
HEAD = Head(
    title="云山市学生午餐补助办法",
    issuer="云山市教育局",
    number="云教发〔2024〕5号",
    issued_on=date(2024, 3, 8),
    status=Status.DRAFT,
)


def citation(
    label: int = 1, *path: str, title: str = HEAD.title, quote: str = QUOTE, pages: tuple[int, ...] = ()
) -> Citation:
    chunk = Chunk(
        id="lunch:0",
        document_id="lunch 1",
        ordinal=0,
        part=0,
        kind=SectionKind.ITEM,
        path=path or ("第二章 标准", "第三条"),
        text=quote,
        start=0,
        end=len(quote),
    )
    head = Head(
        title=title, issuer=HEAD.issuer, number=HEAD.number, issued_on=HEAD.issued_on, status=HEAD.status
    )
    passage = Passage(rank=1, chunk=chunk, source="lunch.txt", head=head, pages=pages)
    return Citation(label=label, quote=quote, start=0, end=len(quote), passage=passage)


def answered(
    text: str = "每人每天补助5元[1]。", *citations: Citation, notices: tuple[str, ...] = ()
) -> dict[str, Any]:
    cited = citations or (citation(),)
    given = Answer(text=text, outcome=Outcome.GROUNDED, question="补助", citations=cited, notices=notices)
    return to_json(given)


def refused(reason: Reason = Reason.NOT_FOUND) -> dict[str, Any]:
    refusal = Refusal(reason=reason)
    return to_json(Answer(text="没有找到。", outcome=Outcome.REFUSED, question="补助", refusal=refusal))


def ask(
    history: History,
    question_id: str,
    question: str = "补助多少？",
    *,
    owner: str | None = "甲",
    conversation_id: str = "c",
    asked_at: datetime = NOON,
) -> None:
    history.ask(question_id, question, conversation_id=conversation_id, owner=owner, asked_at=asked_at)


def kept_questions(data_dir: Path, owner: str, conversation_id: str) -> list[str]:
    """The ids of a conversation's questions, as a History opened anew reads them."""
    history = History(data_dir)
    try:
        return [turn.question_id for turn in history.conversation(owner, conversation_id).turns]
    finally:
        history.close()
