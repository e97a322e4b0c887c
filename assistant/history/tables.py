"""How conversations stand in tables: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

SCHEMA = 1  # raised whenever the tables or the JSON in them change
LONGEST_ID = 200


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept as UTC. One without a time zone is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC, without saying so."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        return value and value.replace(tzinfo=UTC)


metadata = MetaData()
history = Table("history", metadata, Column("version", Integer, primary_key=True))
conversations = Table(
    "conversations",
    metadata,
    Column("id", String(LONGEST_ID), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),  # SHA-256 of the secret, hex
    Column("title", Text, nullable=False),
    Column("renamed", Boolean, nullable=False),  # by its owner: then the title stays, whatever is asked
    Column("started_at", UtcTime, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
)
turns = Table(
    "turns",
    metadata,
    Column("number", Integer, primary_key=True),  # in the order in which they were asked
    Column("id", String(LONGEST_ID), nullable=False, unique=True),
    # Null for a question that came without an owner.
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), index=True),
    Column("question", Text, nullable=False),
    Column("wording", String(64), nullable=False),  # SHA-256 of the folded question: the same for the same
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("outcome", String(20)),
    Column("reason", String(20)),
    Column("answer", Text),  # JSON in ASCII, so that any text comes back as it was
    Column("shown", Text, nullable=False),
    Column("failure", Text),  # JSON in ASCII
)
citations = Table(
    "citations",
    metadata,
    Column("turn", ForeignKey("turns.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("section", Text, nullable=False),  # JSON in ASCII: the document's title and the path in it
)
ratings = Table(
    "ratings",
    metadata,
    Column("turn", ForeignKey("turns.number", ondelete="CASCADE"), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("complaint", String(20)),
    Column("text", Text, nullable=False),
    Column("rated_at", UtcTime, nullable=False, index=True),
)
# Newer than files of version 1, which get it when something is shared for the first time.
shared = Table(
    "shared",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("turn", ForeignKey("turns.number", ondelete="CASCADE"), nullable=False, unique=True),
    Column("answer", Text, nullable=False),  # JSON in ASCII; of turns that nobody owns no other copy is kept
    Column("shared_at", UtcTime, nullable=False, index=True),
)
