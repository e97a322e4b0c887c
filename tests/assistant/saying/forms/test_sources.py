"""How much of its sources a text tells: all, titles in one line, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.saying.forms.markdown import to_markdown
from assistant.saying.forms.plain import MOST_BYTES, MOST_CHARACTERS, to_parts, to_plain
from assistant.saying.forms.sources import without_sources
from assistant.types import Sources
from assistant.web.wechat.bounded import bounded_markdown
from tests.assistant.kept_answers import answered, citation, refused
from tests.assistant.saying.forms.reading import marks, stray_markup
from tests.assistant.saying.forms.test_plain import BASE

ELSEWHERE = "河口县阅读行动方案"
DRAFT = "《云山市学生午餐补助办法》是征求意见稿，不是正式印发的文件。"


def answer() -> dict[str, Any]:
    cited = citation(1), citation(2, title=ELSEWHERE), citation(3, "第四条")
    return answered("每人每天补助5元[1]。图书角100册[2]。每学期公示[1][3]。", *cited, notices=(DRAFT,))


def near() -> dict[str, Any]:
    section = {"title": ELSEWHERE, "path": ["二、目标"], "url": "/documents/0123456789ab?start=1&end=9"}
    found = {"refusal": {"reason": "not_found", "nearest": [section, section]}}
    return refused() | found | {"answer": "资料中没有找到这个问题的答案。"}


def plain(told: dict[str, Any], sources: Sources) -> str:
    return to_plain(told, base=BASE, language="zh", sources=sources)


def markdown(told: dict[str, Any], sources: Sources) -> str:
    return to_markdown(told, base=BASE, language="zh", sources=sources)


def test_short_sources_are_each_title_once_in_one_line_behind_its_marks() -> None:
    line = f"依据：[1][3]《云山市学生午餐补助办法》；[2]《{ELSEWHERE}》"
    said = "每人每天补助5元[1]。图书角100册[2]。每学期公示[1][3]。"
    notice = "ⓘ 《云山市学生午餐补助办法》是征求意见稿，不是正式印发的文件。"

    assert plain(answer(), "short") == f"{said}\n{notice}\n\n{line}"
    assert markdown(answer(), "short") == f"{said}\n\n> {notice}\n\n{line}"


def test_without_sources_there_are_no_marks_either_and_notices_name_their_document() -> None:
    one = answered("每人每天补助5元[1]。每学期公示 [1]。", citation(1), notices=(DRAFT,))
    said = "每人每天补助5元。每学期公示。"

    assert plain(one, "off") == f"{said}\nⓘ {DRAFT}"
    assert markdown(one, "off") == f"{said}\n\n> ⓘ {DRAFT}"


def test_without_sources_no_line_says_whose_the_words_are() -> None:
    one = answered("每人每天补助5元[1]。\n——《云山市学生午餐补助办法》（云山市）", citation(1))

    assert plain(one, "off") == markdown(one, "off") == "每人每天补助5元。"


def test_what_is_in_brackets_and_no_mark_of_ours_stays() -> None:
    one = answered("按表[7]补助5元[1]。", citation(1))

    assert plain(one, "off") == "按表［7］补助5元。"
    assert markdown(one, "off") == "按表[7]补助5元。"


def test_a_refusal_tells_what_is_near_as_it_tells_sources() -> None:
    for form in (plain, markdown):
        assert form(near(), "short").endswith(f"\n\n相近内容：《{ELSEWHERE}》")
        assert form(near(), "off") == "资料中没有找到这个问题的答案。"


@pytest.mark.parametrize("sources", ["short", "off"])
def test_a_long_answer_is_whole_in_its_parts(sources: Sources) -> None:
    told = [f"第{n}项补助由学校按学期公示并接受监督，具体办法另行规定[{n}]。" for n in range(1, 61)]
    long = answered("".join(told), *(citation(n, title=f"办法之{n}") for n in range(1, 61)))

    parts = to_parts(long, base=BASE, language="zh", sources=sources)

    assert all(len(part) <= MOST_CHARACTERS and len(part.encode()) <= MOST_BYTES for part in parts)
    assert len(parts) > 1
    for number in range(1, 61):
        assert sum(f"第{number}项补助" in part for part in parts) == 1
    for part in parts:
        assert "http" not in part
        listed = part.split("依据：")[1:]
        assert listed == [] if sources == "off" else marks(listed[0]) == marks(part.split("依据：")[0])
    assert marks("".join(parts)) == (set() if sources == "off" else set(range(1, 61)))


@pytest.mark.parametrize("sources", ["short", "off"])
def test_what_a_title_is_made_of_becomes_no_markup(sources: Sources) -> None:
    hostile = answered("补助5元[1]。", citation(1, title="# *重要* [2](http://a.invalid) |x|"))

    assert stray_markup(markdown(hostile, sources)) == set()
    assert marks(plain(hostile, sources)) == ({1} if sources == "short" else set())


def test_in_english_there_are_blanks_where_chinese_has_none() -> None:
    told = answer() | {"question": "How much is the lunch subsidy for one child?"}

    shown = to_plain(told, base=BASE, language="zh", sources="short")

    assert shown.endswith(f"\nSources: [1][3]《云山市学生午餐补助办法》; [2]《{ELSEWHERE}》")


@pytest.mark.parametrize("sources", ["full", "short", "off"])
def test_whatever_is_told_of_sources_is_no_part_of_what_was_said(sources: Sources) -> None:
    for form in (plain, markdown):
        assert "ⓘ" not in without_sources(form(answer(), sources))
        assert "依据" not in without_sources(form(answer(), sources))


def test_what_is_cut_to_a_platform_s_bytes_tells_sources_alike() -> None:
    told = answered("".join(f"{'字' * 200}[{n}]。" for n in range(1, 30)), *map(citation, range(1, 30)))

    short, off = (
        bounded_markdown(told, base=BASE, language="zh", most_bytes=2000, sources=sources)
        for sources in ("short", "off")
    )

    assert max(len(short.encode()), len(off.encode())) <= 2000
    assert marks(short.split("依据：")[1]) == marks(short.split("依据：")[0])
    assert marks(off) == set()
    assert "依据" not in off
