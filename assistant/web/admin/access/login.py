"""In and out of the administration pages."""

from __future__ import annotations

import logging
import math

from fastapi import APIRouter, Request, Response

from assistant.web.admin.access.gate import (
    LOGIN,
    GuardedRoute,
    TheAdministration,
    TheForm,
    address_of,
    admin_page,
    look_of,
    redirect,
)
from assistant.web.admin.access.sessions import COOKIE, SESSION_SECONDS, is_password
from vectorstore.errors import Message

_LOG = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

_WORDS = {
    "title": Message("管理登录", "Administration"),
    "password": Message("管理密码", "Password"),
    "enter": Message("登录", "Log in"),
}
_WRONG = Message("密码不对。", "That is not the password.")
_WAIT = Message("密码连续错了多次，请在 {} 秒后再试。", "Too many wrong passwords; try again in {} seconds.")


@router.get(LOGIN)
async def show_login(request: Request) -> Response:
    """The form, or the library for whoever is in already."""
    if request.state.session:
        return redirect(request, "/admin")
    return _page(request, "")


@router.post(LOGIN)
async def log_in(request: Request, administration: TheAdministration, form: TheForm) -> Response:
    """Open a session for the right password; after wrong ones in a row the address waits."""
    language, tries = look_of(request).language, administration.tries
    address = address_of(request)
    if wait := math.ceil(tries.wait(address)):
        response = _page(request, _WAIT.in_language(language).format(wait), 429)
        response.headers["Retry-After"] = str(wait)
        return response
    password, given = administration.settings.admin_password, form.get("password")
    if password is None or not isinstance(given, str) or not is_password(given, password.get_secret_value()):
        tries.note_wrong(address)
        _LOG.warning("Administration: wrong password from %s", address)
        return _page(request, _WRONG.in_language(language), 403)
    tries.note_right(address)
    _LOG.info("Administration: logged in from %s", address)
    opened = redirect(request, "/admin")
    opened.set_cookie(
        COOKIE,
        administration.sessions.begin(),
        max_age=SESSION_SECONDS,
        path="/admin",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return opened


@router.post("/admin/logout")
async def log_out(request: Request, administration: TheAdministration) -> Response:
    """End the session."""
    administration.sessions.end(request.cookies.get(COOKIE, ""))
    response = redirect(request, LOGIN)
    response.delete_cookie(COOKIE, path="/admin", httponly=True, samesite="strict")
    return response


def _page(request: Request, problem: str, status: int = 200) -> Response:
    return admin_page(request, "login.html", _WORDS, status=status, problem=problem)
