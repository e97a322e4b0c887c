"""Answers that take longer than a platform waits: cut short, or sent later, once, and never a silence."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from assistant.history.history import FILE
from assistant.setup.settings import Settings
from assistant.web.wechat.messages import LONGEST_REPLY
from tests.assistant.web.wechat.accounts import AES_KEY, SECRET, WECOM_AES_KEY, official, wecom, with_model
from tests.assistant.web.wechat.conftest import Serving
from tests.assistant.web.wechat.platform_api_server import PlatformApiServer
from tests.assistant.web.wechat.platform_simulator import Platform, as_xml, event, text_message
from tests.chat_model.replies import Reply, Request, says, waits
from tests.chat_model.server import ModelServer, Script

ASKED = "学生午餐补助由哪个部门负责？"
WRITTEN = "由云山市教育局负责，市财政局配合"  # by the chat model: the document has more words before it
SLOW = 11  # seconds, longer than two tries of a platform
UNHURRIED = 3  # seconds, longer than these tests' servers hold a request
HELD = 1.0
PATIENCE = 30.0


def _writes(request: Request) -> Reply:
    """The answer to whatever was asked, with the label that its passage has there."""
    asked = request.text.rpartition("<问题")[2]
    said = "由县教育体育局牵头" if "图书角" in asked else WRITTEN
    [label] = re.findall(rf"\[(\d+)\] [^\[]*{said}", request.text)
    return says(f"{said}[{label}]。")


def _slow(seconds: float) -> Script:
    return lambda request: waits(_writes(request), seconds=seconds)


@pytest.fixture
def api() -> Iterator[PlatformApiServer]:
    with PlatformApiServer(SECRET) as listening:
        yield listening


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A chat model that needs longer than a request is held."""
    with ModelServer(_slow(UNHURRIED)) as listening:
        yield listening


@pytest.fixture
def late_account(serving: Serving, api: PlatformApiServer, model: ModelServer) -> Iterator[Platform]:
    """An account in safe mode that may send customer-service messages."""
    settings = official(encrypted=True, late=api) | with_model(model)
    with serving(**settings, bot_seconds=HELD) as address:
        yield _account(address, AES_KEY)


@pytest.fixture
def late_application(serving: Serving, api: PlatformApiServer, model: ModelServer) -> Iterator[Platform]:
    """A WeCom application that may send messages."""
    with serving(**wecom(late=api), **with_model(model), bot_seconds=HELD) as address:
        yield Platform(
            address=address,
            path="/wechat/wecom",
            token="token-2",
            receiver="ww-company",
            aes_key=WECOM_AES_KEY,
            signs_plainly=False,
        )


def _account(address: str, aes_key: str = "") -> Platform:
    return Platform(
        address=address, path="/wechat/official", token="token-1", receiver="wx-school", aes_key=aes_key
    )


def test_a_slow_model_is_cut_short_and_what_the_documents_say_arrives_in_time(
    serving: Serving, person: str
) -> None:
    with ModelServer(_slow(SLOW)) as model, serving(**official(), **with_model(model)) as address:
        asked = text_message(person, ASKED)
        first, again = _account(address).deliver(asked), _account(address).deliver(asked)
        questions = len(model.questions)

    assert first is not None
    assert "云山市教育局" in first
    assert "依据：\n[1]" in first
    assert "ⓘ" in first
    assert again == first
    assert questions == 1


def _waiting_for(happened: threading.Event) -> Script:
    """A chat model that says nothing before that."""

    def reply(request: Request) -> Reply:
        said = _writes(request)

        def body(asked: Request) -> Iterator[bytes | float]:
            happened.wait(PATIENCE)
            yield from said.body(asked)

        return replace(said, body=body)

    return reply


