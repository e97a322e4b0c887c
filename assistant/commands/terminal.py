"""What the command line prints: answers, passages, progress. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from assistant.saying.answer_json import document_url
from assistant.types import Answer
from assistant.wording import STATUS_NAMES, place_of
from vectorstore.errors import Language, Message, PolicyAssistantError
from vectorstore.types import Head, Passage, Status

if TYPE_CHECKING:
    from vectorstore.library.ingest import IngestReport, ProgressEvent

SECONDS_BETWEEN_LINES = 10.0

_STAGES = {
    "read": Message("读取文件", "Reading files"),
    "embed": Message("计算向量", "Embedding"),
    "index": Message("建立索引", "Building the index"),
}
_SPEEDS = {
    "read": Message("{:.1f} 份/秒", "{:.1f} files/s"),
    "embed": Message("{:,.0f} 字/秒", "{:,.0f} characters/s"),
    "index": Message("{:,.0f} 片段/秒", "{:,.0f} chunks/s"),
}
_COMMENTS = Message("意见征集到 {}", "comments until {}")
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
        typer.echo(f"[{citation.label}] {describe(citation.passage.head, language)}")
        typer.echo(f"    {' › '.join(place_of(citation.passage, citation.start, language))}")
        typer.echo(f"    “{' '.join(citation.quote.split())}”")
        typer.echo(f"    {document_url(chunk.document_id, citation.start, citation.end)}")


def show_passages(passages: tuple[Passage, ...], language: Language) -> None:
    """Every passage with its rank, place and text."""
    if not passages:
        tell(_NOTHING.in_language(language))
    for passage in passages:
        typer.echo(f"{passage.rank}. {describe(passage.head, language)}")
        typer.echo(f"   {' › '.join(place_of(passage, passage.chunk.start, language))}")
        typer.echo(f"   {' '.join(passage.chunk.text.split())}\n")


def describe(head: Head, language: Language) -> str:
    """A document in one line: title, issuer, number, date, and its status if it is no plain issued one."""
    status = "" if head.status is Status.ISSUED else STATUS_NAMES[head.status].in_language(language)
    issued = head.issued_on.isoformat() if head.issued_on else ""
    until = _COMMENTS.in_language(language).format(head.deadline) if head.deadline else ""
    return " · ".join(
        fact for fact in (f"《{head.title}》", head.issuer, head.number, issued, status, until) if fact
    )


@contextmanager
def show_progress(language: Language, *, reading: bool = False) -> Iterator[Callable[[ProgressEvent], None]]:
    """A callback for ingesting: a bar with speed and time left, or plain lines where nobody watches.

    ``reading`` is shown where it was asked for; at a start it mostly comes to nothing.
    """
    shown = frozenset(_STAGES) if reading else frozenset(_STAGES) - {"read"}
    if not sys.stderr.isatty():
        yield _Lines(language, shown).show
        return
    # Here, since it takes longer to load than most commands need.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {
            stage: bars.add_task(name.in_language(language), total=None, visible=False, speed="")
            for stage, name in _STAGES.items()
        }

        def show(event: ProgressEvent) -> None:
            if event.stage in shown:
                task = tasks[event.stage]
                pace = bars.tasks[task].speed
                speed = _SPEEDS[event.stage].in_language(language).format(pace) if pace else ""
                bars.update(task, completed=event.done, total=event.total, visible=True, speed=speed)

        yield show


class _Lines:
    """A line at the start and the end of each stage, and now and then in between."""

    def __init__(self, language: Language, shown: frozenset[str]) -> None:
        self.language = language
        self.shown = shown
        self.stage = ""
        self.last = 0.0

    def show(self, event: ProgressEvent) -> None:
        """One step of a stage."""
        now = time.monotonic()
        if not event.total:
            return
        due = (
            event.stage != self.stage or event.done == event.total or now - self.last >= SECONDS_BETWEEN_LINES
        )
        if due and event.stage in self.shown:
            self.stage, self.last = event.stage, now
            tell(f"{_STAGES[event.stage].in_language(self.language)} {event.done / event.total:.0%}")


def show_report(report: IngestReport, language: Language, *, always: bool = False) -> None:
    """What was taken in and what was not, and why; of a run that changed nothing only if ``always``."""
    for failure in report.failed:
        tell(
            f"✗ {failure.source}：{failure.message.in_language(language)}{failure.hint.in_language(language)}"
        )
    for notice in report.notices:
        tell(f"ⓘ {notice.source}：{notice.message.in_language(language)}")
    counts = [len(names) for names in (report.added, report.replaced, report.removed)]
    if any(counts) or always:
        counts.append(len(report.unchanged))
        done = Message(
            "✓ 新增 {} 份、更新 {} 份、移除 {} 份文件，{} 份没有变化；库中共 {} 个片段，用时 {:.0f} 秒。",
            "✓ {} documents added, {} replaced, {} removed, {} unchanged; "
            "{} chunks in the library, after {:.0f} seconds.",
        )
        tell(done.in_language(language).format(*counts, report.chunks, report.seconds))
