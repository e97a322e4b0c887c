"""The manifest of a generation: what it was built from, and the checksum of every file.

A generation has a base, an index of the whole library as it once was, and beside it perhaps a small one
of the documents that have come or changed since, in a folder of its own. The files of the base may be those
of the generation before under other names.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vectorstore.errors import IndexMismatch, Message

SCHEMA = 4  # raised whenever the manifest, the library in a generation or its layout changes
VECTORS = "chroma"
SIDE = "side"
ENGINES = f"chromadb {version('chromadb')}"
_FILE = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a generation is built from; the same recipe gives the same index.

    ``rules`` is the version of what makes the embedded text, ``documents`` the
    library's states by document id, ``engines`` the versions of the engines
    that wrote the files.
    """

    embedding_model: str
    rules: str
    documents: Mapping[str, str]
    engines: str = ENGINES


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseHoldings:
    """What a base holds: by document id its state, and how many chunks are searched of it."""

    documents: Mapping[str, str]
    chunks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation is, and the SHA-256 of its files by path."""

    schema: int
    recipe: Recipe
    base: BaseHoldings
    dimension: int
    distance: str
    chunks: int
    files: Mapping[str, str]

    @property
    def base_files(self) -> dict[str, str]:
        """The files of the base, by path, with their checksums."""
        return {path: checksum for path, checksum in self.files.items() if not path.startswith(f"{SIDE}/")}


def changed(base: BaseHoldings, recipe: Recipe) -> frozenset[str]:
    """The documents that a recipe has otherwise than a base, or that the base lacks."""
    return frozenset(i for i, state in recipe.documents.items() if base.documents.get(i) != state)


def gone(base: BaseHoldings, recipe: Recipe) -> frozenset[str]:
    """The documents of a base that a recipe does not have, or has otherwise."""
    return frozenset(i for i, state in base.documents.items() if recipe.documents.get(i) != state)


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Store the manifest in its folder; the checksum that the folder is to be named after."""
    content = json.dumps(asdict(manifest), sort_keys=True, indent=1).encode()
    (folder / _FILE).write_bytes(content)
    return _short(content)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest, or None if it is not the one that the folder is named after.

    Raises IndexMismatch for one of another version of the program.
    """
    try:
        content = (folder / _FILE).read_bytes()
    except OSError as error:
        if is_lost(error):
            return None
        raise
    if _short(content) != folder.name.partition("-")[2]:
        return None
    stored: dict[str, Any] = json.loads(content)
    if stored["schema"] != SCHEMA:
        raise _other_version(stored["schema"])
    read = {"recipe": Recipe(**stored["recipe"]), "base": BaseHoldings(**stored["base"])}
    return Manifest(**stored | read)


def is_lent(path: str) -> bool:
    """Whether a file belongs to the engine that writes where it reads, so that it is opened elsewhere."""
    return path.startswith(f"{VECTORS}/")


def is_intact(folder: Path, files: Mapping[str, str], lent: Path | None = None) -> bool:
    """Whether every file has its checksum, those in ``lent`` that are opened there."""
    for path, checksum in files.items():
        place = lent if lent and is_lent(path) else folder
        try:
            if _checksum(place / path) != checksum:
                return False
        except OSError as error:
            if is_lost(error):
                return False
            raise
    return True


def intact_manifest(folder: Path, known: Path | None = None) -> Manifest | None:
    """The manifest if it is of this version and every file is as it was written, else None.

    Files that the intact generation ``known`` has too are not read again.
    """
    try:
        manifest = read_manifest(folder)
    except IndexMismatch:
        return None
    if manifest is None:
        return None
    shared = {path for path in manifest.base_files if known and _is_one(folder / path, known / path)}
    unread = {path: checksum for path, checksum in manifest.files.items() if path not in shared}
    return manifest if is_intact(folder, unread) else None


def is_lost(error: OSError) -> bool:
    """Whether a file can't be read because it is missing or its sectors are bad: no reason to give up."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EIO)


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below the folder, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def _is_one(path: Path, other: Path) -> bool:
    """Whether two names are of one file."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _other_version(found: object) -> IndexMismatch:
    return IndexMismatch(
        Message(
            f"索引的格式是第 {found} 版，本程序用的是第 {SCHEMA} 版。",
            f"The index has format {found}; this program uses format {SCHEMA}.",
        ),
        Message("请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it."),
    )
