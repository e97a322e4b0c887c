"""The history as its users know it: remember a question, complete it, show, rate and delete.

An owner is a secret that one browser or bot user holds. Only its digest is
stored, and what one owner has does not exist for any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import delete, func, insert, select, update

from assistant.errors import HistoryUnusable
from assistant.history import rows
from assistant.history.shared import SharedAnswers
from assistant.history.sqlite import SqliteStore
from assistant.history.statistics import Statistics
from assistant.history.store import Store
from assistant.history.tables import citations, conversations, ratings, turns
from assistant.history.types import Complaint, Conversation, ConversationSummary, TurnState, Verdict
from assistant.history.wording import digest, given_title, storable
from vectorstore.errors import Message

FILE = "history.sqlite"
MOST_CONVERSATIONS = 100  # in a list
LONGEST_QUESTION = 20_000  # as the settings bound it
LONGEST_COMMENT = 2_000
LONGEST_SHOWN = 200_000
LONGEST_ANSWER = 5_000_000  # characters of JSON


class History:
    """The conversations in ``data_dir``, or in a ``database`` that several servers share.

    Safe in several threads and processes; close it at the end. Everything
    raises HistoryUnusable where file or database can't be used: an answer is
    to be shown all the same. What is of one owner raises ConversationUnknown for
    another, as what is not there does. Times need a time zone.
    """

    def __init__(self, data_dir: Path, database: SecretStr | None = None, *, patient: bool = False) -> None:
        """A ``patient`` one is made where the disk is full or only to be read, too, and works once it can.

        Raises SettingsInvalid for a database that can't be one.
        """
        self._store = open_store(data_dir / FILE, database, patient=patient)
        self.statistics = Statistics(self._store)
        self.shared = SharedAnswers(self._store)

    @property
    def store(self) -> Store:
        """Where it is kept."""
        return self._store

    @property
    def unopened(self) -> HistoryUnusable | None:
        """Why a patient one could not be opened so far."""
        return self._store.unopened

    @property
    def writable(self) -> bool:
        """Whether what is asked is kept: cheap while it is; what failed is tried again, and may wait."""
        return self._store.writable

    def close(self) -> None:
        """Close the file, or all connections."""
        self._store.close()

    def ask(
        self, question_id: str, question: str, *, conversation_id: str, owner: str | None, asked_at: datetime
    ) -> None:
        """Remember a question before it is answered. The first one of a conversation begins it.

        Without an owner it counts for the statistics only: no conversation will
        show it, and of its answer no text is kept. Raises QuestionTaken, and
        ConversationFull where it would be one too many.
        """
        question = storable(question, LONGEST_QUESTION)
        kept_in = None if owner is None else conversation_id
        with self._store.writing() as connection:
            if owner is not None:
                rows.enter(connection, conversation_id, owner, question, asked_at)
            rows.add_pending(connection, question_id, question, kept_in, asked_at)

    def answer(self, question_id: str, answer: Mapping[str, Any], *, of_library: bool = True) -> bool:
        """Complete a pending question with the JSON of its answer (``answer_json.to_json``).

        One that is not of the library counts for nothing that it lacks, and for none of its sections.
        False where no such question is pending: it was deleted or stopped meanwhile.
        """
        kept = json.dumps(answer)
        if len(kept) > LONGEST_ANSWER:
            raise _too_long()
        refusal = answer["refusal"]
        reason = refusal["reason"] if refusal and of_library else None
        values = {"answer": kept, "outcome": answer["outcome"], "reason": reason}
        with self._store.writing() as connection:
            number = rows.complete(connection, question_id, TurnState.ANSWERED, values)
            cited = [] if number is None or not of_library else rows.citation_rows(number, answer)
            if cited:
                connection.execute(insert(citations), cited)
        return number is not None

    def stop(self, question_id: str, shown: str) -> bool:
        """A pending question was stopped: keep what was shown of its answer. False as in ``answer``."""
        values = {"shown": storable(shown, LONGEST_SHOWN)}
        with self._store.writing() as connection:
            return rows.complete(connection, question_id, TurnState.STOPPED, values) is not None

    def fail(self, question_id: str, message: Message, hint: Message) -> bool:
        """A pending question could not be answered: keep what was told. False as in ``answer``."""
        failure = json.dumps([[message.zh, message.en], [hint.zh, hint.en]])
        with self._store.writing() as connection:
            return rows.complete(connection, question_id, TurnState.FAILED, {"failure": failure}) is not None

    def conversations(self, owner: str) -> tuple[ConversationSummary, ...]:
        """An owner's conversations, the one last asked in first, at most MOST_CONVERSATIONS."""
        columns = conversations.c
        wanted = (
            select(conversations, func.count(turns.c.number).label("turns"))
            .outerjoin(turns)
            .where(columns.owner == digest(owner))
            .group_by(columns.id)
            .order_by(columns.asked_at.desc(), columns.started_at.desc(), columns.id)
            .limit(MOST_CONVERSATIONS)
        )
        with self._store.reading() as connection:
            return tuple(
                ConversationSummary(
                    id=row["id"],
                    title=row["title"],
                    started_at=row["started_at"],
                    asked_at=row["asked_at"],
                    turns=row["turns"],
                )
                for row in connection.execute(wanted).mappings()
            )

    def conversation(self, owner: str, conversation_id: str) -> Conversation:
        """A conversation with all its turns."""
        rated = (ratings.c.verdict, ratings.c.complaint, ratings.c.text, ratings.c.rated_at)
        wanted = (
            select(turns, *rated)
            .outerjoin_from(turns, ratings)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.number)
        )
        with self._store.reading() as connection:
            row = rows.owned(connection, owner, conversation_id)
            kept = tuple(map(rows.read_turn, connection.execute(wanted).mappings()))
        return Conversation(
            id=row["id"],
            title=row["title"],
            started_at=row["started_at"],
            asked_at=row["asked_at"],
            turns=kept,
        )

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; one of nothing but white space changes nothing."""
        values = {"title": given_title(title), "renamed": True}
        with self._store.writing() as connection:
            row = rows.owned(connection, owner, conversation_id)
            if values["title"]:
                connection.execute(
                    update(conversations).where(conversations.c.id == row["id"]).values(**values)
                )

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with its questions, answers and ratings, for good."""
        with self._store.writing() as connection:
            row = rows.owned(connection, owner, conversation_id)
            connection.execute(delete(conversations).where(conversations.c.id == row["id"]))

    def delete_all(self, owner: str) -> int:
        """Delete all that an owner has, for good; how many conversations that was."""
        removal = delete(conversations).where(conversations.c.owner == digest(owner))
        with self._store.writing() as connection:
            return connection.execute(removal).rowcount

    def drop_from(self, owner: str, conversation_id: str, question_id: str) -> int:
        """Delete a question and all after it, to ask it again or otherwise; how many that was."""
        with self._store.writing() as connection:
            turn = rows.owned_turn(connection, owner, question_id)
            if turn["conversation_id"] != conversation_id:
                raise rows.unknown()
            later = turns.c.conversation_id == conversation_id, turns.c.number >= turn["number"]
            return connection.execute(delete(turns).where(*later)).rowcount

    def rate(
        self,
        owner: str | None,
        question_id: str,
        verdict: Verdict,
        *,
        complaint: Complaint | None = None,
        text: str = "",
        rated_at: datetime,
    ) -> None:
        """Rate the answer to a question, in place of any earlier rating of it.

        One without an owner can be rated by whoever knows its id.
        """
        with self._store.writing() as connection:
            number = rows.owned_turn(connection, owner, question_id)["number"]
            connection.execute(delete(ratings).where(ratings.c.turn == number))
            row = {
                "turn": number,
                "verdict": verdict.value,
                "complaint": complaint and complaint.value,
                "text": storable(text, LONGEST_COMMENT),
                "rated_at": rated_at,
            }
            connection.execute(insert(ratings), row)

    def take_back_rating(self, owner: str | None, question_id: str) -> None:
        """Forget the rating of a question, if there is one."""
        with self._store.writing() as connection:
            number = rows.owned_turn(connection, owner, question_id)["number"]
            connection.execute(delete(ratings).where(ratings.c.turn == number))

    def forget_before(self, day: date) -> int:
        """Delete every question that was asked before that day (UTC); how many that was.

        A conversation of which nothing is left goes with them.
        """
        start = datetime.combine(day, time.min, UTC)
        left = select(turns.c.conversation_id).where(turns.c.conversation_id == conversations.c.id).exists()
        with self._store.writing() as connection:
            forgotten = connection.execute(delete(turns).where(turns.c.asked_at < start)).rowcount
            connection.execute(delete(conversations).where(conversations.c.asked_at < start, ~left))
            return forgotten


def open_store(file: Path, database: SecretStr | None, *, patient: bool = False) -> Store:
    """The database where one is set, or else the file. Raises HistoryUnusable and SettingsInvalid."""
    if database is None:
        return SqliteStore(file, patient=patient)
    from assistant.history.postgresql import PostgresStore

    return PostgresStore(database)


def _too_long() -> HistoryUnusable:
    return HistoryUnusable(
        Message("回答太长，无法存入对话记录。", "The answer is too long to be kept in the history."),
        Message("请用 model_max_tokens 缩短回答。", "Shorten answers with model_max_tokens."),
    )
