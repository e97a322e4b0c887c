"""The assistant in this process as one of the systems that are set side by side."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.answer import Assistant
from assistant.answer_json import to_json
from assistant.build import build_assistant
from assistant.settings import Settings
from assistant.types import Question, Turn
from eval.cases import Case
from eval.replies import Reply, read_reply
from eval.systems import Found

NAME = "policy-assistant"


class Ours:
    """The assistant, with earlier turns. Its passages are what search finds for the question made whole."""

    def __init__(self, assistant: Assistant) -> None:
        self.name = NAME
        self._assistant = assistant

    def ask(self, case: Case) -> Reply:
        """The reply. Raises what the assistant raises."""
        started = time.perf_counter()
        answer = self._assistant.ask(_question(case))
        return read_reply(json.dumps(to_json(answer)), seconds=time.perf_counter() - started)

    def search(self, case: Case, limit: int) -> tuple[Found, ...] | None:
        """The best passages. Raises what the assistant raises."""
        _, passages = self._assistant.search(_question(case), limit)
        return tuple(Found(file=one.source, text=one.chunk.text) for one in passages)


@contextmanager
def open_ours(settings: Settings) -> Iterator[Ours]:
    """The assistant of ``settings``, closed at the end. Raises what ``build_assistant`` raises."""
    assistant = build_assistant(settings)
    try:
        yield Ours(assistant)
    finally:
        assistant.close()


def _question(case: Case) -> Question:
    history = tuple(Turn(role=turn.role, content=turn.content) for turn in case.history)
    return Question(text=case.question, history=history)
