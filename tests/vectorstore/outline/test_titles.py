"""Titles, annexes, signatures, dates and furniture."""

from __future__ import annotations

import pytest

from vectorstore.lines import read_lines
from vectorstore.outline.titles import (
    ends_in_kind,
    find_annexes,
    find_titles,
    is_date,
    is_furniture,
    is_letterhead,
    is_signature,
)


def titles(text: str) -> list[str]:
    lines = read_lines(text)
    return [block.text for block in find_titles(lines, [True] * len(lines))]


def annexes(text: str) -> list[tuple[str, str]]:
    return [(block.label, block.text) for block in find_annexes(read_lines(text))]


BODY = "为做好有关工作，根据上级要求，结合我市实际情况，现将有关事项通知如下，请认真贯彻执行，并及时报告。"


@pytest.mark.parametrize(
    "title",
    [
        "云山市学校安全管理办法",
        "云山市行动计划（2024—2027年）（征求意见稿）",
        "云山教育简报2024年第7期",
        "中华人民共和国学前教育法",
        "云山市教育局关于放假的通知",
    ],
)
def test_a_title_ends_in_the_kind_of_its_document(title: str) -> None:
    assert ends_in_kind(title)
    assert titles(f"{title}\n{BODY}") == [title]


@pytest.mark.parametrize("text", ["探索教学方法", "推广先进做法", "征求各方看法", "提高教学质量"])
def test_other_words_name_no_kind(text: str) -> None:
    assert not ends_in_kind(text)


def test_a_title_over_several_lines_is_one_with_its_aside() -> None:
    text = f"云山市建设乡村教育振兴先行区\n\n专项工作方案\n\n（征求意见稿）\n\n{BODY}"
    assert titles(text) == ["云山市建设乡村教育振兴先行区专项工作方案（征求意见稿）"]


def test_a_title_that_is_said_again_is_one_title() -> None:
    assert titles(f"云山市工作方案\n\n云山市工作方案\n\n{BODY}") == ["云山市工作方案"]


def test_the_first_line_is_a_title_whatever_it_is_called() -> None:
    assert titles(f"在全市教育工作会议上\n{BODY}") == ["在全市教育工作会议上"]
    assert titles(f"{BODY}\n在全市教育工作会议上\n{BODY}") == []


def test_a_title_can_follow_the_date_of_an_issue() -> None:
    text = f"云山教育简报\n第3期\n云山市教育局  2024年3月1日\n云山市推进双减\n取得成效\n{BODY}"
    assert titles(text) == ["云山教育简报", "云山市推进双减 取得成效"]


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}\n落实以下\n管理制度\n考核办法\n后勤保障措施\n{BODY}",  # a list
        f"依据：\n责任单位：教育局，完成时限：年底前报送方案\n{BODY}",
    ],
)
def test_words_in_the_body_are_no_titles(text: str) -> None:
    assert not any("方案" in title or "措施" in title for title in titles(text))


@pytest.mark.parametrize(
    "line", ["云山市教育局文件", "云教发〔2024〕12号", "云教发[2024]12号  签发人：张三", "第7期"]
)
def test_the_letterhead_is_no_title(line: str) -> None:
    assert is_letterhead(line)
    assert titles(f"{line}\n{BODY}") == []


def test_an_annex_has_its_title_below_or_beside_its_label() -> None:
    assert annexes(f"附件1\n\n作业公示表\n\n{BODY}") == [("附件1", "作业公示表")]
    assert annexes(f"附件2：\n云山市工作\n实施方案\n{BODY}") == [("附件2", "云山市工作实施方案")]
    assert annexes(f"附件3 联系人名单\n{BODY}") == [("附件3", "联系人名单")]
    assert annexes(f"附件：\n云山市工作方案\n{BODY}") == [("附件", "云山市工作方案")]
    assert annexes(f"附表一\n收费标准\n{BODY}") == [("附表一", "收费标准")]


@pytest.mark.parametrize(
    "text",
    [
        "附件：1.工作方案\n2.名单",
        "附件1 工作方案\n附件2 名单\n云山市教育局",
        "附件：工作方案\n\n云山市教育局\n2024年3月8日",
        "附件1 工作方案\n云山市教育局\n2024年3月8日",
        "附件：\n1.工作方案\n2.名单",
        "附件材料应当齐全",
        "附件1",
    ],
)
def test_a_list_of_annexes_begins_none(text: str) -> None:
    assert annexes(text) == []


def test_dates_and_signatures_stand_alone() -> None:
    assert is_date("2024年3月8日")
    assert is_date("二〇二四年三月八日")
    assert is_date("2024-03-08印发")
    assert not is_date("自2024年3月8日起施行本办法")
    assert is_signature("云山市教育局")
    assert is_signature("云山市教育局  2024年3月8日")
    assert not is_signature("由教育局负责")


@pytest.mark.parametrize(
    "line",
    [
        "首页",
        "首页 > 政务公开 > 通知公告",
        "> 政务公开 > 教育简报",
        "当前位置:",
        "您当前的位置：首页 > 通知",
        "字号:",
        "字体：[大 中 小]",
        "【打印】【关闭】",
        "打印本页 | 关闭窗口",
        "分享到：微信 微博",
        "上一篇：关于放假的通知",
        "下一条",
        "扫一扫在手机打开当前页",
        "扫码使用手机浏览本页内容",
        "返回顶部",
        "主办：云山市教育局 网站标识码：0000000001",
        "版权所有：云山市教育局",
        "云ICP备00000000号",
        "浏览次数：123次",
        "— 12 —",
    ],
)
def test_what_belongs_to_the_page_is_furniture(line: str) -> None:
    assert is_furniture(read_lines(line)[0])


@pytest.mark.parametrize(
    "line",
    [
        "字体端正，书写规范。",
        "扫描件发送至邮箱。",
        "主办单位：云山市教育局",
        "上一年级学生不得重复报名。",
        "> 引用的一段话",
        "分享优秀案例。",
        "打印材料由各校准备。",
        "位置：学校东门",
        "相关信息由各校报送",
        "第3页所列项目",
        "12",
    ],
)
def test_what_only_begins_like_furniture_is_body(line: str) -> None:
    assert not is_furniture(read_lines(line)[0])
