"""When the first checked sentence is there, with a chat model of thirty tokens a second.

Run by ``python -m eval.benchmarks.stream`` over the library of the settings: prints a Markdown row;
docs/benchmarks.md holds one. The model is a loopback server that quotes sentences of the first
passage, each with its label, to some 80 characters. What a real one needs to read the prompt comes on top.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import numpy as np
import typer
from fastapi import Response
from fastapi.responses import StreamingResponse

from assistant.build import build_assistant
from assistant.commands.startup import start
from assistant.setup.settings import Settings
from assistant.types import AnswerReady, Question, TextDelta
from eval.questions.cases import SHIPPED_CASES, load_cases
from eval.questions.splits import Split, is_in
from eval.recorded.endpoint import Json, answered_by, event, served
from vectorstore.text import count_tokens

_TOKENS_A_SECOND = 30
_LEAST, _LONG = 8, 80  # characters of a sentence that says something, and from which an answer is done
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_FIRST = re.compile(r"^\[1\] .*\n((?s:.*?))(?=\n\n\[\d+\] |\n\n《|\n</)", re.MULTILINE)


class Speaker:
    """A chat model that says what stands in the first passage, token by token."""

    async def answer(self, body: Json) -> Response:
        """A reply as it is spoken."""
        found = _FIRST.search(str(body["messages"][-1]["content"]))
        said = ""
        for sentence in _SENTENCE.findall(found[1]) if found else ():
            if len(sentence) >= _LEAST and len(said) < _LONG:
                said += f"{sentence.rstrip('。；')}[1]。"
        return StreamingResponse(_spoken(said), media_type="text/event-stream")


async def _spoken(text: str) -> AsyncIterator[bytes]:
    for character in text:
        await asyncio.sleep(count_tokens(character) / _TOKENS_A_SECOND)
        yield event({"content": character})
    yield event({}, "stop")
    yield b"data: [DONE]\n\n"


def measure(settings: Settings, questions: Sequence[str]) -> list[tuple[float, float, int]]:
    """Of each question: seconds to the first sentence shown, seconds to the end, and characters."""
    measured: list[tuple[float, float, int]] = []
    with served(Speaker()) as url:
        assistant = build_assistant(answered_by(settings, url))
        assistant.make_ready()
        try:
            for text in questions:
                started, first = time.perf_counter(), 0.0
                for one in assistant.stream(Question(text=text)):
                    now = time.perf_counter() - started
                    if isinstance(one, TextDelta) and one.text and not first:
                        first = now
                    if isinstance(one, AnswerReady) and one.answer.mode == "llm":
                        measured.append((first, now, len(one.answer.text)))
        finally:
            assistant.close()
    return measured


def main(
    count: Annotated[int, typer.Option(min=1, help="How many questions.")] = 30,
) -> None:
    """Measure the time to the first sentence."""
    cases = load_cases(SHIPPED_CASES)
    asked = [c.question for c in cases if c.answerable and not c.history and is_in(c.family, Split.TUNE)]
    measured = np.asarray(measure(start(), asked[:count]))
    first, end, size = np.percentile(measured, 50, axis=0)
    late = np.percentile(measured[:, 0], 95)
    typer.echo("| answers | first sentence, median | 95 % before | whole answer, median | characters |")
    typer.echo("|---:|---:|---:|---:|---:|")
    typer.echo(f"| {len(measured)} | {first:.1f} s | {late:.1f} s | {end:.1f} s | {size:.0f} |")


if __name__ == "__main__":
    typer.run(main)
