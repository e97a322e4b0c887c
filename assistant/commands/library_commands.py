"""The commands that handle the library of documents. Heavy libraries are loaded inside of them."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.startup import prepare, start
from assistant.commands.terminal import show_progress, show_report, tell
from vectorstore.errors import Message

if TYPE_CHECKING:
    from assistant.setup.settings import Settings
    from vectorstore.library.ingest import IngestReport, ProgressEvent

library_commands = typer.Typer()

Places = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH|URL…",
        help="文件、文件夹、压缩包或网址，缺省为初始文件 Files, folders, archives or URLs; else the seeds.",
    ),
]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="弃旧库，全部重建 Set the old library aside.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="只预览提纲和切分，不收录 Show outline and chunks, store nothing.")
]
Name = Annotated[str, typer.Argument(metavar="NAME|ID", help="文件名（或其开头）或编号 Name or id.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME|ID…", help="文件名或编号 Names or ids.")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON Print JSON.")]


@library_commands.command()
def ingest(places: Places = None, rebuild: Rebuild = False, dry_run: DryRun = False) -> None:
    """收录文件 Take documents into the library."""
    settings = start()
    from assistant.upkeep.library import look_at, preview, take_in
    from assistant.upkeep.needs_a_look import told

    chosen: list[str | Path] = [*(places or ())] or [settings.seeds_dir]
    if dry_run:
        from assistant.commands.library_view import show_previews

        whole = show_previews(preview(settings, chosen), settings.language)
        raise typer.Exit(0 if whole else 1)
    report = _change(
        settings, lambda on_progress: take_in(settings, chosen, rebuild=rebuild, on_progress=on_progress)
    )
    for line in told(look_at(settings, report), settings.language):
        tell(line)
    _exit_with(report)


@library_commands.command("list")
def list_library(as_json: AsJson = False) -> None:
    """列出库中文件 List the documents of the library."""
    settings = start()
    prepare(settings)
    from assistant.commands.library_view import listed_json, show_list
    from assistant.upkeep.library import list_documents

    documents = list_documents(settings)
    if as_json:
        typer.echo(json.dumps(listed_json(documents), ensure_ascii=False, indent=2))
    else:
        show_list(documents, settings.language)


@library_commands.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """显示文件的提纲 Show a document's outline, with what its source hides or lacks."""
    settings = start()
    prepare(settings)
    from assistant.commands.library_view import show_document
    from assistant.saying.answer_json import head_json, outline_json
    from assistant.upkeep.library import find_document

    document = find_document(settings, name)
    if as_json:
        shown = head_json(document.id, document.source, document.head) | {"outline": outline_json(document)}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        show_document(document, settings.language)


@library_commands.command()
def remove(names: Names) -> None:
    """从库中移除文件 Take documents out of the library."""
    settings = start()
    from assistant.upkeep.library import documents_dir, remove_documents, seeds_among

    seeds, uploads = seeds_among(settings, names), documents_dir(settings)
    report = _change(settings, lambda on_progress: remove_documents(settings, names, on_progress))
    if seeds:
        folders = " / ".join(str(folder) for folder in (settings.seeds_dir, uploads))
        warning = Message(
            f"ⓘ {'、'.join(seeds)} 还在 {folders} 里，下次启动会再收录；不需要的请从那里删去。",
            f"ⓘ {', '.join(seeds)} will come back: delete the files in {folders} too.",
        )
        tell(warning.in_language(settings.language))
    _exit_with(report)


@library_commands.command()
def reindex() -> None:
    """重读有变化的文件，重建索引 Read again what changed, and build the index anew."""
    settings = start()
    from assistant.upkeep.library import index_anew

    _exit_with(_change(settings, lambda on_progress: index_anew(settings, on_progress)))


def _change(
    settings: Settings, run: Callable[[Callable[[ProgressEvent], None]], IngestReport]
) -> IngestReport:
    """Run what changes the library, with progress and report."""
    with _ended_as_by_ctrl_c(), show_progress(settings.language, reading=True) as on_progress:
        report = run(on_progress)
    show_report(report, settings.language, always=True)
    return report


def _exit_with(report: IngestReport) -> None:
    """Exit with 1 where a file failed."""
    if report.failed:
        raise typer.Exit(1)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM, which service managers send, leaves no process running on and no temporary file either."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
