"""Logs: causes go to a file in the data folder, one line of them to the terminal, questions to neither."""

from __future__ import annotations

import logging
import logging.handlers
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from vectorstore.private import make_folder, owner_only
from vectorstore.storage import storage_errors

LARGEST_FILE = 5 * 1024 * 1024
OLD_FILES = 3
_WHOLE = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")


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


def log_file(data_dir: Path) -> Path:
    """Where the log is."""
    return data_dir / "logs" / "policy-assistant.log"


def start_logging(data_dir: Path) -> None:
    """Send every logger to the file. Raises StorageUnusable when the data folder can't be written."""
    file = log_file(data_dir)
    with storage_errors(file):
        make_folder(file.parent)
        to_file = _ToFile(file, maxBytes=LARGEST_FILE, backupCount=OLD_FILES, encoding="utf-8")
    to_file.setFormatter(_WHOLE)
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(_OneLine())
    to_terminal.setLevel(logging.ERROR)
    _log_to(to_file, to_terminal)


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
