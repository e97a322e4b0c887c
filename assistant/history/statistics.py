"""What the person who looks after the library learns from the history: gaps, complaints, use.

``since`` begins the time that is looked at; days and times of what comes back
are in its time zone. No owner appears in any of it.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select

from assistant.history.rows import read_rating
from assistant.history.store import Store
from assistant.history.tables import citations, ratings, turns
from assistant.history.types import (
    CitedSection,
    Day,
    RatedAnswer,
    TurnState,
    UnansweredQuestion,
    Verdict,
)
from assistant.types import Outcome, Reason

MOST_ROWS = 1_000
MOST_DAYS = 366

# What a document could have answered: not small talk, nor a request that no library answers.
_GAPS = (Reason.NOT_FOUND, Reason.REDACTED, Reason.TRUNCATED)


class Statistics:
    """Counts over all conversations and over what was asked without one. Raises HistoryUnusable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unanswered(self, since: datetime, limit: int = 100) -> tuple[UnansweredQuestion, ...]:
        """Questions that were refused or failed, the most frequent first, the same ones together.

        Small talk, and what is out of any library's scope, is left out.
        """
        grouped = (
            select(func.max(turns.c.number).label("last"), func.count().label("times"))
            .where(turns.c.asked_at >= since, _is_unanswered())
            .group_by(turns.c.wording)
            .order_by(func.count().desc(), func.max(turns.c.number).desc())
            .limit(_bounded(limit))
            .subquery()
        )
        wanted = (
            select(turns.c.question, turns.c.asked_at, turns.c.reason, grouped.c.times)
            .join(grouped, turns.c.number == grouped.c.last)
            .order_by(grouped.c.times.desc(), turns.c.number.desc())
        )
        with self._store.reading() as connection:
            return tuple(
                UnansweredQuestion(
                    question=row["question"],
                    times=row["times"],
                    last_asked_at=row["asked_at"].astimezone(since.tzinfo),
                    reason=Reason(row["reason"]) if row["reason"] else "failed",
                )
                for row in connection.execute(wanted).mappings()
            )

    def feedback(self, since: datetime, limit: int = 100) -> tuple[RatedAnswer, ...]:
        """Ratings with what they are about, the newest first."""
        wanted = (
            select(turns.c.question, turns.c.answer, turns.c.shown, ratings)
            .join_from(ratings, turns)
            .where(ratings.c.rated_at >= since)
            .order_by(ratings.c.rated_at.desc(), ratings.c.turn.desc())
            .limit(_bounded(limit))
        )
        with self._store.reading() as connection:
            return tuple(_rated(row, since) for row in connection.execute(wanted).mappings())

    def most_cited(self, since: datetime, limit: int = 100) -> tuple[CitedSection, ...]:
        """Sections by the number of answers that cite them."""
        wanted = (
            select(citations.c.section, func.count().label("answers"))
            .join_from(citations, turns)
            .where(turns.c.asked_at >= since)
            .group_by(citations.c.section)
            .order_by(func.count().desc(), citations.c.section)
            .limit(_bounded(limit))
        )
        with self._store.reading() as connection:
            return tuple(
                CitedSection(title=title, path=tuple(path), answers=row["answers"])
                for row in connection.execute(wanted).mappings()
                for title, *path in (json.loads(row["section"]),)
            )

    def by_day(self, since: datetime) -> tuple[Day, ...]:
        """A row for each day on which something was asked, in order; the last MOST_DAYS of them."""
        columns = turns.c
        wanted = (
            select(columns.asked_at, columns.outcome, columns.reason, ratings.c.verdict)
            .outerjoin_from(turns, ratings)
            .where(columns.asked_at >= since)
        )
        counted: dict[date, Counter[str]] = {}
        with self._store.reading() as connection:
            for row in connection.execute(wanted.execution_options(yield_per=1_000)).mappings():
                day = row["asked_at"].astimezone(since.tzinfo).date()
                counted.setdefault(day, Counter()).update(_counts(row))
        return tuple(
            Day(day=day, **{name: counted[day][name] for name in _COUNTED})
            for day in sorted(counted)[-MOST_DAYS:]
        )


_COUNTED = ("questions", "answered", "refused", "up", "down")


def _counts(row: RowMapping) -> dict[str, int]:
    """What a question adds to its day."""
    refused = row["outcome"] == Outcome.REFUSED.value
    return {
        "questions": 1,
        "answered": int(row["outcome"] is not None and not refused),
        "refused": int(refused and row["reason"] != Reason.SMALL_TALK.value),
        "up": int(row["verdict"] == Verdict.UP.value),
        "down": int(row["verdict"] == Verdict.DOWN.value),
    }


def _is_unanswered() -> ColumnElement[bool]:
    gaps = turns.c.reason.in_([reason.value for reason in _GAPS])
    refused = and_(turns.c.outcome == Outcome.REFUSED.value, gaps)
    return or_(turns.c.state == TurnState.FAILED.value, refused)


def _rated(row: RowMapping, since: datetime) -> RatedAnswer:
    shown: str = json.loads(row["answer"])["answer"] if row["answer"] else row["shown"]
    rating = read_rating(row, since.tzinfo)
    return RatedAnswer(question=row["question"], answer=shown, rating=rating)


def _bounded(limit: int) -> int:
    return max(0, min(limit, MOST_ROWS))
