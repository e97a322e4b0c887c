"""From what a person names (files, folders, archives, web addresses) to files with names in the library."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePath

from vectorstore.catalog import Catalog, DocumentEntry, load_catalog
from vectorstore.errors import Message, UnreadableFile
from vectorstore.fetch import fetch, is_url
from vectorstore.intake import Failure, SourceFile
from vectorstore.readers import unpack

CATALOG = "catalog.toml"
_SETTINGS = ".toml"  # catalogs and the like are about documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Files to take in, what the catalogs say of each (by origin), and what could not be had at all.

    ``listed`` are the origins of the folders and archives that were looked through.
    """

    files: tuple[SourceFile, ...]
    entries: dict[str, DocumentEntry]
    listed: tuple[str, ...]
    failed: tuple[Failure, ...]


def gather(places: Sequence[str | Path], *, scratch: Path, catalog: Catalog) -> Gathered:
    """All documents at ``places``: of a folder those in it, however deep, of an archive its members.

    A document is named by its path below the folder that was given, by its file's
    name, or by its URL; a member of an archive by that and its name inside. What is
    unpacked or fetched is written below ``scratch``. What is known of a document by
    hand stands in the nearest ``catalog.toml`` above it, up to the folder that was
    given, or else in ``catalog``. Raises UnreadableFile for a place that is not
    there, and CatalogInvalid; what is wrong with single files is in ``failed``.
    """
    gathering = _Gathering(scratch, catalog)
    for place in places:
        if isinstance(place, str) and is_url(place):
            gathering.fetch(place)
        else:
            gathering.look_through(Path(place))
    return Gathered(
        files=tuple(gathering.files),
        entries=gathering.entries,
        listed=tuple(gathering.listed),
        failed=tuple(gathering.failed),
    )


class _Gathering:
    def __init__(self, scratch: Path, catalog: Catalog) -> None:
        self._scratch = scratch
        self._general = catalog
        self._loaded: dict[Path, Catalog] = {}
        self._numbers = count(1)
        self.files: list[SourceFile] = []
        self.entries: dict[str, DocumentEntry] = {}
        self.listed: list[str] = []
        self.failed: list[Failure] = []

    def look_through(self, place: Path) -> None:
        """Add a file, or all documents of a folder."""
        if place.is_dir():
            root = place.resolve()
            unseen: list[OSError] = []
            for path in _files_below(root, unseen.append):
                source = path.relative_to(root).as_posix()
                self._add(SourceFile(path=path, source=source, origin=str(path), place=str(root)), root)
            if not unseen:
                self.listed.append(str(root))
            for hidden in unseen:
                self._fail(str(hidden.filename), _unseen(hidden))
        elif place.exists():
            root = place.parent.resolve()
            path = root / place.name
            self._add(SourceFile(path=path, source=place.name, origin=str(path), place=str(path)), root)
        else:
            raise UnreadableFile(
                Message(f"没有文件或文件夹 {place}。", f"There is no file or folder {place}."),
                Message("请检查路径。", "Check the path."),
            )

    def fetch(self, url: str) -> None:
        """Add what is at a web address."""
        try:
            fetched = fetch(url, self._scratch)
        except UnreadableFile as error:
            self._fail(url, error)
            return
        self._add(SourceFile(path=fetched.path, source=url, origin=url, place=url), None)

    def _add(self, file: SourceFile, root: Path | None) -> None:
        try:
            unpacked = unpack(file.path, self._folder())
        except UnreadableFile as error:
            self._fail(file.source, error)
            return
        if unpacked is None:
            self._take(file, root)
            return
        self.listed.append(file.origin)
        for name, member in unpacked.files:
            source, origin = f"{file.source}/{name}", f"{file.origin}/{name}"
            self._take(replace(file, path=member, source=source, origin=origin), root)
        for name, reason in unpacked.refused:
            self._fail(f"{file.source}/{name}", reason)

    def _take(self, file: SourceFile, root: Path | None) -> None:
        self.files.append(file)
        if entry := self._entry_of(file, root):
            self.entries[file.origin] = entry

    def _entry_of(self, file: SourceFile, root: Path | None) -> DocumentEntry | None:
        for folder in _folders(file, root):
            if folder not in self._loaded:
                self._loaded[folder] = load_catalog(folder / CATALOG)
            name = PurePath(file.origin).relative_to(folder).as_posix()
            if entry := self._loaded[folder].entry(name):
                return entry
        return self._general.entry(file.source)

    def _folder(self) -> Path:
        """A new name for a folder below ``scratch``."""
        return self._scratch / str(next(self._numbers))

    def _fail(self, source: str, error: UnreadableFile) -> None:
        self.failed.append(Failure(source=source, message=error.message, hint=error.hint))


def _unseen(error: OSError) -> UnreadableFile:
    return UnreadableFile(
        Message(
            f"文件夹 {error.filename} 打不开，里面的文件没有看到。",
            f"The folder {error.filename} can't be opened; what is in it was not seen.",
        ),
        Message("请检查读取权限。", "Check that it may be read."),
    )


def _files_below(root: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """The documents in a folder, however deep, in order."""
    for folder, folders, names in os.walk(root, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if _is_document(name))


def _folders(file: SourceFile, root: Path | None) -> Iterator[Path]:
    """The folders from a file's own up to ``root``."""
    if root is None:
        return
    for folder in Path(file.origin).parents:
        if folder.is_dir():
            yield folder
        if folder == root:
            return


def _is_document(name: str) -> bool:
    is_note = name.lower().partition(".")[0] == "readme"
    return not (name.startswith(".") or name.lower().endswith(_SETTINGS) or is_note)
