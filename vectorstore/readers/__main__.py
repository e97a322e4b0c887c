"""The process that reads one file: ``python -m vectorstore.readers read|recognise|unpack PATH …``.

It limits itself before it looks at the file, and answers with one JSON object on
standard output. Not for people: vectorstore.readers.read_file starts it.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from vectorstore.errors import UnreadableFile
from vectorstore.readers.refusals import damaged, too_deep, too_demanding

_MEMORY = 800_000_000  # bytes of address space: two at once and the process that waits stay below 2 GB
_MEMORY_TO_RECOGNISE = 1_900_000_000  # 0.4 GB of it is only reserved, and none reads beside it
_RESERVE = 20_000_000
_CPU_SECONDS = 60
_CPU_SECONDS_A_SCAN = 60  # a page that lies on its side is tried four times
_FILE_SIZE = 300_000_000
_LARGEST_REPLY = 40_000_000  # half of it for the longest text, escaped


def main(task: str, path: Path, arguments: list[str]) -> dict[str, Any]:
    """Do the task and return its reply; what a broken file makes parsers raise becomes a refusal."""
    if task == "recognise":
        _limit(_MEMORY_TO_RECOGNISE, _CPU_SECONDS + _CPU_SECONDS_A_SCAN * int(arguments[0]))
    else:
        _limit(_MEMORY, _CPU_SECONDS)
    from vectorstore.readers.process import tasks

    try:
        if task == "unpack":
            return tasks.unpack(path, Path(arguments[0]))
        return tasks.recognise(path) if task == "recognise" else tasks.read(path)
    except UnreadableFile as error:
        return _refusal(error)
    except MemoryError:
        _give_reserve()
        return _refusal(too_demanding(path.name))
    except RecursionError:
        return _refusal(too_deep(path.name))
    except Exception as error:  # noqa: BLE001 - parsers raise anything on hostile bytes, and it is that file's fault
        _give_reserve()
        return _refusal(too_demanding(path.name) if _is_out_of_memory(error) else damaged(path.name))


def _is_out_of_memory(error: Exception) -> bool:
    words = str(error).lower()
    return any(
        phrase in words for phrase in ("bad_alloc", "out of memory", "memory allocation", "cannot allocate")
    )


def _refusal(error: UnreadableFile) -> dict[str, Any]:
    return {"error": [[error.message.zh, error.message.en], [error.hint.zh, error.hint.en]]}


def _limit(memory: int, seconds: int) -> None:
    """Limits of the operating system; where it has none, the clock of the parent is the only one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory + _RESERVE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_SIZE, _FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _give_reserve() -> None:
    """What filled the memory is held by the error that is being handled; the reply needs a little too."""
    with suppress(ImportError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _private_output() -> BinaryIO:
    """Standard output for the reply alone: what libraries print goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _write(reply: dict[str, Any], path: Path) -> bytes:
    """The reply as bytes; the one who reads it has no limits, and takes ten times as much for it."""
    try:
        written = json.dumps(reply, ensure_ascii=True).encode("ascii")
        if len(written) <= _LARGEST_REPLY:
            return written
    except MemoryError:
        _give_reserve()
    return json.dumps(_refusal(too_demanding(path.name))).encode("ascii")


if __name__ == "__main__":
    with _private_output() as output:
        reply = main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
        output.write(_write(reply, Path(sys.argv[2])))
