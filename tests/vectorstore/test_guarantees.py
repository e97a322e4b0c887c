"""Guarantees for any text: the seed documents mutilated, and nonsense made of what opens sections."""

from __future__ import annotations

import gc
import random
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectorstore.guarantees import check, understood
from vectorstore.lines import read_lines
from vectorstore.text import count_tokens, normalise, search_terms, sentences, squeeze
from vectorstore.types import Heading

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
# What openings, titles, tables, marks and furniture begin with or are.
FRAGMENTS = (
    "1",
    "2",
    "3",
    "10",
    "一、",
    "二、",
    "（一）",
    "（二）",
    "(1)",
    "1）",
    "①",
    "②",
    "⑴",
    "㈠",
    "⒈",
    "1.",
    "2．",
    "1.1 甲",
    "1.1.1",
    "第一章 总则",
    "第一章",
    "第一条 甲。",
    "第二条",
    "第十条规定",
    "第一条之一",
    "附件",
    "附件1",
    "附件：",
    "附件2 清单",
    "目录",
    "一、总则……3",
    "2.要点 5",
    "— 3 —",
    "第3页",
    "| a | b |",
    "|-|-|",
    "| 1 |",
    "a\tb\tc",
    "1\t2",
    "序号",
    "序号 项目 单位",
    "1 甲 乙",
    "2 丙 丁",
    "合计",
    "单位",
    "时间",
    "内容",
    "2024年3月8日",
    "市教育局",
    "市教育局  2024年3月8日",
    "某某市",
    "xx%",
    "x所",
    "****",
    "★",
    "★**甲。**",
    "# 甲",
    "## 一、乙",
    "【栏目】",
    "报：",
    "一是甲，",
    "二是乙。",
    "一是甲。二是乙。三是丙。",
    "27构建",
    "二、三年级",
    "首页",
    "扫码使用手机浏览",
    "工作方案",
    "（征求意见稿）",
    "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳",
    "说明如下：",
    "\t",
    "\u3000\u3000",
    "\x00",
    "\ud800",
    "\u2028",
    "\u200b",
    "“",
    "》",
    "。",
    "；",
    "教" * 1300,
    "A" * 500,
)
FULL_WIDTH = {ord(str(digit)): chr(ord("０") + digit) for digit in range(10)}


@cache
def seed_lines(index: int) -> tuple[str, ...]:
    return tuple(SEEDS[index].read_text(encoding="utf-8").split("\n"))


def mutilate(lines: list[str], chance: random.Random) -> list[str]:
    """Do one harm to a document's lines."""
    at = chance.randrange(len(lines))
    harm = chance.randrange(10)
    if harm == 0:
        del lines[at : at + chance.randint(1, 9)]
    elif harm == 1:
        lines.insert(at, chance.choice(lines))
    elif harm == 2:
        lines[at : at + 2] = ["".join(lines[at : at + 2])]
    elif harm == 3:
        lines[at:at] = [""] * chance.randint(1, 3)
    elif harm == 4:
        lines = [line for line in lines if line.strip() or chance.random() < 0.5]
    elif harm == 5:
        cut = chance.randrange(len(lines[at]) + 1)
        lines = [*lines[:at], lines[at][:cut]]
    elif harm == 6:
        lines = [line.translate(FULL_WIDTH) for line in lines]
    elif harm == 7:
        lines = [f"{line}\r" for line in lines]
    elif harm == 8:
        cut = chance.randrange(len(lines[at]) + 1)
        lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    else:
        lines.insert(at, chance.choice(FRAGMENTS))
    return lines or [""]


@given(st.integers(0, len(SEEDS) - 1), st.randoms(use_true_random=False), st.integers(1, 12))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_mutilated_seed_document_keeps_every_guarantee(
    index: int, chance: random.Random, harms: int
) -> None:
    lines = list(seed_lines(index))
    if chance.random() < 0.8:
        first = chance.randrange(len(lines))
        lines = lines[first : first + chance.randint(5, 150)]
    for _ in range(harms):
        lines = mutilate(lines, chance)
    check(understood("\n".join(lines)))


@given(
    st.lists(
        st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(("\n", "\n\n", "\n\n\n", "", "\r\n"))),
        max_size=40,
    )
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_fragments_in_any_order_keep_every_guarantee(fragments: list[tuple[str, str]]) -> None:
    check(understood("".join(part for fragment in fragments for part in fragment)))


