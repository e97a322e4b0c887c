"""From what a person names (files, folders, archives, web addresses) to files with names in the library."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePath

from vectorstore.documents.catalog import Catalog, DocumentEntry, load_catalog
from vectorstore.errors import Message, UnreadableFile
from vectorstore.fetch import fetch, is_url
from vectorstore.library.intake import Failure, SourceFile
from vectorstore.readers import unpack

CATALOG = "catalog.toml"
_SETTINGS = ".toml"  # catalogs and the like are about documents
_UNSEEN = ("Cc", "Cs")  # control characters, and what stands for bytes that are no UTF-8


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
                self._add_one(SourceFile(path=path, source=source, origin=str(path), place=str(root)), root)
            if not unseen:
                self.listed.append(str(root))
            for hidden in unseen:
                self._fail(_show(str(hidden.filename)), _unseen(hidden))
        elif place.exists():
            root = place.parent.resolve()
            path = root / place.name
            self._add_one(SourceFile(path=path, source=place.name, origin=str(path), place=str(path)), root)
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

    def _add_one(self, file: SourceFile, root: Path) -> None:
        """Add a file of this system, whose name and links are not ours."""
        is_in_folder = file.place == str(root)
        refusal = (_refuse_link(file.path, root) if is_in_folder else None) or _refuse_name(file.path)
        if refusal:
            self._fail(_show(file.source), refusal, file.origin)
        elif not file.path.is_dir():  # a link to a folder that is seen in its own place
            self._add(file, root)

    def _add(self, file: SourceFile, root: Path | None) -> None:
        try:
            unpacked = unpack(file.path, self._folder())
        except UnreadableFile as error:
            self._fail(file.source, error, file.origin)
            return
        if unpacked is None:
            self._take(file, root)
            return
        self.listed.append(file.origin)
        for name, member in unpacked.files:
            source, origin = f"{file.source}/{name}", f"{file.origin}/{name}"
            self._take(replace(file, path=member, source=source, origin=origin), root)
        for name, reason in unpacked.refused:
            self._fail(f"{file.source}/{name}", reason, f"{file.origin}/{name}")

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

    def _fail(self, source: str, error: UnreadableFile, origin: str = "") -> None:
        self.failed.append(Failure(source=source, message=error.message, hint=error.hint, origin=origin))


def _refuse_link(path: Path, root: Path) -> UnreadableFile | None:
    """A link that leads out of the folder that was named, perhaps to what nobody meant to give."""
    if not path.is_symlink() or not path.exists() or path.resolve().is_relative_to(root):
        return None
    return UnreadableFile(
        Message(
            f"{_show(path.name)} 是链接，指向文件夹之外，没有读入。",
            f"{_show(path.name)} is a link that leads out of the folder, and was not followed.",
        ),
        Message("如果需要，请直接导入它指向的文件或文件夹。", "If you want it, add what it links to."),
    )


def _refuse_name(path: Path) -> UnreadableFile | None:
    """A name in another encoding, as archives from Windows leave them, can be neither stored nor shown."""
    if not any(unicodedata.category(char) in _UNSEEN for char in str(path)):
        return None
    return UnreadableFile(
        Message(
            f"文件名“{_show(path.name)}”的编码不是 UTF-8，或含有控制字符。",
            f"The file name {_show(path.name)!r} is not in UTF-8, or has control characters.",
        ),
        Message("请给文件或它所在的文件夹改名。", "Rename the file, or the folder that it is in."),
    )


def _show(name: str) -> str:
    """A name for people: bytes that are no UTF-8 mostly are GBK, and control characters are left out."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return "".join(char for char in raw.decode(encoding) if unicodedata.category(char) not in _UNSEEN)
    return raw.decode("ascii", "replace")


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
        linked = (name for name in folders if Path(folder, name).is_symlink())  # os.walk doesn't follow them
        yield from (Path(folder, name) for name in (*sorted(names), *linked) if is_document(name))


def _folders(file: SourceFile, root: Path | None) -> Iterator[Path]:
    """The folders from a file's own up to ``root``."""
    if root is None:
        return
    for folder in Path(file.origin).parents:
        if folder.is_dir():
            yield folder
        if folder == root:
            return


def is_document(name: str) -> bool:
    """Whether a file of that name in a folder is one to take in, and no setting or note about the others."""
    is_note = name.lower().partition(".")[0] == "readme"
    return not (name.startswith(".") or name.lower().endswith(_SETTINGS) or is_note)
