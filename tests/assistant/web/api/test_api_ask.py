"""``/api/ask``: events, tickets, deadlines, callbacks, retries and sessions, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.setup.settings import Settings
from assistant.web.api.replies import AnswerBody, TicketBody
from assistant.web.delivery.callback import _within
from tests.chat_model.replies import says, waits
from tests.chat_model.server import ModelServer
from tests.small_library import running_server, with_settings

LUNCH = "云山市的午餐补助由哪个部门负责？"
SECRET = "a secret of the tests' own, long enough"


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    """Names and data of the events of a whole stream."""
    told = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            told.append((lines["event"], json.loads(lines["data"])))
    return told


def ask(client: httpx.Client, question: str, **more: object) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


# Events


def test_a_stream_ends_with_the_whole_answer(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"question": LUNCH}, headers={"accept": "text/event-stream"})

    assert response.headers["content-type"].startswith("text/event-stream")
    told = events_of(response)
    assert [name for name, _ in told] == ["evidence", "text", "answer"]
    answer = AnswerBody.model_validate(told[-1][1])
    assert answer.citations
    assert told[1][1]["text"] == answer.answer


def test_a_question_that_is_none_has_its_status_in_a_stream_too(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={"question": " "}, headers={"accept": "text/event-stream"})

    assert response.status_code == 422
    assert response.json()["error"]["code"] == "bad_question"


# Tickets


def fetched(client: httpx.Client, url: str) -> httpx.Response:
    for _ in range(600):
        response = client.get(url)
        if response.status_code != 202:
            return response
        assert TicketBody.model_validate_json(response.content).state == "pending"
        time.sleep(0.05)
    raise AssertionError("no answer came")


def test_a_ticket_is_given_at_once_and_becomes_the_answer(client: httpx.Client) -> None:
    response = client.post("/api/ask?wait=0", json={"question": LUNCH, "user": "ticket-holder"})

    assert response.status_code == 202
    ticket = TicketBody.model_validate_json(response.content)
    assert response.headers["location"] == ticket.url
    answer = AnswerBody.model_validate_json(fetched(client, ticket.url).content)
    assert "云山市教育局" in answer.answer
    assert answer.conversation_id == ticket.conversation_id


def test_what_goes_wrong_with_a_ticket_is_told_when_it_is_fetched(client: httpx.Client) -> None:
    ticket = client.post("/api/ask?wait=0", json={"question": " "}).json()
    response = fetched(client, ticket["url"])
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_question")


def test_an_answer_is_no_ticket(client: httpx.Client) -> None:
    answer_id = ask(client, LUNCH)["answer_id"]
    for ticket in (answer_id, "nonsense", "0" * 32):
        response = client.get(f"/api/answers/{ticket}")
        assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_answer")


# Retries and sessions


def test_the_same_request_again_gets_the_same_answer(client: httpx.Client) -> None:
    first, second = (ask(client, LUNCH, user="retries") for _ in range(2))
    assert first["answer_id"] == second["answer_id"]
    assert first["conversation_id"] == second["conversation_id"]
    assert ask(client, LUNCH, user="somebody else")["answer_id"] != first["answer_id"]


def test_two_strangers_with_the_same_question_never_share_a_conversation(client: httpx.Client) -> None:
    asked = "河口县每个班级的图书角不少于多少册？"
    first, second = ask(client, asked), ask(client, asked)
    assert first["conversation_id"] != second["conversation_id"]

    follow_up = ask(client, "由谁牵头？", conversation_id=first["conversation_id"])
    stranger = ask(client, "由谁牵头？")

    assert "河口县" in follow_up["question"] + follow_up["answer"]
    assert follow_up["question"] != stranger["question"]
    assert stranger["question"] == "由谁牵头？"


def test_a_person_goes_on_where_they_were(client: httpx.Client) -> None:
    first = ask(client, LUNCH, user="teacher-1")
    second = ask(client, "每天补助多少元？", user="teacher-1")
    assert second["conversation_id"] == first["conversation_id"]
    assert "5元" in second["answer"]
    assert ask(client, "每天补助多少元？", user="teacher-2")["conversation_id"] != first["conversation_id"]


def test_a_name_of_ones_own_is_a_conversation(client: httpx.Client) -> None:
    ask(client, LUNCH, conversation_id="talk-a")
    assert "5元" in ask(client, "每天补助多少元？", conversation_id="talk-a")["answer"]


def test_conversations_are_listed_shown_and_deleted_for_their_person_only(client: httpx.Client) -> None:
    answer = ask(client, LUNCH, user="lists")
    conversation = answer["conversation_id"]

    (listed,) = client.get("/api/conversations", params={"user": "lists"}).json()["conversations"]
    assert (listed["id"], listed["questions"]) == (conversation, 1)
    shown = client.get(f"/api/conversations/{conversation}", params={"user": "lists"}).json()
    assert shown["turns"][0]["question"] == LUNCH
    assert shown["turns"][0]["answer"]["answer"] == answer["answer"]

    other = {"params": {"user": "nobody of these"}}
    assert client.get("/api/conversations", **other).json()["conversations"] == []  # type: ignore[arg-type]
    for response in (
        client.get(f"/api/conversations/{conversation}", **other),  # type: ignore[arg-type]
        client.delete(f"/api/conversations/{conversation}", **other),  # type: ignore[arg-type]
        client.get(f"/api/conversations/{conversation}"),
    ):
        assert response.status_code == 404

    assert client.delete(f"/api/conversations/{conversation}", params={"user": "lists"}).status_code == 204
    assert client.get("/api/conversations", params={"user": "lists"}).json()["conversations"] == []


def test_all_that_is_kept_of_a_person_goes_at_once(client: httpx.Client) -> None:
    for conversation in ("one", "two"):
        ask(client, LUNCH, user="leaves", conversation_id=conversation)
    assert client.delete("/api/conversations", params={"user": "leaves"}).json() == {"deleted": 2}
    assert client.delete("/api/conversations", params={"user": "leaves"}).json() == {"deleted": 0}


def test_an_answer_is_rated_by_its_person_and_by_nobody_else(client: httpx.Client) -> None:
    answer = ask(client, LUNCH, user="rates")
    body = {"answer_id": answer["answer_id"], "verdict": "down", "complaint": "wrong", "text": "看错了"}

    assert client.post("/api/feedback", json=body).status_code == 404
    assert client.post("/api/feedback", json={**body, "user": "somebody else"}).status_code == 404
    rated = client.post("/api/feedback", json={**body, "user": "rates"})
    assert rated.json() == {"answer_id": answer["answer_id"], "verdict": "down"}

    path = f"/api/conversations/{answer['conversation_id']}"
    assert client.get(path, params={"user": "rates"}).json()["turns"][0]["rating"]["text"] == "看错了"
    client.post("/api/feedback", json={**body, "user": "rates", "verdict": "none"})
    assert client.get(path, params={"user": "rates"}).json()["turns"][0]["rating"] is None


def test_a_stranger_rates_their_answer_by_its_id(client: httpx.Client) -> None:
    answer = ask(client, "云山市的午餐补助从何时起施行？")
    body = {"answer_id": answer["answer_id"], "verdict": "up"}
    assert client.post("/api/feedback", json=body).status_code == 200
    named = {**body, "conversation_id": answer["conversation_id"]}
    assert client.post("/api/feedback", json=named).status_code == 200


# Deadlines and callbacks, with a chat model


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(lambda _: waits(says("午餐补助由云山市教育局负责[1]。"), seconds=11)) as opened:
        yield opened


@dataclass
class Receiver:
    """What was sent to a callback, on the loopback; ``fail`` of the first deliveries are refused."""

    url: str
    fail: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            refused = len(made.got) <= made.fail
            self.send_response(503 if refused else 204)
            self.end_headers()
            if not refused:
                made.arrived.set()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_port}/bot/answers")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_slow_model_is_not_waited_for_longer_than_asked(
    settings: Settings, model: ModelServer, tmp_path: Path
) -> None:
    chosen = {"openai_base_url": model.base_url, "openai_model": "scripted"}
    with own_server(settings, tmp_path, **chosen) as client:
        started = time.monotonic()
        answer = ask(client, LUNCH, deadline_s=3)
        assert time.monotonic() - started < 10  # before the model has said a word
    assert answer["mode"] == "extract"
    assert "云山市教育局" in answer["answer"]
    assert any("对话模型" in notice for notice in answer["notices"])
    assert len(model.questions) == 1


@contextmanager
def own_server(settings: Settings, data: Path, **changes: object) -> Iterator[httpx.Client]:
    """A client of a server with other settings and conversations of its own."""
    with (
        running_server(with_settings(settings, data, **changes)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def test_an_answer_is_sent_to_its_callback_signed_and_again_until_it_is_taken(
    settings: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.fail = 1
    base = receiver.url.rsplit("/", 1)[0]
    with own_server(settings, tmp_path, callback_urls=(base,), callback_secret=SECRET) as client:
        response = client.post("/api/ask?wait=0", json={"question": LUNCH, "callback_url": receiver.url})
        assert response.status_code == 202
        assert receiver.arrived.wait(30)
    (_, refused), (headers, body) = receiver.got
    assert refused == body
    sent = json.loads(body)
    assert sent["type"] == "answer.ready"
    AnswerBody.model_validate(sent["data"])
    assert sent["data"]["conversation_id"] == response.json()["conversation_id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_what_went_wrong_is_sent_too(settings: Settings, receiver: Receiver, tmp_path: Path) -> None:
    with own_server(settings, tmp_path, callback_urls=(receiver.url,), callback_secret=SECRET) as client:
        client.post("/api/ask?wait=0", json={"question": " ", "callback_url": receiver.url})
        assert receiver.arrived.wait(30)
    ((_, body),) = receiver.got
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["error"]["code"]) == ("answer.failed", "bad_question")


def test_answers_go_nowhere_that_the_settings_do_not_allow(client: httpx.Client) -> None:
    for url in ("http://127.0.0.1:1/x", "file:///etc/passwd", "nonsense", ""):
        response = client.post("/api/ask", json={"question": LUNCH, "callback_url": url})
        assert (response.status_code, response.json()["error"]["code"]) == (422, "callback_refused")


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example.evil.example/hook",
        "https://bot.example@evil.example/hook",
        "https://user@bot.example/hook",
        "http://bot.example/hook",
        "https://bot.example:8443/hook",
        "https://bot.example/hooks",
        "https://bot.example/hook/../admin",
        "https://bot.example/hook\n",
        "https://[bot.example/hook",
        "https://bot.example:x/hook",
    ],
)
def test_only_the_very_address_and_what_is_below_it_is_allowed(url: str) -> None:
    assert not _within(url, "https://bot.example/hook")
    assert _within("https://bot.example/hook", "https://bot.example/hook")
    assert _within("https://BOT.example/hook/1?a=b", "https://bot.example/hook/")
    assert _within("https://bot.example", "https://bot.example")
