"""The chat page over HTTP: its protocol, its people apart from each other, and that nothing else is open."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from assistant.asking.examples import questions_from_headings, written_questions
from assistant.errors import SettingsInvalid
from tests.assistant.web.original.test_reader import make_document
from tests.assistant.web.page.test_page_html import shown_text
from vectorstore.types import Section, SectionKind


class Visitor:
    """A browser tab, as far as the page's protocol goes."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.session = uuid4().hex
        config = client.get("/config").json()
        self.submit = next(
            each["id"]
            for each in config["dependencies"]
            if any(event == "submit" for _, event in each["targets"])
        )

    def ask(self, text: str) -> list[list[dict[str, Any]]]:
        """All states of the chat while ``text`` is answered."""
        body = {"data": [text, None, None, ""], "fn_index": self.submit, "session_hash": self.session}
        self.client.post("/gradio_api/queue/join", json=body).raise_for_status()
        states = []
        with self.client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": self.session}
        ) as lines:
            for line in lines.iter_lines():
                if line.startswith("data:"):
                    event = json.loads(line.removeprefix("data:"))
                    if event["msg"] in ("process_generating", "process_completed") and event["success"]:
                        states.append(event["output"]["data"][0])
                    if event["msg"] == "process_completed":
                        break
        return states


def words_of(state: object) -> str:
    return shown_text(json.dumps(state, ensure_ascii=False))


class TestPage:
    def test_the_page_asks_no_other_host_for_anything(self, client: httpx.Client) -> None:
        for path in ("/", "/theme.css", "/config"):
            text = client.get(path).text
            hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"127.0.0.1", "www.w3.org"}
            assert not hosts, (path, hosts)
        policy = client.get("/").headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "unsafe-eval" not in policy

    def test_the_page_is_in_the_language_of_its_readers(self, client: httpx.Client) -> None:
        page = client.get("/").text

        assert '<html lang="zh-CN"' in page
        assert "政策助手" in page

    def test_an_answer_is_streamed_and_ends_with_its_sources(self, client: httpx.Client) -> None:
        states = Visitor(client).ask("午餐补助由哪个部门负责？")

        assert "检索" in words_of(states[0])
        assert len(states) >= 3
        assert "/documents/" in json.dumps(states)
        assert "教育局" in json.dumps(states, ensure_ascii=False)

    def test_people_at_the_same_time_never_see_each_other(self, client: httpx.Client) -> None:
        visitors = [Visitor(client) for _ in range(6)]
        questions = ["午餐补助由哪个部门负责？", "图书角不少于多少册？"] * 3

        with ThreadPoolExecutor(6) as pool:
            states = list(pool.map(Visitor.ask, visitors, questions))

        for question, shown in zip(questions, states, strict=True):
            other = "图书角" if "午餐" in question else "午餐补助由"
            assert shown
            assert other not in words_of(shown)

    @pytest.mark.parametrize(
        "path",
        [
            "/gradio_api/upload",
            "/gradio_api/file=/etc/passwd",
            "/gradio_api/file=http://127.0.0.1/",
            "/gradio_api/proxy=http://127.0.0.1/",
            "/gradio_api/runs",
            "/gradio_api/component_server",
            "/gradio_api/vibe-edit",
            "/monitoring",
            "/svelte/x",
            "/login",
        ],
    )
    def test_what_the_page_does_not_need_of_gradio_is_closed(self, client: httpx.Client, path: str) -> None:
        for method in ("GET", "POST"):
            assert client.request(method, path).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/static/../../../etc/passwd", "/assets/..%2f..%2froutes.py", "/static/%2e%2e/x"]
    )
    def test_no_file_outside_the_page_s_own_is_served(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).status_code in (403, 404)


def test_without_written_examples_they_come_from_headings_that_have_a_text() -> None:
    document = make_document()
    bare = Section(kind=SectionKind.ITEM, label="1.", title="只有标题", start=0, end=4)
    full = Section(kind=SectionKind.ITEM, label="2.", title="午餐补助标准", start=0, end=60)

    assert questions_from_headings([replace(document, sections=(bare,))], "zh") == ()
    (question,) = questions_from_headings([replace(document, sections=(bare, full))], "zh")
    assert "午餐补助标准" in question
    assert "补助办法" in question


def test_written_examples_are_read_and_a_broken_file_is_told(tmp_path: Path) -> None:
    assert written_questions(tmp_path) == ()
    (tmp_path / "questions.toml").write_text('questions = ["甲？", "乙？"]', encoding="utf-8")
    assert written_questions(tmp_path) == ("甲？", "乙？")
    for broken in ("questions = [", "questions = 5", "other = []"):
        (tmp_path / "questions.toml").write_text(broken, encoding="utf-8")
        with pytest.raises(SettingsInvalid, match="questions"):
            written_questions(tmp_path)
