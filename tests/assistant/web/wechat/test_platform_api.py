"""Messages that we send: with a token that is kept while it is good, and nothing secret in any log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from assistant.web.server import bind
from assistant.web.wechat.platform_api import PlatformApi
from tests.assistant.web.wechat.accounts import SECRET
from tests.assistant.web.wechat.platform_api_server import PlatformApiServer

MESSAGE = {"touser": "o1", "msgtype": "text", "text": {"content": "“午餐”[1]"}}


@pytest.fixture
def api() -> Iterator[PlatformApiServer]:
    with PlatformApiServer(SECRET) as listening:
        yield listening


def _api(url: str, *, secret: str = SECRET) -> PlatformApi:
    asked = httpx.Request("GET", f"{url}/cgi-bin/gettoken", params={"corpid": "ww", "corpsecret": secret})
    return PlatformApi(asked)


def _send(api: PlatformApi, url: str, times: int) -> None:
    async def at_once() -> None:
        await asyncio.gather(*(api.send(MESSAGE, f"{url}/cgi-bin/message/send") for _ in range(times)))

    asyncio.run(at_once())


def test_messages_share_a_token_and_are_sent_as_they_read(api: PlatformApiServer) -> None:
    _send(_api(api.url), api.url, 5)

    assert api.messages == [MESSAGE] * 5
    assert len(api.tokens) == 1
    assert "午餐".encode() in api.bodies[0]


def test_a_token_that_is_good_no_more_is_renewed_once(api: PlatformApiServer) -> None:
    sending = _api(api.url)
    _send(sending, api.url, 1)
    api.forget_tokens()

    _send(sending, api.url, 5)

    assert api.messages == [MESSAGE] * 6
    assert len([token for token in api.tokens if token]) == 2


def test_where_a_new_token_is_refused_too_there_is_no_third_try(api: PlatformApiServer) -> None:
    api.refuse(42001, 42001, 42001)

    _send(_api(api.url), api.url, 1)

    assert api.messages == []
    assert len(api.tokens) == 2


def test_a_wrong_secret_is_logged_without_it(
    api: PlatformApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    _send(_api(api.url, secret="wrong-secret-9"), api.url, 1)

    assert "40125" in caplog.text
    assert "wrong-secret-9" not in caplog.text


def test_a_platform_that_cannot_be_reached_is_logged_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]

    _send(_api(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{port}", 1)

    assert "ConnectError" in caplog.text
    assert SECRET not in caplog.text


def test_whatever_else_is_there_instead_of_the_api_is_logged(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    _send(_api(f"{server}", secret="secret-in-an-address"), f"{server}", 1)

    # what stands there has a log of its own, and may be in this process
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("assistant"))
    assert "ValueError" in ours
    assert "secret-in-an-address" not in ours
