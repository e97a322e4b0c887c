"""What chat front ends want of a conversation besides answers: titles and the like, without a search."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.assistant.web.chat_completions.talking import ASKED, PacedModel, ask, events, text_of

TITLE = "云山市学生午餐每人每天补助多少元"
ANSWERED = "云山市每人每天补助5元[1]。\n\n依据：\n[1] 《云山市学生午餐补助办法》\nhttp://a.invalid/d/1"
HISTORY = f"<chat_history>\nUSER: {ASKED}\nASSISTANT: {ANSWERED}\n</chat_history>"
ONLY_ASKED = f"<chat_history>\nUSER: {ASKED}\n</chat_history>"
TAGGED = f"<user>\n{ASKED}\n</user>\n<assistant>\n{ANSWERED}\n</assistant>"
ORDER = {"role": "system", "content": "Write a title of at most 50 characters. Output the title only."}
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}, "labels": {"type": "array"}}}
Message = dict[str, str]


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def task(shown: str, history: str = HISTORY) -> Message:
    """As a front end sends one that shows the JSON it wants."""
    return user(f"### Task:\nLook at the chat.\n\n### Output:\nJSON: {shown}\n### Chat History:\n{history}")


@pytest.mark.parametrize("model", ["edu-policy", "edu-policy-wechat"])
def test_a_title_is_made_of_the_question_in_the_form_that_is_shown(client: httpx.Client, model: str) -> None:
    asked = task('{ "title": "your title here" }\n### Examples:\n- { "title": "Markets" }')
    reply = ask(client, asked, model=model)
    assert json.loads(text_of(reply)) == {"title": TITLE}
    assert reply["citations"] == []


@pytest.mark.parametrize("history", [HISTORY, ONLY_ASKED, f"{HISTORY}\n<type>General</type>\n#### Output:\n"])
@pytest.mark.parametrize(
    ("shown", "filled"),
    [
        ('{ "tags": ["tag1", "tag2"] }', {"tags": []}),
        ('{ "follow_ups": ["Question 1?"] }', {"follow_ups": []}),
        ('{\n  "queries": ["query1", "query2"]\n} or { "queries": [] }', {"queries": []}),
        ('{ "text": "<your_completion>" }', {"text": ""}),
    ],
)
def test_what_is_wanted_besides_a_title_is_left_empty(
    client: httpx.Client, shown: str, filled: dict[str, Any], history: str
) -> None:
    assert json.loads(text_of(ask(client, task(shown, history)))) == filled


@pytest.mark.parametrize(
    "messages",
    [
        [ORDER, user(f"user: {ASKED}\nassistant: {ANSWERED}")],
        [ORDER, user(f"<task>\nWrite a title.\n</task>\n\n<conversation>\n{TAGGED}\n</conversation>")],
        [user(f"Write a title for this conversation.\n\n{HISTORY}")],
    ],
)
def test_a_title_is_plain_where_no_form_is_shown(client: httpx.Client, messages: list[Message]) -> None:
    assert text_of(ask(client, *messages)) == TITLE


def test_the_form_may_be_a_schema(client: httpx.Client) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "named", "schema": SCHEMA}}
    reply = ask(client, ORDER, user(f"<conversation>\n{TAGGED}\n</conversation>"), response_format=wanted)
    assert json.loads(text_of(reply)) == {"title": TITLE, "labels": []}


@pytest.mark.parametrize("wanted", [{"type": "text"}, {"json_schema": {"schema": 1}}, "json", 7, []])
def test_whatever_else_a_format_says_changes_nothing(client: httpx.Client, wanted: object) -> None:
    assert "5元" in text_of(ask(client, ASKED, response_format=wanted))
    assert text_of(ask(client, user(f"A title.\n\n{HISTORY}"), response_format=wanted)) == TITLE


def test_a_long_question_is_cut_to_a_title_without_what_a_bot_added(client: httpx.Client) -> None:
    reminder = "<system_reminder>Current datetime: 2031-11-30</system_reminder>"
    asked = f"USER: {reminder}请问{'学校' * 40}怎么办？\nASSISTANT: 好。"
    title = text_of(ask(client, user(f"A title.\n\n<chat_history>\n{asked}\n</chat_history>")))
    assert title.startswith("请问学校")
    assert len(title) <= 30


def test_an_order_of_the_client_after_an_answer_gets_what_was_asked(client: httpx.Client) -> None:
    said = [user(ASKED), {"role": "assistant", "content": ANSWERED}, user("由谁负责？")]
    order = {"role": "system", "content": "Summarise the discussion in 200 words, to be remembered."}
    reply = ask(client, *said, {"role": "assistant", "content": "由云山市教育局负责[1]。"}, order)
    assert text_of(reply) == f"{ASKED} 由谁负责？"
    assert "5元" in text_of(ask(client, user(ASKED), order))  # this one has no answer yet


def test_a_task_asks_no_model_and_streams_like_an_answer(
    modelled_client: httpx.Client, model: PacedModel
) -> None:
    body = {"model": "edu-policy", "messages": [task('{ "title": "" }')], "stream": True}
    chunks = events(modelled_client.post("/v1/chat/completions", json=body).text)
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert json.loads(said) == {"title": TITLE}
    assert model.server.requests == []


def test_tasks_are_no_questions_of_a_key(keyed_server: tuple[str, str, str]) -> None:
    address, key, _ = keyed_server
    with httpx.Client(base_url=address, timeout=30, headers={"authorization": f"Bearer {key}"}) as client:
        for _ in range(121):
            ask(client, task('{ "title": "" }'))
        assert "5元" in text_of(ask(client, ASKED))


@pytest.mark.parametrize(
    "messages",
    [
        [user(f"<history>\nUser: 你好\nAssistant: 您好！\n</history>\n{ASKED}")],
        [ORDER, user(f"user: 你好\nassistant: 您好！\nuser: {ASKED}\nassistant:")],
        [user(f"user: {ASKED}")],
        [user(f'{ASKED}\n格式：{{"title": ""}}')],
    ],
)
def test_whoever_asks_something_beside_or_at_the_end_of_a_conversation_is_answered(
    client: httpx.Client, messages: list[Message]
) -> None:
    reply = ask(client, *messages, model="edu-policy")
    assert "5元" in text_of(reply)
    assert reply["citations"]
