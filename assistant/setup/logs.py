"""Logs: causes go to a file in the data folder, one line of them to the terminal, questions to neither.

A line for each request and each question goes to a file of its own, so that
it pushes no cause out: see ``Line``.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, cast

from vectorstore.disk.private import make_folder, owner_only
from vectorstore.disk.storage import storage_errors

LARGEST_FILE = 5 * 1024 * 1024
OLD_FILES = 3
Form = Literal["json", "plain", "off"]
"""How the lines of requests and questions are written."""

REQUESTS = logging.getLogger("assistant.requests")
"""What the lines of requests and questions go to, and nothing else."""


@dataclass(slots=True)
class InHand:
    """The request that is being answered: its id, and the id of the answer to what it asked, if it did."""

    id: str
    answer_id: str = ""
    ended: bool = False


IN_HAND: ContextVar[InHand | None] = ContextVar("in_hand", default=None)


def request_id() -> str:
    """The id of the request that is being answered here, empty where none is."""
    in_hand = IN_HAND.get()
    return in_hand.id if in_hand and not in_hand.ended else ""


class Line(dict[str, object]):
    """One request or one question as a line of the log: names and values, none of which has white space."""

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.items())


class _Whole(logging.Formatter):
    """With the id of the request that it happened in, by which a person's report is found."""

    def format(self, record: logging.LogRecord) -> str:
        found = request_id()
        record.in_request = f" [{found}]" if found else ""
        return super().format(record)


_WHOLE = _Whole("%(asctime)s %(levelname)s %(name)s%(in_request)s %(message)s")


class _Json(logging.Formatter):
    """A line as one JSON object, its time first."""

    def format(self, record: logging.LogRecord) -> str:
        fields = record.msg if isinstance(record.msg, Line) else {"message": record.getMessage()}
        return _to_json({"time": _time_of(record), **fields})


class _Plain(logging.Formatter):
    """A line as a person reads it: its time, then name=value."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_time_of(record)} {record.getMessage()}"


def _time_of(record: logging.LogRecord) -> str:
    """In UTC, with milliseconds, as ISO 8601 has it."""
    return f"{_second(int(record.created))}.{int(record.msecs):03}Z"


@lru_cache(maxsize=2)  # many lines are of one second
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


_to_json = json.JSONEncoder(ensure_ascii=False).encode
_FORMS: dict[Form, logging.Formatter] = {"json": _Json(), "plain": _Plain()}


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname}: {record.getMessage().splitlines()[0]}"


class _ToFile(logging.handlers.RotatingFileHandler):
    """For this account alone, and silent where the disk is full: errors go to the terminal besides."""

    def _open(self) -> TextIOWrapper:
        return cast(
            "TextIOWrapper", open(self.baseFilename, self.mode, encoding=self.encoding, opener=owner_only)
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """It would print a traceback with every line."""

    def close(self) -> None:
        with suppress(OSError):  # what is in its buffer finds no room either
            super().close()


class _ManyToFile(_ToFile):
    """The same for a line with every request: it keeps count of the file's size, and looks at nothing."""

    _written = 0

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        self._written = os.fstat(stream.fileno()).st_size
        return stream

    def format(self, record: logging.LogRecord) -> str:
        """As the formatter has it."""
        line = super().format(record)
        self._written += len(line) + 1  # all ASCII
        return line

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  # logging's own name
        """Whether the file is as large as one may be."""
        return self._written >= self.maxBytes


def tell(line: Line) -> None:
    """Log a request or a question, without the place in the code: it takes longer to find than all else."""
    if REQUESTS.isEnabledFor(logging.INFO):
        REQUESTS.handle(logging.LogRecord(REQUESTS.name, logging.INFO, "", 0, line, (), None))


def log_file(data_dir: Path) -> Path:
    """Where the log is."""
    return data_dir / "logs" / "policy-assistant.log"


def requests_file(data_dir: Path) -> Path:
    """Where the lines of requests and questions are."""
    return data_dir / "logs" / "requests.log"


def start_logging(data_dir: Path, requests: Form = "off") -> None:
    """Send every logger to the file, and requests to theirs, which is made with the first of them.

    Raises StorageUnusable when the data folder can't be written.
    """
    file = log_file(data_dir)
    with storage_errors(file):
        make_folder(file.parent)
        to_file = _ToFile(file, maxBytes=LARGEST_FILE, backupCount=OLD_FILES, encoding="utf-8")
    to_file.setFormatter(_WHOLE)
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(_OneLine())
    to_terminal.setLevel(logging.ERROR)
    _log_to(to_file, to_terminal)
    if requests != "off":
        to_requests = _ManyToFile(
            requests_file(data_dir),
            maxBytes=LARGEST_FILE,
            backupCount=OLD_FILES,
            encoding="utf-8",
            delay=True,
        )
        to_requests.setFormatter(_FORMS[requests])
        REQUESTS.addHandler(to_requests)


def log_to_terminal() -> None:
    """Send what is more than information, with its causes, to the terminal: there is nowhere else."""
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(_WHOLE)
    to_terminal.setLevel(logging.WARNING)
    _log_to(to_terminal)


def _log_to(*handlers: logging.Handler) -> None:
    root = logging.getLogger()
    for old in root.handlers:
        old.close()
    root.handlers = [*handlers]
    root.setLevel(logging.INFO)
    for chatty in ("httpx", "httpx2", "mcp"):  # they would log a line with every call
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for old in [*REQUESTS.handlers]:
        REQUESTS.removeHandler(old)
        old.close()
    REQUESTS.propagate = False
