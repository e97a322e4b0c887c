"""What stands before every page of the administration: password, session, and the forms' own token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from assistant.setup.settings import Settings
from assistant.upkeep.library import preview
from assistant.web.admin.access.sessions import COOKIE, Session, Sessions, Tries
from assistant.web.admin.staging.documents import UploadedDocuments
from assistant.web.admin.staging.jobs import Jobs
from assistant.web.admin.staging.staging import Staging
from assistant.web.look import Look, read_look
from assistant.web.static_page import in_language, styled_page
from vectorstore.errors import Language, Message, PolicyAssistantError

LOGIN = "/admin/login"
_LOG = logging.getLogger(__name__)
_PAGES = Path(__file__).resolve().parents[1]
_MOST_FILES = 50
_MOST_FIELDS = 50
_LONGEST_FIELD = 64 * 1024
_WORDS = {
    "library": Message("资料库", "Library"),
    "use": Message("使用情况", "Use"),
    "system": Message("系统", "System"),
    "logout": Message("退出", "Log out"),
    "pages": Message("管理页面", "Administration"),
    "skip": Message("跳到正文", "Skip to the content"),
    "ask": Message("提问", "Ask a question"),
    "back": Message("返回资料库", "Back to the library"),
}
_CLOSED = Message("管理页面没有开放", "The administration pages are closed")
_HOW_TO_OPEN = Message(
    "还没有设置管理密码。请在服务器上设置环境变量 POLICY_ASSISTANT_ADMIN_PASSWORD（至少 8 个字符），"
    "或在 policy-assistant.toml 里写 admin_password，然后重新启动。",
    "No password is set. On the server, set POLICY_ASSISTANT_ADMIN_PASSWORD (8 characters at least) in the"
    " environment, or admin_password in policy-assistant.toml, and start it again.",
)
_FAILED = Message("没有完成", "Not done")
_OF_STATUS: Mapping[int, Message] = {
    403: Message(
        "这张表单已经失效，请返回并刷新页面后再提交。",
        "This form is no longer valid. Go back, reload, try again.",
    ),
    404: Message("没有这个页面。", "There is no such page."),
    408: Message("文件迟迟没有传完，请检查网络后重试。", "The files did not arrive in time; try again."),
    413: Message(
        "一次上传的文件太多太大，请分几次上传。", "Too much for one upload; upload in several turns."
    ),
}
_OTHER = Message("这个请求无法处理。", "This request can't be handled.")


@dataclass(frozen=True, slots=True)
class Administration:
    """What the administration pages of one server work with."""

    settings: Settings
    sessions: Sessions
    tries: Tries
    jobs: Jobs
    staging: Staging
    uploaded: UploadedDocuments

    def close(self) -> None:
        """Read no more uploads."""
        self.staging.close()


def open_administration(settings: Settings) -> Administration:
    """Nothing is read or written before the first request."""
    staging = Staging(settings.data_dir / "staging", lambda folder: preview(settings, [folder]))
    return Administration(settings, Sessions(), Tries(), Jobs(), staging, UploadedDocuments(settings))


def _administration(request: Request) -> Administration:
    found: Administration = request.app.state.administration
    return found


def _form(request: Request) -> FormData:
    found: FormData = request.state.form
    return found


TheAdministration = Annotated[Administration, Depends(_administration)]
TheForm = Annotated[FormData, Depends(_form)]


class GuardedRoute(APIRoute):
    """A route that nobody reaches without a session, and no form without its token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the checks; what it raises becomes a page."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.session = _administration(request).sessions.find(request.cookies.get(COOKIE, ""))
            try:
                response = await _refuse(request) or await handle(request)
            except PolicyAssistantError as error:
                response = message_page(request, error.message, error.hint, error.status)
            except HTTPException as error:
                message = _OF_STATUS.get(error.status_code, _OTHER)
                response = message_page(request, message, None, error.status_code)
            finally:
                await request.close()  # of a form's files
            _note_act(request, response.status_code)
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded


def address_of(request: Request) -> str:
    """Where a request comes from, as far as a trusted proxy tells it."""
    return request.client.host if request.client else ""


def _note_act(request: Request, status: int) -> None:
    """Every change that somebody with a session asks for goes into the log, without what the form holds."""
    if request.state.session and request.method not in ("GET", "HEAD"):
        _LOG.info("Administration: %s from %s: %d", request.url.path, address_of(request), status)


async def _refuse(request: Request) -> Response | None:
    """The answer to a request that is not let in. No body is read before a session is found."""
    if _administration(request).settings.admin_password is None:
        return message_page(request, _HOW_TO_OPEN, None, 403, title=_CLOSED)
    session: Session | None = request.state.session
    is_login = request.url.path == LOGIN
    reads = request.method in ("GET", "HEAD")
    if session is None and not is_login:
        if reads:
            return redirect(request, LOGIN)
        return message_page(request, _OF_STATUS[403], None, 403)
    if not reads:
        form = request.state.form = await request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
        )
        token = form.get("csrf")
        if session and not is_login and not (isinstance(token, str) and session.carries(token)):
            raise HTTPException(403)
    return None


def look_of(request: Request) -> Look:
    """What the address asks of the page's look."""
    language: Language = request.app.state.language
    return read_look(language, request.query_params.get("lang", ""), request.query_params.get("theme", ""))


def link(request: Request, path: str, **values: object) -> str:
    """A path of ours with these parameters, and with the look of this page."""
    return f"{quote(path)}?{urlencode([*values.items(), *look_of(request).kept])}".rstrip("?")


def redirect(request: Request, path: str) -> RedirectResponse:
    """To another page, by GET, in the same look."""
    return RedirectResponse(link(request, path), 303)


@cache
def _own(name: str) -> str:
    """A style or a script of the administration."""
    return (_PAGES / name).read_text(encoding="utf-8")


def admin_page(
    request: Request,
    template: str,
    words: Mapping[str, Message],
    *,
    status: int = 200,
    script: str = "",
    **values: object,
) -> HTMLResponse:
    """A template of the administration in its frame. ``script`` is a file beside it."""
    look = look_of(request)
    session: Session | None = request.state.session
    said = in_language({**_WORDS, **words}, look.language)
    frame = {
        "look": look,
        "title": said.get("title", ""),
        "words": said,
        "csrf": session.csrf if session else "",
        "here": request.url.path,
        "link": lambda path, **parameters: link(request, path, **parameters),
        "wait": False,
    }
    return styled_page(
        f"admin/{template}",
        {**frame, **values},
        script=_own(script) if script else "",
        style=_own("admin.css"),
        asks=script == "job.js",
        status=status,
    )


def message_page(
    request: Request, message: Message, hint: Message | None, status: int, *, title: Message = _FAILED
) -> HTMLResponse:
    """A sentence, with what to do next."""
    language = look_of(request).language
    said = [part.in_language(language) for part in (message, hint) if part]
    return admin_page(
        request, "message.html", {}, status=status, title=title.in_language(language), said=said
    )
