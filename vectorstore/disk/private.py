"""Folders and files for this account alone: what people store and ask is for no other account of the machine.

Only what is made here is made so; what is there already keeps the mode that somebody gave it.
"""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = 0o700
FILE_MODE = 0o600


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=_FOLDER, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file where there is none."""
    if not path.exists():
        path.touch(mode=FILE_MODE)


def owner_only(path: str, flags: int) -> int:
    """An ``opener`` for ``open``."""
    return os.open(path, flags, FILE_MODE)


def close_to_others(folder: Path) -> None:
    """Give a folder that libraries wrote, and all in it, these modes."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(_FOLDER if path.is_dir() else FILE_MODE)
