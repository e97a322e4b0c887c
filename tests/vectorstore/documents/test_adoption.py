"""When a statute was adopted and amended, and under which number, from the lines under its title."""

from __future__ import annotations

from datetime import date

import pytest

from vectorstore.documents.adoption import Adoption, read_adoption
from vectorstore.documents.letterhead import read_head
from vectorstore.lines import read_lines
from vectorstore.outline.structure import read_structure
from vectorstore.types import Head

ARTICLES = "\n第一条 为了管好校车，制定本条例。\n第二条 校车每年检验一次。\n"


def head_of(text: str, source: str = "") -> Head:
    return read_head(text, read_structure(text, (), ()), source)


@pytest.mark.parametrize(
    ("lines", "day", "number"),
    [
        (
            "2004年9月13日 国务院第64次常务会议通过\n2004年9月27日 中华人民共和国国务院令第421号公布",
            "2004-09-27",
            "421号",
        ),
        ("2002年9月18日 通过\n2002年10月1日 国务院令第364号公布\n2002年12月1日 施行", "2002-10-01", "364号"),
        (
            "（1995年3月18日通过　根据2009年8月27日《决定》修正　根据2021年4月29日《决定》第二次修正）",
            "2021-04-29",
            "",
        ),
        ("（2019年3月5日\n云岭市人民代表大会常务委员会第三次会议通过）", None, ""),
        ("（2020年6月1日云教发〔2020〕8号公布）", "2020-06-01", "云教发〔2020〕8号"),
        ("2023年2月30日 会议通过", None, ""),
        ("2025年6月1日 施行", None, ""),
    ],
)
def test_the_day_of_the_version_at_hand_is_the_last_act(lines: str, day: str | None, number: str) -> None:
    adoption = read_adoption(read_lines(f"{lines}{ARTICLES}"))
    assert adoption.on == (date.fromisoformat(day) if day else None)
    assert adoption.number.endswith(number)
    assert bool(adoption.number) == bool(number)


def test_what_an_article_says_of_dates_is_no_adoption() -> None:
    assert read_adoption(read_lines("校车条例\n第一条 2019年3月5日 公布的目录继续有效。")) == Adoption()


def test_a_statute_is_dated_by_its_adoption_and_not_by_when_it_came_into_force() -> None:
    head = head_of(f"云岭市校车条例\n2019年3月5日 云岭市人民代表大会通过\n2019年6月1日 施行{ARTICLES}")
    assert (head.title, head.issued_on) == ("云岭市校车条例", date(2019, 3, 5))


def test_where_the_text_gives_no_date_the_one_in_brackets_in_the_file_name_does() -> None:
    text = f"云岭市校车条例{ARTICLES}"
    assert head_of(text, "云岭市校车条例(2019-03-05).md").issued_on == date(2019, 3, 5)
    assert head_of(text, "下载2019-03-05.md").issued_on is None
