"""What the servers over one database know of each other's questions, so that any of them can be asked.

A question is found again by a name: of the request, which may come again within a minute; of the ticket that
was given for its answer; of a conversation that somebody without a name has begun. Names of different kinds
begin differently: callers choose what stands in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from assistant.asking.job import Job
from assistant.errors import AnswerLost
from assistant.types import Answer, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A question that has a name: the key that asked it, its conversation, and since when."""

    question_id: str
    key: str = ""
    conversation_id: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Others(Protocol):
    """All that is asked of what servers share. May wait for a database: not for the event loop.

    Where the database is away, what can't be shared is logged and each server goes on alone; only
    ``named`` raises HistoryUnusable, as "there is no such ticket" would be wrong.
    """

    def claim(self, name: str, said: str, named: Named, *, by_message: bool) -> Named:
        """Name a request, unless another had the name within a minute and said the same: then that one.

        One that failed is not taken for the same; nor is one answered without the chat model, which may be
        well again, unless the sender says that it is the same (``by_message``).
        """

    def name(self, name: str, named: Named) -> None:
        """Give a question one more name."""

    def named(self, name: str) -> Named | None:
        """The question of that name."""

    def forget(self, name: str) -> None:
        """Take the name away, and what is known of the question's answer."""

    def end(self, job: Job, result: Answer | Exception | None) -> None:
        """Tell the others what became of a question."""

    def follow(self, named: Named) -> Job:
        """Another server's question as a job of ours, which has its end once that is known.

        It ends with AnswerLost where nobody has told of its end in time.
        """

    def close(self) -> None:
        """Follow nothing any more."""


class Alone:
    """One server without others: nothing is asked of anybody."""

    def claim(self, name: str, said: str, named: Named, *, by_message: bool) -> Named:
        """It is always ours."""
        return named

    def name(self, name: str, named: Named) -> None:
        """Nothing."""

    def named(self, name: str) -> Named | None:
        """Nothing that this server does not know itself."""
        return None

    def forget(self, name: str) -> None:
        """Nothing."""

    def end(self, job: Job, result: Answer | Exception | None) -> None:
        """Nothing."""

    def follow(self, named: Named) -> Job:
        """Its end, which is that nobody here knows of it."""
        job = Job(Question(text="", id=named.question_id, conversation_id=named.conversation_id))
        job.end(AnswerLost())
        return job

    def close(self) -> None:
        """Nothing."""
