"""Each request gets an id, is counted by its route, and told in a line of the log when its response ends."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from secrets import token_hex

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.asking.job import Job
from assistant.setup.logs import IN_HAND, InHand, Line, tell
from assistant.types import Answer
from assistant.web.watch.endings import ending_of, in_milliseconds, question_line
from assistant.web.watch.metrics import METHODS, OTHER, Metrics

REQUEST_ID = "X-Request-ID"
PAGE = "page"
NO_ROUTE = "none"
WATCHING = frozenset(("/healthz", "/readyz", "/metrics"))
"""Paths of whoever watches the server: neither bounded, nor counted, nor told."""
_HEADER = REQUEST_ID.lower().encode()
# What load balancers write: nothing that could break a line of the log, or a header.
_GIVEN = re.compile(rb"[\w.:=+/@-]{1,128}", re.ASCII)
_GONE = 499  # as nginx tells of whoever left before there was a response


def templates_of(routes: Iterable[BaseRoute]) -> dict[int, str]:
    """The path of each route as it is declared, by the identity of the route and of what answers there."""
    found: dict[int, str] = {}
    for route in routes:
        path = getattr(route, "path", NO_ROUTE)
        found |= {id(route): path, id(getattr(route, "endpoint", route)): path}
    return found


class RequestWatch:
    """Gives every request an id, counts it, and tells those of our own routes in the log.

    A valid ``X-Request-ID`` is taken, else one is made; the response has it. ``templates`` are our routes
    (``templates_of``); ``is_page`` says which paths are the page's: of these only the number is kept.
    ``told``: there is a log of requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        templates: Mapping[int, str],
        is_page: Callable[[str], bool],
        told: bool,
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.templates = templates
        self.is_page = is_page
        self.told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        given = _given_id(scope) or token_hex(16).encode()
        in_hand = InHand(given.decode())
        page = self.is_page(scope["path"])
        if not page:  # what Gradio does in the background would keep it for ever
            IN_HAND.set(in_hand)
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, given)]
            await send(message)

        failed = True
        try:
            await self.app(scope, receive, noted)
            failed = False
        finally:
            in_hand.ended = not failed  # else its id stays with what uvicorn logs of it
            status = status or (500 if failed else _GONE)
            route = PAGE if page else self._template_of(scope)
            if scope["path"] not in WATCHING:
                self._ended(scope, route, status, time.perf_counter() - began, in_hand)

    def _template_of(self, scope: Scope) -> str:
        # Starlette's own routes tell what answers there, FastAPI's themselves.
        found = self.templates.get(id(scope.get("route"))) or self.templates.get(id(scope.get("endpoint")))
        return found or NO_ROUTE

    def _ended(self, scope: Scope, route: str, status: int, seconds: float, in_hand: InHand) -> None:
        method: str = scope["method"] if scope["method"] in METHODS else OTHER
        self.metrics.count_request(route, method, status, None if route == PAGE else seconds)
        if not self.told or route == PAGE:
            return
        line = Line(kind="request", request=in_hand.id, method=method, route=route, status=status)
        line["ms"] = in_milliseconds(seconds)
        if in_hand.answer_id:
            line["answer"] = in_hand.answer_id
        tell(line)


def _given_id(scope: Scope) -> bytes | None:
    """The id that the request came with, if it is one."""
    for name, value in scope["headers"]:
        if name == _HEADER:
            given: bytes = value
            return given if _GIVEN.fullmatch(given) else None
    return None


class QuestionWatch:
    """Counts questions, and tells each in the log at its end, through whatever face it came."""

    def __init__(self, metrics: Metrics, *, told: bool) -> None:
        self._metrics = metrics
        self._told = told

    def refused(self, code: str) -> None:
        """A question was not taken, with the code of the error that says why."""
        self._metrics.refused(code)

    def ended(self, job: Job, result: Answer | Exception | None) -> None:
        """A question came to its end."""
        ending = ending_of(job, result)
        self._metrics.count_question(ending)
        if self._told:
            tell(question_line(job, ending))
