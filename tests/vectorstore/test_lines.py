"""Lines, and whether their words are over."""

from __future__ import annotations

import pytest

from vectorstore.lines import ends_sentence, read_lines


def test_lines_leave_out_white_space_and_count_the_blank_ones_before_them() -> None:
    text = "\n 甲 \n\n\u3000\n乙\t\n丙"
    lines = read_lines(text)
    assert [(line.text, line.blanks) for line in lines] == [("甲", 1), ("乙", 2), ("丙", 0)]
    assert all(text[line.start : line.end] == line.text for line in lines)


def test_a_text_of_white_space_has_no_lines() -> None:
    assert read_lines("") == []
    assert read_lines(" \n\t\n\u3000") == []


@pytest.mark.parametrize("text", ["完成。", "完成；", "如下：", "（完成）", "“完成。”", "完成！**", "……"])
def test_a_line_that_ends_in_a_mark_is_over(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["完成", "学校、", "学校，", "到2027年", "第3"])
def test_a_line_that_ends_in_a_word_or_a_comma_goes_on(text: str) -> None:
    assert not ends_sentence(text)
