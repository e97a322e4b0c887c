"""How a sentence is told: whole or cut, with its proviso, a lead with all of its items."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.drafting.state import clauses_of, name_source, says_place, state, tidy
from assistant.reading.learned import load
from assistant.reading.wanted import want
from assistant.types import Statement
from tests.assistant.drafting.counties import GUARDS
from tests.invented import searcher_over, spans_of
from vectorstore.types import Head, Status

PLAIN = "由谁负责？"
FOR_A_LIST = "有哪些条件？"


def told(folder: Path, text: str, words: str, question: str = PLAIN) -> list[Statement]:
    """What is stated of the sentence with these words, in a library of this one document."""
    with searcher_over(folder, {"a.txt": text}) as searcher:
        (span,) = spans_of(map(searcher.passage, searcher.holdings.chunks), words)
        statements = list(state(span, want(question, "", searcher.weight, load()), searcher))
        document = searcher.holdings.documents[0]
    # What is said stands there, but for white space, the mark at its end and the number of items.
    for one in statements:
        assert bare(one.text.split("（共")[0].rstrip("。：")) in bare(document.text[one.start : one.end])
    return statements


def bare(text: str) -> str:
    return "".join(text.split())


def words_of(statements: list[Statement]) -> list[str]:
    return [statement.text for statement in statements]


def test_a_sentence_is_told_as_it_stands(tmp_path: Path) -> None:
    text = "甲县办法\n\n第一条 补助由学校发放。\n第二条 名单由学校公示。\n"
    assert words_of(told(tmp_path, text, "公示")) == ["第二条 名单由学校公示。"]


class TestProviso:
    @pytest.mark.parametrize("proviso", ["但涉及个人隐私的除外。", "但是，涉及个人隐私的除外。"])
    def test_what_limits_a_sentence_is_told_with_it(self, tmp_path: Path, proviso: str) -> None:
        text = f"甲县办法\n\n第一条 名单由学校公示。{proviso}公示期为七天。\n第二条 补助由学校发放。\n"
        assert words_of(told(tmp_path, text, "由学校公示")) == [f"第一条 名单由学校公示。{proviso}"]

    def test_what_only_follows_is_not(self, tmp_path: Path) -> None:
        text = "甲县办法\n\n第一条 名单由学校公示。公示期为七天。\n第二条 补助由学校发放。\n"
        assert words_of(told(tmp_path, text, "由学校公示")) == ["第一条 名单由学校公示。"]

    def test_one_of_another_article_limits_nothing(self, tmp_path: Path) -> None:
        text = "甲县办法\n\n第一条 名单由学校公示。\n第二条 但书另行规定。\n第三条 补助由学校发放。\n"
        assert words_of(told(tmp_path, text, "由学校公示")) == ["第一条 名单由学校公示。"]


LONG = (
    "学校应当建立值班制度，每天安排两名教师值班，门卫由保安公司派驻，外来人员凭证件登记，车辆一律停在校外，"
    "食堂由专人看护，消防器材每月检查一次，检查记录保存两年，校舍由总务处巡查，宿舍由生活老师看管，"
    "校车由交通部门每学期检验，操场周末向居民开放，图书室由管理员值守"
)


class TestLength:
    def test_a_long_sentence_is_cut_to_the_clauses_that_tell(self, tmp_path: Path) -> None:
        text = f"甲县办法\n\n第一条 {LONG}。\n第二条 补助由学校发放。\n"
        (statement,) = told(tmp_path, text, "值班制度", "宿舍由谁看管？")
        assert "宿舍由生活老师看管" in statement.text
        assert len(statement.text) < len(LONG) / 2

    def test_the_clause_with_the_unit_that_is_asked_for_is_kept(self, tmp_path: Path) -> None:
        text = f"甲县办法\n\n第一条 {LONG}。\n第二条 补助由学校发放。\n"
        (statement,) = told(tmp_path, text, "值班制度", "检查记录保存几年？")
        assert "检查记录保存两年" in statement.text
        assert "操场" not in statement.text

    def test_where_no_clause_tells_more_than_another_it_stays_whole(self, tmp_path: Path) -> None:
        text = f"甲县办法\n\n第一条 {LONG}。\n第二条 补助由学校发放。\n"
        (statement,) = told(tmp_path, text, "值班制度", "XYZ")
        assert statement.text == f"第一条 {LONG}。"


COURSE = (
    "第{}期培训的教师应当完成全部课程，并提交研修成果，经考核合格以后由县教师发展中心颁发证书，"
    "证书记入继续教育档案，作为评选先进和晋升职务的依据，未完成课程的安排补修"
)


def numeral(number: int) -> str:
    """A number up to 99 in Chinese script."""
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九"
    return f"{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones]}".replace(" ", "")


class TestLists:
    ARTICLE = """甲县办法

