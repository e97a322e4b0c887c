"""Cleaning, folding, sentences, terms and numbers."""

from __future__ import annotations

import pytest

from vectorstore.text import (
    count_tokens,
    fold,
    is_page_number,
    normalise,
    paragraph_end,
    plain,
    read_number,
    search_terms,
    sentences,
    squeeze,
    trim,
)


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("甲\r\n乙\r丙\u2028丁", "甲\n乙\n丙\n丁"),
        ("甲\x00\ud800\u200b\ufeff\ue000乙", "甲乙"),
        ("甲\u00a0\u2003乙\u3000丙\t丁", "甲  乙\u3000丙\t丁"),
        ("１２％ＡＢ㈠①臺", "１２％ＡＢ㈠①臺"),
        (
            "\U0002ebf0同志",
            "\U0002ebf0同志",
        ),  # newer than this Python's tables: a character of somebody's name
    ],
)
def test_cleaning_takes_away_what_is_no_text_and_changes_nothing_else(text: str, clean: str) -> None:
    assert normalise(text) == clean


def test_folding_makes_width_case_and_traditional_characters_one() -> None:
    assert fold("臺灣省ＡＢ１２％") == "台湾省ab12%"
    assert fold("著名的乾隆") == fold("著名的乾隆")
    assert fold("教育") == "教育"


def test_squeezed_text_knows_where_each_character_came_from() -> None:
    squeezed, positions = squeeze("Ａ 甲\n㈠")
    assert squeezed == "a甲(一)"
    assert positions == [0, 2, 4, 4, 4]


def test_sentences_end_at_their_marks_and_at_headings() -> None:
    assert said("一、总体要求\n到2027年，全面建成。力争“先行”。”加快；推进！") == [
        "一、总体要求",
        "到2027年，全面建成。",
        "力争“先行”。”",
        "加快；",
        "推进！",
    ]


def test_a_page_break_in_mid_sentence_ends_nothing_even_inside_a_date() -> None:
    first = "办公室近日发出通知，定于2024年2\n\n月22日召开会议，研究教育教学、教师\n\n— 3 —\n\n专业发展。"
    assert said(first + "会议要求落实。") == [first, "会议要求落实。"]


def test_page_numbers_between_sentences_are_in_none() -> None:
    assert said("— 1 —\n甲乙。\n— 2 —\n丙丁。\n第3页 共9页") == ["甲乙。", "丙丁。"]


@pytest.mark.parametrize("line", ["— 3 —", "-12-", "— １２ —", "第 3 页", "第3页 共10页", "第3页/共10页"])
def test_numbers_of_printed_pages_are_known(line: str) -> None:
    assert is_page_number(line)


@pytest.mark.parametrize("line", ["3", "—", "2024-2025", "第3页所列", "3-5"])
def test_other_numbers_are_no_page_numbers(line: str) -> None:
    assert not is_page_number(line)


def test_a_paragraph_ends_with_its_sentence_and_not_at_a_wrapped_line() -> None:
    text = "（一）依照第三条规定\n备案的；\n前款所称备案"
    assert text[: paragraph_end(text, 0, len(text))] == "（一）依照第三条规定\n备案的；"
    assert paragraph_end(text, 0, 8) == 8


def test_trimming_leaves_out_outer_white_space() -> None:
    assert trim(" 甲 \n", 0, 4) == (1, 2)
    assert trim(" \n ", 0, 3) == (3, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("１２", 12),
        ("十", 10),
        ("十九", 19),
        ("三十", 30),
        ("一百零二", 102),
        ("一千零二十四", 1024),
        ("两万三千", 23_000),
        ("二〇二四", 2024),
        ("二○二四", 2024),
        ("", None),
        ("甲", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("一" * 5000, None),
        ("万" * 5000, None),
    ],
)
def test_numbers_in_any_script_are_one_number(text: str, value: int | None) -> None:
    assert read_number(text) == value


def test_terms_of_a_number_meet_in_both_scripts() -> None:
    assert "30" in search_terms("第三十条")
    assert "30" in search_terms("第30条")
    assert "30" in search_terms("第３０条")


def test_terms_are_characters_pairs_words_and_numbers() -> None:
    assert search_terms("AI教育 95.3%") == ["ai", "教", "育", "教育", "95.3%"]
    assert search_terms("，。") == []
    assert search_terms("22日")[0] == "22日"


def test_tokens_are_counted_without_a_network() -> None:
    assert count_tokens("") == 0
    assert 4 <= count_tokens("教育督导") <= 8
    assert count_tokens("<|endoftext|>") > 1


def test_plain_text_keeps_case_and_punctuation() -> None:
    assert plain("臺灣省ＡＢ１２，Ｃ？（％）") == "台湾省AB12，C？（％）"
    assert plain("教育 Ab，") == "教育 Ab，"
