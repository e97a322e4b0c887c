"""Answers of any length fit what a platform takes, and what is left of them keeps its sources."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.saying.forms.markdown import to_markdown
from assistant.web.wechat.bounded import beginning, bounded_markdown

BASE = "https://policies.example"
MOST = 20_480
SAYS_SO = "（内容较长，只列出前面的部分。）"


def answer_of(said: str, **more: object) -> dict[str, Any]:
    """The JSON of an answer, with a source for each of its marks."""
    labels = sorted({int(label) for label in re.findall(r"\[(\d{1,3})\]", said)})
    document = {
        "title": "某市中小学课后服务实施办法",
        "number": "教发〔2024〕5号",
        "region": "",
        "status": "issued",
    }
    citations = [
        {
            "label": label,
            "document": document,
            "path": ["第二章 组织", f"第{label}条"],
            "url": f"/documents/{label:012x}?start={label}&end={label + 30}",
        }
        for label in labels
    ]
    told = {"answer": said, "citations": citations, "notices": [], "refusal": None}
    return {**told, "question": "问什么？", "mode": "extract", **more}


def bounded(answer: dict[str, Any], most_bytes: int = MOST) -> str:
    return bounded_markdown(answer, base=BASE, language="zh", most_bytes=most_bytes)


LONG = "\n".join(
    f"- 第{one}项：每名学生每学期补助{one}元，由学校按学期公示，不得挪用[{one}]。" for one in range(1, 400)
)


def test_an_answer_that_fits_is_left_as_it_is() -> None:
    answer = answer_of("每人每天补助5元[1]。")
    assert bounded(answer) == to_markdown(answer, base=BASE, language="zh")


def test_of_a_long_answer_whole_lines_are_left_and_it_says_so() -> None:
    text = bounded(answer_of(LONG))
    assert MOST - 1000 < len(text.encode()) <= MOST
    assert SAYS_SO in text
    lines = [line for line in text.splitlines() if line.startswith("- 第")]
    assert lines == LONG.splitlines()[: len(lines)]


def test_what_is_left_has_exactly_its_own_sources_with_whole_links() -> None:
    text = bounded(answer_of(LONG))
    said, listed = text.split("依据：")
    marks = re.findall(r"\[(\d+)\]", said)
    assert re.findall(r"^- \[(\d+)\]", listed, re.MULTILINE) == marks
    links = re.findall(r"^  (\S+)$", listed, re.MULTILINE)
    whole = to_markdown(answer_of(LONG), base=BASE, language="zh")
    assert len(links) == len(marks)
    assert all(f"  {link}\n" in whole for link in links)


def test_what_must_be_known_of_the_sources_is_still_said() -> None:
    assert "> ⓘ 这是征求意见稿。" in bounded(answer_of(LONG, notices=["这是征求意见稿。"]))


def test_an_english_answer_says_so_in_english() -> None:
    assert "only its beginning" in bounded(answer_of(LONG, question="How much is the subsidy?"))


@pytest.mark.parametrize(
    "unit", ["补助", "补助见 https://policies.example/a/b?c=d 。"[:-2] + " ", "补助[1]", "word ", "＊*_`"]
)
def test_of_a_sentence_without_end_its_beginning_is_left(unit: str) -> None:
    text = bounded(answer_of(unit * 9000))
    assert 1000 < len(text.encode()) <= MOST
    assert SAYS_SO in text
    said = text.split(SAYS_SO)[0]
    for link in re.findall(r"https?://[!-~]*", said):
        assert link == "https://policies.example/a/b?c=d"


def test_a_word_without_end_leaves_nothing_but_the_notice() -> None:
    assert SAYS_SO in bounded(answer_of("x" * 30_000))


sentences = st.lists(
    st.tuples(st.text("学校补助元 \n#*_[](|", max_size=40), st.integers(1, 30), st.sampled_from("。；\n，")),
    max_size=40,
)


@given(sentences, st.integers(400, 3000))
def test_nothing_is_ever_too_long(parts: list[tuple[str, int, str]], most_bytes: int) -> None:
    text = bounded(answer_of("".join(f"{said}[{label}]{end}" for said, label, end in parts)), most_bytes)
    assert len(text.encode()) <= most_bytes


@given(st.text("学校。；\n[1]a", max_size=200), st.text("学校。；\n[1]a", max_size=50), st.integers(0, 300))
def test_a_beginning_is_one_and_fits(said: str, more: str, most_bytes: int) -> None:
    shown = beginning(said, most_bytes)
    assert said.startswith(shown)
    assert len(shown.encode()) <= most_bytes
    whole = f"{said}。\n"  # what is shown of an answer in the making ends with a sentence
    assert beginning(f"{whole}{more}", most_bytes).startswith(beginning(whole, most_bytes))


def test_breaks_behind_the_last_sentence_take_no_room() -> None:
    assert beginning("一。\n二。\n\n\n", 13) == "一。\n二。"
