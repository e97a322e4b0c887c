"""From sections to chunks: one item, one row, one group of paragraphs each."""

from __future__ import annotations

from datetime import date

from tests.vectorstore.guarantees import check, understood
from vectorstore.documents.chunking import (
    embedded_text,
    embedded_units,
    is_searched,
    split,
    units,
)
from vectorstore.types import Chunk, Head, Mark, SectionKind


def chunks(text: str) -> tuple[Chunk, ...]:
    """The chunks of a text, whose guarantees are checked first."""
    return check(understood(text))


PLAN = """云山市工作方案

为做好工作，制定本方案。

一、重点任务

（一）提高质量

1.抓好教研。各校每周开展一次教研活动。

2.抓好培训：
（1）校长培训；
（2）教师培训。

二、保障措施。落实工作经费。
"""


def test_each_item_is_a_chunk_with_the_headings_over_it_as_its_path() -> None:
    assert [(chunk.kind, chunk.path, chunk.text.split("\n")[0]) for chunk in chunks(PLAN)] == [
        (SectionKind.TEXT, (), "云山市工作方案"),
        (SectionKind.HEADING, ("一、重点任务",), "一、重点任务"),
        (SectionKind.HEADING, ("一、重点任务", "（一）提高质量"), "（一）提高质量"),
        (
            SectionKind.ITEM,
            ("一、重点任务", "（一）提高质量", "1.抓好教研"),
            "1.抓好教研。各校每周开展一次教研活动。",
        ),
        (SectionKind.ITEM, ("一、重点任务", "（一）提高质量", "2.抓好培训"), "2.抓好培训："),
        (SectionKind.TEXT, ("二、保障措施",), "二、保障措施。落实工作经费。"),
    ]


def test_an_item_keeps_the_short_items_inside_it() -> None:
    (training,) = (chunk for chunk in chunks(PLAN) if "培训：" in chunk.text)
    assert training.text == "2.抓好培训：\n（1）校长培训；\n（2）教师培训。"


def test_a_long_item_is_parted_into_the_items_inside_it() -> None:
    text = PLAN.replace("校长培训", "校长培训" * 80).replace("教师培训。", "教师培训" * 80 + "。")
    found = [chunk for chunk in chunks(text) if "2.抓好培训" in chunk.path]
    assert [chunk.text[:5] for chunk in found] == ["2.抓好培", "（1）校长", "（2）教师"]


def test_bare_headings_are_not_searched_but_what_has_words_is() -> None:
    assert [chunk.text for chunk in chunks(PLAN) if not is_searched(chunk)] == [
        "一、重点任务",
        "（一）提高质量",
    ]


def test_members_of_a_list_without_bodies_are_searched() -> None:
    found = chunks("云山市方案\n一、原则\n（一）坚持育人为本\n（二）坚持公益普惠")
    assert [chunk.text for chunk in found if is_searched(chunk)] == [
        "（一）坚持育人为本",
        "（二）坚持公益普惠",
    ]


def test_a_title_alone_is_not_searched() -> None:
    text = "云山市规划\n目录\n一、基础……1\n二、任务……3\n一、基础\n成效明显。\n二、任务\n继续推进。"
    title = next(chunk for chunk in chunks(text) if chunk.text == "云山市规划")
    assert not is_searched(title)


def test_paragraphs_under_one_heading_are_gathered_up_to_a_length() -> None:
    paragraphs = [f"第{number}段，" + "内容" * 60 + "。" for number in "一二三四五六"]
    found = chunks("云山市方案\n一、总体要求\n" + "\n".join(paragraphs))
    assert [chunk.text.count("段，") for chunk in found[1:]] == [3, 3]


def test_a_paragraph_that_is_too_long_is_cut_between_sentences() -> None:
    text = "云山市方案\n一、总体要求\n" + "推进教育高质量发展，落实各项任务。" * 60
    found = chunks(text)
    assert len(found) > 2
    assert all(len(chunk.text) <= 400 and chunk.text.endswith("。") for chunk in found[1:])


def test_a_sentence_that_never_ends_is_cut_at_its_commas_and_else_anywhere() -> None:
    commas = chunks("推进教育高质量发展，" * 200)
    assert all(len(chunk.text) <= 400 and chunk.text.endswith("，") for chunk in commas)
    assert [len(chunk.text) for chunk in chunks("教" * 1000)] == [400, 400, 200]


