"""What people send to the AI bot of WeCom, each in their own conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.history.history import History
from assistant.history.types import Complaint, KeptTurn, Verdict
from assistant.setup.settings import Settings
from assistant.web.wechat.wecom_bot.messages import read_message
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH, READING, bot_settings, platform_of
from tests.assistant.web.wechat.wecom_bot_simulator import Platform, event, message, text


@pytest.fixture(scope="module")
def chosen(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a bot."""
    return bot_settings(seeds, tmp_path_factory.mktemp("bot"))


@pytest.fixture(scope="module")
def platform(chosen: Settings) -> Iterator[Platform]:
    """In front of a server without a chat model."""
    with platform_of(chosen) as opened:
        yield opened


def test_an_answer_ends_whole_with_its_sources(platform: Platform) -> None:
    content = platform.answer(text(LUNCH))
    assert "5元" in content
    assert "[1]" in content
    assert "依据：" in content
    assert "《云山市学生午餐补助办法》" in content
    (link, *_) = re.findall(r"^  (http\S+)$", content, re.MULTILINE)
    assert httpx.get(link, follow_redirects=True).status_code == 200


def test_a_bot_tells_its_sources_as_the_setting_of_wecom_says(chosen: Settings) -> None:
    with platform_of(chosen.model_copy(update={"wecom_sources": "off"})) as opened:
        content = opened.answer(text(LUNCH))
    assert "5元" in content
    assert "[1]" not in content
    assert "依据" not in content


@pytest.mark.parametrize(
    "sent",
    [
        text(LUNCH),
        text(f"@政策助手 {LUNCH}", chat="group-1"),
        text(f"@政策助手\u2005{LUNCH}", chat="group-1"),
        text(f"{LUNCH}", chat="group-1"),
        message("voice", {"voice": {"content": LUNCH}}),
        message(
            "mixed",
            {
                "mixed": {
                    "msg_item": [
                        {"msgtype": "image", "image": {"url": "https://wecom.invalid/picture"}},
                        {"msgtype": "text", "text": {"content": LUNCH}},
                    ]
                }
            },
        ),
        text(LUNCH, quote={"msgtype": "text", "text": {"content": READING}}),
    ],
    ids=["text", "mention", "narrow-mention", "group", "voice", "mixed", "quote"],
)
def test_whatever_way_words_come_they_are_the_question(platform: Platform, sent: dict[str, Any]) -> None:
    answer = platform.answer(sent)
    assert "5元" in answer
    assert "100册" not in answer


def test_the_question_is_kept_without_the_mention_and_what_was_quoted(
    platform: Platform, chosen: Settings
) -> None:
    quote = {"msgtype": "text", "text": {"content": READING}}
    sent = text(f"@政策助手 {LUNCH}", userid="quoting", chat="group-2", quote=quote)
    platform.answer(sent)
    assert [turn.question for turn in turns_of(chosen, sent)] == [LUNCH]


@pytest.mark.parametrize("kind", ["image", "file", "video", "location", "something new"])
def test_whoever_sends_no_words_is_asked_for_some(platform: Platform, kind: str) -> None:
    shown = platform.show(message(kind, {kind: {"url": "https://wecom.invalid/file"}}))
    assert shown.finish
    assert shown.content == "请用文字提问。"


@pytest.mark.parametrize("words", ["", "  \n ", "@政策助手", "@政策助手 "])
def test_whoever_says_nothing_is_asked_for_words(platform: Platform, words: str) -> None:
    assert platform.show(text(words, chat="group-1")).content == "请用文字提问。"


def test_whoever_comes_in_is_told_what_this_is(platform: Platform) -> None:
    reply = platform.tell(event("enter_chat"))
    assert reply is not None
    assert set(reply) == {"msgtype", "text"}
    assert "2 份政策文件" in reply["text"]["content"]
    assert LUNCH_RULES in reply["text"]["content"]


def test_the_operator_may_choose_the_welcome(chosen: Settings) -> None:
    with platform_of(chosen.model_copy(update={"wechat_welcome": "欢迎来到本校。"})) as platform:
        assert platform.tell(event("enter_chat")) == {
            "msgtype": "text",
            "text": {"content": "欢迎来到本校。"},
        }


