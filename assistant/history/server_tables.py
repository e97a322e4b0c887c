"""What several servers over one PostgreSQL share besides conversations: keys, and questions under way.

One server alone keeps these in a file of its data folder and in its memory: SQLite has no such tables.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text

from assistant.history.tables import LONGEST_ID, UtcTime, turns

metadata = MetaData()
keys = Table(
    "keys",
    metadata,
    Column("number", Integer, primary_key=True),  # in the order in which they were made
    Column("name", Text, nullable=False, unique=True),
    Column("kept", Text, nullable=False),  # JSON in ASCII: the whole key, of its token only the digest
)
# By which names a question is found again: of a request, of a ticket, of a conversation without a person.
names = Table(
    "names",
    metadata,
    Column("name", String(64), primary_key=True),  # SHA-256, hex
    Column("said", String(64), nullable=False),  # of a request, by which its retries are known
    Column("key", Text, nullable=False),  # the name of the key that asked
    Column("question_id", String(LONGEST_ID), nullable=False, index=True),
    Column("conversation_id", Text, nullable=False),
    Column("named_at", UtcTime, nullable=False, index=True),
)
# What became of a question, for whoever asks another server. It goes with its question.
ends = Table(
    "ends",
    metadata,
    Column("question_id", ForeignKey(turns.c.id, ondelete="CASCADE"), primary_key=True),
    Column("ended_at", UtcTime, nullable=False, index=True),
    Column("again", Boolean, nullable=False),  # whether the same request is to be answered anew
    Column("kept", Text, nullable=False),  # JSON in ASCII
)
