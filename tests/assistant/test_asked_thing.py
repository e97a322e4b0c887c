"""Whether sentences hold the very thing that is asked for."""

from __future__ import annotations

import pytest

from assistant.extraction.asked_thing import (
    lacks_attribute,
    lacks_body,
    lacks_class,
    lacks_person,
    lacks_school,
)
from assistant.extraction.intent import Ask, read_asks


def asks(question: str) -> Ask:
    (ask,) = read_asks(question)
    return ask


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("学院的校长叫什么名字？", "党委书记王明到校调研。", True),
        ("学院的书记叫什么名字？", "党委书记王明到校调研。", False),
        ("委员会主任是谁？", "成立工作委员会。", True),
        ("学区主任是谁？", "由中心小学校长兼任主任。", False),
        ("组长是谁？", "专班副组长李强主持会议。", True),
        ("来了哪位副校长？", "各校负责同志参加会议。", True),
        ("来了哪位副校长？", "副校长李强参加会议。", False),
        ("请的专家是谁？", "邀请师范大学等专家做讲座。", False),  # who they are is where they are from
    ],
)
def test_someone_of_a_rank_is_named_or_lacking(question: str, text: str, lacking: bool) -> None:
    assert lacks_person(asks(question), [text]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("推进会在哪所学校开的？", "市教体局召开工作推进会。", True),
        ("推进会在哪所学校开的？", "推进会在云程小学召开。", False),
        ("哪几所学校是试点？", "带动乡镇驻地学校和公办幼儿园。", True),
        ("哪几所学校是试点？", "试点为青山小学、河口三中。", False),
        ("学校的招生片区包括哪些小区？", "构建贯通各学段的课程体系。", True),
        ("学校的招生片区包括哪些小区？", "包括青山小区、河口村。", False),
        ("跟哪所大学合作？", "与兄弟县合作。", True),
        ("跟哪所大学合作？", "与哈师大建立帮扶机制。", False),
        ("教学楼的施工单位是哪家？", "新建教学楼。", True),
    ],
)
def test_a_school_or_a_firm_is_there_or_lacking(question: str, text: str, lacking: bool) -> None:
    assert lacks_class(asks(question), [text]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("健康中心面积多少平方米？", "建设2家健康中心。", True),
        ("健康中心面积多少平方米？", "健康中心占地30亩。", False),
        ("校长任期几年？", "3至5年一周期制定规划。", True),
        ("教师的月薪是多少？", "配备教师280余名。", True),
        ("推进会是谁主持的？", "召开工作推进会。", True),
        ("推进会是谁主持的？", "副组长李强主持会议。", False),
        ("签约会在哪里举行的？", "2月2日，签约活动举行。", True),
        ("签约会在哪里举行的？", "签约活动在第一中学举行。", False),
        ("有多少人参加？", "120人参加培训。", False),
    ],
)
def test_a_measure_or_a_part_in_an_event_is_told_or_lacking(question: str, text: str, lacking: bool) -> None:
    assert lacks_attribute(asks(question), [text]) is lacking


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("开通公众号,家长通过平台选课,全部免费。", True),
        ("各学科教师组成团队。", True),
        ("由市妇联牵头,财政局配合。", False),
        ("市教育体育局", False),
        ("由同级财政单列资金予以保障。", False),
    ],
)
def test_an_office_is_named_or_lacking(text: str, lacking: bool) -> None:
    assert lacks_body(asks("由哪个部门负责？"), [text]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("四中是什么基地？", "一中艺术基地,二中语文基地。", True),
        ("二中是什么基地？", "一中艺术基地,二中语文基地。", False),
        ("第五幼儿园来了几个人？", "第五幼儿园来了30人。", False),
        ("五幼来了几个人？", "第二幼儿园来了30人。", True),
        ("初中有几所？", "一中、二中。", False),
    ],
)
def test_a_school_with_another_number_is_another_school(question: str, text: str, lacking: bool) -> None:
    assert lacks_school(question, [text]) is lacking
