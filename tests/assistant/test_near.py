"""Whoever says where they teach gets what holds there, and another place's where they name it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from assistant.answer import Assistant
from assistant.types import Question
from tests.invented import assistant_over
from vectorstore.places import places_with_provinces

RULE = """{place}中小学课后服务收费办法

{place}教育局 2025年3月1日

第一条 课后服务坚持学生自愿原则。
第二条 课后服务费每生每月不超过{fee}元，由学校统一收取。
第三条 课后服务结束时间不早于{hour}时。
"""
COUNTIES = {
    "山东省聊城市东阿县": 101,
    "山东省聊城市莘县": 102,
    "浙江省嘉兴市海盐县": 103,
    "江苏省徐州市沛县": 104,
}
ASKED = "课后服务费每月最多收多少元？"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    documents = {
        f"{fee}.txt": RULE.format(place=place, fee=fee, hour=fee % 100 + 15)
        for place, fee in COUNTIES.items()
    }
    with assistant_over(tmp_path_factory.mktemp("near"), documents) as made:
        yield made


@pytest.mark.parametrize(("place", "fee"), COUNTIES.items())
def test_the_document_of_the_own_place_comes_first(assistant: Assistant, place: str, fee: int) -> None:
    answer = assistant.ask(Question(text=ASKED, near=place))
    assert str(fee) in answer.text.split("。")[0]
    assert answer.citations[0].passage.source == f"{fee}.txt"


def test_that_of_the_county_comes_before_those_beside_it_for_a_town_in_it(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text=ASKED, near="浙江省嘉兴市海盐县武原街道"))
    assert answer.citations[0].passage.source == "103.txt"


def test_a_place_that_the_question_names_is_the_one_that_is_meant(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="沛县课后服务费每月最多收多少元？", near="山东省聊城市东阿县"))
    assert answer.citations[0].passage.source == "104.txt"


@pytest.mark.parametrize("place", ["火星", "省", "<script>", "x" * 60])
def test_a_place_that_nobody_knows_changes_nothing(assistant: Assistant, place: str) -> None:
    here, nowhere = (assistant.ask(Question(text=ASKED, near=one)) for one in (place, ""))
    assert here.text == nowhere.text


def test_each_place_of_the_country_is_told_with_what_it_is_in() -> None:
    places = places_with_provinces()
    assert "山东省聊城市东阿县" in places
    assert "上海市浦东新区" in places
    assert "浙江省" in places
    assert len(set(places)) == len(places)
    assert not any("市辖区" in place for place in places)


def test_the_page_offers_them_those_of_the_library_first(server: str) -> None:
    names = httpx.get(f"{server}/places", timeout=30).json()
    assert len(names) > 3000
    assert names.index("山东省聊城市东阿县") > 0


def test_a_program_may_say_where_its_person_is(server: str) -> None:
    body = {"question": "学生午餐补助由哪个部门负责？", "near": "云山市"}
    answer = httpx.post(f"{server}/api/ask", json=body, timeout=30).json()
    assert answer["outcome"] == "grounded"
    assert httpx.post(f"{server}/api/ask", json=body | {"near": "长" * 5000}, timeout=30).status_code == 422
