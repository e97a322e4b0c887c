"""The product's readers as a LangChain loader."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from assistant.for_langchain.documents import to_document
from assistant.setup.settings import Settings, load_settings
from assistant.upkeep.library import Preview, preview
from vectorstore.documents.chunking import is_searched
from vectorstore.errors import UnreadableFile
from vectorstore.library.intake import Failure
from vectorstore.types import Passage

if TYPE_CHECKING:
    from collections.abc import Generator

_LOG = logging.getLogger(__name__)


class PolicyLoader(BaseLoader):
    """Reads a file, folder, archive or web address into chunks, cut as ``policy-assistant ingest`` does.

    A chunk is an item, a row of a table or a group of paragraphs, with the metadata that the retriever
    gives, but for rank and score. Headings over other sections are no chunks of their own, but in the
    ``path`` of those below. Nothing is stored. ``settings`` name the folder whose ``catalog.toml`` corrects
    what is known of a document, where none stands beside it.

    A file that can't be read keeps none of the others from being read: the log has a warning of it, and it
    is in ``failed`` once the loading has ended. Where nothing at all could be read, as with a single file,
    UnreadableFile is raised and says why. Raises it for a path where nothing is, too, and CatalogInvalid.
    """

    def __init__(self, path: str | Path, *, settings: Settings | None = None) -> None:
        self.path = path
        self.failed: tuple[Failure, ...] = ()
        self._settings = settings or load_settings()

    def lazy_load(self) -> Iterator[Document]:
        """The chunks, document by document, each read when it is wanted."""
        self.failed = ()
        is_empty = True
        with closing(_previews(self._settings, self.path)) as previews:
            for found in previews:
                if isinstance(found, Failure):
                    self.failed = (*self.failed, found)
                    _LOG.warning("%s: %s %s", found.source, found.message.en, found.hint.en)
                    continue
                is_empty = False
                yield from _documents(found)
        if is_empty and self.failed:
            first = self.failed[0]
            raise UnreadableFile(first.message, first.hint)


def _previews(settings: Settings, path: str | Path) -> Generator[Preview | Failure, None, None]:
    yield from preview(settings, [path])


def _documents(read: Preview) -> Iterator[Document]:
    document = read.document
    for chunk, _ in read.chunks:
        if is_searched(chunk):
            yield to_document(
                Passage(
                    rank=chunk.ordinal + 1,
                    chunk=chunk,
                    source=document.source,
                    head=document.head_of(chunk.part),
                    pages=document.pages,
                )
            )
