"""The documents that people have brought to ask in: how many there are, whose they are, and when they go.

Each is in a folder of its own beside the library, which nobody but this process opens and which is removed
with it. What a killed server left behind goes when the next one starts.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe
from threading import Lock
from typing import BinaryIO

from assistant.answer import Assistant
from assistant.errors import ServerStopping, TooManyAtOnce
from assistant.own_files.errors import OwnFileGone, OwnFileTooLarge, TooManyFiles
from assistant.own_files.reading import read_own_file
from assistant.own_files.types import Holder, OwnFile
from assistant.saying.answer_json import own_document_id
from assistant.setup.uploads import DOCUMENTS, check_kind, too_large, write_upload
from vectorstore.disk.private import make_folder
from vectorstore.disk.storage import PrivateFolder, storage_errors
from vectorstore.errors import Message, PolicyAssistantError
from vectorstore.fetch.names import safe_name
from vectorstore.types import Document

_LOG = logging.getLogger(__name__)

IDLE_SECONDS = 3600.0
MOST_FILES = 20
MOST_UNDER_WAY = 8  # uploads that are being received, wait or are read; one is read at a time
_FOLDER = "own-files"
_SPLIT = Message("请拆分，只留下要问的部分。", "Split it, and leave the part that you ask about.")
_OF_AN_ADDRESS = (
    Message("您所在的网络正在上传的文件太多。", "Too many documents at once from your network."),
    Message("请过一会儿再试。", "Try again in a little while."),
)


@dataclass(slots=True, kw_only=True, eq=False)
class _Held:
    token: str
    title: str
    holder: Holder
    assistant: Assistant
    folder: Path
    used: float
    conversation: str = ""
    readers: int = 0
    gone: bool = False


class OwnFiles:
    """Keeps the documents, each for an hour after its last question. Safe in several threads; close it."""

    def __init__(
        self, data_dir: Path, assistant: Assistant, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds. Where its folder can't be made, whoever brings a file is told."""
        self._parent = data_dir / _FOLDER
        self._assistant = assistant
        self._clock = clock
        self._lock = Lock()
        self._held: dict[str, _Held] = {}  # by token
        self._under_way: list[str] = []  # addresses
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="own-file")
        self._home: PrivateFolder | None = None
        self._stopping = False
        with suppress(PolicyAssistantError):
            self._make_home()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._held)

    @contextmanager
    def place(self, holder: Holder) -> Iterator[None]:
        """Within the block a file may be received and read. Raises TooManyFiles, TooManyAtOnce."""
        with self._lock:
            if len(self._under_way) >= MOST_UNDER_WAY:
                raise TooManyFiles
            if self._under_way.count(holder.address) >= _share(MOST_UNDER_WAY):
                raise TooManyAtOnce(*_OF_AN_ADDRESS)
            self._under_way.append(holder.address)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(holder.address)

    def bring(
        self, name: str, content: BinaryIO, holder: Holder, is_wanted: Callable[[], bool] = lambda: True
    ) -> Future[OwnFile]:
        """Read a file in its turn, and keep it in the place of the one that the person had before.

        ``content`` must stay open until then. Once it is not wanted any more, it is not kept, and the one
        before stays; a page that is being read or recognised is read first. The result raises
        UnreadableFile, TooManyFiles, ServerStopping, OwnFileGone where it was not wanted, and what
        ``ingest`` raises.
        """
        return self._pool.submit(self._bring, name, content, holder, is_wanted)

    def find(self, token: str, holder: Holder) -> OwnFile:
        """The document of that token, where it is the holder's. Raises OwnFileGone."""
        with self._lock:
            return self._told(self._known(token, holder))

    def use_in(self, conversation: str, token: str, holder: Holder) -> OwnFile:
        """From now on that conversation of the holder asks in it. Raises OwnFileGone."""
        with self._lock:
            held = self._known(token, holder)
            held.conversation = conversation
            return self._told(held)

    def used_in(self, conversation: str, holder: Holder) -> OwnFile | None:
        """What a conversation of the holder asks in, if it does."""
        with self._lock:
            found = (one for one in self._held.values() if not self._is_idle(one) and one.holder == holder)
            return next((self._told(one) for one in found if one.conversation == conversation), None)

    @contextmanager
    def lend(self, token: str) -> Iterator[Assistant]:
        """The assistant over that document, for a question; it stays until the block ends.

        Raises OwnFileGone.
        """
        with self._lent(lambda held: held.token == token) as held:
            held.used = self._clock()
            try:
                yield held.assistant
            finally:
                held.used = self._clock()

    def document(self, document_id: str, person: str | None) -> Document | None:
        """The document of that id, to be read; None where there is none. That is no question.

        One that a person brought is for that ``person`` alone, one of a program for whoever has its link.
        """

        def is_meant(held: _Held) -> bool:
            return own_document_id(held.token) == document_id and held.holder.person in ("", person)

        try:
            with self._lent(is_meant) as held:
                return held.assistant.document(document_id)
        except OwnFileGone:
            return None

    def drop(self, token: str, holder: Holder) -> None:
        """Remove a document of the holder's. Raises OwnFileGone."""
        with self._lock:
            held = self._known(token, holder)
        self._drop([held])

    def drop_used_in(self, holder: Holder, conversation: str | None = None) -> None:
        """Remove what that conversation of the holder, or any, asks in."""
        with self._lock:
            of_holder = [one for one in self._held.values() if one.holder == holder]
        self._drop([one for one in of_holder if conversation in (None, one.conversation)])

    def sweep(self) -> None:
        """Remove what nobody has asked in for an hour."""
        with self._lock:
            idle = [held for held in self._held.values() if self._is_idle(held)]
        self._drop(idle)

    def close(self) -> None:
        """Remove all of them, and end what is being read."""
        self._stopping = True
        self._pool.shutdown(cancel_futures=True)
        self._drop(list(self._held.values()))
        if self._home:
            self._home.remove()

    def _bring(self, name: str, content: BinaryIO, holder: Holder, is_wanted: Callable[[], bool]) -> OwnFile:
        def go_on() -> None:
            if self._stopping:
                raise ServerStopping
            if not is_wanted():
                raise OwnFileGone

        shown = safe_name(name) or "?"
        check_kind(shown, content, DOCUMENTS)
        token, folder = token_urlsafe(24), self._make_home().path / token_hex(8)
        with ExitStack() as undone:
            undone.callback(shutil.rmtree, folder, ignore_errors=True)
            with storage_errors(folder):
                make_folder(folder)
            path = folder / shown
            refusal = too_large(shown, _SPLIT)
            write_upload(path, content, OwnFileTooLarge(refusal.message, refusal.hint))
            document_id = own_document_id(token)
            assistant = read_own_file(path, folder / "library", document_id, self._assistant, go_on)
            undone.callback(assistant.close)
            path.unlink()
            (document,) = assistant.documents()
            held = _Held(
                token=token,
                title=document.head.title,
                holder=holder,
                assistant=assistant,
                folder=folder,
                used=self._clock(),
            )
            go_on()
            added = self._keep(held)
            undone.pop_all()
            return added

    def _keep(self, held: _Held) -> OwnFile:
        """Take it in, in the place of others where there is no more room."""
        with self._lock:
            is_person = bool(held.holder.person)
            of_person = [one for one in self._held.values() if is_person and one.holder == held.holder]
            others = [one for one in self._held.values() if one not in of_person]
            of_address = [one for one in others if one.holder.address == held.holder.address]
            too_many = len(of_address) >= _share(MOST_FILES)
            going = of_person
            if len(others) >= MOST_FILES or too_many:
                unused = [one for one in (of_address if too_many else others) if not one.readers]
                if not unused:
                    raise TooManyFiles
                going = [*going, min(unused, key=lambda one: one.used)]
            self._held[held.token] = held
        self._drop(going)
        return self._told(held)

    def _make_home(self) -> PrivateFolder:
        if self._home is None:
            with storage_errors(self._parent):
                make_folder(self._parent)
                self._home = PrivateFolder(self._parent)
        return self._home

    def _is_idle(self, held: _Held) -> bool:
        return not held.readers and self._clock() - held.used >= IDLE_SECONDS

    def _known(self, token: str, holder: Holder) -> _Held:
        held = self._held.get(token)
        if held is None or held.holder != holder or self._is_idle(held):
            raise OwnFileGone
        return held

    def _told(self, held: _Held) -> OwnFile:
        left = timedelta(seconds=held.used + IDLE_SECONDS - self._clock())
        return OwnFile(
            token=held.token,
            title=held.title,
            document_id=own_document_id(held.token),
            expires=datetime.now(UTC) + left,
        )

    @contextmanager
    def _lent(self, is_meant: Callable[[_Held], bool]) -> Iterator[_Held]:
        """The one that is meant, which stays open until the block ends. Raises OwnFileGone."""
        with self._lock:
            held = next((one for one in self._held.values() if is_meant(one)), None)
            if held is None or self._is_idle(held):
                raise OwnFileGone
            held.readers += 1
        try:
            yield held
        finally:
            with self._lock:
                held.readers -= 1
                is_left = held.gone and not held.readers
            if is_left:
                _remove(held)

    def _drop(self, going: list[_Held]) -> None:
        """Take them out; those that are being asked go when that has ended."""
        with self._lock:
            mine = [held for held in going if self._held.pop(held.token, None)]
            for held in mine:
                held.gone = True
            free = [held for held in mine if not held.readers]
        for held in free:
            _remove(held)


def _remove(held: _Held) -> None:
    held.assistant.close()
    shutil.rmtree(held.folder, ignore_errors=True)


def _share(places: int) -> int:
    """How many of them one network address may have: a school may be behind it, and others get a third."""
    return places * 2 // 3
