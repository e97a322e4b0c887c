"""Follow-ups read by rules: what is carried over, what is replaced, what stands by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.build import build_embedder
from assistant.question.followup import stand_alone, still_leans
from assistant.reading.read import Reader
from assistant.setup.settings import Settings
from assistant.types import Turn
from vectorstore.library.live import LiveLibrary
from vectorstore.search.searcher import Searcher

LUNCH = "云山市的午餐补助由哪个部门负责？"


@pytest.fixture(scope="module")
def searcher(settings: Settings) -> Iterator[Searcher]:
    library = LiveLibrary(settings.data_dir, build_embedder(settings))
    with library.searcher() as opened:
        yield opened
    library.close()


def read(searcher: Searcher, *questions: str) -> str:
    """The last question as searched, after the others."""
    *earlier, last = questions
    return stand_alone(last, [Turn(role="user", content=one) for one in earlier], searcher, Reader()).text


def test_a_place_named_now_replaces_the_place_before(searcher: Searcher) -> None:
    assert read(searcher, LUNCH, "那河口县呢？") == "河口县的午餐补助由哪个部门负责？"


def test_a_place_that_the_library_lacks_replaces_it_too(searcher: Searcher) -> None:
    for question in ("那绍兴呢？", "绍兴市义务教育学校课后服务每周开展几天？"):
        assert "云山" not in read(searcher, LUNCH, question)


def test_a_thing_named_alone_is_asked_the_same(searcher: Searcher) -> None:
    asked = "云山市的食堂由哪个部门负责？"
    assert read(searcher, asked, "那午睡呢？").rstrip("？?") == "云山市 午睡哪个部门负责"


def test_a_year_named_alone_keeps_the_matter(searcher: Searcher) -> None:
    asked = read(searcher, "云山市2024年午餐补助每天多少元？", "换成2027年的呢？")
    assert "午餐补助" in asked
    assert "2027年" in asked
    assert "2024年" not in asked


def test_an_elliptic_question_in_between_hands_on_the_matter(searcher: Searcher) -> None:
    asked = read(searcher, LUNCH, "那河口县呢？", "配合单位又是哪些？")
    assert "午餐补助" in asked
    assert "河口县" in asked
    assert "云山" not in asked


def test_a_place_is_carried_to_a_question_that_names_none(searcher: Searcher) -> None:
    asked = "义务教育学校课后服务每周开展几天、每天几个小时？"
    assert read(searcher, "云山市的食堂由哪个部门负责？", asked) == f"云山市 {asked}"
    assert read(searcher, LUNCH, f"河口县{asked}") == f"河口县{asked}"


def test_a_title_of_the_place_before_goes_with_it(searcher: Searcher) -> None:
    asked = "《云山市学生午餐补助办法》由哪个部门负责？"
    assert read(searcher, asked, "河口县呢？") == "河口县由哪个部门负责？"


@pytest.mark.parametrize("thanks", ["谢谢！", "你好"])
def test_a_courtesy_asks_nothing_again(searcher: Searcher, thanks: str) -> None:
    assert read(searcher, LUNCH, thanks) == thanks


def test_what_the_assistant_said_is_not_read(searcher: Searcher) -> None:
    said = [Turn(role="user", content=LUNCH), Turn(role="assistant", content="河口县每年补助九百元。")]
    asked = stand_alone("那每天多少元？", said, searcher, Reader())
    assert "河口" not in asked.text
    assert "九百" not in asked.text
    assert asked.leans


@pytest.mark.parametrize(
    ("question", "groups"),
    [("河口县的午餐补助由哪个部门负责？", 1), ("河口县和午餐补助办法分别由哪个部门负责？", 2)],
)
def test_words_of_a_title_behind_another_place_are_what_is_asked_of_it(
    searcher: Searcher, question: str, groups: int
) -> None:
    assert len(searcher.read_mentions(question).groups) == groups


def test_a_question_with_a_place_and_a_matter_of_its_own_leans_on_nothing(searcher: Searcher) -> None:
    asked = "河口县每个班级多少册图书？"
    assert read(searcher, LUNCH, asked) == asked


def test_a_matter_that_is_also_a_title_is_not_carried_to_another_matter(searcher: Searcher) -> None:
    asked = "每个班级的图书角不少于多少册图书？"
    assert read(searcher, "午餐补助由哪个部门负责？", asked) == asked


def test_an_article_that_was_the_answer_is_not_asked_for_by_its_number(searcher: Searcher) -> None:
    asked = read(searcher, LUNCH, "每天补助多少元？")
    assert "云山市" in asked
    assert "第二条" not in asked


def test_a_row_or_section_that_was_the_answer_is_named_by_its_heading(searcher: Searcher) -> None:
    asked = read(searcher, "河口县每个班级的图书角不少于多少册图书？", "由谁牵头呢？")
    assert "河口县" in asked
    assert "图书角" in asked


def test_what_is_read_along_is_told_apart_from_what_is_asked(searcher: Searcher) -> None:
    history = [Turn(role="user", content="河口县每个班级的图书角不少于多少册图书？")]
    asked = stand_alone("由谁牵头呢？", history, searcher, Reader())
    assert asked.focus == "由谁牵头呢？"
    assert "图书角" in asked.context
    assert asked.leans
    assert asked.around
    alone = stand_alone(LUNCH, history, searcher, Reader())
    assert (alone.text, alone.leans, alone.around) == (LUNCH, False, "")


@pytest.mark.parametrize("question", ["那河口县呢？", "它由谁负责", "还有吗", "第二个怎么办", "这个多少钱"])
def test_words_that_mean_something_said_before_lean_on_it(question: str) -> None:
    assert still_leans(question)


@pytest.mark.parametrize("question", [LUNCH, "河口县有哪些任务？", "第二条怎么规定"])
def test_others_do_not(question: str) -> None:
    assert not still_leans(question)


def test_an_english_question_has_its_words_in_chinese_behind_it(searcher: Searcher) -> None:
    asked = read(searcher, "How much is the lunch allowance per day?")
    assert asked.startswith("How much is the lunch allowance per day?")
    assert "午餐" in asked
