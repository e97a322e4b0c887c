"""What can be measured: anything that answers, and shows what it retrieved."""

from __future__ import annotations

from typing import Protocol

from eval.judging.replies import Found, Reply
from eval.questions.cases import Case

__all__ = ["Found", "System"]


class System(Protocol):
    """The assistant in this process, a server, or a baseline. Called from several threads."""

    name: str

    def ask(self, case: Case) -> Reply:
        """The reply to a case, with its earlier turns. Raises NoReply, or what went wrong."""
        ...

    def search(self, case: Case, limit: int) -> tuple[Found, ...] | None:
        """What it retrieves for a case, best first; None where it does not show that."""
        ...
