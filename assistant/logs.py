"""Logs: causes go to a file in the data folder, one line of them to the terminal, questions to neither."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from vectorstore.storage import storage_errors

LARGEST_FILE = 5 * 1024 * 1024
OLD_FILES = 3


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname}: {record.getMessage().splitlines()[0]}"


def log_file(data_dir: Path) -> Path:
    """Where the log is."""
    return data_dir / "logs" / "policy-assistant.log"


def start_logging(data_dir: Path) -> None:
    """Send every logger to the file. Raises StorageUnusable when the data folder can't be written."""
    file = log_file(data_dir)
    with storage_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        to_file = logging.handlers.RotatingFileHandler(
            file, maxBytes=LARGEST_FILE, backupCount=OLD_FILES, encoding="utf-8"
        )
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(_OneLine())
    to_terminal.setLevel(logging.ERROR)
    root = logging.getLogger()
    for old in root.handlers:
        old.close()
    root.handlers = [to_file, to_terminal]
    root.setLevel(logging.INFO)
    for chatty in ("httpx", "httpx2", "mcp"):  # they would log a line with every call
        logging.getLogger(chatty).setLevel(logging.WARNING)
