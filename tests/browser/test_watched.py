"""The watch that all tests of pages rely on sees what it is there for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.watched import watched


def watch(browser: Browser, server: str, script: str) -> None:
    with watched(browser, server) as pages:
        pages.expect_console_error("violates")  # the page's policy sees it as well
        page = pages.open()
        page.goto("/healthz")
        page.evaluate(f"async () => {{ {script}; await new Promise(done => setTimeout(done, 200)) }}")


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("open('http://127.0.0.1:9/')", "requests to other hosts"),
        ("new Image().src = 'http://192.0.2.1/a.png'", "requests to other hosts"),
        ("setTimeout(() => { throw Error('lost') })", "uncaught errors.*lost"),
        ("console.error('broken')", "console errors.*broken"),
    ],
)
def test_what_goes_wrong_on_a_page_fails_its_test(
    browser: Browser, shelf: str, script: str, seen: str
) -> None:
    with pytest.raises(AssertionError, match=seen):
        watch(browser, shelf, script)


def test_an_error_that_the_test_expects_passes(browser: Browser, shelf: str) -> None:
    with watched(browser, shelf) as pages:
        pages.expect_console_error("^broken$")
        pages.open().evaluate("console.error('broken')")
