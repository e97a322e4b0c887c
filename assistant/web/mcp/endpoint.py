"""The tools over HTTP at ``/mcp``: each request stands alone, behind the gate of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.keys import is_loopback
from assistant.settings import Settings
from assistant.types import Answer, Question
from assistant.web.clients import Client, TheClient, the_gate
from assistant.web.dependencies import Parts, TheBaseUrl, in_worker
from assistant.web.following import answer_of, submit
from assistant.web.mcp.server import AnyContext, build_server
from assistant.web.mcp.tools import Call
from vectorstore.errors import Message, PolicyAssistantError

router = APIRouter()


class FromElsewhere(PolicyAssistantError):
    """The request was made by a page of another site, or by a name that is not this server's."""

    code = "from_elsewhere"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Message(
                "请求来自别的网站，或用了别的主机名。",
                "The request is from another site, or to another host name.",
            ),
            Message(
                "对外的地址请用 POLICY_ASSISTANT_PUBLIC_URL 设置。",
                "Set the address that people use with POLICY_ASSISTANT_PUBLIC_URL.",
            ),
        )


def _from_here(request: Request) -> None:
    """Refuses what a page of another site sends through a browser here, also by DNS rebinding.

    Where only this machine connects, it must be called by its own name. Elsewhere a server can't know
    all its names.
    """
    settings: Settings = request.app.state.settings
    origin = request.headers.get("origin")
    if is_loopback(settings.host) and not _is_ours(f"//{request.headers.get('host', '')}", settings):
        raise FromElsewhere
    if origin is not None and not _is_ours(origin, settings):
        raise FromElsewhere


def _is_ours(url: str, settings: Settings) -> bool:
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    ours = {settings.host, urlsplit(settings.public_url or "").hostname}
    return is_loopback(name) or name in ours


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
