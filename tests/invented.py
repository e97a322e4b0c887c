"""Libraries that a test invents: files, read and indexed for real, searched through real indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.answer import Assistant
from assistant.reading.features import text_of
from assistant.reading.read import Reader, Span
from assistant.setup.limits import Limits
from assistant.setup.settings import Settings
from tests.fakes import HashedEmbedder
from tests.vectorstore.guarantees import understood
from vectorstore.documents.chunking import is_searched, split, units
from vectorstore.documents.understand import understand
from vectorstore.embeddings import Embedder
from vectorstore.index.generations import open_current
from vectorstore.library.ingest import ingest
from vectorstore.library.intake import SourceFile
from vectorstore.library.live import LiveLibrary
from vectorstore.search.searcher import Searcher
from vectorstore.types import Document, Match, Passage


@contextmanager
def searcher_over(
    folder: Path, documents: Mapping[str, str | bytes], embedder: Embedder | None = None
) -> Iterator[Searcher]:
    """A searcher over these files, by their names; with hashed vectors, which are fast, unless told else."""
    embedder = embedder or HashedEmbedder()
    build(folder, documents, embedder)
    with open_current(folder / "data", embedder.model) as generation:
        yield Searcher(generation, embedder)


@contextmanager
def assistant_over(
    folder: Path, documents: Mapping[str, str | bytes], embedder: Embedder | None = None
) -> Iterator[Assistant]:
    """The assistant over these files, without a chat model and without the model that reads closely."""
    embedder = embedder or HashedEmbedder()
    build(folder, documents, embedder)
    chosen = Settings(data_dir=folder / "data", openai_api_key=None, openai_model=None)
    assistant = Assistant(
        library=LiveLibrary(folder / "data", embedder),
        reader=Reader(),
        chat_model=None,
        prompts_dir=chosen.prompts_dir,
        limits=Limits(
            passages=chosen.passages,
            evidence_tokens=chosen.evidence_tokens,
            question_chars=chosen.question_chars,
            history_turns=chosen.history_turns,
        ),
        language="zh",
        unverified="mark",
    )
    try:
        yield assistant
    finally:
        assistant.close()


def build(folder: Path, documents: Mapping[str, str | bytes], embedder: Embedder) -> None:
    """Write the files into a folder and build the library in its ``data``."""
    sources: list[SourceFile] = []
    for name, text in documents.items():
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        sources.append(SourceFile(path=path, source=name))
    report = ingest(
        sources,
        data_dir=folder / "data",
        embedder=embedder,
        understand=lambda file: understand(file.path, file.source, None),
    )
    assert not report.failed, report.failed


def passages_of(*documents: Document | str) -> list[Passage]:
    """All passages that can be found in these documents or texts, none nearer by meaning than another."""
    read = (
        understood(one, f"文件{number}.txt") if isinstance(one, str) else one
        for number, one in enumerate(documents)
    )
    found = ((document, chunk) for document in read for chunk in filter(is_searched, split(document)))
    return [
        Passage(
            rank=rank,
            chunk=chunk,
            source=document.source,
            head=document.head_of(chunk.part),
            matches=tuple(Match(start=start, end=end, similarity=0.5) for start, end in units(chunk)),
        )
        for rank, (document, chunk) in enumerate(found, start=1)
    ]


_NO_FEATURES = np.zeros(0)


def spans_of(passages: Iterable[Passage], words: str = "") -> list[Span]:
    """The sentences and cells of passages that hold the words, in order, all worth the same."""
    return [
        Span(passage, match.start, match.end, text, 0.0, 0.0, _NO_FEATURES)
        for passage in passages
        for match in passage.matches
        if words in (text := text_of(passage, match))
    ]
