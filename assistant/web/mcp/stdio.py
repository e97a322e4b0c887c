"""The tools over standard input and output, for one program that starts this one as its own."""

from __future__ import annotations

import anyio.to_thread

from assistant.answer import Assistant
from assistant.setup.settings import Settings
from assistant.types import Answer, Question
from assistant.web.mcp.server import AnyContext, build_server
from assistant.web.mcp.tools import Call
from vectorstore.types import EVERYWHERE


def serve_stdio(assistant: Assistant, settings: Settings) -> None:
    """Serve until the input ends. Meanwhile whatever else is printed goes to standard error."""

    async def ask(question: Question) -> Answer:
        return await anyio.to_thread.run_sync(assistant.ask, question)

    call = Call(
        assistant=assistant,
        language=settings.language,
        visible=EVERYWHERE,
        base=(settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/"),
        ask=ask,
        work=anyio.to_thread.run_sync,
    )

    def begin(_: AnyContext) -> Call:
        return call

    build_server(begin, settings.language).run("stdio")
