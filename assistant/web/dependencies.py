"""What the HTTP faces share: the one assistant, and the bounded pool that its blocking work runs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Depends, Request

from assistant.answer import Assistant
from assistant.asking.desk import Desk
from assistant.asking.sessions import Sessions
from assistant.asking.suggest import Suggester
from assistant.errors import Busy
from assistant.history.history import History
from assistant.own_files.files import OwnFiles
from assistant.setup.settings import Settings
from assistant.web.delivery.callback import Callbacks
from assistant.web.delivery.continued import Continued
from vectorstore.errors import Language

# Retrieval is bound by the cores and a chat model by its endpoint: more threads would only add waiting.
# A queue longer than people's patience is better refused at once.
WORKERS = 8
MOST_WAITING = 64

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the faces work with, made when the server starts. ``own_files``: None where they are off."""

    assistant: Assistant
    desk: Desk
    history: History
    suggester: Suggester
    sessions: Sessions
    continued: Continued
    own_files: OwnFiles | None


def new_workers() -> CapacityLimiter:
    """The pool of one server."""
    return CapacityLimiter(WORKERS)


async def in_worker(workers: CapacityLimiter, work: Callable[[], Result]) -> Result:
    """Run blocking ``work`` in the pool. Raises Busy when too many wait already."""
    if workers.statistics().tasks_waiting >= MOST_WAITING:
        raise Busy
    return await anyio.to_thread.run_sync(work, limiter=workers)


def _assistant(request: Request) -> Assistant:
    found: Assistant = request.app.state.assistant
    return found


def _workers(request: Request) -> CapacityLimiter:
    found: CapacityLimiter = request.app.state.workers
    return found


def _language(request: Request) -> Language:
    found: Language = request.app.state.language
    return found


def _parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


def base_url_of(request: Request) -> str:
    """Where people reach this server, without a slash at its end."""
    settings = _settings(request)
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _callbacks(request: Request) -> Callbacks:
    found: Callbacks = request.app.state.callbacks
    return found


TheCallbacks = Annotated[Callbacks, Depends(_callbacks)]
TheSettings = Annotated[Settings, Depends(_settings)]
TheBaseUrl = Annotated[str, Depends(base_url_of)]
TheParts = Annotated[Parts, Depends(_parts)]
TheAssistant = Annotated[Assistant, Depends(_assistant)]
TheWorkers = Annotated[CapacityLimiter, Depends(_workers)]
TheLanguage = Annotated[Language, Depends(_language)]
