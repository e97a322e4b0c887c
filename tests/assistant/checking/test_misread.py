"""How a sentence can be wrong though its figures and names stand in what it cites, and right twins."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checking.support import Support
from assistant.types import Evidence
from tests.invented import passages_of
from tests.vectorstore.guarantees import understood
from vectorstore.types import Passage

RULES = """青禾县中小学校车管理办法

第一条 学生不得携带手机乘车，经批准的可以携带电话手表。
第二条 乘坐小学一至三年级学生15人以上的校车，增配照管员1名。
第三条 小学每人每学期交费300元，初中每人每学期交费420元。
第四条 安全检查由县公安局牵头，县教育局、县财政局配合，每月不少于2次。
第五条 路线由县交通局会同县教育局确定，确定前征求家长意见，不收取费用。
第六条 到2031年底，建成停靠站120个，乘车率比2028年提高12个百分点。
第七条 县教育局安全科科长石磊，电话5531207；县公安局副局长温如玉，电话5531999。
"""
QUESTION = "校车怎么管理，我家孩子16岁，家离学校4公里？"


def passages() -> list[Passage]:
    return passages_of(understood(RULES, "青禾县中小学校车管理办法.txt"))


def lacking(sentence: str, question: str = QUESTION) -> list[str]:
    support = Support(Evidence(question=question, passages=tuple(passages())), "zh")
    return support.lacking(sentence, support.sources)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("学生可以携带手机乘车", "学生不可以携带手机乘车"),
        (
            "乘坐小学一至三年级学生的所有校车都增配照管员1名",
            "乘坐小学一至三年级学生15人以上的，增配照管员1名",
        ),
        ("小学、初中每人每学期均交费420元", "初中每人每学期交费420元"),
        ("安全检查由县教育局牵头", "安全检查由县公安局牵头，县教育局配合"),
        ("安全检查每月不超过2次", "安全检查每月至少2次"),
        ("安全检查每周不少于2次", "安全检查每月不能少于2次"),
        ("路线由县财政局会同县教育局确定", "路线由县交通局会同县教育局确定"),
        ("确定路线前收取家长费用", "确定路线前征求家长意见，不收取费用"),
        ("停靠站120个已经建成", "计划到2031年底建成停靠站120个"),
        ("乘车率比2028年下降12个百分点", "乘车率要比2028年提高12个百分点"),
        ("县教育局安全科科长是温如玉", "县教育局安全科科长是石磊"),
        ("县公安局局长温如玉负责", "县公安局副局长温如玉负责"),
        ("石磊，电话5531999", "石磊，电话5531207"),
    ],
)
def test_what_is_told_otherwise_than_it_stands_there_is_found(wrong: str, right: str) -> None:
    assert lacking(wrong)
    assert lacking(right) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("小学和初中相差130元，小学300元，初中420元", "小学300元，初中420元，相差120元"),
        ("小学300元、初中420元，合计620元", "小学300元、初中420元，合计720元"),
        ("小学每学期300元，一年两个学期共900元", "小学每学期300元，一年两个学期共600元"),
        ("配合的有三个部门：县教育局、县财政局", "配合的有两个部门：县教育局、县财政局"),
        ("孩子满18岁可以乘车", "您家孩子16岁，小学每学期300元"),
        ("停靠站150个", "停靠站约120个"),
    ],
)
def test_what_follows_from_what_stands_there_may_be_told(wrong: str, right: str) -> None:
    assert lacking(wrong)
    assert lacking(right) == []


def test_days_that_are_left_follow_from_the_date_of_the_question() -> None:
    text = "青禾县招生公告\n\n一、报名\n\n报名截止到2031年6月20日17:00，首班车6:25发车，7:40到校。\n"
    for asked in ("今天是2031年6月8日，还来得及吗？", "今天是6月8日，还来得及吗？"):
        support = Support(Evidence(question=asked, passages=tuple(passages_of(text))), "zh")
        assert support.lacking("来得及，还有12天，2031年6月20日截止", support.sources) == []
        assert support.lacking("来得及，还有15天，2031年6月20日截止", support.sources)
    assert support.lacking("6:25发车，7:40到校，路上75分钟", support.sources) == []
    assert support.lacking("6:25发车，7:45到校", support.sources)


def test_the_year_of_a_documents_own_date_is_the_year_of_nothing_else() -> None:
    passage = passages_of("青禾县饮水方案\n\n一、目标\n\n所有学校的饮用水达标。\n")[0]
    dated = Passage(
        rank=1,
        chunk=passage.chunk,
        source=passage.source,
        head=type(passage.head)(title="青禾县饮水方案", issued_on=date(2031, 3, 1)),
        matches=passage.matches,
    )
    support = Support(Evidence(question="饮水目标？", passages=(dated,)), "zh")
    assert support.lacking("2031年所有学校的饮用水达标", support.sources)
    assert support.lacking("2031年的方案提出，所有学校的饮用水达标", support.sources) == []


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("The talk was held in Chengdu by Shi Lei.", False),
        ("Shi Lei of Qinghe County answers the phone.", True),
        ("Women and Human resources are Hence not meant.", True),
        ("Every county bureau inspects the buses.", True),
    ],
)
def test_a_chinese_name_in_an_english_sentence_stands_in_its_source(sentence: str, right: bool) -> None:
    support = Support(Evidence(question="Who answers the phone?", passages=tuple(passages())), "en")
    assert (support.lacking(sentence, support.sources) == []) is right


def test_a_draft_is_not_in_force() -> None:
    text = "关于公开征求《青禾县校车办法（征求意见稿）》意见的公告\n\n第一条 本办法自2031年9月1日起施行。\n"
    support = Support(Evidence(question="施行了吗？", passages=tuple(passages_of(text))), "zh")
    assert support.lacking("该办法已经正式印发，各校遵照执行", support.sources)
    assert support.lacking("稿中写明自2031年9月1日起施行，还没有正式印发", support.sources) == []


FARES = """青禾县校车收费通知

