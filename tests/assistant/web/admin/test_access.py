"""Who gets to the administration pages: nobody without a password, a session and the form's token."""

from __future__ import annotations

import logging
import re

import httpx
import pytest
from fastapi.routing import APIRoute

from assistant.web.admin import pages
from assistant.web.admin.access.sessions import (
    COOKIE,
    LOCK_SECONDS,
    OF_ALL_SECONDS,
    SESSION_SECONDS,
    TRIES,
    TRIES_OF_ALL,
    Sessions,
    Tries,
    is_password,
)
from tests.assistant.web.admin.conftest import PASSWORD
from tests.assistant.web.admin.person import Person

ROUTES = [
    (method, re.sub(r"\{(\w+)(?::path)?\}", r"\1", route.path))
    for router in pages.routers
    for route in router.routes
    if isinstance(route, APIRoute) and route.path != "/admin/login"
    for method in sorted(route.methods or ())
]
READS = [path for method, path in ROUTES if method == "GET"]
WRITES = [(method, path) for method, path in ROUTES if method not in ("GET", "HEAD")]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_there_are_routes_of_both_kinds() -> None:
    assert "/admin" in READS
    assert ("POST", "/admin/uploads") in WRITES


def test_without_a_password_every_page_is_closed_and_says_how_to_open_it(client: httpx.Client) -> None:
    for method, path in [("GET", "/admin/login"), *ROUTES]:
        response = client.request(method, path)
        assert response.status_code == 403, (method, path)
        if method != "HEAD":
            assert "POLICY_ASSISTANT_ADMIN_PASSWORD" in response.text
    assert "The administration pages are closed" in client.get("/admin?lang=en").text


@pytest.mark.parametrize("path", READS)
def test_without_a_session_a_page_leads_to_the_login(visitor: httpx.Client, path: str) -> None:
    visitor.cookies.set(COOKIE, "invented")
    response = visitor.get(f"{path}?lang=en")

    assert response.status_code == 303
    assert response.headers["location"] == "/admin/login?lang=en"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_without_a_session_nothing_is_changed(visitor: httpx.Client, method: str, path: str) -> None:
    assert visitor.request(method, path).status_code == 403


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_form_without_its_token_is_refused(person: Person, method: str, path: str) -> None:
    for data in ({}, {"csrf": "invented"}, {"csrf": person.csrf[:-1]}):
        assert person.client.request(method, path, data=data).status_code == 403
    assert person.get("/admin").url.path == "/admin"  # logged out by none of them


def test_the_token_of_another_session_is_refused(person: Person, address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        other = Person(client, PASSWORD)
        assert person.client.post("/admin/logout", data={"csrf": other.csrf}).status_code == 403


def test_the_cookie_is_for_these_pages_and_no_script(visitor: httpx.Client) -> None:
    response = visitor.post("/admin/login", data={"password": PASSWORD})
    cookie = response.headers["set-cookie"]

    assert response.status_code == 303
    for part in ("HttpOnly", "SameSite=strict", "Path=/admin", f"Max-Age={SESSION_SECONDS}"):
        assert part in cookie
    assert "Secure" not in cookie  # over plain HTTP the browser would not send it back
    by_https = {"X-Forwarded-Proto": "https"}
    assert (
        "Secure"
        in visitor.post("/admin/login", data={"password": PASSWORD}, headers=by_https).headers["set-cookie"]
    )


def test_whoever_logs_out_is_out(person: Person) -> None:
    cookie = person.client.cookies[COOKIE]
    page = person.post("/admin/logout")
    person.client.cookies.set(COOKIE, cookie, path="/admin")

    assert page.url.path == "/admin/login"
    assert person.get("/admin").url.path == "/admin/login"


def test_a_page_that_is_not_there_says_so(person: Person) -> None:
    page = person.get("/admin/nothing")

    assert page.status_code == 404
    assert "没有这个页面" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_wrong_passwords_make_their_sender_wait(visitor: httpx.Client, person: Person) -> None:
    headers = {"X-Forwarded-For": "192.0.2.7"}  # as a proxy on this machine tells it
    for _ in range(TRIES):
        assert visitor.post("/admin/login", data={"password": "wrong"}, headers=headers).status_code == 403

    for password in ("wrong", PASSWORD):
        response = visitor.post("/admin/login", data={"password": password}, headers=headers)
        assert response.status_code == 429
        assert 0 < int(response.headers["retry-after"]) <= LOCK_SECONDS
        assert "set-cookie" not in response.headers
    assert person.get("/admin").url.path == "/admin"


def test_after_a_lock_one_wrong_password_locks_again_and_a_right_one_ends_it() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(TRIES):
        assert tries.wait("a") == 0
        tries.note_wrong("a")

    assert tries.wait("a") == LOCK_SECONDS
    assert tries.wait("b") == 0
    clock.now += LOCK_SECONDS
    assert tries.wait("a") == 0
    tries.note_wrong("a")
    assert tries.wait("a") == LOCK_SECONDS
    tries.note_right("a")
    assert tries.wait("a") == 0


def test_wrong_passwords_from_ever_new_addresses_make_all_wait_but_who_is_known() -> None:
    clock = Clock()
    tries = Tries(clock)
    tries.note_right("office")
    for number in range(TRIES_OF_ALL):
        assert tries.wait(f"192.0.2.{number}") == 0
        tries.note_wrong(f"192.0.2.{number}")
        clock.now += 1

    assert tries.wait("198.51.100.1") == OF_ALL_SECONDS - TRIES_OF_ALL
    assert tries.wait("office") == 0
    clock.now += OF_ALL_SECONDS - TRIES_OF_ALL
    assert tries.wait("198.51.100.1") == 0


def test_logins_and_changes_are_in_the_log_without_what_was_typed(
    person: Person, visitor: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        visitor.post("/admin/login", data={"password": "typed wrongly"})
        person.post("/admin/logout")
        person.get("/admin")
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "wrong password from 127.0.0.1" in told
    assert "/admin/logout from 127.0.0.1: 303" in told
    assert "typed wrongly" not in told


def test_sessions_end_and_are_bounded() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    first = sessions.begin()
    found = sessions.find(first)

    assert found
    assert found.carries(found.csrf)
    assert not found.carries("")
    clock.now += SESSION_SECONDS
    assert sessions.find(first) is None
    second, *others = [sessions.begin() for _ in range(101)]
    assert sessions.find(second) is None
    assert all(map(sessions.find, others))


def test_only_the_password_is_the_password() -> None:
    assert is_password(PASSWORD, PASSWORD)
    assert not is_password("", PASSWORD)
    assert not is_password(PASSWORD[:-1], PASSWORD)
    assert not is_password("\ud800", PASSWORD)