def test_an_account_that_can_t_send_later_has_a_slow_answer_in_the_third_try(
    serving: Serving, person: str
) -> None:
    asked, third_is_near = text_message(person, ASKED), threading.Event()
    with (
        ModelServer(_waiting_for(third_is_near)) as model,
        serving(**official(encrypted=True), **with_model(model), wechat_official_tries=3) as address,
    ):
        account = _account(address, AES_KEY)
        for _ in range(2):
            with pytest.raises(httpx.TimeoutException):
                account.post(account.make(as_xml(asked), person=person))
        third_is_near.set()
        said = account.deliver(asked)
        questions = len(model.questions)

    assert said is not None
    assert said.startswith(WRITTEN)
    assert questions == 1


def test_a_model_that_is_too_slow_for_three_tries_is_cut_short_in_the_third(
    serving: Serving, person: str
) -> None:
    with (
        ModelServer(_slow(PATIENCE)) as model,
        serving(**official(), **with_model(model), wechat_official_tries=3) as address,
    ):
        said = _account(address).deliver(text_message(person, ASKED))

    assert said is not None
    assert "云山市教育局" in said
    assert "ⓘ" in said


def test_where_no_more_tries_come_there_is_a_reply_in_time_and_the_answer_for_the_others(
    serving: Serving, person: str
) -> None:
    asked, last_was_told = as_xml(text_message(person, ASKED)), threading.Event()
    with (
        ModelServer(_waiting_for(last_was_told)) as model,
        serving(**official(), **with_model(model), wechat_official_tries=3, bot_seconds=HELD) as address,
        ThreadPoolExecutor(3) as pool,
    ):
        account = _account(address)

        def reply(_: int) -> str | None:
            sent = account.make(asked, person=person)
            return account.said(sent, account.post(sent))

        tries = [pool.submit(reply, number) for number in range(3)]  # and not one after the other
        done, held = wait(tries, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        last_was_told.set()
        others = [one.result(PATIENCE) for one in held]

    assert [one.result() for one in done] == ["这个问题还没有整理出答案，请过几秒把同样的问题再发一次。"]
    assert len(others) == 2
    assert all(other and other.startswith(WRITTEN) for other in others)


def test_an_answer_that_is_soon_there_waits_for_no_try(serving: Serving, person: str) -> None:
    with (
        ModelServer(_writes) as model,
        serving(**official(), **with_model(model), wechat_official_tries=3) as address,
    ):
        account = _account(address)
        sent = account.make(as_xml(text_message(person, ASKED)), person=person)
        said = account.said(sent, account.post(sent))

    assert said is not None
    assert said.startswith(WRITTEN)


def test_with_customer_service_nobody_waits_for_three_tries(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    with (
        ModelServer(_slow(UNHURRIED)) as model,
        serving(
            **official(late=api), **with_model(model), wechat_official_tries=3, bot_seconds=HELD
        ) as address,
    ):
        account = _account(address)
        sent = account.make(as_xml(text_message(person, ASKED)), person=person)
        said = account.said(sent, account.post(sent))
        assert api.tried.acquire(timeout=PATIENCE)

    assert said is None
    assert len(api.messages) == 1


def test_a_model_that_is_fast_enough_writes_the_answer(serving: Serving, person: str) -> None:
    with ModelServer(_writes) as model, serving(**official(), **with_model(model)) as address:
        said = _account(address).deliver(text_message(person, ASKED))

    assert said is not None
    assert said.startswith(WRITTEN)


def test_what_is_not_there_in_time_is_said_and_had_when_the_message_comes_again(
    serving: Serving, settings: Settings, person: str
) -> None:
    asked = text_message(person, ASKED)
    with serving(**official(), bot_seconds=HELD) as address:
        with closing(sqlite3.connect(settings.data_dir / FILE)) as another:
            another.execute("BEGIN EXCLUSIVE")  # no question can be written down
            late = _account(address).deliver(asked)
        _until(lambda: _account(address).deliver(asked) != late)
        said = _account(address).deliver(asked)

    assert late == "这个问题还没有整理出答案，请过几秒把同样的问题再发一次。"
    assert "云山市教育局" in (said or "")


def test_with_customer_service_a_slow_answer_is_sent_later(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    with (
        ModelServer(_slow(SLOW)) as model,
        serving(**official(late=api), **with_model(model)) as address,
    ):
        said = _account(address).deliver(text_message(person, ASKED))
        assert said is None
        assert api.tried.acquire(timeout=PATIENCE)

    [sent] = api.messages
    assert sent["touser"] == person
    assert sent["msgtype"] == "text"
    assert sent["text"]["content"].startswith(f"问：{ASKED}\n{WRITTEN}")
    assert "\n依据：\n[1]" in sent["text"]["content"]
    assert "午餐".encode() in api.bodies[0]


def test_however_often_a_message_comes_its_answer_is_sent_once(
    late_account: Platform, api: PlatformApiServer, model: ModelServer, person: str
) -> None:
    asked = text_message(person, ASKED)
    same = late_account.make(as_xml(asked), person=person)

    with ThreadPoolExecutor(3) as pool:  # while it is worked on
        identical = pool.submit(lambda: late_account.said(same, late_account.post(same)))
        assert late_account.deliver(asked) is None
        assert late_account.deliver(asked) is None
        assert identical.result() is None
    assert api.tried.acquire(timeout=PATIENCE)
    assert late_account.said(same, late_account.post(same)) is None  # and after it was sent
    assert late_account.deliver(asked) is None

    assert len(api.messages) == 1
    assert len(model.questions) == 1


def test_late_answers_of_two_people_go_to_whom_they_belong(
    serving: Serving, api: PlatformApiServer, person: str
) -> None:
    asked = {f"{person}a": "午餐补助由谁负责？", f"{person}b": "班级图书角由谁牵头？"}

    with (
        ModelServer(_slow(UNHURRIED)) as model,
        serving(**official(late=api), **with_model(model), bot_seconds=HELD) as address,
        ThreadPoolExecutor(2) as pool,
    ):
        sent = [text_message(who, text) for who, text in asked.items()]
        assert list(pool.map(_account(address).deliver, sent)) == [None, None]
        assert all(api.tried.acquire(timeout=PATIENCE) for _ in asked)

    assert {one["touser"] for one in api.messages} == set(asked)
    for one in api.messages:
        text = one["text"]["content"]
        assert text.startswith(f"问：{asked[one['touser']]}\n由{'县' if '图书角' in text else '云山市'}教育")


def test_an_answer_that_the_platform_does_not_take_is_logged_and_not_tried_again(
    late_account: Platform, api: PlatformApiServer, person: str, caplog: pytest.LogCaptureFixture
) -> None:
    codes = (45015, 40164, 45047, -1)
    api.refuse(*codes)
    asked = [text_message(f"{person}{code}", ASKED) for code in codes]
    with ThreadPoolExecutor(len(asked)) as pool:
        assert list(pool.map(late_account.deliver, asked)) == [None] * len(codes)

    _until(lambda: all(f"error {code}, " in caplog.text for code in codes))
    assert SECRET not in caplog.text
    assert api.tokens[-1] not in caplog.text
    assert api.messages == []
    assert late_account.deliver(event(person, "subscribe")) is not None


def test_events_that_ask_are_answered_late_too(
    late_account: Platform, api: PlatformApiServer, person: str
) -> None:
    clicked = event(person, "CLICK", ASKED)

    assert late_account.deliver(clicked) is None
    assert late_account.deliver(clicked) is None
    assert api.tried.acquire(timeout=PATIENCE)

    assert len(api.messages) == 1


def test_an_application_sends_a_slow_answer_as_a_message(
    late_application: Platform, api: PlatformApiServer, model: ModelServer, person: str
) -> None:
    asked = text_message(person, ASKED)

    assert late_application.deliver(asked) is None
    assert late_application.deliver(asked) is None
    assert api.tried.acquire(timeout=PATIENCE)

    [sent] = api.messages
    text = sent.pop("text")["content"]
    assert sent == {"touser": person, "agentid": 1000002, "msgtype": "text"}
    assert text.startswith(f"问：{ASKED}\n{WRITTEN}")
    assert len(text.encode()) <= LONGEST_REPLY
    assert len(model.questions) == 1


def _until(happened: Callable[[], bool]) -> None:
    """Wait for what a log tells, which nobody is told of."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)
