"""Asks the assistant in this process, built from settings as every face builds it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.saying.answer_json import passages_json, to_json
from assistant.setup.settings import Settings
from assistant.types import Question, Turn
from eval.judging.replies import Found, Reply, read_found, read_reply
from eval.questions.cases import Case
from eval.systems.systems import System


@contextmanager
def open_in_process(settings: Settings) -> Iterator[System]:
    """The assistant of ``settings``; it is closed at the end.

    Raises what ``build_assistant`` raises, such as IndexMissing.
    """
    assistant = build_assistant(settings)
    try:
        yield InProcess(assistant)
    finally:
        assistant.close()


class InProcess:
    """An assistant, through the same JSON as over HTTP, so that both ways measure the same thing."""

    def __init__(self, assistant: Assistant) -> None:
        self.name = "policy-assistant"
        self._assistant = assistant

    def ask(self, case: Case) -> Reply:
        """The reply to a case. Raises what the assistant raises."""
        started = time.monotonic()
        answer = self._assistant.ask(_question(case))
        seconds = time.monotonic() - started
        return read_reply(json.dumps(to_json(answer)), seconds=seconds)

    def search(self, case: Case, limit: int) -> tuple[Found, ...]:
        """What retrieval finds for a case, best first. Raises what the assistant raises."""
        searched, passages = self._assistant.search(_question(case), limit)
        return read_found(json.dumps(passages_json(searched, passages, 0.0)))


def _question(case: Case) -> Question:
    history = tuple(Turn(role=turn.role, content=turn.content) for turn in case.history)
    return Question(text=case.question, history=history)
