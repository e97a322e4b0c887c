"""Paths that nobody serves, told as such before the page's mount, which would take every path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from assistant.web.page import page

_READING = ("GET", "HEAD")


class NoSuchPath(BaseRoute):
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
