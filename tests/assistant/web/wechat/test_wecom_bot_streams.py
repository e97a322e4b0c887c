"""Answers of the AI bot of WeCom grow from poll to poll, and end as a whole checked answer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.asking.job import Job
from assistant.errors import Busy
from assistant.setup.settings import Settings
from assistant.types import Question
from assistant.web.wechat.wecom_bot.replies import ANSWER_SECONDS, progress
from tests.assistant.web.wechat.wecom_bot_servers import LUNCH, bot_settings, platform_of, with_model
from tests.assistant.web.wechat.wecom_bot_simulator import Platform, text
from tests.chat_model.replies import Reply, Request, refuses, says, waits
from vectorstore.errors import Language


@pytest.fixture(scope="module")
def chosen(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a bot."""
    return bot_settings(seeds, tmp_path_factory.mktemp("bot"))


@pytest.fixture(scope="module")
def platform(chosen: Settings) -> Iterator[Platform]:
    """In front of a server without a chat model."""
    with platform_of(chosen) as opened:
        yield opened


def labelled(request: Request, sentences: dict[str, str]) -> list[str]:
    """Each sentence with the label of the passage that has the words beside it."""
    shown = request.text
    return [f"{said}{_label(shown, words)}。" for said, words in sentences.items() if words in shown]


def _label(shown: str, words: str) -> str:
    labels: list[str] = re.findall(r"^\[\d+\]", shown[: shown.index(words)], re.MULTILINE)
    return labels[-1]


RULES = {
    "农村义务教育阶段学生每人每天补助5元，全年按200天计算": "农村义务教育阶段学生",
    "午餐补助由云山市教育局负责，市财政局配合": "午餐补助由云山市教育局负责",
    "各学校应当每学期公示一次补助的使用情况": "各学校应当每学期公示",
    "本办法自2024年9月1日起施行": "本办法自2024年9月1日起施行",
}


def explains(request: Request, *, pause: float = 0.0) -> Reply:
    """A model that says all the rules, slowly if need be."""
    return says("".join(labelled(request, RULES)), pause=pause)


def grows(contents: list[str]) -> bool:
    """Whether each content begins with the one before it."""
    return all(after.startswith(before) for before, after in pairwise(contents))


@pytest.mark.parametrize(("seconds", "pause"), [(3.0, 0.0), (0.5, 0.1), (11.0, 0.02)])
def test_a_slow_answer_grows_from_poll_to_poll_until_it_is_replaced_by_the_whole(
    chosen: Settings, seconds: float, pause: float
) -> None:
    def slowly(request: Request) -> Reply:
        return waits(explains(request, pause=pause), seconds=seconds)

    with with_model(chosen, slowly) as (platform, _):
        asked_at = time.monotonic()
        first = platform.show(text("云山市学生午餐补助办法有哪些规定？", msgid="slow"))
        assert time.monotonic() - asked_at < 5  # after five seconds the platform gives up
        shown = [first, *platform.watch(text("云山市学生午餐补助办法有哪些规定？", msgid="slow"))]
    assert not first.finish
    assert {one.id for one in shown} == {first.id}
    *before, last = shown
    assert before[0].content == "正在查阅文件…"
    written = [one.content for one in before if one.content != "正在查阅文件…"]
    assert grows(written)
    assert pause < 0.05 or len(set(written)) > 1
    for said in RULES:
        assert said in last.content
    assert "依据：" in last.content
    assert written[-1:] == [] or last.content.startswith(written[-1])


def test_without_sources_what_is_there_so_far_has_no_marks_either(chosen: Settings) -> None:
    unmarked = chosen.model_copy(update={"wecom_sources": "off"})
    with with_model(unmarked, lambda request: explains(request, pause=0.1)) as (platform, _):
        asked = text("云山市学生午餐补助办法有哪些规定？", msgid="unmarked")
        shown = [platform.show(asked), *platform.watch(asked)]
    written = [one.content for one in shown if one.content != "正在查阅文件…"]
    assert len(set(written)) > 1
    assert not any("[" in one or "依据" in one for one in written)
    assert all(said in written[-1] for said in RULES)


def test_what_is_not_there_any_more_ends_and_asks_for_the_question_again(platform: Platform) -> None:
    shown = platform.ask_on("0" * 32)
    assert shown.finish
    assert "再发一次" in shown.content


def test_a_server_that_has_started_anew_ends_the_streams_of_the_one_before(chosen: Settings) -> None:
    with platform_of(chosen) as platform:
        stream_id = platform.show(text(LUNCH)).id
        assert "5元" in platform.ask_on(stream_id).content
    with platform_of(chosen) as platform:
        assert "再发一次" in platform.ask_on(stream_id).content


def test_no_two_questions_have_streams_of_the_same_or_a_near_name(platform: Platform) -> None:
    ids = [platform.show(text(LUNCH, userid=f"person-{number}")).id for number in range(5)]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)
    assert "5元" not in platform.ask_on(ids[0][:-1] + ("0" if ids[0][-1] != "0" else "1")).content


def test_a_message_that_comes_three_times_is_answered_once(chosen: Settings) -> None:
    def slowly(request: Request) -> Reply:
        return waits(explains(request), seconds=2)

    sent = text("云山市学生午餐补助办法有哪些规定？", msgid="same")
    with with_model(chosen, slowly) as (platform, model), ThreadPoolExecutor(3) as pool:
        streams = [one.id for one in pool.map(lambda _: platform.show(sent), range(3))]
        assert len(set(streams)) == 1
        assert "5元" in platform.answer(sent)
        assert len(model.questions) == 1


def test_a_person_who_asks_the_same_again_gets_a_stream_of_its_own(platform: Platform) -> None:
    first, second = (platform.show(text(LUNCH, userid="again")) for _ in range(2))
    assert first.id != second.id
    assert first.content == second.content


def test_a_model_that_fails_leaves_the_extracted_answer_and_says_so(chosen: Settings) -> None:
    with with_model(chosen, lambda _: refuses(401)) as (platform, _):
        answer = platform.answer(text(LUNCH))
    assert "5元" in answer
    assert "> ⓘ" in answer


def test_what_can_not_be_answered_is_an_ordinary_reply(platform: Platform) -> None:
    shown = platform.show(text("问" * 3000))
    assert shown.finish
    assert "太长" in shown.content


def job_of(seconds: float) -> Job:
    """A question whose answer is wanted in so many seconds, and is not begun yet."""
    return Job(Question(text=LUNCH, due=time.monotonic() + seconds))


def told(job: Job, language: Language = "zh") -> tuple[bool, str]:
    """What is shown of it: whether it is the end, and the text."""
    stream = progress(job, base="https://policies.example", language=language)["stream"]
    assert stream["id"] == job.question.id
    return stream["finish"], stream["content"]


def test_a_stream_ends_by_itself_before_the_platform_gives_it_up() -> None:
    assert ANSWER_SECONDS + 30 <= 360
    assert told(job_of(1)) == (False, "正在查阅文件…")
    finish, content = told(job_of(-30))
    assert finish
    assert "再发一次" in content


@pytest.mark.parametrize(
    ("result", "said"),
    [(None, "send the question again"), (RuntimeError("x"), "went wrong"), (Busy(), Busy().message.en)],
)
def test_whatever_becomes_of_an_answer_is_an_ending_in_words(result: Exception | None, said: str) -> None:
    job = job_of(300)
    job.end(result)
    finish, content = told(job, "en")
    assert finish
    assert said in content
