"""Questions of several servers in one database: their names, and what became of them, for an hour."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from assistant.asking.job import Job
from assistant.asking.kept_ends import from_kept, to_kept
from assistant.asking.others import Alone, Named, Others
from assistant.errors import AnswerLost, HistoryUnusable, ServerStopping
from assistant.history.history import History
from assistant.history.server_tables import ends, names
from assistant.history.store import Store
from assistant.history.tables import turns
from assistant.history.wording import digest
from assistant.setup.settings import Settings
from assistant.types import Answer, Question

_LOG = logging.getLogger(__name__)

RETRY = timedelta(minutes=1)
KEPT = timedelta(hours=1)
_MORE = timedelta(minutes=1)  # that a question may wait for its turn, beside the chat model's time
_PAUSE = 0.5  # seconds between looks at what is under way elsewhere


class SharedQuestions:
    """``Others`` in a database. ``model_seconds`` is how long a chat model may take for an answer."""

    def __init__(self, store: Store, model_seconds: float) -> None:
        self._store = store
        self._patience = timedelta(seconds=model_seconds) + _MORE
        self._followed: dict[str, tuple[Job, datetime]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._looking: threading.Thread | None = None

    def claim(self, name: str, said: str, named: Named, *, by_message: bool) -> Named:
        """As the protocol has it; one transaction, so that of two servers at once one has it."""
        with _alone_without(), self._store.writing() as connection:
            row = connection.execute(
                select(names, ends.c.again)
                .outerjoin_from(names, ends, names.c.question_id == ends.c.question_id)
                .where(names.c.name == digest(name), names.c.said == digest(said))
                .where(names.c.named_at > named.at - RETRY)
            ).one_or_none()
            if row and (by_message or not row.again):
                return Named(question_id=row.question_id, key=row.key, at=row.named_at)
            _name(connection, name, named, said)
        return named

    def name(self, name: str, named: Named) -> None:
        """As the protocol has it."""
        with _alone_without(), self._store.writing() as connection:
            _name(connection, name, named)

    def named(self, name: str) -> Named | None:
        """As the protocol has it."""
        wanted = select(names).where(
            names.c.name == digest(name), names.c.named_at > datetime.now(UTC) - KEPT
        )
        with self._store.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Named(
            question_id=row.question_id, key=row.key, conversation_id=row.conversation_id, at=row.named_at
        )

    def forget(self, name: str) -> None:
        """As the protocol has it."""
        with _alone_without(), self._store.writing() as connection:
            gone = delete(names).where(names.c.name == digest(name)).returning(names.c.question_id)
            questions = connection.execute(gone).scalars().all()
            connection.execute(delete(ends).where(ends.c.question_id.in_(questions)))

    def end(self, job: Job, result: Answer | Exception | None) -> None:
        """As the protocol has it. What is asked in a document of one's own stays where that document is."""
        if job.question.own_file:
            return
        now = datetime.now(UTC)
        again = isinstance(result, Exception) or (result is not None and result.fallback)
        row = {
            "question_id": job.question.id,
            "ended_at": now,
            "again": again,
            "kept": to_kept(job, result),
        }
        with _alone_without(), self._store.writing() as connection:
            connection.execute(delete(ends).where(ends.c.ended_at < now - KEPT))
            connection.execute(delete(names).where(names.c.named_at < now - KEPT))
            # Not where it was deleted meanwhile, or could not be kept.
            if connection.execute(select(turns.c.number).where(turns.c.id == job.question.id)).first():
                connection.execute(insert(ends), row)

    def follow(self, named: Named) -> Job:
        """As the protocol has it; one job for all who follow a question here."""
        with self._lock:
            known = self._followed.get(named.question_id)
            if known:
                return known[0]
            job = Job(Question(text="", id=named.question_id, conversation_id=named.conversation_id))
            self._followed[named.question_id] = job, named.at + self._patience
        self._look()
        with self._lock:
            if self._followed and self._looking is None:
                self._looking = threading.Thread(target=self._keep_looking, name="elsewhere", daemon=True)
                self._looking.start()
        return job

    def close(self) -> None:
        """Tell whoever still waits that this server stops."""
        self._closing.set()
        with self._lock:
            jobs = [job for job, _ in self._followed.values()]
            looking = self._looking
        for job in jobs:
            job.end(ServerStopping())
        if looking:
            looking.join(_PAUSE)

    def _keep_looking(self) -> None:
        while not self._closing.wait(_PAUSE):
            self._look()
            with self._lock:
                if not self._followed:
                    self._looking = None
                    return

    def _look(self) -> None:
        """End the jobs of which the end is known by now, or whose time is over."""
        with self._lock:
            followed = dict(self._followed)
        kept: dict[str, str] = {}
        with _alone_without(), self._store.reading() as connection:
            wanted = select(ends.c.question_id, ends.c.kept).where(ends.c.question_id.in_(followed))
            kept = {row.question_id: row.kept for row in connection.execute(wanted)}
        now = datetime.now(UTC)
        for question_id, (job, until) in followed.items():
            if question_id not in kept and now < until:
                continue
            with self._lock:
                self._followed.pop(question_id, None)
            if question_id in kept:
                from_kept(job, json.loads(kept[question_id]))
            else:
                job.end(AnswerLost())


def open_others(settings: Settings, history: History) -> Others:
    """Whom this server shares its questions with: nobody where no database is set."""
    return SharedQuestions(history.store, settings.model_seconds) if settings.database else Alone()


def _name(connection: Connection, name: str, named: Named, said: str = "") -> None:
    connection.execute(delete(names).where(names.c.name == digest(name)))
    row = {
        "name": digest(name),
        "said": digest(said),
        "key": named.key,
        "question_id": named.question_id,
        "conversation_id": named.conversation_id,
        "named_at": named.at,
    }
    connection.execute(insert(names), row)


@contextmanager
def _alone_without() -> Iterator[None]:
    """Go on as if there were no others where the database is away."""
    try:
        yield
    except HistoryUnusable as error:
        _LOG.warning("Other servers could not be told or asked: %s", error.message.en)
