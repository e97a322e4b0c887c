"""A graph as its engine may open it, which writes where it reads.

Chroma writes to its own database (a row in its lock table): that is copied. The rest, with the
vectors, is only read, and linked, so that opening an index takes no second copy of it.
Measured with Chroma 1.5: its other files are made anew only where the graph was never saved, as of less than
a hundred vectors. Such an index is copied whole, and so is one of another version, of which nobody knows.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from vectorstore.disk.private import make_file, make_folder
from vectorstore.disk.storage import PrivateFolder, temporary_folder
from vectorstore.index.manifest import ENGINES, Manifest, is_lent, is_lost

_WRITTEN = ".sqlite3"
_WRITES = 4_000_000  # bytes, with room to spare, that the engine writes when it opens an index
_SAVED = "index_metadata.pickle"  # written with the graph


def lend(folder: Path, manifest: Manifest, resources: ExitStack) -> Path | None:
    """Where Chroma's files may be opened until ``resources`` close; None if some are lost.

    That is beside the generation, or in the system's temporary folder where nothing can be written there: the
    disk is full, or the folder is only to be read. Raises OSError where neither can be.
    """
    try:
        _leave_room(folder, manifest)
        with ExitStack() as made:
            private = PrivateFolder(folder.parent)
            made.callback(private.remove)
            lent = private.path if _fill(private.path, folder, manifest) else None
            resources.push(made.pop_all())
            return lent
    except OSError:
        elsewhere = Path(resources.enter_context(temporary_folder()))
        return elsewhere if _fill(elsewhere, folder, manifest) else None


def _leave_room(folder: Path, manifest: Manifest) -> None:
    """Raise OSError where a copy would just fit, and what the engines write to it would not."""
    copied = (folder / path for path in manifest.files if path.endswith(_WRITTEN))
    needed = sum(path.stat().st_size for path in copied if path.exists()) + _WRITES
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _fill(target: Path, folder: Path, manifest: Manifest) -> bool:
    """Whether all of the index is there."""
    saved = any(PurePosixPath(path).name == _SAVED for path in manifest.files)
    may_link = saved and manifest.recipe.engines == ENGINES
    for path in filter(is_lent, manifest.files):
        make_folder((target / path).parent)
        try:
            if path.endswith(_WRITTEN) or not may_link or not _link(folder / path, target / path):
                make_file(target / path)
                shutil.copyfile(folder / path, target / path)
        except OSError as error:
            if is_lost(error):
                return False
            raise
    return True


def _link(source: Path, target: Path) -> bool:
    """Whether a link could be made: one that outlives the generation, or else one that works across disks."""
    for link in (os.link, os.symlink):
        try:
            link(source.absolute(), target)
        except OSError:
            continue
        return True
    return False
