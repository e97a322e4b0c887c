"""The folder of uploaded documents, ``documents`` in the data folder, with its catalog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.setup.settings import Settings
from assistant.upkeep.library import OnProgress, documents_dir, remove_documents, take_in
from assistant.web.admin.corrections import write_catalog
from vectorstore.disk.lock import sole_writer
from vectorstore.disk.private import make_folder
from vectorstore.disk.storage import storage_errors
from vectorstore.documents.catalog import DocumentEntry, load_catalog
from vectorstore.library.ingest import IngestReport
from vectorstore.library.sources import CATALOG


class UploadedDocuments:
    """Adds, corrects and removes uploaded documents. All but reading is for the one job that runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = documents_dir(settings)

    def has(self, name: str) -> bool:
        """Whether a file of that name was uploaded before."""
        return (self.folder / name).is_file()

    def file_of(self, source: str) -> Path | None:
        """The file, perhaps an archive, that an uploaded document is from."""
        path = self.folder / source
        for candidate in (path, *path.parents):
            if candidate == self.folder:
                break
            if candidate.is_file() and candidate.resolve().is_relative_to(self.folder):
                return candidate
        return None

    def entry(self, source: str) -> DocumentEntry:
        """What the catalog of the folder says of a document. Raises CatalogInvalid."""
        return load_catalog(self.folder / CATALOG).entry(source) or DocumentEntry(source=source)

    def add(self, staged: Path, names: Sequence[str], on_progress: OnProgress) -> IngestReport:
        """Move these files of a folder here, with what its catalog says of them, and take them in."""
        entries = load_catalog(staged / CATALOG).document
        with sole_writer(self._settings.data_dir), storage_errors(self.folder):
            make_folder(self.folder)
            self._replace_entries(names, entries)
            for name in names:
                (staged / name).replace(self.folder / name)
        return self._take_in(on_progress)

    def correct(self, entry: DocumentEntry, on_progress: OnProgress) -> IngestReport:
        """Keep what a person corrected of a document, and read it again."""
        with sole_writer(self._settings.data_dir), storage_errors(self.folder):
            others = [
                one for one in load_catalog(self.folder / CATALOG).document if one.source != entry.source
            ]
            write_catalog(self.folder / CATALOG, [*others, entry])
        return self._take_in(on_progress)

    def remove(self, source: str, on_progress: OnProgress) -> IngestReport:
        """Delete the file that an uploaded document is from; all that came of it leaves the library."""
        file = self.file_of(source)
        if file is None:  # deleted by hand
            return remove_documents(self._settings, [source], on_progress)
        with sole_writer(self._settings.data_dir), storage_errors(self.folder):
            file.unlink()
            self._replace_entries([file.relative_to(self.folder).as_posix()], ())
        return self._take_in(on_progress)

    def _replace_entries(self, names: Sequence[str], entries: Iterable[DocumentEntry]) -> None:
        """Put ``entries`` in the place of all that is known of these files and what is in them."""
        catalog = self.folder / CATALOG
        kept = [one for one in load_catalog(catalog).document if not _is_of(one.source, names)]
        write_catalog(catalog, [*kept, *(one for one in entries if _is_of(one.source, names))])

    def _take_in(self, on_progress: OnProgress) -> IngestReport:
        return take_in(self._settings, [self.folder], on_progress=on_progress)


def _is_of(source: str, names: Sequence[str]) -> bool:
    return any(source == name or source.startswith(f"{name}/") for name in names)
