"""What every page is held to while a test looks at it: it asks no other host, and has no errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)


class WatchedPages:
    """Pages of one browser context, and what they asked for and complained of."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self._host = urlsplit(server).netloc
        self._context = context
        self._expected: list[str] = []
        self._console: list[str] = []
        self._uncaught: list[str] = []
        self._elsewhere: list[str] = []
        context.on("request", lambda request: self._note_request(request.url))
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self._uncaught.append(str(error.error)))

    def open(self) -> Page:
        """A new page of this context."""
        return self._context.new_page()

    def expect_console_error(self, pattern: str) -> None:
        """Let a console error pass that the test provokes."""
        self._expected.append(pattern)

    def check(self) -> None:
        """Assert that nothing was asked of another host and nothing went wrong."""
        unexpected = [
            line for line in self._console if not any(re.search(each, line) for each in self._expected)
        ]
        assert not self._elsewhere, f"requests to other hosts: {self._elsewhere}"
        assert not self._uncaught, f"uncaught errors: {self._uncaught}"
        assert not unexpected, f"console errors: {unexpected}"

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self._elsewhere.append(url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._console.append(message.text)


@contextmanager
def watched(
    browser: Browser,
    server: str,
    *,
    phone: bool = False,
    scripts: bool = True,
    dark: bool = False,
) -> Iterator[WatchedPages]:
    """A fresh context of Chinese readers; when the block ends well, what it did is checked."""
    context = browser.new_context(
        base_url=server,
        locale="zh-CN",
        viewport=PHONE if phone else DESKTOP,
        has_touch=phone,
        is_mobile=phone,
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(10_000)
    pages = WatchedPages(context, server)
    try:
        yield pages
        pages.check()
    finally:
        context.close()
