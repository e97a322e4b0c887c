"""Room on the disk: what a run will need is estimated before it writes, and told where there is less.

The figures are measured on three libraries of 5 to 28 documents and 1,685 to 3,314 entries (sentences, cells
and chunks), with vectors of 384 numbers; they come to 97 to 100 % of what was written.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from vectorstore.errors import Message, StorageUnusable

_NUMBER = 4  # bytes
# The graph, the exact vectors, and the batch that Chroma's queue holds while it is written.
_VECTORS_IN_INDEX = 3
_ELSE_IN_INDEX = 2_200  # of an entry: its text, its words, its place in the graph and Chroma's rows
_ELSE_IN_LIBRARY = 700  # of a vector: its key and the slack of its pages
# Of a file nobody knows before reading it how much text it has: these are low, so that nothing is refused
# that would go in, and what they miss is found when the text is known.
_TIMES_ITS_BYTES = 20
_MOST_OF_A_FILE = 100_000
_MEGABYTE = 1_000_000


def for_index(entries: int, new: int, dimension: int) -> int:
    """Bytes of an index of so many entries, and of the ``new`` vectors in the library."""
    vector = dimension * _NUMBER
    return entries * (_VECTORS_IN_INDEX * vector + _ELSE_IN_INDEX) + new * (vector + _ELSE_IN_LIBRARY)


def for_files(files: Iterable[Path], published: Path | None) -> int:
    """Bytes, at the least, that new files and an index beside the published one take."""
    added = sum(min(_TIMES_ITS_BYTES * _size(path), _MOST_OF_A_FILE) for path in files)
    return added + (sum(map(_size, published.rglob("*"))) if published else 0)


def check_space(folder: Path, needed: int) -> None:
    """Raise StorageUnusable, with both figures, where the disk of the folder has less."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        wanted, left = (f"{size / _MEGABYTE:,.1f} MB" for size in (needed, free))
        raise StorageUnusable(
            Message(
                f"磁盘空间不足：约需 {wanted}，{folder} 所在的磁盘只剩 {left}。",
                f"The disk is too full: about {wanted} are needed, and that of {folder} has {left} left.",
            ),
            Message(
                "请腾出空间后再运行一次；已存的内容没有丢失，已发布的索引照常可用。",
                "Make room, then run this again; nothing stored is lost, and the published index answers.",
            ),
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone meanwhile, or not for us: whoever reads it says so
        return 0
