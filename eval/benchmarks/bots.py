"""Whether a bot gets its answer within five seconds: so many people's questions at one moment.

Run by ``python -m eval.benchmarks.bots``: prints a Markdown table; docs/benchmarks.md
holds one. A server over the seeds runs in a process of its own, once without a chat
model and once with one that says nothing for eleven seconds; each person asks a
question of the cases of ``edu-policy-wechat``. Server and people share this
machine's cores, so the figures are upper bounds.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer

from eval.benchmarks.page import running_server
from eval.questions.cases import SHIPPED_CASES, load_cases

CROWDS = (1, 20, 50, 200)
_SILENCE = 11.0
_LATER = ("现在提问的人太多", "还没有整理出答案")  # what is said where an answer must be asked for again


class _Silent(BaseHTTPRequestHandler):
    """A chat model that says nothing for eleven seconds, or until the client leaves."""

    def do_POST(self) -> None:  # the name that http.server asks for
        """Wait, and say nothing."""
        self.rfile.read(int(self.headers["content-length"]))
        self.connection.settimeout(_SILENCE)
        with contextlib.suppress(OSError):
            self.connection.recv(1)

    def log_message(self, format: str, *args: object) -> None:  # the name that http.server asks for
        """Say nothing."""


@contextmanager
def silent_model() -> Iterator[str]:
    """The address of that model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Silent)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


async def _ask(client: httpx.AsyncClient, question: str, person: str) -> tuple[float, bool]:
    """Seconds to the answer, and whether it was one."""
    body = {
        "model": "edu-policy-wechat",
        "messages": [{"role": "user", "content": question}],
        "user": person,
    }
    started = time.perf_counter()
    response = await client.post("/v1/chat/completions", json=body)
    text = response.raise_for_status().json()["choices"][0]["message"]["content"]
    return time.perf_counter() - started, not any(said in text for said in _LATER)


async def burst(address: str, questions: Sequence[str], people: int, name: str) -> list[tuple[float, bool]]:
    """As many questions at once, each of a person of its own."""
    limits = httpx.Limits(max_connections=people)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        asked = itertools.islice(itertools.cycle(questions), people)
        asking = (_ask(client, question, f"{name}-{number}") for number, question in enumerate(asked))
        return await asyncio.gather(*asking)


def row(name: str, people: int, told: Sequence[tuple[float, bool]]) -> str:
    """A line of the table."""
    seconds = sorted(spent for spent, _ in told)
    answered = sum(answer for _, answer in told)
    late = seconds[math.ceil(0.95 * len(seconds)) - 1]
    within = sum(spent <= 5 for spent in seconds)
    spent = f"{statistics.median(seconds):.2f} | {late:.2f} | {seconds[-1]:.2f}"
    return f"| {people} | {name} | {spent} | {within} | {answered} |"


def measure(name: str, address: str, questions: Sequence[str]) -> None:
    """Print the lines of one server."""
    asyncio.run(burst(address, questions[:4], 4, "first"))  # what is loaded at the first question
    for people in CROWDS:
        told = asyncio.run(burst(address, questions, people, f"{name}-{people}"))
        typer.echo(row(name, people, told))


def main(seed: Annotated[int, typer.Option(help="Where among the cases to begin.")] = 0) -> None:
    """Print a Markdown table of seconds."""
    cases = [case.question for case in load_cases(SHIPPED_CASES) if not case.history]
    questions = cases[seed:] + cases[:seed]
    typer.echo("| people at once | chat model | p50 | p95 | slowest | within 5 s | answered |")
    typer.echo("|---:|---|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        with running_server(Path(folder)) as address:
            measure("none", address, questions)
        with (
            silent_model() as model,
            running_server(
                Path(folder), OPENAI_BASE_URL=model, OPENAI_MODEL="silent", OPENAI_API_KEY="none"
            ) as address,
        ):
            measure("silent for 11 s", address, questions)


if __name__ == "__main__":
    typer.run(main)