def test_page_numbers_inside_an_item_part_nothing_and_those_behind_it_are_left_out() -> None:
    text = "云山市方案\n1.抓好教研。各校每周开展教研活动，教师\n— 3 —\n应当参加。\n— 4 —\n2.抓好培训。"
    assert [chunk.text for chunk in chunks(text)][1:] == [
        "1.抓好教研。各校每周开展教研活动，教师\n— 3 —\n应当参加。",
        "2.抓好培训。",
    ]


def test_furniture_of_a_web_page_is_in_no_chunk() -> None:
    text = "首页\n云山市方案\n一、甲\n加强领导。\n打印本页\n落实经费。\n扫码使用手机浏览"
    assert not any("首页" in c.text or "打印" in c.text or "扫码" in c.text for c in chunks(text))


TABLE = """重点项目清单

序号

项目

单位

时限

1

新建校舍

基建科

2024年

2

培训教师


2025年

3

购置图书xx册

电教馆

2026年
"""


def test_a_row_is_a_chunk_with_its_cells_and_its_name_as_its_path() -> None:
    rows = [chunk for chunk in chunks(TABLE) if chunk.kind is SectionKind.ROW]
    assert [row.path for row in rows] == [("1 新建校舍",), ("2 培训教师",), ("3 购置图书xx册",)]
    assert [row.marks for row in rows] == [(), (), (Mark.REDACTED,)]
    assert [cell.text for cell in rows[1].cells] == ["培训教师", "", "2025年"]


def test_a_row_is_embedded_with_the_names_of_its_columns() -> None:
    row = next(chunk for chunk in chunks(TABLE) if chunk.kind is SectionKind.ROW and "培训" in chunk.text)
    head = Head(title="重点项目清单", region="云山市")
    assert embedded_text(row, head) == "云山市 重点项目清单\n2 培训教师\n项目：培训教师\n时限：2025年"
    assert embedded_units(row) == ("培训教师 项目：培训教师", "培训教师 时限：2025年")
    assert len(units(row)) == 2


def test_a_chunk_is_embedded_with_place_title_and_headings_in_front() -> None:
    item = next(chunk for chunk in chunks(PLAN) if "教研" in chunk.text)
    assert embedded_text(item, Head(title="云山市工作方案", region="云山市")) == "\n".join(
        ["云山市工作方案", "一、重点任务 > （一）提高质量 > 1.抓好教研", item.text]
    )
    assert embedded_units(item) == ("1.抓好教研。", "各校每周开展一次教研活动。")
    text = understood(PLAN).text
    assert [text[start:end] for start, end in units(item)] == list(embedded_units(item))


LETTER = """云山市学生午餐补助办法

云教发〔2024〕5号

第一条 为改善学生营养，制定本办法。
第二条 午餐补助由云山市教育局负责。

云山市教育局
2024年3月8日
"""


def test_a_letterhead_and_an_imprint_are_embedded_with_what_they_state_without_saying_what_it_is() -> None:
    document = understood(LETTER)
    assert (document.head.number, document.head.issued_on) == ("云教发〔2024〕5号", date(2024, 3, 8))
    embedded = {chunk.text: embedded_text(chunk, document.head) for chunk in split(document)}
    number = next(text for chunk, text in embedded.items() if "云教发" in chunk)
    day = next(text for chunk, text in embedded.items() if "2024年3月8日" in chunk)
    article = next(text for chunk, text in embedded.items() if "改善学生营养" in chunk)
    assert "文号" in number
    assert "云教发〔2024〕5号" in number
    assert "发文日期" in day
    assert "发文机关" in day
    assert "文号" not in article
    assert "发文" not in article


def test_a_date_that_is_another_documents_is_no_date_of_its_own() -> None:
    item = next(chunk for chunk in chunks(PLAN) if "教研" in chunk.text)
    head = Head(
        title="云山市工作方案", issued_on=date(2024, 3, 8), number="云教发〔2024〕5号", issuer="云山市教育局"
    )
    assert "发文" not in embedded_text(item, head)


def test_ids_are_made_of_the_document_and_the_order() -> None:
    document = understood(PLAN)
    found = split(document)
    assert [chunk.id for chunk in found[:2]] == [f"{document.id}-00000", f"{document.id}-00001"]
    assert split(document) == found


def test_a_document_without_words_has_no_chunks() -> None:
    assert chunks("") == ()
    assert chunks("\n \n") == ()
