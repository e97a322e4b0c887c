"""Long answers in chats that cut them: part by part whoever says 继续, and whole behind a link.

Where a bot names its person, what comes next is known here, for as long as a
conversation goes on. Where it sends the conversation along instead, the part
before and its link say it themselves.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.asking.sessions import IDLE
from assistant.history.shared import SharedAnswers
from assistant.question.words import WORDS
from assistant.saying.forms.plain import number_of_part, to_parts
from assistant.types import Sources
from vectorstore.errors import Language, PolicyAssistantError
from vectorstore.text import fold

_LOG = logging.getLogger(__name__)

_MOST_KEPT = 1_000  # answers of which a person may want the rest
_LINK = re.compile(r"/a/([0-9a-z]{8,40})\b")

Json = Mapping[str, Any]


def link_of(code: str) -> str:
    """The path at which a shared answer stands."""
    return f"/a/{code}"


def wants_more(said: str) -> bool:
    """Whether somebody says no more than to go on."""
    return WORDS["goes_on"].holds(fold(said).strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """An answer of which somebody has read so many parts."""

    answer: Json
    link: str
    read: int
    at: float
    sources: Sources


class Continued:
    """Gives answers in parts. Safe in several threads. ``days`` is how long links work; 0 makes none."""

    def __init__(self, shared: SharedAnswers, days: int) -> None:
        self._shared = shared
        self._days = days
        self._rests: OrderedDict[str, _Rest] = OrderedDict()
        self._lock = threading.Lock()

    def begin(
        self,
        answer: Json,
        owner: str | None,
        *,
        base: str,
        language: Language,
        sources: Sources = "full",
    ) -> str:
        """The first part of an answer, which most have no other of. ``answer`` is its JSON.

        ``sources`` is how this part and those after it tell what they rest on.
        """
        parts = to_parts(answer, base=base, language=language, sources=sources)
        rest = None
        if len(parts) > 1:
            # Who is known goes on without a link, which a loudspeaker would read out.
            link = "" if sources == "off" and owner is not None else self._link(answer, base)
            parts = to_parts(answer, base=base, language=language, link=link, sources=sources)
            rest = _Rest(answer=answer, link=link, read=1, at=time.monotonic(), sources=sources)
        if owner is not None:
            self._remember(owner, rest)
        return parts[0]

    def go_on(
        self,
        said: str,
        owner: str | None,
        before: Sequence[str] = (),
        *,
        base: str,
        language: Language,
        sources: Sources = "full",
    ) -> tuple[str, Json] | None:
        """The next part, and the answer that it is of, for whoever says no more than to go on.

        None for all other questions, and where nothing is left to tell. ``before`` is what the person
        was told before, as a bot sent it along, the last first. May read the history.
        """
        if not wants_more(said):
            return None
        rest = self._kept(owner) or self._sent_along(before, base, sources)
        if rest is None:
            return None
        parts = to_parts(rest.answer, base=base, language=language, link=rest.link, sources=rest.sources)
        if rest.read >= len(parts):
            return None
        if owner is not None:
            self._remember(owner, replace(rest, read=rest.read + 1, at=time.monotonic()))
        return parts[rest.read], rest.answer

    def _link(self, answer: Json, base: str) -> str:
        if not self._days:
            return ""
        try:
            code = self._shared.share(answer, at=datetime.now(UTC))
        except PolicyAssistantError as error:  # then it has no link, and its parts all the same
            _LOG.warning("An answer got no link: %s", error.message.en)
            return ""
        return base + link_of(code) if code else ""

    def _remember(self, owner: str, rest: _Rest | None) -> None:
        with self._lock:
            self._rests.pop(owner, None)
            if rest:
                self._rests[owner] = rest
            if len(self._rests) > _MOST_KEPT:
                self._rests.popitem(last=False)

    def _kept(self, owner: str | None) -> _Rest | None:
        with self._lock:
            rest = self._rests.get(owner) if owner is not None else None
        return rest if rest and time.monotonic() - rest.at < IDLE.total_seconds() else None

    def _sent_along(self, before: Sequence[str], base: str, sources: Sources) -> _Rest | None:
        """The rest of the last answer in a conversation that a bot sent along."""
        found = _LINK.search(before[0]) if before else None
        number = number_of_part(before[0]) if found else None
        if not found or not number or not self._days:
            return None
        try:
            kept = self._shared.read(found[1], since=datetime.now(UTC) - timedelta(days=self._days))
        except PolicyAssistantError as error:
            _LOG.warning("A long answer could not be read again: %s", error.message.en)
            return None
        if kept is None:
            return None
        link = base + link_of(found[1])
        return _Rest(answer=kept.answer, link=link, read=number, at=0.0, sources=sources)
