"""A model that fails, and one visitor with many questions: the others are answered, and without waiting."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import httpx

from assistant.asking.desk import MOST_OF_ONE
from assistant.setup.settings import Settings
from tests.chat_model.replies import Reply, Request, refuses
from tests.chat_model.server import ModelServer
from tests.small_library import running_server, with_settings

ASKED = "云山市的午餐补助由哪个部门负责？"


def send(client: httpx.Client, number: int, user: str) -> httpx.Response:
    return client.post("/api/ask?wait=0", json={"question": f"{ASKED}第{number}次问", "user": user})


def answer_of(client: httpx.Client, sent: httpx.Response) -> dict[str, Any]:
    assert sent.status_code == 202, sent.text
    while (response := client.get(sent.json()["url"])).status_code == 202:
        time.sleep(0.05)
    told: dict[str, Any] = response.json()
    return told


def test_a_greedy_visitor_and_a_failing_model_keep_nobody_waiting(settings: Settings, tmp_path: Path) -> None:
    failing = threading.Event()

    def late_failure(_: Request) -> Reply:
        failing.wait(60)
        return refuses(401)

    with ModelServer(late_failure) as model:
        chosen = {"openai_base_url": model.base_url, "openai_model": "scripted"}
        with (
            running_server(with_settings(settings, tmp_path, **chosen)) as address,
            httpx.Client(base_url=address, timeout=60) as client,
        ):
            sent = [send(client, number, "greedy") for number in range(MOST_OF_ONE + 2)]
            taken, refused = sent[:MOST_OF_ONE], sent[MOST_OF_ONE:]
            assert_are_refused(client, refused)
            taken.append(send(client, 0, "teacher"))
            failing.set()
            answers = [answer_of(client, one) for one in taken]
            assert {answer["mode"] for answer in answers} == {"extract"}
            assert all("云山市教育局" in answer["answer"] for answer in answers)

            asked = len(model.questions)
            after = answer_of(client, send(client, 9, "another"))
            assert "云山市教育局" in after["answer"]
            assert any("对话模型" in notice for notice in after["notices"])
            assert len(model.questions) == asked


def assert_are_refused(client: httpx.Client, refused: list[httpx.Response]) -> None:
    """With a status on the API, in words where bots ask."""
    for response in refused:
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "too_many_at_once"
        assert int(response.headers["retry-after"]) > 0
    asks = {"model": "edu-policy", "user": "greedy", "messages": [{"role": "user", "content": ASKED}]}
    reply = client.post("/v1/chat/completions", json=asks)
    assert reply.status_code == 200
    assert f"{MOST_OF_ONE} 个问题" in reply.json()["choices"][0]["message"]["content"]
