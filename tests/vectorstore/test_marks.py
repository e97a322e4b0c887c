"""What a source hides, and where its words break off."""

from __future__ import annotations

import pytest

from tests.vectorstore.guarantees import understood
from tests.vectorstore.outlines import outline
from vectorstore.marks import find_redactions, hides_figure, hides_place
from vectorstore.types import Mark


def hidden(text: str) -> list[str]:
    return [text[start:end] for start, end in find_redactions(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("占比达到xx%以上", ["xx"]),
        ("建设x所学校，新增Ｘ个", ["x", "Ｘ"]),
        ("××市××区教育局", ["××", "××"]),
        ("XX省教育厅与XX大学", ["XX", "XX"]),
        ("第四轮****工程", ["****"]),
        ("20xx年至20××年", ["xx", "××"]),
        ("○○市教育局", ["○○"]),
        ("某某学校██同志", ["某某", "██"]),
        ("打造“xx好教育”", ["xx"]),
    ],
)
def test_names_and_figures_that_are_hidden_are_found(text: str, found: list[str]) -> None:
    assert hidden(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "1+X证书",
        "3×4=12",
        "表格.xlsx",
        "二〇〇八年",
        "二○○○年",
        "K15+教育联盟",
        "**召开会议。**",
        "IPv6",
        "maxx.example",
        "某学校",
        "x轴",
    ],
)
def test_letters_signs_and_years_hide_nothing(text: str) -> None:
    assert hidden(text) == []


def test_a_hidden_figure_is_told_from_a_hidden_name() -> None:
    assert hides_figure("占xx%", 3)
    assert hides_figure("建x余所", 2)
    assert not hides_figure("XX市", 2)
    assert hides_place("XX市教育局")
    assert not hides_place("占比xx%")


def test_only_the_innermost_section_that_hides_something_is_marked() -> None:
    text = "云山市方案\n一、目标\n1.达到xx%。\n2.达到80%。\n二、措施\n由XX局负责。"
    assert outline(text).split("\n") == [
        "heading 云山市方案",
        "  heading 一、 目标",
        "    item 1. 达到xx% !redacted",
        "    item 2. 达到80%",
        "  heading 二、 措施 !redacted",
    ]


WHOLE = "云山市方案\n一、目标\n1.到2027年建成3所学校。\n2.到2030年建成5所学校。\n二、措施\n"


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("3.购置计算机1000台，多媒体设备若干套，图", "    item 3. !truncated"),
        ("加强组织领导，落实工作经费，各单位要高度重视，扎实推", "  heading 二、 措施 !truncated"),
    ],
)
def test_words_that_break_off_are_marked_on_the_last_section(end: str, last: str) -> None:
    lines = outline(WHOLE + end).split("\n")
    assert lines[-1].replace("购置计算机1000台，多媒体设备若干套，图 ", "") == last
    assert sum(Mark.TRUNCATED.value in line for line in lines) == 1


@pytest.mark.parametrize(
    "end",
    [
        "加强组织领导。",
        "加强领导（责任单位：各科室、各学校、市教育督导室）",
        "联系人：张三，联系电话0000-1234567转8001分机",
        "云山市人民政府教育督导委员会办公室\n2024年3月8日",
        "加强组织领导。\n附件：云山市教育局2024年重点项目任务分解",
        "",
    ],
)
def test_proper_endings_are_not_called_truncated(end: str) -> None:
    assert Mark.TRUNCATED.value not in outline(WHOLE + end)


def test_a_document_that_never_uses_full_stops_is_not_called_truncated() -> None:
    items = [
        "1.召开党建工作会议，学习上级精神",
        "2.开展主题党日活动，组织志愿服务",
        "3.开展教学视导活动，提升课堂质量",
    ]
    assert Mark.TRUNCATED.value not in outline("\n".join(["河口县工作清单", *items]))


def test_the_last_document_of_a_compilation_alone_is_called_truncated() -> None:
    contents = "1.云山市工作要点 1\n2.河口县工作要点 5\n"
    text = (
        contents + "云山市工作要点\n一、党建。加强领导。\n河口县工作要点\n一、质量。抓好教研工作，提升课堂教"
    )
    marked = [s.part for top in understood(text).sections for s in top.walk() if Mark.TRUNCATED in s.marks]
    assert marked == [2]
