"""The server: API, reader and page in one app, over one assistant."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager, closing, contextmanager
from functools import partial

import anyio.to_thread
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from assistant.build import build_assistant
from assistant.desk import Desk
from assistant.errors import PortInUse, SettingsInvalid
from assistant.examples import written_questions
from assistant.history.history import History
from assistant.keys import Keys, is_loopback
from assistant.sessions import Sessions
from assistant.settings import Settings
from assistant.suggest import Suggester
from assistant.web import answers, api_docs, browse, compare, conversations, page, places, reader, short_links
from assistant.web.admin.gate import open_administration
from assistant.web.admin.pages import routers as admin_routers
from assistant.web.api import ask, library
from assistant.web.api import conversations as kept_conversations
from assistant.web.api.description import described_app
from assistant.web.callback import Callbacks
from assistant.web.chat_completions import routes as completions
from assistant.web.clients import Gate
from assistant.web.continued import Continued
from assistant.web.crowd import Crowd, CrowdLimit
from assistant.web.dependencies import Parts, new_workers
from assistant.web.door import Door, guarded_by
from assistant.web.http_errors import install_error_responses
from assistant.web.mcp import endpoint as mcp
from assistant.web.middleware import BodyLimit, SecurityHeaders
from assistant.web.no_such_path import NoSuchPath
from assistant.web.own_names import OwnNames
from assistant.web.retention import forgetting
from assistant.web.room import Limits, make_room
from assistant.web.visitor import Visitors
from assistant.web.wechat import official, wecom, wecom_bot
from vectorstore.errors import Language, Message, PolicyAssistantError

_LOG = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 15
# When the server stops: what is nearly answered is finished, then all else is told that it ends, and then
# what is left is cut, such as the stream that every open page holds for ever.
FINISHING_SECONDS = 2.0
LAST_WORDS_SECONDS = 1.0
SHUTDOWN_SECONDS = 5
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
    compare.router,
    reader.router,
    short_links.router,
    answers.router,
    places.router,
    conversations.router,
    api_docs.router,
    *admin_routers,
)


def _pages(language: Language) -> dict[str, Language]:
    """The page in both languages, by path: the chosen one at the root."""
    other: Language = "en" if language == "zh" else "zh"
    return {"/": language, f"/{other}/": other}


def _redirect(path: str, _: Request) -> RedirectResponse:
    return RedirectResponse(path)


def create_app(settings: Settings, limits: Limits = Limits()) -> FastAPI:
    """The app of ``settings``. Its assistant is opened when the server starts and closed when it stops.

    What opening raises is kept in ``app.state.failure``, for whoever runs the server to report.
    """
    title = Message("政策助手", "Policy Assistant").in_language(settings.language)
    app = described_app(title, _opened, settings.public_url)
    _set_state(app, settings, limits)
    pages = _pages(settings.language)
    app.add_middleware(BodyLimit, language=settings.language)
    app.add_middleware(OwnNames, settings=settings)
    app.add_middleware(CrowdLimit, crowd=app.state.crowd, language=settings.language)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Visitors, paths=frozenset(pages))
    install_error_responses(app, settings.language)
    for router in _ROUTERS:
        app.include_router(router)
    _mount_pages(app, pages)
    return app


def _set_state(app: FastAPI, settings: Settings, limits: Limits) -> None:
    """What is there before the server starts. Raises SettingsInvalid."""
    app.state.settings = settings
    app.state.language = settings.language
    app.state.limits = limits
    app.state.crowd = Crowd(limits)
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
            continued=Continued(history.shared, settings.link_days),
        )
        opened.callback(app.state.administration.close)
        async with (
            forgetting(history, settings.history_days, settings.link_days),
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
    app.router.routes.append(NoSuchPath(routes, pages))
    for base, language in reversed(pages.items()):  # the one at / would take every path of the other
        other = next(path for path in pages if path != base)
        page.mount_page(
            app,
            lambda: app.state.parts,
            language=language,
            base=base,
            other=other,
            examples=written_questions(settings.seeds_dir) if language == settings.language else (),
            shares=settings.link_days > 0,
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
    """uvicorn, which says when it is ready, and ends every answer before it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.app = app
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        leaving = asyncio.create_task(self._see_everybody_out())
        await super().shutdown(sockets)
        leaving.cancel()

    async def _see_everybody_out(self) -> None:
        await asyncio.sleep(FINISHING_SECONDS)
        self.app.state.parts.desk.stop()
        await asyncio.sleep(LAST_WORDS_SECONDS)
        self.app.state.crowd.end()


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the app is served: bounded in connections and time, with our own log."""
    limits: Limits = app.state.limits
    return uvicorn.Config(
        app,
        http=guarded_by(Door(limits, app.state.language)),
        h11_max_incomplete_event_size=limits.head_bytes,
        lifespan="on",
        forwarded_allow_ips=app.state.settings.trusted_proxies or [],
        ws="none",
        log_config=None,
        access_log=False,  # the addresses of requests tell what people read
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Within the block being told to stop is no failure: uvicorn sends itself the signal again at its end."""
    if threading.current_thread() is not threading.main_thread():  # no other hears of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve until interrupted; ``on_ready`` is called when questions are taken.

    Raises PortInUse, SettingsInvalid, and whatever opening the assistant raises.
    """
    app = create_app(settings, make_room(Limits()))
    with bind(settings.host, settings.port) as listening, _stopped_in_order():
        try:
            _Server(server_config(app), app, on_ready).run(sockets=[listening])
        except SystemExit:  # uvicorn's way to say that the app did not start
            if app.state.failure:
                raise app.state.failure from None
            raise
