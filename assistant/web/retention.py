"""Old questions, and old links to answers, go by themselves: when the server starts, and once a day."""

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
async def forgetting(history: History, days: int | None, link_days: int) -> AsyncIterator[None]:
    """While the block runs, delete what was asked more than ``days`` days ago; None keeps everything.

    Of what was shared more than ``link_days`` days ago the copy behind its link goes.
    """
    task = asyncio.create_task(_forget_daily(history, days, link_days))
    try:
        yield
    finally:
        task.cancel()


async def _forget_daily(history: History, days: int | None, link_days: int) -> None:
    while True:
        await asyncio.to_thread(_forget, history, days, link_days)
        await asyncio.sleep(_EVERY_SECONDS)


def _forget(history: History, days: int | None, link_days: int) -> None:
    now = datetime.now(UTC)
    try:
        links = history.shared.forget_before(now - timedelta(days=link_days))
        forgotten = 0 if days is None else history.forget_before((now - timedelta(days=days)).date())
    except PolicyAssistantError as error:  # the next day may find it better
        logger.warning("Old questions and links were not deleted: %s", error)
    else:
        logger.info("%s old questions and %s old links were deleted", forgotten, links)
