"""The server: API, reader and page in one app, over one assistant."""

from __future__ import annotations

import errno
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager, closing
from functools import partial

import anyio.to_thread
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from assistant.build import build_assistant
from assistant.desk import Desk
from assistant.errors import PortInUse, SettingsInvalid
from assistant.examples import written_questions
from assistant.history.history import History
from assistant.keys import Keys, is_loopback
from assistant.sessions import Sessions
from assistant.settings import Settings
from assistant.suggest import Suggester
from assistant.web import (
    api_docs,
    browse,
    conversations,
    page,
    reader,
    short_links,
)
from assistant.web.admin.gate import open_administration
from assistant.web.admin.pages import routers as admin_routers
from assistant.web.api import ask, library
from assistant.web.api import conversations as kept_conversations
from assistant.web.api.description import described_app
from assistant.web.callback import Callbacks
from assistant.web.chat_completions import routes as completions
from assistant.web.clients import Gate
from assistant.web.dependencies import Parts, new_workers
from assistant.web.http_errors import install_error_responses
from assistant.web.mcp import endpoint as mcp
from assistant.web.middleware import BodyLimit, SecurityHeaders
from assistant.web.retention import forgetting
from assistant.web.visitor import Visitors
from assistant.web.wechat import official, wecom, wecom_bot
from vectorstore.errors import Language, Message, PolicyAssistantError

_LOG = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 15
SHUTDOWN_SECONDS = 5  # an open page holds a connection for ever
MOST_CONNECTIONS = 400
_READING = ("GET", "HEAD")
_ROUTERS = (
    ask.router,
    library.router,
    kept_conversations.router,
    completions.router,
    mcp.router,
    official.router,
    wecom.router,
    wecom_bot.router,
    browse.router,
    reader.router,
    short_links.router,
    conversations.router,
    api_docs.router,
    *admin_routers,
)


class _NoSuchPath(BaseRoute):
    """Stands before the page's mount, which would take every path: what the page does not need is refused."""

    def __init__(self, routes: Sequence[BaseRoute], bases: Iterable[str]) -> None:
        self.routes = routes
        self.paths = tuple(path for base in bases for path in (base, *page.page_paths(base)))
        self.folders = tuple(folder for base in bases for folder in page.page_folders(base))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Every path of HTTP but the page's own."""
        if scope["type"] != "http" or scope["path"].startswith(self.folders):
            return Match.NONE, {}
        wanted = scope["path"] in self.paths and scope["method"] in _READING
        return (Match.NONE if wanted else Match.FULL), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """405 where another method would do, else 404."""
        methods = set(_READING) if scope["path"] in self.paths else set()
        for route in self.routes:
            if route.matches(scope)[0] is Match.PARTIAL:
                methods |= getattr(route, "methods", set())
        if methods:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
        raise HTTPException(404)


def _pages(language: Language) -> dict[str, Language]:
    """The page in both languages, by path: the chosen one at the root."""
    other: Language = "en" if language == "zh" else "zh"
    return {"/": language, f"/{other}/": other}


def _redirect(path: str, _: Request) -> RedirectResponse:
    return RedirectResponse(path)


def create_app(settings: Settings) -> FastAPI:
    """The app of ``settings``. Its assistant is opened when the server starts and closed when it stops.

    What opening raises is kept in ``app.state.failure``, for whoever runs the server to report.
    """
    title = Message("政策助手", "Policy Assistant").in_language(settings.language)
    app = described_app(title, _opened, settings.public_url)
    _set_state(app, settings)
    pages = _pages(settings.language)
    app.add_middleware(BodyLimit, language=settings.language)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Visitors, paths=frozenset(pages))
    install_error_responses(app, settings.language)
    for router in _ROUTERS:
        app.include_router(router)
    _mount_pages(app, pages)
    return app


