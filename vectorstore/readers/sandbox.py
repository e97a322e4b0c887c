"""Runs the reading of one file in a process of its own, with limits: a hostile file harms nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from vectorstore.errors import Message, UnreadableFile
from vectorstore.readers.refusals import damaged, too_demanding

_SECONDS = 90  # by the clock, for a file; a 500-page PDF takes a few
_SECONDS_A_SCAN = 90  # more for each page that is recognised
# What a process needs of the environment; keys and tokens in it are not for a parser that may be taken over.
_KEPT = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME"}
)
_TOO_MUCH = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}


def run(task: str, path: Path, *arguments: str, scans: int = 0) -> dict[str, Any]:
    """What the task gave for the file. Raises UnreadableFile with the task's reason, or for its limits."""
    command = [sys.executable, "-P", "-m", "vectorstore.readers", task, str(path.absolute()), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is one argument, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=_SECONDS + _SECONDS_A_SCAN * scans,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_demanding(path.name) from error
    if done.returncode:
        raise too_demanding(path.name) if done.returncode in _TOO_MUCH else damaged(path.name)
    reply: dict[str, Any] = json.loads(done.stdout)
    if "error" in reply:
        message, hint = (Message(*pair) for pair in reply["error"])
        raise UnreadableFile(message, hint)
    return reply


def _environment() -> dict[str, str]:
    """The same modules as here, none of the secrets, and little memory that native libraries only reserve."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in _KEPT}
    return kept | {
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "2",
    }
