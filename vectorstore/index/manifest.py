"""The manifest of a generation: what it was built from, and the checksum of every file."""

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

SCHEMA = 3  # raised whenever the manifest, the library in a generation or its layout changes
VECTORS = "chroma"
KEYWORDS = "keywords"
ENGINES = f"chromadb {version('chromadb')}, tantivy {version('tantivy')}"
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
class Manifest:
    """What a generation is, and the SHA-256 of its files by path."""

    schema: int
    recipe: Recipe
    dimension: int
    distance: str
    chunks: int
    files: Mapping[str, str]


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
    return Manifest(**stored | {"recipe": Recipe(**stored["recipe"])})


def is_lent(path: str) -> bool:
    """Whether a file belongs to an engine that writes where it reads, so that it is opened elsewhere."""
    return path.startswith((f"{VECTORS}/", f"{KEYWORDS}/"))


def is_intact(folder: Path, manifest: Manifest, lent: Path | None = None) -> bool:
    """Whether every file has its checksum, those in ``lent`` that are opened there."""
    for path, checksum in manifest.files.items():
        place = lent if lent and is_lent(path) else folder
        try:
            if _checksum(place / path) != checksum:
                return False
        except OSError as error:
            if is_lost(error):
                return False
            raise
    return True


def intact_manifest(folder: Path) -> Manifest | None:
    """The manifest if it is of this version and every file is as it was written, else None."""
    try:
        manifest = read_manifest(folder)
    except IndexMismatch:
        return None
    return manifest if manifest and is_intact(folder, manifest) else None


def is_lost(error: OSError) -> bool:
    """Whether a file can't be read because it is missing or its sectors are bad: no reason to give up."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EIO)


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below the folder, by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


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