def _set_state(app: FastAPI, settings: Settings) -> None:
    """What is there before the server starts. Raises SettingsInvalid."""
    app.state.settings = settings
    app.state.language = settings.language
    app.state.gate = Gate(Keys(settings.data_dir), open_to_all=is_loopback(settings.host))
    app.state.workers = new_workers()
    app.state.administration = open_administration(settings)
    app.state.callbacks = Callbacks(settings)
    app.state.wecom_bot = wecom_bot.open_envelope(settings)
    app.state.official_account = official.open_official_account(settings)
    app.state.wecom_application = wecom.open_application(settings)
    app.state.failure = None


@asynccontextmanager
async def _opened(app: FastAPI) -> AsyncIterator[None]:
    """Within the block everything is open that answers."""
    settings: Settings = app.state.settings
    with ExitStack() as opened:
        try:
            history = opened.enter_context(closing(History(settings.data_dir, patient=True)))
            if history.unopened:  # the terminal shows it, and every answer that was to be kept says so
                _LOG.error(history.unopened.message.in_language(settings.language))
            assistant = await anyio.to_thread.run_sync(build_assistant, settings)
            await anyio.to_thread.run_sync(assistant.make_ready)
        except PolicyAssistantError as error:
            app.state.failure = error
            raise
        app.state.assistant = opened.enter_context(closing(assistant))
        desk = opened.enter_context(closing(Desk(assistant, history)))
        app.state.parts = Parts(
            assistant=assistant,
            desk=desk,
            history=history,
            suggester=Suggester(assistant),
            sessions=Sessions(desk, history),
        )
        opened.callback(app.state.administration.close)
        async with (
            forgetting(history, settings.history_days),
            aclosing(app.state.callbacks),
            mcp.tools_served(app),
        ):
            yield


def _mount_pages(app: FastAPI, pages: dict[str, Language]) -> None:
    """The page in both languages, behind all other routes."""
    settings: Settings = app.state.settings
    for base in pages:
        if base != "/":  # a mount is at a path with its slash
            app.router.routes.append(Route(base.rstrip("/"), partial(_redirect, base)))
    routes = [route for router in _ROUTERS for route in router.routes]
    app.router.routes.append(_NoSuchPath(routes, pages))
    for base, language in reversed(pages.items()):  # the one at / would take every path of the other
        other = next(path for path in pages if path != base)
        page.mount_page(
            app,
            lambda: app.state.parts,
            language=language,
            base=base,
            other=other,
            examples=written_questions(settings.seeds_dir) if language == settings.language else (),
        )


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens at the address.

    Raises PortInUse when another program has the port, SettingsInvalid when this machine has no such
    address or does not let us use it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_bound(host, port, error) from error
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        raise _not_bound(host, port, error) from error
    return listening


def _not_bound(host: str, port: int, error: OSError) -> PolicyAssistantError:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            Message(f"端口 {port} 已被占用。", f"Port {port} is in use."),
            Message(
                "请用 --port 或环境变量 POLICY_ASSISTANT_PORT 换一个端口。",
                "Choose another one with --port or the environment variable POLICY_ASSISTANT_PORT.",
            ),
        )
    return SettingsInvalid(
        Message(
            f"无法在 {host}:{port} 上提供服务：{error.strerror}。",
            f"Can't serve at {host}:{port}: {error.strerror}.",
        ),
        Message(
            "请检查 --host 和 --port（POLICY_ASSISTANT_HOST、POLICY_ASSISTANT_PORT）。",
            "Check --host and --port (POLICY_ASSISTANT_HOST, POLICY_ASSISTANT_PORT).",
        ),
    )


class _Server(uvicorn.Server):
    """uvicorn, which says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the app is served: bounded in connections and time, with our own log."""
    return uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,  # the addresses of requests tell what people read
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        limit_concurrency=MOST_CONNECTIONS,
    )


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve until interrupted; ``on_ready`` is called when questions are taken.

    Raises PortInUse, SettingsInvalid, and whatever opening the assistant raises.
    """
    app = create_app(settings)
    with bind(settings.host, settings.port) as listening:
        try:
            _Server(server_config(app), on_ready).run(sockets=[listening])
        except SystemExit:  # uvicorn's way to say that the app did not start
            if app.state.failure:
                raise app.state.failure from None
            raise
