"""Runs the reading of one file in a process of its own, with limits: a hostile file harms nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any

from vectorstore.errors import Message, UnreadableFile
from vectorstore.readers.refusals import damaged, too_demanding

_READ_AT_ONCE = 2  # see the limits of memory in vectorstore.readers.__main__
_SECONDS = 90  # by the clock, for a file; a 500-page PDF takes a few
_SECONDS_A_SCAN = 90  # more for each page that is recognised
# What a process needs of the environment; keys and tokens in it are not for a parser that may be taken over.
_KEPT = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME"}
)
_TOO_MUCH = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}


class _Turns:
    """Bounds the memory of all reading processes together: two at once, or one that recognises scans."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._free = _READ_AT_ONCE

    @contextmanager
    def take(self, shares: int) -> Iterator[None]:
        """Wait for that many shares, and hold them until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._free >= shares)
            self._free -= shares
        try:
            yield
        finally:
            with self._changed:
                self._free += shares
                self._changed.notify_all()


_turns = _Turns()
_running: set[subprocess.Popen[bytes]] = set()


def run(task: str, path: Path, *arguments: str, scans: int = 0) -> dict[str, Any]:
    """What the task gave for the file. Raises UnreadableFile with the task's reason, or for its limits."""
    command = [sys.executable, "-P", "-m", "vectorstore.readers", task, str(path.absolute()), *arguments]
    with _turns.take(_READ_AT_ONCE if scans else 1):
        code, output = _run(command, path, _SECONDS + _SECONDS_A_SCAN * scans)
    if code:
        raise too_demanding(path.name) if code in _TOO_MUCH else damaged(path.name)
    reply: dict[str, Any] = json.loads(output)
    if "error" in reply:
        message, hint = (Message(*pair) for pair in reply["error"])
        raise UnreadableFile(message, hint)
    return reply


def end_all() -> None:
    """Kill the processes that read at this moment; their files are refused."""
    for process in tuple(_running):
        process.kill()


def _run(command: list[str], path: Path, seconds: float) -> tuple[int, bytes]:
    """Exit code and output. However this ends, the process has ended too."""
    with subprocess.Popen(  # noqa: S603 - our own module; the path is one argument, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    ) as process:
        _running.add(process)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise too_demanding(path.name) from error
        finally:
            process.kill()
            _running.discard(process)
    return process.returncode, output


def _environment() -> dict[str, str]:
    """The same modules as here, none of the secrets, and little memory that native libraries only reserve."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    return kept | {
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "2",
    }
