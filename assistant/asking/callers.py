"""Who asks, and what they have asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.asking.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the key that they come with, and what the request says of the person and the conversation.

    All three may be empty. Persons of different keys are different persons. ``address`` is the network's
    that the request came from, where that is known; whoever moves stays who they are.
    """

    key: str = ""
    person: str = ""
    conversation: str = ""
    address: str = field(default="", compare=False)

    @property
    def owner(self) -> str | None:
        """Whose conversations these are: the person's, or whoever's who knows the conversation; else None."""
        if self.person:
            return f"{self.key}\0person\0{self.person}"
        return f"{self.key}\0conversation\0{self.conversation}" if self.conversation else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question on its way, and the name by which its conversation is continued."""

    job: Job
    conversation_id: str