第一条 为规范管理，制定本办法。
第二条 申请人应当具备下列条件：
（一）有本县户籍；
（二）年满十八周岁；
（三）身体健康。
第三条 补助由学校发放。
"""

    @pytest.mark.parametrize("question", [PLAIN, FOR_A_LIST])
    def test_a_lead_is_told_with_its_items(self, tmp_path: Path, question: str) -> None:
        assert words_of(told(tmp_path, self.ARTICLE, "下列条件", question)) == [
            "第二条 申请人应当具备下列条件：（一）有本县户籍；（二）年满十八周岁；（三）身体健康。"
        ]

    @pytest.mark.parametrize("item", ["本县户籍", "十八周岁", "身体健康"])
    def test_where_a_list_is_asked_for_an_item_brings_all_of_it(self, tmp_path: Path, item: str) -> None:
        (statement,) = told(tmp_path, self.ARTICLE, item, FOR_A_LIST)
        assert statement.text.startswith("第二条 申请人应当具备下列条件：（一）")
        assert statement.text.endswith("（三）身体健康。")

    def test_where_none_is_asked_for_an_item_is_told_alone(self, tmp_path: Path) -> None:
        assert words_of(told(tmp_path, self.ARTICLE, "十八周岁", "几岁？")) == ["（二）年满十八周岁。"]

    def test_items_on_one_line_are_items_too(self, tmp_path: Path) -> None:
        article = "第一条 申请人应当：（一）有本县户籍；（二）年满十八周岁；（三）身体健康。"
        text = f"甲县办法\n\n{article}材料由学校收。\n第二条 补助由学校发放。\n"
        (statement,) = told(tmp_path, text, "申请人应当", FOR_A_LIST)
        assert statement.text == article

    def test_items_that_are_passages_are_told_with_their_true_number(self, tmp_path: Path) -> None:
        lead, *items = words_of(told(tmp_path, GUARDS, "下列人员", "哪些人不得担任？"))
        assert lead == "第二条 下列人员不得担任宿管人员（共4项）："
        assert [item[:3] for item in items] == ["（一）", "（二）", "（三）", "（四）"]

    def test_what_stands_behind_the_list_is_no_item(self, tmp_path: Path) -> None:
        said = "".join(words_of(told(tmp_path, GUARDS, "下列人员", "哪些人不得担任？")))
        assert "第三条" not in said
        assert "三千元" not in said

    def test_long_items_with_headings_are_told_by_their_first_sentence(self, tmp_path: Path) -> None:
        more = "各学校要高度重视，认真组织实施，加强督促检查，确保按期完成，并及时总结上报。" * 6
        text = (
            "甲县方案\n\n一、主要措施\n重点抓好以下三项工作：\n"
            + "".join(
                f"（{n}）{what}。{more}\n"
                for n, what in zip("一二三", ("改善校舍", "培训教师", "保障经费"), strict=True)
            )
            + "二、组织保障\n成立领导小组。\n"
        )
        lead, *items = words_of(told(tmp_path, text, "以下三项", "哪三项工作？"))
        assert lead == "重点抓好以下三项工作（共3项）："
        assert items == ["（一）改善校舍。", "（二）培训教师。", "（三）保障经费。"]

    @pytest.mark.parametrize("count", [16, 35])
    def test_a_very_long_list_is_told_to_its_end_each_item_by_its_first_clause(
        self, tmp_path: Path, count: int
    ) -> None:
        text = (
            "甲县办法\n\n第一条 教师培训应当符合下列要求：\n"
            + "；\n".join(f"（{numeral(n)}）{COURSE.format(numeral(n))}" for n in range(1, count + 1))
            + "。\n第二条 培训由学校组织。\n"
        )
        lead, *items = words_of(told(tmp_path, text, "下列要求", "有哪些要求？"))
        assert f"（共{count}项）" in lead
        assert [one[: one.index("）") + 1] for one in items] == [
            f"（{numeral(n)}）" for n in range(1, count + 1)
        ]
        assert all(len(one) < len(COURSE) for one in items)

    def test_a_colon_without_items_is_told_as_it_is(self, tmp_path: Path) -> None:
        text = "甲县通知\n\n一、报名时间：\n另行通知。\n二、咨询方式\n请到学校咨询。\n"
        said = "".join(words_of(told(tmp_path, text, "请到学校")))
        assert said == "请到学校咨询。"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("补助五元。", "补助五元。"),
        (" 补助\n五元 ", "补助五元。"),
        ("★ 补助五元；", "补助五元。"),
        ("**补助** 五元，", "补助 五元。"),
        ("下列材料：", "下列材料。"),
        ("● ■ 补助五元", "补助五元。"),
        ("“一校一案”", "“一校一案”"),
        ("补助***元。", "补助***元。"),
    ],
)
def test_a_sentence_is_said_without_breaks_bullets_and_marks_of_emphasis(text: str, said: str) -> None:
    assert tidy(text) == said


@pytest.mark.parametrize(
    "text", ["甲，乙；丙：丁。", "每天1,200元，全年12:30", "甲", "，，", "补助五元，", "“甲，”乙"]
)
def test_clauses_are_all_of_a_sentence_in_order(text: str) -> None:
    ranges = clauses_of(text)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert "1,200" not in text or any("1,200" in text[start:end] for start, end in ranges)


@pytest.mark.parametrize(
    ("title", "region", "says"),
    [
        ("青禾县补助办法", "东江省青禾县", True),
        ("青禾县补助办法", "东江省", False),
        ("补助办法", "青禾县", False),
        ("东江省补助办法", "东江省青禾县", False),  # the province is not the county
        ("补助办法", "", False),
    ],
)
def test_a_title_says_its_place_by_the_smallest_part_of_it(title: str, region: str, says: bool) -> None:
    assert says_place(title, region) is says


def test_a_source_is_named_with_its_place_where_the_title_lacks_it() -> None:
    assert name_source(Head(title="青禾县补助办法", region="东江省青禾县")) == "《青禾县补助办法》"
    assert name_source(Head(title="补助办法", region="青禾县")) == "《补助办法》（青禾县）"
    assert name_source(Head(title="补助办法")) == "《补助办法》"


def test_among_sources_that_are_alike_it_is_named_with_date_and_status() -> None:
    head = Head(title="补助办法", region="青禾县", issued_on=date(2024, 8, 12), status=Status.DRAFT)
    assert name_source(head, among_alike=True) == "《补助办法》（青禾县，2024年8月12日，征求意见稿）"
    assert name_source(Head(title="补助办法"), among_alike=True) == "《补助办法》"


ONE_LINE = """甲县公告

一、报名对象：六岁的儿童。

二、不得报名的情形：（一）已在读的；（二）没有接种的；（三）造假的。
"""


def test_a_numbered_lead_that_has_its_first_item_in_it_brings_the_others(tmp_path: Path) -> None:
    (statement,) = told(tmp_path, ONE_LINE, "不得报名", FOR_A_LIST)
    assert all(item in statement.text for item in ("（一）", "（二）", "（三）"))


def test_an_item_told_beside_another_brings_the_list(tmp_path: Path) -> None:
    with searcher_over(tmp_path, {"a.txt": ONE_LINE}) as searcher:
        (span,) = spans_of(map(searcher.passage, searcher.holdings.chunks), "没有接种")
        wanted = want(PLAIN, "", searcher.weight, load())
        assert len(next(state(span, wanted, searcher)).text) < 20
        assert "（一）" in next(state(span, wanted, searcher, with_others=True)).text
