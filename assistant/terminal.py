"""What the command line prints: answers, passages, progress. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from assistant.answer_json import document_url
from assistant.types import Answer
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message, PolicyAssistantError
from vectorstore.types import Head, Passage, Status

SECONDS_BETWEEN_LINES = 10.0

OnProgress = Callable[[str, int, int], None]

_SOURCES = Message("出处：", "Sources:")
_SEARCHED = Message("按此检索：{}", "Searched for: {}")
_NOTHING = Message("没有找到。", "Nothing found.")


def tell(text: str) -> None:
    """A line for the person, apart from the data."""
    typer.echo(text, err=True)


def show_error(error: PolicyAssistantError, language: Language) -> None:
    """What happened and what to do, on two lines."""
    tell(f"✗ {error.message.in_language(language)}")
    tell(f"  {error.hint.in_language(language)}")


def show_answer(answer: Answer, asked: str, language: Language) -> None:
    """The answer, its notices, and every citation with its quote and place."""
    typer.echo(answer.text)
    if answer.refusal:
        for near in answer.refusal.nearest:
            typer.echo(f"  · 《{near.title}》 {' › '.join(near.path)}  {near.url}")
    for notice in answer.notices:
        typer.echo(f"ⓘ {notice}")
    if answer.question and answer.question != asked:
        tell(_SEARCHED.in_language(language).format(answer.question))
    if answer.citations:
        typer.echo(f"\n{_SOURCES.in_language(language)}")
    for citation in answer.citations:
        chunk = citation.passage.chunk
        typer.echo(f"[{citation.label}] {_described(citation.passage.head, language)}")
        typer.echo(f"    {' › '.join(chunk.path)}")
        typer.echo(f"    “{' '.join(citation.quote.split())}”")
        typer.echo(f"    {document_url(chunk.document_id, citation.start, citation.end)}")


def show_passages(passages: tuple[Passage, ...], language: Language) -> None:
    """Every passage with its rank, place and text."""
    if not passages:
        tell(_NOTHING.in_language(language))
    for passage in passages:
        typer.echo(f"{passage.rank}. {_described(passage.head, language)}")
        typer.echo(f"   {' › '.join(passage.chunk.path)}")
        typer.echo(f"   {' '.join(passage.chunk.text.split())}\n")


def _described(head: Head, language: Language) -> str:
    status = "" if head.status is Status.ISSUED else STATUS_NAMES[head.status].in_language(language)
    issued = head.issued_on.isoformat() if head.issued_on else ""
    return " · ".join(
        fact for fact in (f"《{head.title}》", head.issuer, head.number, issued, status) if fact
    )


@contextmanager
def progress() -> Iterator[OnProgress]:
    """A callback for (stage, done, total): a bar with the time left, or plain lines where nobody watches."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    # Here, since it takes longer to load than most commands need.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show


class _Lines:
    """A line at the start and the end of each stage, and now and then in between."""

    def __init__(self) -> None:
        self.stage = ""
        self.last = 0.0

    def show(self, stage: str, done: int, total: int) -> None:
        """One step of a stage."""
        now = time.monotonic()
        if stage != self.stage or done == total or now - self.last >= SECONDS_BETWEEN_LINES:
            self.stage, self.last = stage, now
            tell(f"{stage} {done}/{total}")