@pytest.mark.parametrize(
    "sent",
    [
        event("template_card_event", {"template_card_event": {"event_key": "button"}}),
        event("something new"),
        event("feedback_event", {"feedback_event": {"id": "unknown", "type": 1}}),
        event("feedback_event", {"feedback_event": [1]}),
        event("feedback_event", {"feedback_event": {"id": 5, "type": {}, "inaccurate_reason_list": "2"}}),
        {"msgtype": "event"},
        {},
    ],
)
def test_what_wants_no_reply_gets_an_empty_one(platform: Platform, sent: dict[str, Any]) -> None:
    assert platform.tell(sent) is None


LUNCH_RULES, READING_PLAN = "《云山市学生午餐补助办法》", "《河口县中小学阅读行动方案（征求意见稿）》"
FOLLOW_UP = "那由谁负责？"


def sources(answer: str) -> set[str]:
    """The documents that an answer rests on."""
    return set(re.findall(r"^- \[\d+\] (《[^》]*》)", answer, re.MULTILINE))


def test_people_who_ask_at_once_go_on_each_in_their_own_conversation(platform: Platform) -> None:
    def converse(userid: str) -> list[set[str]]:
        about = LUNCH if userid.startswith("lunch") else READING
        return [sources(platform.answer(text(words, userid=userid))) for words in (about, FOLLOW_UP)]

    people = ["lunch-1", "reading-1", "lunch-2", "reading-2", "reading-3", "lunch-3"]
    with ThreadPoolExecutor(len(people)) as pool:
        for userid, answers in zip(people, pool.map(converse, people), strict=True):
            own = LUNCH_RULES if userid.startswith("lunch") else READING_PLAN
            assert answers == [{own}, {own}]


def test_a_group_and_a_person_alone_and_two_members_have_nothing_in_common(platform: Platform) -> None:
    places = [{"userid": "one"}, {"userid": "one", "chat": "group-3"}, {"userid": "two", "chat": "group-3"}]
    for place, asked in zip(places, (LUNCH, READING, LUNCH), strict=True):
        platform.answer(text(asked, **place))
    said = [sources(platform.answer(text(FOLLOW_UP, **place))) for place in places]
    assert said == [{LUNCH_RULES}, {READING_PLAN}, {LUNCH_RULES}]


def test_nobody_in_particular_is_never_remembered(platform: Platform) -> None:
    platform.answer(text(READING, userid=""))
    stranger = platform.answer(text(FOLLOW_UP, userid="never-seen-before"))
    assert sources(stranger) != {READING_PLAN}
    assert platform.answer(text(FOLLOW_UP, userid="")) == stranger


def turns_of(chosen: Settings, sent: dict[str, Any]) -> list[KeptTurn]:
    """All that whoever sent that has asked."""
    owner = read_message(sent).caller.owner
    assert owner
    with closing(History(chosen.data_dir)) as history:
        kept = [history.conversation(owner, one.id) for one in history.conversations(owner)]
    return [turn for one in kept for turn in one.turns]


def feedback(question_id: str, userid: str, **more: object) -> dict[str, Any]:
    """What the platform posts when somebody likes an answer or not."""
    return event("feedback_event", {"feedback_event": {"id": question_id, **more}}, userid=userid)


def test_likes_and_dislikes_become_ratings_and_can_be_taken_back(
    platform: Platform, chosen: Settings
) -> None:
    sent = text(LUNCH, userid="rater")
    rated = platform.show(sent).feedback

    assert platform.tell(feedback(rated, "rater", type=1)) is None
    (turn,) = turns_of(chosen, sent)
    assert turn.rating
    assert turn.rating.verdict is Verdict.UP

    reasons = {"type": 2, "content": "标准已经调整", "inaccurate_reason_list": [3, 2]}
    platform.tell(feedback(rated, "rater", **reasons))
    (turn,) = turns_of(chosen, sent)
    assert turn.rating
    assert (turn.rating.verdict, turn.rating.complaint) == (Verdict.DOWN, Complaint.WRONG)
    assert turn.rating.text == "标准已经调整"

    platform.tell(feedback(rated, "rater", type=9))
    assert turns_of(chosen, sent) == [turn]
    platform.tell(feedback(rated, "rater", type=3))
    (turn,) = turns_of(chosen, sent)
    assert turn.rating is None


def test_nobody_rates_the_answer_of_another(platform: Platform, chosen: Settings) -> None:
    sent = text(LUNCH, userid="rated")
    rated = platform.show(sent).feedback
    platform.tell(feedback(rated, "another", type=2))
    (turn,) = turns_of(chosen, sent)
    assert turn.rating is None
