"""How the server runs and stops: it says when it is ready, and ends every answer before it goes."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

KEEP_ALIVE_SECONDS = 15
# When the server stops: what is nearly answered is finished, then all else is told that it ends, and then
# what is left is cut, such as the stream that every open page holds for ever.
FINISHING_SECONDS = 2.0
LAST_WORDS_SECONDS = 1.0
SHUTDOWN_SECONDS = 5


class Server(uvicorn.Server):
    """uvicorn, which calls ``on_ready`` once it listens, and ends every answer before it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.app = app
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing more, and see everybody out."""
        self.app.state.stopping = True
        leaving = asyncio.create_task(self._see_everybody_out())
        await super().shutdown(sockets)
        leaving.cancel()

    async def _see_everybody_out(self) -> None:
        await asyncio.sleep(FINISHING_SECONDS)
        self.app.state.parts.desk.stop()
        await asyncio.sleep(LAST_WORDS_SECONDS)
        self.app.state.crowd.end()


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """Within the block being told to stop is no failure: uvicorn sends itself the signal again at its end."""
    if threading.current_thread() is not threading.main_thread():  # no other hears of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