@given(
    st.lists(
        st.tuples(st.sampled_from((*FRAGMENTS, "总体要求", "保障措施", "加强组织领导")), st.integers(-12, 9)),
        max_size=40,
    )
)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_fragments_marked_up_as_headings_keep_every_guarantee(fragments: list[tuple[str, int]]) -> None:
    text, headings = "", []
    for fragment, level in fragments:
        line = normalise(fragment).split("\n", 1)[0]
        if level > 0 and line.strip():
            start = len(text) + len(line) - len(line.lstrip())
            headings.append(Heading(start, start + len(line.strip()), level))
        text += f"{line}\n"
    assert normalise(text) == text
    check(understood(text, headings=headings))


@given(st.integers(0, len(SEEDS) - 1), st.randoms(use_true_random=False))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_a_seed_document_with_headings_anywhere_keeps_every_guarantee(
    index: int, chance: random.Random
) -> None:
    first = chance.randrange(len(seed_lines(index)))
    text = normalise("\n".join(seed_lines(index)[first : first + chance.randint(5, 150)]))
    lines = [line for line in read_lines(text) if chance.random() < 0.3]
    check(understood(text, headings=[Heading(line.start, line.end, chance.randint(1, 9)) for line in lines]))


@given(st.text(st.characters(exclude_categories=()), max_size=200))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_any_text_at_all_keeps_every_guarantee(text: str) -> None:
    check(understood(text))


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("\n".join))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_pure_functions_of_text_hold_for_any_text(text: str) -> None:
    clean = normalise(text)
    assert normalise(clean) == clean
    ranges = sentences(clean)
    assert all(before[1] <= after[0] for before, after in pairwise([(0, 0), *ranges]))
    assert all(start < end and clean[start:end].strip() == clean[start:end] for start, end in ranges)
    squeezed, positions = squeeze(clean)
    assert len(squeezed) == len(positions)
    assert positions == sorted(positions)
    assert search_terms(clean) == search_terms(text)
    assert count_tokens(clean) >= 0


@pytest.mark.parametrize("lines", ["甲\n乙。", "甲\n一、乙\n丙。\n丁。", "甲方案\n乙\n丙。\n丁。"])
def test_no_repetition_of_headings_nests_without_end_or_takes_long(lines: str) -> None:
    text = f"{lines}\n" * 1_000
    marked = [line for line in read_lines(text) if not line.text.endswith("。")]
    started = process_time()
    check(
        understood(text, headings=[Heading(line.start, line.end, 1 + i % 9) for i, line in enumerate(marked)])
    )
    assert process_time() - started < 10


@pytest.mark.parametrize(
    "lines",
    ["1.甲：\n（一）乙：", "一是甲。二是乙。", "一是甲。\n二是乙。\n丙。", "# 甲\n## 乙\n### 丙", "1.1 甲"],
)
def test_no_repetition_nests_without_end(lines: str) -> None:
    check(understood(f"{lines}\n" * 1_000))


@pytest.mark.parametrize(
    "unit", ["1", "教", "。", "x", "*", "—", " ", "一、", "第一条", ".", "…", "一是", "a b ", "1. ", "| "]
)
def test_a_line_of_100_000_characters_takes_no_more_than_a_moment(unit: str) -> None:
    started = process_time()
    check(understood((unit * 100_000)[:100_000]))
    assert process_time() - started < 5


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "1",
        "一、",
        "单位",
        "序号",
        "合计",
        "附件1",
        "市教育局",
        "目录",
        "方案",
        "★",
        "1\n2\n3",
        "序号\n名称\n单位\n1\n甲\n乙\n2\n丙\n丁",
    ],
)
def test_time_grows_no_faster_than_the_number_of_lines(lines: str) -> None:
    def seconds(characters: int) -> float:
        text = f"{lines}\n" * (characters // (len(lines) + 1))
        gc.disable()  # it would go through all that other tests have left behind
        try:
            started = process_time()
            understood(text)
            return process_time() - started
        finally:
            gc.enable()

    seconds(2_000)
    short, long = (min(seconds(characters) for _ in range(3)) for characters in (3_000, 24_000))
    assert long < 4 * 8 * short + 0.1  # four times what the eightfold length explains
