"""The documents that people bring, while the server runs: removed when they are due, and all at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.answer import Assistant
from assistant.own_files.files import OwnFiles
from assistant.setup.settings import Settings

_EVERY_SECONDS = 60.0


def open_own_files(settings: Settings, assistant: Assistant) -> OwnFiles | None:
    """Where they are kept; None where the settings let nobody bring any. Close it.

    What a server left behind that was killed is removed in either case.
    """
    files = OwnFiles(settings.data_dir, assistant)
    if settings.own_files == "on":
        return files
    files.close()
    return None


@asynccontextmanager
async def sweeping(files: OwnFiles | None) -> AsyncIterator[None]:
    """While the block runs, each goes within a minute after it is due."""
    task = asyncio.create_task(_sweep(files)) if files else None
    try:
        yield
    finally:
        if task:
            task.cancel()


async def _sweep(files: OwnFiles) -> None:
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        await asyncio.to_thread(files.sweep)
