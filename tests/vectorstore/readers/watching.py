"""How much memory the processes take that read files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_EVERY = 0.01  # seconds
_PROC = Path("/proc")
_READER = b"vectorstore.readers"


@contextmanager
def watched() -> Iterator[list[int]]:
    """The largest memory in bytes that a reading process had while the block ran, in a list of one.

    Not by RUSAGE_CHILDREN, which counts every child there ever was, and what
    the test process itself had when it forked them. 0 where there is no /proc.
    """
    peak, ended = [0], Event()
    thread = Thread(target=_watch, args=(peak, ended))
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _watch(peak: list[int], ended: Event) -> None:
    while not ended.wait(_EVERY):
        for process in _PROC.glob("[0-9]*"):
            with suppress(OSError):
                if _READER in (process / "cmdline").read_bytes():
                    peak[0] = max(peak[0], _high_water(process))


def _high_water(process: Path) -> int:
    for line in (process / "status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1_024
    return 0
