"""How a question ended, in a few words that never come from whoever asked it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from assistant.asking.job import Job
from assistant.setup.logs import Line
from assistant.types import Answer, Face, Seconds, Usage
from vectorstore.errors import PolicyAssistantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One question at its end.

    ``outcome`` is the answer's, or ``stopped``, ``invalid`` (no question that can be answered) or ``failed``;
    ``mode`` is ``extract``, ``llm``, ``fallback`` (the chat model failed or was late), or ``none`` without an
    answer. ``wait`` and ``whole`` are seconds until it had its turn and until its end.
    """

    face: Face
    outcome: str
    mode: str
    wait: float
    whole: float
    seconds: Seconds = Seconds()
    usage: Usage = Usage()

    @property
    def answered(self) -> bool:
        """Whether there is an answer, a refusal included."""
        return self.mode != "none"


def ending_of(job: Job, result: Answer | Exception | None) -> Ending:
    """How that job ended: with an answer, with what went wrong, or with None where it was stopped."""
    face = job.question.face
    wait = (job.begun or job.asked) - job.asked
    whole = time.monotonic() - job.asked
    if isinstance(result, Answer):
        return Ending(
            face=face,
            outcome=result.outcome.value,
            mode="fallback" if result.fallback else result.mode,
            wait=wait,
            whole=whole,
            seconds=result.seconds,
            usage=result.usage,
        )
    return Ending(face=face, outcome=_without_answer(result), mode="none", wait=wait, whole=whole)


def _without_answer(error: Exception | None) -> str:
    if error is None:
        return "stopped"
    return "invalid" if isinstance(error, PolicyAssistantError) and error.status == 422 else "failed"


def question_line(job: Job, ending: Ending) -> Line:
    """A question as a line of the log, in whole milliseconds; of what was asked and said there is nothing."""
    line = Line(kind="question")
    if job.request_id:
        line["request"] = job.request_id
    line |= {
        "answer": job.question.id,
        "face": ending.face,
        "outcome": ending.outcome,
        "mode": ending.mode,
        "wait_ms": in_milliseconds(ending.wait),
        "search_ms": in_milliseconds(ending.seconds.search),
        "answer_ms": in_milliseconds(ending.seconds.answer),
        "ms": in_milliseconds(ending.whole),
    }
    return line


def in_milliseconds(seconds: float) -> int:
    """Whole milliseconds."""
    return round(seconds * 1000)
