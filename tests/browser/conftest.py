"""Debian's Chromium over the real server. Without a browser the tests of this folder are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.documents import HOSTILE, LONG, TABLE
from tests.browser.watched import WatchedPages, watched

CHOSEN = "POLICY_ASSISTANT_TEST_BROWSER"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Not for the session: while it runs, Playwright holds the event loop of the main thread, which other
# tests need. All tests that need a browser are in this folder, so that there is one for all of them.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser that is named in the environment, or else Chromium."""
    program = os.environ.get(CHOSEN) or shutil.which("chromium")
    if not program:
        pytest.skip(f"no chromium: run `apt-get install chromium`, or name a browser in {CHOSEN}")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def shelf(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the small library and documents that are hard to show."""
    from tests.small_library import build_library, running_server

    folder = tmp_path_factory.mktemp("shelf")
    shutil.copytree(seeds, folder, dirs_exist_ok=True)
    for name, text in (("table.html", TABLE), ("hostile.txt", HOSTILE), ("long.txt", LONG)):
        (folder / name).write_text(text, encoding="utf-8")
    with running_server(build_library(folder, tmp_path_factory.mktemp("shelf-data"))) as address:
        yield address


@pytest.fixture(scope="package")
def ids(shelf: str) -> dict[str, str]:
    """The ids of the documents by the names of their files."""
    listed = httpx.get(f"{shelf}/api/documents").json()["documents"]
    return {Path(each["source"]).stem: each["id"] for each in listed}


@pytest.fixture
def pages(browser: Browser, shelf: str) -> Iterator[WatchedPages]:
    """A fresh context, watched; its checks come at the end of the test."""
    with watched(browser, shelf) as opened:
        yield opened


@pytest.fixture
def page(pages: WatchedPages) -> Page:
    """A fresh page on a desktop."""
    return pages.open()


@pytest.fixture
def phone(browser: Browser, shelf: str) -> Iterator[Page]:
    """A fresh page on a phone."""
    with watched(browser, shelf, phone=True) as opened:
        yield opened.open()
