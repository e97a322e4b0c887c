"""Words that documents do not use, and the ones that they do."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import vectorstore.glossary
from vectorstore.glossary import gloss, is_foreign
from vectorstore.glossary.dictionary import chinese_for

FOLDER = Path(vectorstore.glossary.__file__).parent
PLACES = {"yunshan": "云山市", "hekou": "河口县"}


def entries(name: str) -> list[tuple[str, str]]:
    tables = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [pair for table in tables.values() for pair in table.items()]


def unused(term: str) -> float:
    """The weight of a term in a library that uses none."""
    return 1.0


@pytest.mark.parametrize(
    ("question", "glossed"),
    [
        ("How many rural teachers does Yunshan have?", "乡村教师 云山市"),
        (
            "What is the monthly allowance for boarding schools in Hekou County?",
            "每月 补贴 津贴 寄宿制学校 河口县 县",
        ),
        ("In May 2024, which city departments take part?", "5月 2024 市 部门 参与"),
        ("kindergartens, 294.4 and 35%", "幼儿园 294.4 35%"),
        ("Who wrote Hamlet?", ""),
        ("", ""),
        ("2024, and which unit", "2024"),
    ],
)
def test_an_english_question_is_glossed_word_by_word(question: str, glossed: str) -> None:
    assert gloss(question, PLACES, unused) == glossed


def test_a_place_is_a_name_only_with_a_capital() -> None:
    assert gloss("hekou is here", PLACES, unused) == ""


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("school uniform", "校服"), ("ai", "人工智能"), ("spectacles", "眼镜"), ("corruption", "腐败")],
)
def test_a_dictionary_is_read_backwards(phrase: str, expected: str) -> None:
    assert expected in chinese_for(phrase)


@pytest.mark.parametrize("phrase", ["the", "which of", "what is", "done", "xyzzy", ""])
def test_words_of_grammar_and_no_words_have_no_chinese(phrase: str) -> None:
    assert chinese_for(phrase) == ()


def test_of_a_dictionarys_words_those_go_that_the_library_uses_most() -> None:
    used = {"校服": 1.0, "制服": 2.0}

    def weight(term: str) -> float:
        return used.get(term, 3.0)

    assert gloss("uniforms", PLACES, weight) == "制服"
    assert gloss("Which school uniforms?", PLACES, weight) == "校服"
    assert gloss("Which school uniforms?", PLACES, unused) == "学校"


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("How many teachers?", True),
        ("What is the index number (索引号)?", True),
        ("AI课程有哪些要求", False),
        ("学校的WiFi由谁管", False),
        ("", False),
        ("？？", False),
        ("2024", False),
    ],
)
def test_a_question_is_foreign_by_its_letters(question: str, foreign: bool) -> None:
    assert is_foreign(question) is foreign


def test_the_lists_hold_words_that_can_be_found() -> None:
    assert all(word == word.lower() and word.isascii() for word, _ in entries("english.toml"))
    words = [word for word, _ in entries("english.toml")]
    assert len(words) == len(set(words))
    assert all(chinese.strip() for _, chinese in entries("english.toml"))


@pytest.mark.parametrize(
    ("question", "city"),
    [
        ("What does Shaoxing require?", "绍兴"),
        ("In Shaoxing City, how many?", "绍兴"),
        ("Shaoxing's target?", "绍兴"),
        ("Does Tibet have it?", "西藏"),
        ("When did Yuncheng School open?", ""),
        ("How about the teacher Li Anyang?", ""),
        ("is ali a teacher?", ""),
    ],
)
def test_a_city_is_known_in_latin_letters_unless_it_is_part_of_a_longer_name(
    question: str, city: str
) -> None:
    glossed = gloss(question, PLACES, lambda _: 0.0).split()
    assert [word for word in glossed if word in ("绍兴", "西藏", "运城", "安阳", "阿里")] == [city] * bool(
        city
    )
