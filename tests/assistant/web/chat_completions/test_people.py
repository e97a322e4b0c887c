"""Who asks through one bot: strangers share nothing, people keep their past, a retry asks no model twice."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from assistant.asking.keys import Keys
from assistant.setup.settings import Settings
from tests.assistant.web.chat_completions.talking import (
    ASKED,
    QUICK,
    PacedModel,
    ask,
    modelled,
    server_with,
    text_of,
)

LUNCH = "云山市的午餐补助由哪个部门负责？"
BOOKS = "河口县的图书角由谁牵头？"
FOLLOW_UP = "那由谁配合？"


def understood(model: PacedModel, client: httpx.Client, text: str, **who: str) -> str:
    """The question as the chat model is asked it: with what was carried over from before."""
    asked = len(model.server.questions)
    ask(client, text, **who)
    assert len(model.server.questions) == asked + 1
    found = re.search(r"<问题 \w+>\n(.*)\n</问题", model.server.questions[-1].text)
    assert found
    return found[1]


def test_a_stranger_has_no_context(model: PacedModel, modelled_client: httpx.Client) -> None:
    ask(modelled_client, LUNCH)
    assert "午餐" not in understood(model, modelled_client, FOLLOW_UP)
    ask(modelled_client, LUNCH)
    elsewhere = understood(model, modelled_client, "那河口县呢？")
    assert "午餐" not in elsewhere
    assert "云山市" not in elsewhere


@pytest.mark.parametrize("name", ["user", "session_id", "chatId", "conversation_id", "X-Session-Id"])
def test_whoever_is_named_keeps_their_past_and_no_others(
    model: PacedModel, modelled_server: str, name: str
) -> None:
    def talk(text: str, value: str) -> str:
        headers = {name: value} if name == "X-Session-Id" else {}
        with httpx.Client(base_url=modelled_server, timeout=30, headers=headers) as client:
            return understood(model, client, text, **({} if headers else {name: value}))

    talk(LUNCH, f"{name} one")
    talk(BOOKS, f"{name} other")
    one, other = talk(FOLLOW_UP, f"{name} one"), talk(FOLLOW_UP, f"{name} other")
    assert "午餐" in one
    assert "图书角" not in one
    assert "图书角" in other
    assert "午餐" not in other


def test_a_question_knows_the_one_before_it_that_is_not_answered_yet(
    model: PacedModel, modelled_client: httpx.Client
) -> None:
    model.seconds = 3.0
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, modelled_client, LUNCH, user="impatient", model="edu-policy")
        while not model.server.questions:
            time.sleep(0.02)
        model.seconds = QUICK
        assert "午餐" in understood(model, modelled_client, FOLLOW_UP, user="impatient")
        assert not first.done()
        assert "午餐" in text_of(first.result()) or "补助" in text_of(first.result())


def test_the_conversation_of_a_reply_can_be_continued_by_whoever_knows_it(
    model: PacedModel, modelled_client: httpx.Client
) -> None:
    name = ask(modelled_client, LUNCH)["conversation_id"]
    assert "午餐" in understood(model, modelled_client, FOLLOW_UP, conversation_id=name)


def test_two_keys_with_the_same_person_are_two_persons(
    model: PacedModel, settings: Settings, tmp_path: Path
) -> None:
    with server_with(settings, tmp_path / "data", **modelled(model)) as (changed, address):
        keys = Keys(changed.data_dir)
        one, other = (
            httpx.Client(
                base_url=address, timeout=30, headers={"authorization": f"Bearer {keys.create(name)}"}
            )
            for name in ("one", "other")
        )
        with one, other:
            ask(one, LUNCH, user="somebody")
            assert "午餐" not in understood(model, other, FOLLOW_UP, user="somebody")
            assert "午餐" in understood(model, one, FOLLOW_UP, user="somebody")


def test_requests_that_come_again_ask_the_model_once(
    model: PacedModel, modelled_client: httpx.Client
) -> None:
    model.seconds = 0.3
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: ask(modelled_client, ASKED, model="edu-policy"), range(4)))
    replies.append(ask(modelled_client, ASKED, model="edu-policy"))

    assert len({text_of(reply) for reply in replies}) == 1
    assert len({reply["answer_id"] for reply in replies}) == 1
    assert len(model.server.questions) == 1


def test_two_people_with_the_same_words_are_two_questions(
    model: PacedModel, modelled_client: httpx.Client
) -> None:
    replies = [ask(modelled_client, ASKED, model="edu-policy", user=user) for user in ("甲", "乙")]
    assert len({reply["answer_id"] for reply in replies}) == 2
    assert len(model.server.questions) == 2
