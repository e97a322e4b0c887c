"""Asks the assistant in this process, built from settings as every face builds it."""

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
from eval.runner import Ask


@contextmanager
def open_in_process(settings: Settings) -> Iterator[Ask]:
    """A way to ask the assistant of ``settings``; it is closed at the end.

    Raises what ``build_assistant`` raises, such as IndexMissing.
    """
    assistant = build_assistant(settings)
    try:
        yield lambda case: _ask(assistant, case)
    finally:
        assistant.close()


def _ask(assistant: Assistant, case: Case) -> Reply:
    history = tuple(Turn(role=turn.role, content=turn.content) for turn in case.history)
    started = time.monotonic()
    answer = assistant.ask(Question(text=case.question, history=history))
    seconds = time.monotonic() - started
    # Through the same JSON as over HTTP, so that both ways measure the same thing.
    return read_reply(json.dumps(to_json(answer)), seconds=seconds)
