"""``policy-assistant`` as a process of its own, with the memory of its whole family measured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

_EVERY = 0.05  # seconds
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a command did. ``peak`` is in bytes; ``left`` are the temporary files that it left behind."""

    code: int
    out: str
    err: str
    peak: int
    left: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where commands run: with a library, seeds, and a folder for temporary files of their own."""

    root: Path
    cache: Path

    def environment(self, modules: Path | None = None) -> dict[str, str]:
        """The environment of a command; ``modules`` is a folder whose modules come before all others."""
        for name in ("var", "seeds", "temporary"):
            (self.root / name).mkdir(exist_ok=True)
        (self.root / "seeds" / "seed.txt").write_text("第一条 学校应当公示经费。\n", encoding="utf-8")
        with suppress(FileExistsError):
            (self.root / "var" / "cache").symlink_to(self.cache)  # the embedding model, built once
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
        return kept | {
            "POLICY_ASSISTANT_DATA_DIR": str(self.root / "var"),
            "POLICY_ASSISTANT_SEEDS_DIR": str(self.root / "seeds"),
            "TMPDIR": str(self.root / "temporary"),
            "PYTHONPATH": os.pathsep.join(map(str, filter(None, (modules, Path.cwd())))),
        }

    def start(self, *arguments: str, modules: Path | None = None) -> subprocess.Popen[str]:
        """Start a command, in a process group of its own, that Ctrl+C reaches.

        Tests that a shell runs in the background ignore it, and would hand that down.
        """
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "assistant.commands.cli", *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=self.environment(modules),
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGINT, handler)

    def run(self, *arguments: str, modules: Path | None = None) -> Watched:
        """Run a command to its end."""
        return self.finish(self.start(*arguments, modules=modules))

    def finish(self, process: subprocess.Popen[str]) -> Watched:
        """Wait for a command, and measure it meanwhile."""
        peaks, ended = [0], Event()
        watcher = Thread(target=_watch, args=(process.pid, peaks, ended))
        watcher.start()
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
            ended.set()
            watcher.join()
        left = [path.name for path in (self.root / "temporary").iterdir()]
        return Watched(process.returncode, out, err, _peak(peaks), left)


def family(process: int) -> Iterator[int]:
    """A process and all its descendants, where the system has /proc."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            parent = int(
                (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
            children.setdefault(parent, []).append(int(entry.name))
    waiting = [process]
    while waiting:
        yield (one := waiting.pop())
        waiting.extend(children.get(one, ()))


def reads(process: int) -> bool:
    """Whether a process of the family is reading a file."""
    for one in family(process):
        with suppress(OSError):
            if b"vectorstore.readers" in (_PROC / str(one) / "cmdline").read_bytes():
                return True
    return False


def _watch(process: int, peaks: list[int], ended: Event) -> None:
    while not ended.wait(_EVERY):
        peaks.append(sum(map(_memory, family(process))))


def _memory(process: int) -> int:
    """Bytes in memory; pages that several share are divided among them."""
    with suppress(OSError):
        for line in (_PROC / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1_024
    return 0


def _peak(peaks: list[int]) -> int:
    if _PROC.joinpath("self", "smaps_rollup").exists():
        return max(peaks)
    import resource  # the largest process alone

    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1_024


def wait_until_it_reads(process: subprocess.Popen[str]) -> None:
    """Return when the command has a process that reads a file."""
    deadline = time.monotonic() + 30
    while not reads(process.pid):
        assert process.poll() is None, "ended before it read anything"
        assert time.monotonic() < deadline
        time.sleep(_EVERY / 5)
