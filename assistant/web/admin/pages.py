"""All pages of the administration, and the answer for every other address below them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from assistant.web.admin import document, library, system, uploads, use
from assistant.web.admin.access import login
from assistant.web.admin.access.gate import GuardedRoute, redirect

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

_others = APIRouter(include_in_schema=False, route_class=GuardedRoute)


@_others.api_route("/admin/{path:path}", methods=_METHODS)
async def other(request: Request, path: str) -> Response:
    """Nothing is there; without a session nobody learns even that."""
    if not path and request.method == "GET":
        return redirect(request, "/admin")
    raise HTTPException(404)


routers = (login.router, library.router, uploads.router, document.router, use.router, system.router, _others)
