"""From one uploaded file to an assistant that answers from it alone: read, embedded and indexed as any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant.answer import Assistant
from vectorstore.documents.understand import Bounds, stop_reading, understand
from vectorstore.errors import Message, RecognitionMissing, UnreadableFile
from vectorstore.library.ingest import ingest
from vectorstore.library.intake import SourceFile
from vectorstore.types import Document

# Somebody waits for it, and others whose documents are read after it. On one slow core 200,000 characters, a
# book of 300 pages, take a minute and a half to embed, and a page takes some seconds to recognise.
BOUNDS = Bounds(characters=200_000, scans=10)
_NO_TEXT = (
    Message("文件 {} 里没有可以提问的内容。", "{} has nothing that could be asked about."),
    Message("请换一份有正文的文件。", "Choose one with text."),
)
_SAVE_AS_TEXT = Message(
    "请换成能选中文字的 PDF 或 Word 文件。", "Choose a PDF or Word file whose text can be selected."
)


def read_own_file(
    path: Path, library: Path, document_id: str, assistant: Assistant, go_on: Callable[[], None]
) -> Assistant:
    """The assistant over that one document, in a library of its own in the folder ``library``; to be closed.

    Takes as long as reading and embedding take; ``go_on`` is called meanwhile and may raise to end it. The
    file is not needed any more then. Raises UnreadableFile, and what ``ingest`` raises.
    """
    report = ingest(
        [SourceFile(path=path, source=path.name)],
        data_dir=library,
        embedder=assistant.embedder,
        understand=lambda file: replace(_understand(file), id=document_id),
        stop=stop_reading,
        on_progress=lambda _: go_on(),
    )
    if report.failed:
        raise UnreadableFile(report.failed[0].message, report.failed[0].hint)
    if not report.chunks:
        message, hint = _NO_TEXT
        raise UnreadableFile(Message(message.zh.format(path.name), message.en.format(path.name)), hint)
    return assistant.elsewhere(library)


def _understand(file: SourceFile) -> Document:
    try:
        return understand(file.path, file.source, None, BOUNDS)
    except RecognitionMissing as error:  # its hint is for whoever runs the server
        raise UnreadableFile(error.message, _SAVE_AS_TEXT) from error
