"""Answers that whoever has their link may read, for as long as links hold.

A link names an answer by a code that nobody can guess. The answer goes with its question: what is deleted
from the history is gone for those with a link, too.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, inspect, select

from assistant.history import rows
from assistant.history.store import Store
from assistant.history.tables import shared, turns

_DIGITS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that are mistaken for others when retyped
_CODE_LENGTH = 16  # 79 bits
LONGEST_ANSWER = 200_000  # characters of JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAnswer:
    """The JSON of an answer (``answer_json.to_json``), the question as it was put, and when it was shared."""

    answer: Mapping[str, Any]
    asked: str
    shared_at: datetime


class SharedAnswers:
    """The answers that have a link. Everything raises HistoryUnusable where the file can't be used."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def share(self, answer: Mapping[str, Any], *, at: datetime) -> str | None:
        """The code of an answer that was just given to whoever asked, the same one each time.

        None where its question is not in the history, or the answer is too long to be kept once more.
        """
        kept = json.dumps(answer)
        with self._store.writing() as connection:
            wanted = select(turns.c.number).where(turns.c.id == answer["answer_id"])
            number = connection.execute(wanted).scalar_one_or_none()
            return None if number is None else _code_of(connection, number, kept, at)

    def share_kept(self, owner: str, answer_id: str, *, at: datetime) -> str | None:
        """As ``share``, of an answer in the owner's conversations.

        Raises ConversationUnknown where there is no such one, or it is not answered.
        """
        with self._store.writing() as connection:
            number = rows.owned_turn(connection, owner, answer_id)["number"]
            kept = connection.execute(select(turns.c.answer).where(turns.c.number == number)).scalar_one()
            if kept is None:
                raise rows.unknown()
            return _code_of(connection, number, kept, at)

    def read(self, code: str, *, since: datetime) -> SharedAnswer | None:
        """The answer of that code, if it was shared after ``since``."""
        if not set(code) <= set(_DIGITS):  # what no code is made of may be what no database takes
            return None
        with self._store.reading() as connection:
            if not inspect(connection).has_table(shared.name):
                return None
            wanted = (
                select(shared, turns.c.question)
                .join(turns)
                .where(shared.c.code == code, shared.c.shared_at >= since)
            )
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            return None
        return SharedAnswer(
            answer=json.loads(row["answer"]), asked=row["question"], shared_at=row["shared_at"]
        )

    def forget_before(self, moment: datetime) -> int:
        """Delete what was shared before; how many that was."""
        with self._store.writing() as connection:
            if not inspect(connection).has_table(shared.name):
                return 0
            return connection.execute(delete(shared).where(shared.c.shared_at < moment)).rowcount


def _code_of(connection: Connection, number: int, kept: str, at: datetime) -> str | None:
    if len(kept) > LONGEST_ANSWER:
        return None
    shared.create(connection, checkfirst=True)
    known = connection.execute(select(shared.c.code).where(shared.c.turn == number)).scalar_one_or_none()
    code: str = known or "".join(secrets.choice(_DIGITS) for _ in range(_CODE_LENGTH))
    if known is None:
        row = {"code": code, "turn": number, "answer": kept, "shared_at": at}
        connection.execute(insert(shared), row)
    return code
