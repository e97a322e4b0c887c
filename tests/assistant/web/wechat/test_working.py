"""What people see who wait: that there is work going on, and nothing where the answer was soon there."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.assistant.web.wechat.accounts import SECRET, WECOM_AES_KEY, official, wecom, with_model
from tests.assistant.web.wechat.conftest import Serving
from tests.assistant.web.wechat.platform_api_server import PlatformApiServer
from tests.assistant.web.wechat.platform_simulator import Platform, event, text_message
from tests.chat_model.replies import Reply, Request, says
from tests.chat_model.server import ModelServer, Script

ASKED = "学生午餐补助由哪个部门负责？"
WRITTEN = "由云山市教育局负责，市财政局配合"
SIGN = "正在查阅文件…"
PATIENCE = 30.0


@pytest.fixture
def api() -> Iterator[PlatformApiServer]:
    with PlatformApiServer(SECRET) as listening:
        yield listening


def _once(seen: threading.Event) -> Script:
    """A chat model that writes as soon as the person has seen something."""

    def reply(request: Request) -> Reply:
        [label] = re.findall(rf"\[(\d+)\] [^\[]*{WRITTEN}", request.text)
        said = says(f"{WRITTEN}[{label}]。")

        def body(asked: Request) -> Iterator[bytes | float]:
            seen.wait(PATIENCE)
            yield from said.body(asked)

        return replace(said, body=body)

    return reply


def _account(address: str) -> Platform:
    return Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")


def _application(address: str) -> Platform:
    return Platform(
        address=address,
        path="/wechat/wecom",
        token="token-2",
        receiver="ww-company",
        aes_key=WECOM_AES_KEY,
        signs_plainly=False,
    )


def test_whoever_waits_for_a_certified_account_sees_it_typing_once_and_reads_nothing_but_the_answer(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    settings = official(late=api)
    with ModelServer(_once(api.shown)) as model, serving(**settings, **with_model(model)) as address:
        asked = text_message(person, ASKED)
        texts = [_account(address).deliver(asked), _account(address).deliver(asked)]
        if texts == [None, None]:  # it came too late for a reply
            assert api.tried.acquire(timeout=PATIENCE)
            texts = [one["text"]["content"] for one in api.messages]

    assert api.typing == [person]
    assert any(WRITTEN in (text or "") for text in texts)
    assert not any(SIGN in (text or "") for text in texts)
    assert all(SIGN not in one["text"]["content"] for one in api.messages)


def test_a_message_says_that_there_is_work_where_the_setting_wants_it(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    settings = official(late=api) | {"working_sign": "message"}
    with ModelServer(_once(api.shown)) as model, serving(**settings, **with_model(model)) as address:
        said = _account(address).deliver(text_message(person, ASKED))
        for _ in range(1 if said else 2):
            assert api.tried.acquire(timeout=PATIENCE)

    assert api.typing == [person]
    assert api.messages[0] == {"touser": person, "msgtype": "text", "text": {"content": SIGN}}
    texts = [one["text"]["content"] for one in api.messages[1:]] + ([said] if said else [])
    assert len(texts) == 1
    assert WRITTEN in texts[0]


def test_an_application_of_wecom_says_it_in_a_message_too(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    seen = threading.Event()
    settings = wecom(late=api) | {"working_sign": "message"}
    with ModelServer(_once(seen)) as model, serving(**settings, **with_model(model)) as address:
        said = _application(address).deliver(text_message(person, ASKED))
        assert api.tried.acquire(timeout=PATIENCE)
        seen.set()
        assert api.tried.acquire(timeout=PATIENCE)

    assert said is None
    sign, answer = api.messages
    assert (sign["touser"], sign["agentid"], sign["text"]["content"]) == (person, 1000002, SIGN)
    assert answer["text"]["content"].startswith(f"问：{ASKED}\n{WRITTEN}")


def test_who_is_answered_at_once_sees_no_sign(serving: Serving, api: PlatformApiServer, person: str) -> None:
    quick, slow = f"{person}a", f"{person}b"
    settings = official(late=api) | {"working_sign": "message"}
    with ModelServer(_once(api.shown)) as model, serving(**settings, **with_model(model)) as address:
        account = _account(address)
        assert account.deliver(event(quick, "subscribe"))
        assert account.deliver(text_message(quick, "谢谢"))
        account.deliver(text_message(slow, ASKED))  # is shown two seconds after it came
        assert api.shown.wait(PATIENCE)

    assert api.typing == [slow]
    assert quick not in {one["touser"] for one in api.messages}


def test_with_the_sign_off_only_the_answer_is_sent(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    held = threading.Event()
    settings = official(late=api) | {"working_sign": "off"}
    with ModelServer(_once(held)) as model, serving(**settings, **with_model(model)) as address:
        assert _account(address).deliver(text_message(person, ASKED)) is None  # after four seconds
        held.set()
        assert api.tried.acquire(timeout=PATIENCE)

    assert api.typing == []
    [answer] = api.messages
    assert WRITTEN in answer["text"]["content"]
