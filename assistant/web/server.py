"""The server: API, reader and page in one app, over one assistant."""

from __future__ import annotations

import errno
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager, closing
from functools import partial

import anyio.to_thread
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from assistant.asking.desk import Desk
from assistant.asking.examples import written_questions
from assistant.asking.keys import Keys, is_loopback
from assistant.asking.sessions import Sessions
from assistant.asking.shared_questions import open_others
from assistant.asking.suggest import Suggester
from assistant.build import build_assistant, build_history
from assistant.errors import PortInUse, SettingsInvalid
from assistant.setup.settings import Settings
from assistant.web import answers
from assistant.web.admin.access.gate import open_administration
from assistant.web.admin.pages import routers as admin_routers
from assistant.web.api import ask, files, library
from assistant.web.api import conversations as kept_conversations
from assistant.web.api import docs_page as api_docs
from assistant.web.api.description import described_app
from assistant.web.chat_completions import routes as completions
from assistant.web.clients import Gate
from assistant.web.delivery.callback import Callbacks
from assistant.web.delivery.continued import Continued
from assistant.web.dependencies import Parts, new_workers
from assistant.web.door.crowd import Crowd, CrowdLimit
from assistant.web.door.door import Door, guarded_by
from assistant.web.door.http_errors import install_error_responses
from assistant.web.door.middleware import BodyLimit, SecurityHeaders
from assistant.web.door.own_names import OwnNames
from assistant.web.door.room import Limits, make_room
from assistant.web.mcp import endpoint as mcp
from assistant.web.no_such_path import NoSuchPath
from assistant.web.original import browse, compare, reader, short_links
from assistant.web.own_file import routes as own_file
from assistant.web.own_file.serving import open_own_files, sweeping
from assistant.web.page import conversations, page, places
from assistant.web.retention import forgetting
from assistant.web.serving import KEEP_ALIVE_SECONDS, SHUTDOWN_SECONDS, Server, stopped_in_order
from assistant.web.visitor import Visitors
from assistant.web.watch import routes as watching
from assistant.web.watch.metrics import Metrics
from assistant.web.watch.readings import Readings
from assistant.web.watch.requests import WATCHING, QuestionWatch, RequestWatch, templates_of
from assistant.web.wechat import official, wecom
from assistant.web.wechat.wecom_bot import callback as wecom_bot
from assistant.web.wechat.wecom_bot.long_connection import connected_bot, open_long_connection
from vectorstore.errors import Language, Message, PolicyAssistantError

_LOG = logging.getLogger(__name__)

_ROUTERS = (
    ask.router,
    files.router,
    library.router,
    watching.router,
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
    own_file.router,
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
    app.add_middleware(CrowdLimit, crowd=app.state.crowd, language=settings.language, unbounded=WATCHING)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Visitors, paths=frozenset(pages))
    install_error_responses(app, settings.language)
    for router in _ROUTERS:
        app.include_router(router)
    _mount_pages(app, pages)
    _watch_requests(app, pages)
    return app


def _set_state(app: FastAPI, settings: Settings, limits: Limits) -> None:
    """What is there before the server starts. Raises SettingsInvalid."""
    app.state.settings = settings
    app.state.language = settings.language
    app.state.limits = limits
    app.state.metrics = Metrics()
    app.state.metrics.registry.register(Readings(app))
    app.state.told = settings.request_log != "off"
    refused = app.state.metrics.refused
    app.state.crowd = Crowd(limits, refused)
    app.state.door = None
    app.state.stopping = False
    app.state.keys = Keys(settings.data_dir, settings.database)
    app.state.gate = Gate(app.state.keys, open_to_all=is_loopback(settings.host), on_refused=refused)
    app.state.workers = new_workers()
    app.state.administration = open_administration(settings)
    app.state.callbacks = Callbacks(settings)
    app.state.wecom_bot = wecom_bot.open_envelope(settings)
    app.state.long_connection = open_long_connection(settings)
    app.state.official_account = official.open_official_account(settings)
    app.state.wecom_application = wecom.open_application(settings)
    app.state.failure = None


@asynccontextmanager
async def _opened(app: FastAPI) -> AsyncIterator[None]:
    """Within the block everything is open that answers."""
    settings: Settings = app.state.settings
    with ExitStack() as opened:
        opened.callback(app.state.keys.close)
        try:
            history = opened.enter_context(closing(build_history(settings)))
            if history.unopened:  # the terminal shows it, and every answer that was to be kept says so
                _LOG.error(history.unopened.message.in_language(settings.language))
            assistant = await anyio.to_thread.run_sync(build_assistant, settings)
            await anyio.to_thread.run_sync(assistant.make_ready)
        except PolicyAssistantError as error:
            app.state.failure = error
            raise
        app.state.assistant = opened.enter_context(closing(assistant))
        watch = QuestionWatch(app.state.metrics, told=app.state.told)
        own_files = await anyio.to_thread.run_sync(open_own_files, settings, assistant)
        if own_files:
            opened.callback(own_files.close)
        lend = own_files.lend if own_files else None
        others = open_others(settings, history)
        desk = opened.enter_context(closing(Desk(assistant, history, watch, lend, others)))
        app.state.parts = Parts(
            assistant=assistant,
            desk=desk,
            history=history,
            suggester=Suggester(assistant),
            sessions=Sessions(desk, history),
            continued=Continued(history.shared, settings.link_days),
            own_files=own_files,
        )
        opened.callback(app.state.administration.close)
        async with (
            forgetting(history, settings.history_days, settings.link_days),
            sweeping(own_files),
            aclosing(app.state.callbacks),
            mcp.tools_served(app),
            connected_bot(app.state.long_connection, app.state.parts),
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


def _watch_requests(app: FastAPI, pages: dict[str, Language]) -> None:
    """Count and tell requests, around all else that looks at them."""
    own = [route for router in _ROUTERS for route in router.routes]
    plain = [route for route in app.router.routes if type(route) is Route]  # the description, links to a page
    app.add_middleware(
        RequestWatch,
        metrics=app.state.metrics,
        templates=templates_of([*own, *plain]),
        is_page=page.is_page(pages),
        told=app.state.told,
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


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the app is served: bounded in connections and time, with our own log."""
    limits: Limits = app.state.limits
    app.state.door = Door(limits, app.state.language, app.state.metrics.refused)
    return uvicorn.Config(
        app,
        http=guarded_by(app.state.door),
        h11_max_incomplete_event_size=limits.head_bytes,
        lifespan="on",
        forwarded_allow_ips=app.state.settings.trusted_proxies or [],
        ws="none",
        log_config=None,
        access_log=False,  # RequestWatch tells of requests; their addresses tell what people read
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve until interrupted; ``on_ready`` is called when questions are taken.

    Raises PortInUse, SettingsInvalid, and whatever opening the assistant raises.
    """
    app = create_app(settings, make_room(Limits()))
    with bind(settings.host, settings.port) as listening, stopped_in_order():
        try:
            Server(server_config(app), app, on_ready).run(sockets=[listening])
        except SystemExit:  # uvicorn's way to say that the app did not start
            if app.state.failure:
                raise app.state.failure from None
            raise
