"""How fast the chat page is while many use it: first paint, first word of an answer, whole answers.

Run by ``python -m eval.benchmarks.page``: prints a Markdown table; docs/benchmarks.md
holds one. A server over the seeds runs in a process of its own; so many readers ask
it over HTTP, each a question of the cases, then a pause as of reading; meanwhile
a browser opens the page and asks. Needs Chromium and the package playwright.
Everything shares this machine's cores, the browser too, so the figures are upper bounds.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import httpx
import typer

from assistant.web.server import bind
from eval.questions.cases import SHIPPED_CASES, load_cases

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_READING = (4.0, 12.0)  # seconds that a reader spends on an answer
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_QUESTION = "#question textarea"


@contextmanager
def running_server(data_dir: Path, **chosen: str) -> Iterator[str]:
    """A server over the seeds in a process of its own, with these variables; its address.

    It has no chat model unless they name one.
    """
    with closing(bind("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    environment |= {
        "POLICY_ASSISTANT_CONFIG": os.devnull,
        "POLICY_ASSISTANT_DATA_DIR": str(data_dir),
        "POLICY_ASSISTANT_PORT": str(port),
        **chosen,
    }
    command = [sys.executable, "-c", "from assistant.commands.cli import main; main()", "serve"]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603  # our own
    try:
        while not _answers(address):
            if server.poll() is not None:
                raise SystemExit("The server did not start.")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


class Reader(threading.Thread):
    """Asks and reads, asks and reads, as a tab of the page does it, until told to leave."""

    def __init__(self, address: str, questions: Sequence[str], seed: int, leave: threading.Event) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._questions = questions
        self._leave = leave
        self.seconds: list[float] = []
        """From sending each question to the end of its answer."""

    def run(self) -> None:
        """Until told to leave."""
        with httpx.Client(base_url=self._address, timeout=60) as client:
            client.get("/")
            dependencies = client.get("/config").json()["dependencies"]
            submit = next(each["id"] for each in dependencies if _events(each) == ["submit"])
            suggest = next(each["id"] for each in dependencies if each["trigger_after"] == submit)
            while not self._leave.wait(self._random.uniform(*_READING)):
                started, session = time.perf_counter(), uuid4().hex
                question = self._random.choice(self._questions)
                self._run(client, session, submit, [question, None, None, ""])
                self.seconds.append(time.perf_counter() - started)
                self._run(client, session, suggest, [None])

    def _run(self, client: httpx.Client, session: str, event: int, data: list[str | None]) -> None:
        body = {"data": data, "fn_index": event, "session_hash": session}
        client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as lines:
            for line in lines.iter_lines():
                if line.startswith("data:") and json.loads(line[5:])["msg"] == "process_completed":
                    return


def _events(dependency: dict[str, list[tuple[int, str]]]) -> list[str]:
    return sorted({event for _, event in dependency["targets"]})


def watch(browser: Browser, address: str, question: str) -> tuple[float, float, float]:
    """Seconds to the first paint of a fresh browser, to an answer's first word, and to all of it."""
    with closing(browser.new_context(locale="zh-CN")) as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#shelf .shelf", state="attached", timeout=60_000)
        painted = page.evaluate(_FIRST_PAINT)
        page.fill(_QUESTION, question)
        started = time.perf_counter()
        page.press(_QUESTION, "Enter")
        page.wait_for_selector("#chat .answer .text, #chat .text", timeout=60_000)
        first = time.perf_counter() - started
        page.wait_for_selector("#chat .answer .actions", timeout=60_000)
        return (painted or 0) / 1000, first, time.perf_counter() - started


def row(name: str, seconds: Sequence[float]) -> str:
    """A line of the table."""
    ordered = sorted(seconds)
    late = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return f"| {name} | {statistics.median(ordered):.2f} | {late:.2f} | {len(ordered)} |"


def main(
    readers: Annotated[int, typer.Option(min=0, max=100, help="People who use the page meanwhile.")] = 20,
    visits: Annotated[int, typer.Option(min=1, max=200, help="Visits of the browser.")] = 20,
) -> None:
    """Print a Markdown table of seconds."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if not program:
        raise SystemExit("There is no chromium on this machine: apt-get install chromium.")
    questions = [case.question for case in load_cases(SHIPPED_CASES) if not case.history]
    leave = threading.Event()
    with TemporaryDirectory() as folder, running_server(Path(folder)) as address:
        people = [Reader(address, questions, seed, leave) for seed in range(readers)]
        for one in people:
            one.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
            seen = [watch(browser, address, question) for question in itertools.islice(questions, visits)]
            browser.close()
        leave.set()
        for one in people:
            one.join(timeout=60)
    paints, firsts, wholes = zip(*seen, strict=True)
    typer.echo(f"| seconds, with {readers} people using it | p50 | p95 | n |\n|---|---:|---:|---:|")
    typer.echo(row("first paint of the page", paints))
    typer.echo(row("first word of an answer, in the browser", firsts))
    typer.echo(row("whole answer, in the browser", wholes))
    if waited := [seconds for one in people for seconds in one.seconds]:
        typer.echo(row("whole answer, for the others", waited))


if __name__ == "__main__":
    typer.run(main)
