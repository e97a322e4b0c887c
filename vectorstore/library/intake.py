"""Files into the library: which have to be read again, which go, and what came of each."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from threading import Event, Thread

from vectorstore.disk.files import check_file, unreadable
from vectorstore.documents import chunking
from vectorstore.errors import Message, UnreadableFile
from vectorstore.store.database import Database, text_digest
from vectorstore.types import Document

logger = logging.getLogger(__name__)

# Memory is bounded in vectorstore.readers.process.sandbox, and embedding takes far longer than reading.
_READ_AT_ONCE = 2
_READ_AHEAD = 4
_STOPPED_EVERY = 0.05  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to take in, and its name in the library.

    ``origin`` is where it comes from, an absolute path or a URL, empty where
    nothing knows; a path inside of an archive has the archive's before it.
    ``place`` is the folder, file or URL that was named to take it in.
    """

    path: Path
    source: str
    origin: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file that could not be taken in, and why. What the library had of it before stays.

    ``origin`` is where it comes from, as in SourceFile, where the source is no name that the library has.
    """

    source: str
    message: Message
    hint: Message
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is missing of a file that was taken in."""

    source: str
    message: Message


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading a file gave; ``document`` is None where it did not have to be read again."""

    fingerprint: str
    document: Document | None


class Intake:
    """One run's changes to the library. The lists name sources in order."""

    def __init__(
        self,
        database: Database,
        understand: Callable[[SourceFile], Document],
        rules: Callable[[SourceFile], str],
        failed: Sequence[Failure] = (),
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._understand = understand
        self._rules = rules
        self._stop = stop
        self._known = database.stored()
        self.added: list[str] = []
        self.replaced: list[str] = []
        self.unchanged: list[str] = []
        self.removed: list[str] = []
        self.failed = list(failed)
        self.notices: list[Notice] = []

    def named(self, files: Sequence[SourceFile]) -> list[SourceFile]:
        """The files by the names that the library has for them, where they came in another way before."""
        names = {stored.origin: source for source, stored in self._known.items() if stored.origin}
        return [replace(file, source=names.get(file.origin, file.source)) for file in files]

    def unknown(self, files: Sequence[SourceFile]) -> list[SourceFile]:
        """Those that the library has no document of."""
        return [file for file in files if file.source not in self._known]

    def gone(self, files: Sequence[SourceFile], listed: Collection[str]) -> set[str]:
        """The documents that came from these folders and archives, and are not among ``files`` any more.

        Those of an archive that can't be read now are not gone.
        """
        present = {file.source for file in files}
        broken = tuple(f"{failure.source}/" for failure in self.failed)
        origins = {failure.origin for failure in self.failed if failure.origin}
        return {
            source
            for source, stored in self._known.items()
            if source not in present
            and not f"{source}/".startswith(broken)
            and not any(_is_below(f"{stored.origin}/", origin) for origin in origins)
            and any(_is_below(stored.origin, place) for place in listed)
        }

    def drop(self, sources: Collection[str]) -> None:
        """Take documents out of the library; names that it does not have are passed over."""
        for source in sorted(self._known.keys() & set(sources)):
            self._database.remove(self._known.pop(source).id)
            self.removed.append(source)

    def take(self, files: Sequence[SourceFile], on_read: Callable[[int], None]) -> None:
        """Read what has to be read, several files at once, and store it. ``on_read`` counts files."""
        # Sorted, so that the outcome does not depend on the order in which a folder is listed.
        ordered = sorted(files, key=lambda file: (file.source, str(file.path)))
        first = {file.source: file for file in reversed(ordered)}
        for file in ordered:
            if first[file.source] is not file:
                self.failed.append(Failure(source=file.source, message=_SAME_NAME, hint=_RENAME))
        on_read(len(ordered) - len(first))
        with _readers(self._stop) as pool:
            results = _run_ahead(pool, self._read, sorted(first.values(), key=lambda file: file.source))
            for done, (file, result) in enumerate(results, start=1 + len(ordered) - len(first)):
                self._store(file, result)
                on_read(done)

    def _read(self, file: SourceFile) -> _Read | Failure:
        try:
            stored = self._known.get(file.source)
            fingerprint = self._fingerprint(file)
            if stored and stored.fingerprint == fingerprint:
                return _Read(fingerprint, None)
            if stored and _is_another(stored.origin, file.origin):
                return Failure(source=file.source, message=_another(stored.origin), hint=_RENAME)
            return _Read(fingerprint, self._understand(file))
        except UnreadableFile as error:
            return Failure(source=file.source, message=error.message, hint=error.hint)
        except OSError as error:
            found = unreadable(file.path, error)
            return Failure(source=file.source, message=found.message, hint=found.hint)
        except (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError):
            # A defect of ours that one document brings out must not keep the others of its batch out.
            logger.exception("Can't understand %s", file.source)
            return Failure(source=file.source, message=_DEFECT, hint=_REPORT)

    def _store(self, file: SourceFile, result: _Read | Failure) -> None:
        if isinstance(result, Failure):
            self.failed.append(result)
            return
        document, stored = result.document, self._known.get(file.source)
        if document is None:
            self.unchanged.append(file.source)
            if stored and file.origin and (stored.origin, stored.place) != (file.origin, file.place):
                self._database.move(stored.id, file.origin, file.place)
            return
        self._database.replace(
            document,
            chunking.split(document),
            fingerprint=result.fingerprint,
            origin=file.origin,
            place=file.place,
        )
        (self.replaced if stored else self.added).append(file.source)
        self.notices.extend(Notice(source=file.source, message=notice) for notice in document.notices)

    def _fingerprint(self, file: SourceFile) -> str:
        check_file(file.path)
        with file.path.open("rb") as opened:
            content = file_digest(opened, "sha256").hexdigest()
        return text_digest("\n".join((chunking.VERSION, self._rules(file), content)))


@contextmanager
def _readers(stop: Callable[[], None]) -> Iterator[ThreadPoolExecutor]:
    """Threads to read in. What interrupts the block, as Ctrl+C does, doesn't wait for what they read."""
    pool = ThreadPoolExecutor(_READ_AT_ONCE, thread_name_prefix="read")
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        ended = Event()
        Thread(target=_wait_for, args=(pool, ended)).start()
        while not ended.wait(_STOPPED_EVERY):  # again, for what was about to begin
            stop()
        raise
    pool.shutdown()


def _wait_for(pool: ThreadPoolExecutor, ended: Event) -> None:
    pool.shutdown()
    ended.set()


def _run_ahead(
    pool: ThreadPoolExecutor,
    read: Callable[[SourceFile], _Read | Failure],
    files: Iterable[SourceFile],
) -> Iterator[tuple[SourceFile, _Read | Failure]]:
    """Results in order, a few of them computed ahead: documents can be large."""
    waiting: deque[tuple[SourceFile, Future[_Read | Failure]]] = deque()
    for file in files:
        waiting.append((file, pool.submit(read, file)))
        if len(waiting) > _READ_AHEAD:
            first, future = waiting.popleft()
            yield first, future.result()
    for file, future in waiting:
        yield file, future.result()


def _is_below(origin: str, place: str) -> bool:
    return origin.startswith(place.rstrip("/\\") + "/") or origin.startswith(place.rstrip("/\\") + "\\")


def _is_another(stored: str, origin: str) -> bool:
    """Whether a document of this name came from a file that still stands elsewhere: no older version."""
    if not stored or not origin or stored == origin:
        return False
    return any(place.is_file() for place in (Path(stored), *Path(stored).parents))


def _another(origin: str) -> Message:
    return Message(
        f"资料库里已有同名的另一份文件，来自 {origin}。",
        f"The library has another file of this name, from {origin}.",
    )


_SAME_NAME = Message("这一批里有两份同名文件，只收录了第一份。", "Two files of the batch have this name.")
_RENAME = Message(
    "请改名，或收录它们共同的上级文件夹，使名称带上各自的文件夹名。",
    "Rename one, or take in the folder above both, so that their names carry their folders'.",
)
_DEFECT = Message(
    "程序没能理解这份文件，这是程序的缺陷。", "The program failed on this file, which is its fault."
)
_REPORT = Message(
    "其他文件不受影响；详情已写入日志，请把它报告给维护者。",
    "Other files are not affected; the log has the details, please report them.",
)