一、标准由每月80元改为每月95元。

二、乘车不满5公里的每月60元，5公里以上的每月85元，山区线路每月110元。

三、安全检查每月2次，车辆清洗每月6次。
"""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("山区线路每月85元", "山区线路每月110元"),
        ("车辆清洗每月2次", "车辆清洗每月6次"),
        ("安全检查和车辆清洗每月6次", "安全检查和车辆清洗每月分别2次和6次"),
        ("标准由每月95元改为每月80元", "标准由每月80元改为每月95元"),
    ],
)
def test_a_figure_is_not_told_with_the_words_of_another(wrong: str, right: str) -> None:
    passages = tuple(passages_of(understood(FARES, "青禾县校车收费通知.txt")))
    support = Support(Evidence(question="校车怎么收费？", passages=passages), "zh")
    assert support.lacking(wrong, support.sources)
    assert support.lacking(right, support.sources) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("县、乡按4:6分担，县里出三成", "县、乡按4:6分担，县里出四成"),
        ("每年从2031年到2034年，共5年", "每年从2031年到2034年，共4年"),
    ],
)
def test_parts_of_a_ratio_and_years_between_follow(wrong: str, right: str) -> None:
    text = "青禾县校车经费通知\n\n一、经费\n\n2031年至2034年的经费由县、乡按4:6分担。\n"
    support = Support(Evidence(question="经费？", passages=tuple(passages_of(text))), "zh")
    assert support.lacking(wrong, support.sources)
    assert support.lacking(right, support.sources) == []


@pytest.mark.parametrize("told", ["校车费标准为每人每学期9875元", "校车费标准一共是每年9875元"])
def test_a_figure_that_only_the_question_has_is_no_standard(told: str) -> None:
    assert lacking(told, "听说校车费每学期9875元，是吗？")


def test_a_figure_of_the_question_may_be_reckoned_with() -> None:
    asked = "我家3个孩子都上小学，一学期校车费多少？"
    assert lacking("小学每人每学期交费300元，3个孩子一共900元", asked) == []
    assert lacking("小学每人每学期交费300元，3个孩子一共800元", asked)
