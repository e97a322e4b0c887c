"""What the command line prints: answers, passages, progress. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from assistant.answer_json import document_url
from assistant.types import Answer
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message, PolicyAssistantError
from vectorstore.types import Head, Passage, Status

if TYPE_CHECKING:
    from vectorstore.ingest import IngestReport, ProgressEvent

SECONDS_BETWEEN_LINES = 10.0

_STAGES = {
    "read": Message("读取文件", "Reading files"),
    "embed": Message("计算向量", "Embedding"),
    "index": Message("建立索引", "Building the index"),
}
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
def show_progress(language: Language) -> Iterator[Callable[[ProgressEvent], None]]:
    """A callback for ingesting: a bar with the time left, or plain lines where nobody watches."""
    if not sys.stderr.isatty():
        yield _Lines(language).show
        return
    # Here, since it takes longer to load than most commands need.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {
            stage: bars.add_task(name.in_language(language), total=None, visible=False)
            for stage, name in _STAGES.items()
        }

        def show(event: ProgressEvent) -> None:
            if _takes_time(event):
                bars.update(tasks[event.stage], completed=event.done, total=event.total, visible=True)

        yield show


class _Lines:
    """A line at the start and the end of each stage, and now and then in between."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.stage = ""
        self.last = 0.0

    def show(self, event: ProgressEvent) -> None:
        """One step of a stage."""
        now = time.monotonic()
        due = (
            event.stage != self.stage or event.done == event.total or now - self.last >= SECONDS_BETWEEN_LINES
        )
        if due and _takes_time(event):
            self.stage, self.last = event.stage, now
            share = f"{event.done / event.total:.0%}" if event.total else ""
            tell(f"{_STAGES[event.stage].in_language(self.language)} {share}")


def _takes_time(event: ProgressEvent) -> bool:
    """Reading is told only by what it leads to: it happens at every start, mostly to no end."""
    return event.stage != "read"


def show_report(report: IngestReport, language: Language) -> None:
    """What was taken in and what was not, and why; nothing where nothing changed."""
    for failure in report.failed:
        tell(
            f"✗ {failure.source}：{failure.message.in_language(language)}{failure.hint.in_language(language)}"
        )
    counts = [len(names) for names in (report.added, report.replaced, report.removed)]
    if any(counts):
        done = Message(
            "✓ 新增 {} 份、更新 {} 份、移除 {} 份文件；库中共 {} 个片段，用时 {:.0f} 秒。",
            "✓ {} documents added, {} replaced, {} removed; {} chunks in the library, after {:.0f} seconds.",
        )
        tell(done.in_language(language).format(*counts, report.chunks, report.seconds))
