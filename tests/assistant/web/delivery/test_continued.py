"""A long answer in a chat: its parts one by one to whoever says 继续, and all of it behind its link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.asking.sessions import IDLE
from assistant.history.history import History
from assistant.setup.settings import Settings
from assistant.web.delivery.continued import Continued
from tests.assistant.kept_answers import NOON, answered, citation
from tests.assistant.web.chat_completions.talking import ask, text_of
from tests.assistant.web.wechat.accounts import official
from tests.assistant.web.wechat.platform_simulator import Platform, text_message
from tests.small_library import build_library, running_server, with_settings

BASE = "https://policy.example.edu.cn"
TASKS = [
    f"（{number}）第{name}项任务：各学校要按照{name}类标准逐项对照检查，建立问题清单和整改台账，明确责任人"
    f"和完成时限，{number}月底前完成整改并书面报县教育局{name}股备案。"
    for number, name in enumerate("甲乙丙丁戊己庚辛壬癸", start=1)
]
PLAN = (
    "松溪县校园安全整改方案\n\n松溪县教育局 2025年3月1日\n\n一、整改任务\n"
    "各学校要完成以下校园安全整改任务：\n" + "\n".join(TASKS) + "\n"
)
ASKED = "松溪县校园安全整改任务有哪些？"
PART = re.compile(r"（第(\d+)部分，共(\d+)部分。回复“继续”接着看。）\n全文：\n(\S+)\n")
NOTHING_LEFT = "没有可以接着看的了"


@pytest.fixture(scope="module")
def plan_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "plan.txt").write_text(PLAN, encoding="utf-8")
    return build_library(folder / "seeds", folder / "data")


@pytest.fixture(scope="module")
def plan_server(plan_settings: Settings) -> Iterator[str]:
    with running_server(plan_settings) as address:
        yield address


@pytest.fixture
def client(plan_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=plan_server, timeout=30) as opened:
        yield opened


def all_parts(client: httpx.Client, **who: str) -> list[str]:
    """What a person of a bot reads who goes on until the end."""
    parts = [text_of(ask(client, ASKED, **who))]
    while PART.search(parts[-1]):
        parts.append(text_of(ask(client, "继续", **who)))
    return parts


def told(parts: list[str]) -> str:
    return "".join(parts)


def test_whoever_is_named_reads_all_of_a_long_answer_part_by_part(client: httpx.Client) -> None:
    parts = all_parts(client, user="anna")
    assert len(parts) > 2
    assert all(task[3:60] in told(parts) for task in TASKS)
    assert [PART.search(part)[1] for part in parts[:-1]] == [str(n) for n in range(1, len(parts))]  # type: ignore[index]
    assert NOTHING_LEFT in text_of(ask(client, "继续", user="anna"))


def test_people_go_on_with_their_own_answers(client: httpx.Client) -> None:
    ask(client, ASKED, user="one")
    assert NOTHING_LEFT in text_of(ask(client, "继续", user="other"))
    assert "依据" in text_of(ask(client, "继续", user="one"))
    ask(client, "你好", user="one")
    assert NOTHING_LEFT in text_of(ask(client, "继续", user="one"))


def test_a_bot_that_sends_the_conversation_along_goes_on_by_it(client: httpx.Client) -> None:
    said: list[Any] = [{"role": "user", "content": ASKED}]
    parts: list[str] = []
    while not parts or PART.search(parts[-1]):
        parts.append(text_of(ask(client, *said)))
        said += [{"role": "assistant", "content": parts[-1]}, {"role": "user", "content": "继续"}]
    assert all(task[3:60] in told(parts) for task in TASKS)
    assert NOTHING_LEFT in text_of(ask(client, "你好", "继续"))


def test_the_link_shows_the_whole_answer_to_anybody(client: httpx.Client) -> None:
    found = PART.search(text_of(ask(client, ASKED, user="link")))
    assert found
    shown = client.get(found[3])
    assert shown.status_code == 200
    assert all(task[3:40] in re.sub(r"&#(\d+);", lambda one: chr(int(one[1])), shown.text) for task in TASKS)
    assert 'content="noindex"' in shown.text
    assert "<script" not in shown.text
    assert client.get(found[3] + "?lang=en&theme=dark").status_code == 200


def test_the_citations_of_a_part_come_with_it(client: httpx.Client) -> None:
    ask(client, ASKED, user="json")
    more = ask(client, "接着说", user="json")
    assert more["outcome"] == "grounded"
    assert {one["label"] for one in more["citations"]} >= set(
        map(int, re.findall(r"\[(\d+)\]", text_of(more)))
    )


def test_in_markdown_an_answer_is_whole(client: httpx.Client) -> None:
    text = text_of(ask(client, ASKED, model="edu-policy", user="markdown"))
    assert "接着看" not in text
    assert all(task[3:40] in text.replace("\\", "") for task in TASKS)


def test_without_links_there_are_parts_all_the_same(plan_settings: Settings, tmp_path: Path) -> None:
    settings = with_settings(plan_settings, tmp_path / "data", link_days=0)
    with running_server(settings) as address, httpx.Client(base_url=address, timeout=30) as client:
        first = text_of(ask(client, ASKED, user="anna"))
        assert "回复“继续”" in first
        assert "/a/" not in first
        assert "依据" in text_of(ask(client, "继续", user="anna"))
        assert client.post("/a/whatever").status_code == 404
        assert ".act-share { display: none; }" in client.get("/").text


@pytest.mark.parametrize("code", ["k" * 16, "x", "%2e%2e", "<script>", "长" * 50])
def test_a_link_that_leads_nowhere_says_so(client: httpx.Client, code: str) -> None:
    shown = client.get(f"/a/{code}")
    assert shown.status_code == 404
    assert "<script" not in shown.text
    if "/" not in code:
        assert "打不开了" in shown.text or "没有这个" in shown.text


def test_nobody_shares_from_another_browser(client: httpx.Client) -> None:
    answer_id = ask(client, ASKED, user="mine")["answer_id"]
    assert client.post(f"/a/{answer_id}").status_code == 404
    client.get("/")  # a cookie
    assert client.post(f"/a/{answer_id}").status_code == 404


def test_an_account_goes_on_too(plan_settings: Settings, tmp_path: Path) -> None:
    settings = with_settings(plan_settings, tmp_path / "data", **official())
    with running_server(settings) as address:
        account = Platform(address=address, path="/wechat/official", token="token-1", receiver="wx-school")
        first = account.deliver(text_message("anna", ASKED))
        second = account.deliver(text_message("anna", "继续"))
    assert first
    assert second
    assert PART.search(first)
    assert "（10）" in second or PART.search(second)


def test_without_sources_whoever_is_known_goes_on_without_a_link(client: httpx.Client) -> None:
    known = text_of(ask(client, ASKED, user="loudspeaker", sources="off"))
    unknown = text_of(ask(client, ASKED, sources="off"))
    assert "回复“继续”接着看" in known
    assert "http" not in known
    assert "http" not in (more := text_of(ask(client, "继续", user="loudspeaker", sources="off")))
    assert more != known
    assert "\n全文：\nhttp" in unknown  # its link is how the bot goes on


def test_an_unusable_history_costs_the_link_and_nothing_else(tmp_path: Path) -> None:
    history = History(tmp_path)
    continued = Continued(history.shared, 90)
    (tmp_path / "history.sqlite").write_bytes(b"no database")
    history.close()
    answer = answered("".join(f"{'字' * 200}[{n}]。" for n in range(1, 6)), *map(citation, range(1, 6)))
    first = continued.begin(answer, "anna", base=BASE, language="zh")
    assert "/a/" not in first
    more = continued.go_on("继续", "anna", base=BASE, language="zh")
    assert more
    assert "[" in more[0]


def test_a_day_later_the_rest_is_gone_and_the_link_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path)
    history.ask("q", "问", conversation_id="c", owner=None, asked_at=NOON)
    answer = answered("".join(f"{'字' * 200}[{n}]。" for n in range(1, 6)), *map(citation, range(1, 6)))
    continued = Continued(history.shared, 90)
    first = continued.begin(answer | {"answer_id": "q"}, "anna", base=BASE, language="zh")
    monkeypatch.setattr("assistant.web.delivery.continued.IDLE", -IDLE)
    assert continued.go_on("继续", "anna", base=BASE, language="zh") is None
    assert continued.go_on("继续", None, [first], base=BASE, language="zh") is not None
    history.close()
