"""The tools over HTTP at ``/mcp``: each request stands alone, behind the gate of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from fastapi import APIRouter, Depends, FastAPI, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.types import Answer, Question
from assistant.web.clients import Client, TheClient, the_gate
from assistant.web.delivery.following import answer_of, submit
from assistant.web.dependencies import Parts, TheBaseUrl, in_worker
from assistant.web.door.own_names import FromElsewhere, is_own
from assistant.web.mcp.server import AnyContext, build_server
from assistant.web.mcp.tools import Call

router = APIRouter()


def _from_here(request: Request) -> None:
    """Refuses what a page of another site sends through a browser here. Host names are checked for all."""
    origin = request.headers.get("origin")
    if origin is not None and not is_own(origin, request.app.state.settings):
        raise FromElsewhere


@router.post("/mcp", include_in_schema=False, dependencies=[Depends(_from_here)])
async def exchange(request: Request, client: TheClient, base_url: TheBaseUrl) -> Response:
    """One message of the Model Context Protocol."""
    request.state.client, request.state.base_url = client, base_url
    return _Exchange(request.app.state.tools)


class _Exchange(Response):
    """Whatever the protocol answers."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        super().__init__()
        self.manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self.manager.handle_request(scope, receive, send)


@asynccontextmanager
async def tools_served(app: FastAPI) -> AsyncIterator[None]:
    """Within the block ``/mcp`` answers."""
    server = build_server(_begin, app.state.language)
    server.streamable_http_app(  # for its manager: the route and the checks are ours
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    app.state.tools = server.session_manager
    async with server.session_manager.run():
        yield


def _begin(context: AnyContext) -> Call:
    """One more call of whoever sent the request. Raises TooOften."""
    request = cast(Request, context.request_context.request)
    parts: Parts = request.app.state.parts
    client: Client = request.state.client
    the_gate(request).count(client)

    async def ask(question: Question) -> Answer:
        asked = await submit(parts.sessions, question, client.caller())
        return await answer_of(asked.job)

    return Call(
        assistant=parts.assistant,
        language=request.app.state.language,
        visible=client.scope,
        base=request.state.base_url,
        ask=ask,
        work=lambda work: in_worker(request.app.state.workers, work),
    )
