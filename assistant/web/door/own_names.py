"""Which host names are the server's own, and which pages may send something to it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.asking.keys import is_loopback
from assistant.setup.settings import Settings
from assistant.web.door.http_errors import known_error_response
from vectorstore.errors import Message, PolicyAssistantError

_WHAT_TO_DO = Message(
    "对外的地址请用 POLICY_ASSISTANT_PUBLIC_URL 设置。",
    "Set the address that people use with POLICY_ASSISTANT_PUBLIC_URL.",
)


class OtherHost(PolicyAssistantError):
    """The request is to a host name that is not this server's."""

    code = "other_host"
    status = 421

    def __init__(self) -> None:
        super().__init__(
            Message(
                "请求用的主机名不是本服务的。", "The request is to a host name that is not this server's."
            ),
            _WHAT_TO_DO,
        )


class FromElsewhere(PolicyAssistantError):
    """The request was made by a page of another site."""

    code = "from_elsewhere"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Message("请求来自别的网站。", "The request is from another site."),
            _WHAT_TO_DO,
        )


def is_own(url: str, settings: Settings) -> bool:
    """Whether the host of ``url`` is a loopback name, the address served on, or where people reach it."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    ours = {settings.host, urlsplit(settings.public_url or "").hostname}
    return is_loopback(name) or name in ours


def refuse_other_sites(request: Request) -> None:
    """Raise FromElsewhere for what a page of another site sends through a browser, as it can with forms.

    A program sends no Origin. A page may have come by any name, where only this machine is told by its own.
    """
    origin = request.headers.get("origin")
    if origin is None or is_own(origin, request.app.state.settings):
        return
    try:
        name = urlsplit(origin).hostname
    except ValueError:
        name = None
    if name is None or name != request.url.hostname:
        raise FromElsewhere


class OwnNames:
    """Refuses what is asked of another host name (421), where only this machine can connect.

    There whoever connects is let in without a key, so a page of another site must not come in through a
    browser here, by a name of its own that it points to this machine (DNS rebinding). Elsewhere any name
    will do: a server that listens on all addresses can't know what people call it, and a browser reaches
    nothing there that its whole network does not reach.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.checked = is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not self.checked or self._is_ours(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        response = known_error_response(OtherHost(), self.settings.language, path=scope["path"])
        await response(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        return is_own(f"//{headers.get('host', '')}", self.settings)
