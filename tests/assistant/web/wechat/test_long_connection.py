"""What people send to the AI bot that connects to WeCom by itself, and what they are shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant.history.history import History
from assistant.history.types import Verdict
from assistant.setup.settings import Settings
from assistant.web.wechat.wecom_bot.messages import read_message
from tests.assistant.web.wechat.long_connection_servers import connected, connected_with_model, with_bot
from tests.assistant.web.wechat.long_connection_simulator import Wecom
from tests.assistant.web.wechat.test_wecom_bot import FOLLOW_UP, LUNCH_RULES, READING_PLAN, sources
from tests.assistant.web.wechat.test_wecom_bot_streams import RULES, explains, grows
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH, READING
from tests.assistant.web.wechat.wecom_bot_simulator import event, message, text
from tests.chat_model.replies import Reply, Request, waits

SEARCHING = "正在查阅文件…"


@pytest.fixture(scope="module")
def wecom() -> Iterator[Wecom]:
    with Wecom() as opened:
        yield opened


@pytest.fixture(scope="module")
def chosen(settings: Settings, wecom: Wecom, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return with_bot(settings, tmp_path_factory.mktemp("long"), wecom)


@pytest.fixture(scope="module", autouse=True)
def address(chosen: Settings) -> Iterator[str]:
    with connected(chosen) as running:
        yield running


def test_an_answer_ends_whole_with_sources_that_open(wecom: Wecom, address: str) -> None:
    content = wecom.answer(wecom.say(text(LUNCH)))
    assert "5元" in content
    assert "依据：" in content
    (link, *_) = re.findall(r"^  (http\S+)$", content, re.MULTILINE)
    path = link.split("/", 3)[3]
    assert httpx.get(f"{address}/{path}", follow_redirects=True).status_code == 200


def test_a_bot_that_connects_tells_its_sources_as_the_setting_of_wecom_says(
    settings: Settings, tmp_path: Path
) -> None:
    with Wecom() as own, connected(with_bot(settings, tmp_path / "data", own, wecom_sources="short")):
        content = own.answer(own.say(text(LUNCH)))
    assert content.endswith(f"\n\n依据：[1]{LUNCH_RULES}")
    assert "http" not in content


def test_everybody_goes_on_in_their_own_conversation_in_each_chat(wecom: Wecom) -> None:
    places = [{"userid": "one"}, {"userid": "one", "chat": "group"}, {"userid": "two", "chat": "group"}]
    for place, asked in zip(places, (LUNCH, READING, LUNCH), strict=True):
        wecom.answer(wecom.say(text(asked, **place)))
    said = [sources(wecom.answer(wecom.say(text(FOLLOW_UP, **place)))) for place in places]
    assert said == [{LUNCH_RULES}, {READING_PLAN}, {LUNCH_RULES}]


def test_who_quotes_something_asks_about_that(wecom: Wecom) -> None:
    wecom.answer(wecom.say(text(LUNCH, userid="quoter")))
    quote = {"msgtype": "text", "text": {"content": f"@政策助手 {READING}"}}
    asked = text(f"@政策助手 {FOLLOW_UP}", userid="quoter", chat="group-q", quote=quote)
    assert sources(wecom.answer(wecom.say(asked))) == {READING_PLAN}


def test_a_question_that_says_all_is_answered_whatever_it_quotes(wecom: Wecom) -> None:
    quote = {"msgtype": "text", "text": {"content": READING}}
    assert sources(wecom.answer(wecom.say(text(LUNCH, quote=quote)))) == {LUNCH_RULES}


@pytest.mark.parametrize("kind", ["image", "file", "video", "something new"])
def test_whoever_sends_no_words_is_asked_for_some(wecom: Wecom, kind: str) -> None:
    asked = wecom.say(message(kind, {kind: {"url": "https://wecom.invalid/file", "aeskey": "k"}}))
    assert wecom.answer(asked) == "请用文字提问。"


@pytest.mark.parametrize("words", ["收到", "好的", "继续", "谢谢"])
def test_what_is_no_question_gets_a_short_line(wecom: Wecom, words: str) -> None:
    content = wecom.answer(wecom.say(text(words, userid=f"says-{words}")))
    assert len(content) < 120
    assert "依据：" not in content


def test_whoever_comes_in_is_told_what_this_is(wecom: Wecom) -> None:
    wecom.tell(event("enter_chat"))
    wecom.until(lambda: bool(wecom.sent("aibot_respond_welcome_msg")))
    (welcome,) = wecom.sent("aibot_respond_welcome_msg")
    assert "2 份政策文件" in welcome["body"]["text"]["content"]


def test_a_like_becomes_a_rating(wecom: Wecom, chosen: Settings) -> None:
    asked = text(LUNCH, userid="rater")
    (first, *_) = wecom.streams(wecom.say(asked))
    liked = {"feedback_event": {"id": first["feedback"]["id"], "type": 1}}
    wecom.tell(event("feedback_event", liked, userid="rater"))
    wecom.answer(wecom.say(text("谢谢", userid="rater")))

    owner = read_message(asked).caller.owner
    assert owner

    def rated() -> bool:
        with closing(History(chosen.data_dir)) as history:
            kept = history.conversations(owner)
            turns = [turn for one in kept for turn in history.conversation(owner, one.id).turns]
        return [turn.rating.verdict for turn in turns if turn.rating] == [Verdict.UP]

    assert any(rated() or threading.Event().wait(0.1) for _ in range(300))


def test_a_slow_answer_grows_until_it_is_replaced_by_the_whole(settings: Settings, tmp_path: Path) -> None:
    def slowly(request: Request) -> Reply:
        return waits(explains(request, pause=0.1), seconds=2)

    with Wecom() as own, connected_with_model(with_bot(settings, tmp_path / "data", own), slowly):
        shown = own.streams(own.say(text("云山市学生午餐补助办法有哪些规定？")))
    first, *_, last = shown
    assert first["content"] == SEARCHING
    assert {one["id"] for one in shown} == {first["id"]}
    assert [one["finish"] for one in shown] == [False] * (len(shown) - 1) + [True]
    assert [bool(one.get("feedback")) for one in shown] == [True] + [False] * (len(shown) - 1)
    written = [one["content"] for one in shown[:-1] if one["content"] != SEARCHING]
    assert written
    assert grows(written)
    assert all(said in last["content"] for said in RULES)
    assert "依据：" in last["content"]
