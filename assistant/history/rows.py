"""The rows behind the history's operations: whose they are, how they change, and how they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from assistant.errors import ConversationFull, ConversationUnknown, QuestionTaken
from assistant.history.tables import LONGEST_ID, conversations, turns
from assistant.history.types import Complaint, KeptTurn, Rating, TurnState, Verdict
from assistant.history.wording import digest, title_of, wording
from vectorstore.errors import Message

MOST_TURNS = 500  # of one conversation
_COUNTED = ("outcome", "reason")


def owned(connection: Connection, owner: str, conversation_id: str) -> RowMapping:
    """The conversation, if it is that owner's. Raises ConversationUnknown."""
    _check_id(conversation_id)
    columns = conversations.c
    wanted = select(conversations).where(columns.id == conversation_id, columns.owner == digest(owner))
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise unknown()
    return row


def owned_turn(connection: Connection, owner: str | None, question_id: str) -> RowMapping:
    """Number and conversation of an owner's question, or of nobody's. Raises ConversationUnknown."""
    _check_id(question_id)
    kept_for = conversations.c.owner.is_(None) if owner is None else conversations.c.owner == digest(owner)
    wanted = (
        select(turns.c.number, turns.c.conversation_id)
        .outerjoin(conversations)
        .where(turns.c.id == question_id, kept_for)
    )
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise unknown()
    return row


def enter(
    connection: Connection, conversation_id: str, owner: str, question: str, asked_at: datetime
) -> None:
    """Make the conversation ready for one more question of its owner; begin it if it is new."""
    _check_id(conversation_id)
    columns = conversations.c
    row = connection.execute(select(conversations).where(columns.id == conversation_id)).one_or_none()
    if row is None:
        begun = {"started_at": asked_at, "asked_at": asked_at}
        named = {"title": title_of(question), "renamed": False}
        connection.execute(
            insert(conversations), {"id": conversation_id, "owner": digest(owner), **named, **begun}
        )
        return
    if row.owner != digest(owner):
        raise unknown()
    counted = select(func.count()).select_from(turns).where(turns.c.conversation_id == conversation_id)
    asked = connection.execute(counted).scalar_one()
    if asked >= MOST_TURNS:
        raise _full()
    values: dict[str, object] = {"asked_at": max(asked_at, row.asked_at)}
    if not asked and not row.renamed:  # its first question was dropped, to be asked otherwise
        values["title"] = title_of(question)
    connection.execute(update(conversations).where(columns.id == conversation_id).values(values))


def add_pending(
    connection: Connection, question_id: str, question: str, conversation_id: str | None, asked_at: datetime
) -> None:
    """Add a question that is not answered yet. Raises QuestionTaken."""
    _check_id(question_id)
    if connection.execute(select(turns.c.number).where(turns.c.id == question_id)).first():
        raise _taken()
    row = {
        "id": question_id,
        "conversation_id": conversation_id,
        "question": question,
        "wording": wording(question),
        "asked_at": asked_at,
        "state": TurnState.PENDING.value,
        "shown": "",
    }
    connection.execute(insert(turns), row)


def complete(
    connection: Connection, question_id: str, state: TurnState, values: Mapping[str, object]
) -> int | None:
    """Bring a pending question to its end; its number, or None where there is no such one."""
    if not _is_id(question_id):
        return None
    pending = turns.c.id == question_id, turns.c.state == TurnState.PENDING.value
    row = connection.execute(select(turns.c.number, turns.c.conversation_id).where(*pending)).one_or_none()
    if row is None:
        return None
    if row.conversation_id is None:  # nobody will read it: what is counted is enough
        values = {name: value for name, value in values.items() if name in _COUNTED}
    ended = update(turns).where(turns.c.number == row.number)
    connection.execute(ended.values({"state": state.value, **values}))
    number: int = row.number
    return number


def citation_rows(number: int, answer: Mapping[str, Any]) -> list[dict[str, object]]:
    """The sections that an answer cites, each once."""
    sections = {json.dumps([cited["document"]["title"], *cited["path"]]) for cited in answer["citations"]}
    return [{"turn": number, "section": section} for section in sorted(sections)]


def read_turn(row: RowMapping) -> KeptTurn:
    """A turn from its row, joined with that of its rating."""
    message, hint = (Message(*both) for both in json.loads(row["failure"] or '[["", ""], ["", ""]]'))
    return KeptTurn(
        question_id=row["id"],
        question=row["question"],
        asked_at=row["asked_at"],
        state=TurnState(row["state"]),
        answer=row["answer"] and json.loads(row["answer"]),
        shown=row["shown"],
        failure=(message, hint) if row["failure"] else None,
        rating=read_rating(row) if row["verdict"] else None,
    )


def read_rating(row: RowMapping, zone: tzinfo | None = UTC) -> Rating:
    """A rating from its row, with its time in that zone."""
    return Rating(
        verdict=Verdict(row["verdict"]),
        complaint=Complaint(row["complaint"]) if row["complaint"] else None,
        text=row["text"],
        rated_at=row["rated_at"].astimezone(zone),
    )


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID and text.isprintable()


def _check_id(text: str) -> None:
    """Raise ConversationUnknown for what can be no id of anything."""
    if not _is_id(text):
        raise unknown()


def unknown() -> ConversationUnknown:
    """The error for what is not there, or not the owner's."""
    return ConversationUnknown(
        Message("没有这个对话或问题。", "There is no such conversation or question."),
        Message("它可能已被删除，请刷新页面。", "It may have been deleted; reload the page."),
    )


def _full() -> ConversationFull:
    return ConversationFull(
        Message(
            f"这个对话已有 {MOST_TURNS} 个问题，不能再加。",
            f"This conversation has {MOST_TURNS} questions and can have no more.",
        ),
        Message("请新建一个对话。", "Begin a new one."),
    )


def _taken() -> QuestionTaken:
    return QuestionTaken(
        Message("这个编号的问题已经记下了。", "A question of this id is kept already."),
        Message("请刷新页面查看它的回答。", "Reload the page to see its answer."),
    )
