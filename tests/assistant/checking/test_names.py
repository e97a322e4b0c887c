"""Departments, places and quotations in a sentence, and the ordinary words that end like them."""

from __future__ import annotations

import pytest

from assistant.checking.names.names import find_departments, find_places, find_quotes, is_department_of
from assistant.figures.figures import comparable


def departments(text: str) -> list[str]:
    return [text[a:b] for a, b in find_departments(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("由市教育局牵头，市财政局、市水利局配合。", ["市教育局", "市财政局", "市水利局"]),
        ("市教育局和市文化和旅游局负责", ["市教育局", "市文化和旅游局"]),
        ("报省人力资源社会保障厅备案", ["省人力资源社会保障厅"]),
        ("县委编办会同县卫生健康委员会", ["县委", "编办", "县卫生健康委员会"]),
        ("责任科室为基础教育科、人事处", ["基础教育科", "人事处"]),
        ("教育部印发通知", ["教育部"]),
        ("市委组织部、市经济和信息化局", ["市委", "组织部", "市经济和信息化局"]),
        ("由市教育考试中心组织", ["市教育考试中心"]),
        ("市教研室、市人民政府督导室", ["市教研室", "市人民政府", "督导室"]),
    ],
)
def test_departments_are_found_by_how_they_are_built(text: str, names: list[str]) -> None:
    assert departments(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "优化学校布局，构建新发展格局，着眼大局",
        "举办承办主办公办民办，制定办法，加强办学",
        "全部内部干部部分部署部门，中西部地区",
        "以学生为中心，中心工作，中心校，中心城区",
        "好处到处处理，办学之处，共处一室",
        "学科专科本科科学科技，教科研",
        "教室实验室寝室图书室功能室",
        "委托第三方，委派教师，常委评委",
        "餐厅客厅展厅报告厅大厅",
        "政府购买服务，政府性基金",
        "大学生志愿者，中小学生",
    ],
)
def test_ordinary_words_are_no_departments(text: str) -> None:
    assert departments(text) == []


@pytest.mark.parametrize(
    ("name", "body", "stands"),
    [
        ("市教育局", "由市教育局牵头", True),
        ("南山市教育局", "由市教育局牵头", True),
        ("联系市教育局", "市教育局负责", True),
        ("卫生健康委员会", "市卫生健康委", True),
        ("市政府办公室", "市政府办负责", False),
        ("市教育局", "由县教育局牵头", False),
        ("市教育局", "由市教育体育局牵头", False),
        ("市教育体育局", "由市体育局牵头", False),
        ("市财政局", "由市教育局牵头", False),
        ("团市委", "市委、市政府", False),
        ("学前教育科", "基础教育科", False),
    ],
)
def test_a_department_stands_where_all_of_its_name_does(name: str, body: str, stands: bool) -> None:
    assert is_department_of(name, body) is stands


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("浙江省嘉兴市和绍兴的做法", ["浙江省", "嘉兴市", "绍兴"]),
        ("加强合作，提高安全意识", []),
        ("新增城区学位，老城区改造", []),
        ("规范县域高中办学", []),
    ],
)
def test_places_are_words_that_can_be_nothing_else(text: str, places: list[str]) -> None:
    assert [text[a:b] for a, b in find_places(text)] == places


def test_quotations_are_told_without_their_marks_and_a_stop_at_their_end() -> None:
    text = comparable("他说“到2027年。\n完成。”，见《某办法》、「双减」")
    assert [text[a:b] for a, b in find_quotes(text)] == ["到2027年。完成", "某办法", "双减"]
