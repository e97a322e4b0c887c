"""Files, an understanding of them, and runs of ingest, for tests of the storage half."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from tests.fakes import HashedEmbedder
from vectorstore.documents.chunking import chunk_of
from vectorstore.embeddings import Embedder
from vectorstore.errors import Message, UnreadableFile
from vectorstore.index.generations import Generation, publish
from vectorstore.index.manifest import Recipe
from vectorstore.index.published import current_name
from vectorstore.library.ingest import IngestReport, ProgressEvent, ingest
from vectorstore.library.intake import Failure, SourceFile
from vectorstore.store.database import Database, text_digest
from vectorstore.text import normalise, search_terms
from vectorstore.types import Document, Head, Section, SectionKind

MODEL = "hashed-bigrams"
ARTICLE = re.compile(r"^(第[一二三四五六七八九十]+条) (.*)$", re.MULTILINE)


def understand(file: SourceFile) -> Document:
    """A document whose articles stand one to a line; a file that begins with "broken" can't be read."""
    path, source = file.path, file.source
    text = normalise(path.read_text(encoding="utf-8", errors="surrogateescape"))
    if text.startswith("broken"):
        raise UnreadableFile(Message("文件已损坏。", "Broken."), Message("请更换文件。", "Replace it."))
    sections = tuple(
        Section(kind=SectionKind.ITEM, label=found.group(1), title="", start=found.start(), end=found.end())
        for found in ARTICLE.finditer(text)
    )
    return Document(
        id=text_digest(source)[:12],
        source=source,
        text=text,
        digest=text_digest(text),
        head=Head(title=Path(source).stem),
        sections=sections,
    )


def write(folder: Path, **texts: str) -> list[SourceFile]:
    """Write a text file for each name; all text files of the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", errors="surrogatepass")
    return [SourceFile(path=path, source=path.name) for path in folder.glob("*.txt")]


def articles(*contents: str) -> str:
    """A document with these articles; at most nine."""
    return "\n".join(f"第{'一二三四五六七八九'[i]}条 {content}" for i, content in enumerate(contents))


def run(
    data_dir: Path,
    sources: list[SourceFile],
    *,
    embedder: Embedder | None = None,
    understand: Callable[[SourceFile], Document] = understand,
    version: str = "",
    failed: Sequence[Failure] = (),
    listed: Collection[str] = (),
    remove: Collection[str] = (),
    rebuild: bool = False,
    reindex: bool = False,
    on_progress: Callable[[ProgressEvent], None] = lambda _: None,
) -> IngestReport:
    """Ingest with the hashed embedding."""
    return ingest(
        sources,
        data_dir=data_dir,
        embedder=embedder or HashedEmbedder(),
        understand=understand,
        rules=lambda _: version,
        failed=failed,
        listed=listed,
        remove=remove,
        rebuild=rebuild,
        reindex=reindex,
        on_progress=on_progress,
    )


def texts_found(generation: Generation, question: str) -> tuple[str, str]:
    """The best chunk's text by vector and by words."""
    chunks = {chunk.id: chunk.text for chunk in generation.database.chunks()}
    by_vector = generation.vectors.search(HashedEmbedder().embed_query(question), 1)
    by_words = generation.keywords.search(search_terms(question), 1)
    return chunks[chunk_of(by_vector[0].chunk_id)], chunks[by_words[0].chunk_id]


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".private") for part in path.relative_to(folder).parts)
    }


def current(data_dir: Path) -> Path:
    """The folder of the published generation."""
    name = current_name(data_dir)
    assert name is not None
    return data_dir / "index" / name


def names(data_dir: Path) -> list[str]:
    """All folders of the index."""
    return sorted(path.name for path in (data_dir / "index").iterdir() if path.is_dir())


def publish_empty(data_dir: Path) -> str:
    """Publish a generation with nothing in it."""
    with closing(Database(data_dir / "library.sqlite")) as database:
        recipe = Recipe(embedding_model=MODEL, rules="1", documents={})
        return publish(data_dir, database, [], recipe=recipe, dimension=8)
