"""The head of the page's HTML.

In Gradio's own, a shared link would introduce itself as Gradio, with a picture from its host, and a screen
reader would take Chinese for English.
"""

from __future__ import annotations

import re
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vectorstore.errors import Language

_PREVIEWS = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_LANGUAGE = re.compile(r'<html\s+lang="en"')


def own_head(html: str, title: str, description: str, language: Language) -> str:
    """``html`` with our language and our preview in place of Gradio's."""
    preview = (
        f'<meta property="og:title" content="{escape(title)}">'
        f'<meta name="description" property="og:description" content="{escape(description)}"></head>'
    )
    html = _PREVIEWS.sub("", html).replace("</head>", preview, 1)
    return _LANGUAGE.sub('<html lang="zh-CN"', html, count=1) if language == "zh" else html


class OwnHead:
    """Wraps the page mounted at ``path``: rewrites the head of its HTML, passes everything else."""

    def __init__(self, app: ASGIApp, *, path: str, title: str, description: str, language: Language) -> None:
        self.app = app
        self.path = path
        self.title = title
        self.description = description
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != self.path or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, self._rewriting(send))

    def _rewriting(self, send: Send) -> Send:
        start: Message = {}
        body = b""

        async def rewriting(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            html = own_head(body.decode(), self.title, self.description, self.language)
            MutableHeaders(scope=start)["content-length"] = str(len(html.encode()))
            await send(start)
            await send({"type": "http.response.body", "body": html.encode()})

        return rewriting
