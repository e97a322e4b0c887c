"""Old questions are deleted by themselves: when the server starts, and once a day while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from assistant.history.history import History
from vectorstore.errors import PolicyAssistantError

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 24 * 3600.0


@asynccontextmanager
async def forgetting(history: History, days: int | None) -> AsyncIterator[None]:
    """While the block runs, delete what was asked more than ``days`` days ago; None keeps everything."""
    task = None if days is None else asyncio.create_task(_forget_daily(history, days))
    try:
        yield
    finally:
        if task:
            task.cancel()


async def _forget_daily(history: History, days: int) -> None:
    while True:
        await asyncio.to_thread(_forget, history, days)
        await asyncio.sleep(_EVERY_SECONDS)


def _forget(history: History, days: int) -> None:
    try:
        forgotten = history.forget_before((datetime.now(UTC) - timedelta(days=days)).date())
    except PolicyAssistantError as error:  # the next day may find it better
        logger.warning("Old questions were not deleted: %s", error)
    else:
        logger.info("%s old questions were deleted", forgotten)
