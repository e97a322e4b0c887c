"""A question and a passage as one row of pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.pairs import HEADINGS, LONGEST, QUESTION, headings_of, pairs, sentence_of
from tests.invented import passages_of


class Characters:
    """A cutter whose pieces are single characters."""

    begin, end, space = -1, -2, -3

    def encode(self, text: str, *, leading: bool = True) -> list[int]:
        return [*([self.space] if leading else []), *map(ord, text)]


CUTTER = Characters()


def words(ids: list[int]) -> str:
    return "".join(chr(piece) for piece in ids if piece >= 0)


def test_a_pair_is_the_question_what_stands_over_the_passage_and_its_sentences() -> None:
    (pair,) = pairs(CUTTER, "几天？", "办法", ["公示七天。", "施行。"])
    assert pair.ids[0] == CUTTER.begin
    assert pair.ids[-1] == CUTTER.end
    assert words(pair.ids) == "几天？办法：公示七天。施行。"
    assert [words(pair.ids[start:end]) for start, end in pair.places] == ["公示七天。", "施行。"]
    assert all(pair.ids[start] == CUTTER.space for start, _ in pair.places)


def test_nothing_stands_over_a_passage_without_headings() -> None:
    (pair,) = pairs(CUTTER, "几天？", "", ["公示七天。"])
    assert words(pair.ids) == "几天？公示七天。"


def test_without_sentences_there_is_no_pair() -> None:
    assert not list(pairs(CUTTER, "几天？", "办法", []))


@given(
    st.text("问", max_size=200),
    st.text("题", max_size=100),
    st.lists(st.text("句。", min_size=1, max_size=400), min_size=1),
)
def test_every_sentence_is_read_once_in_order_and_no_pair_is_too_long(
    question: str, headings: str, sentences: list[str]
) -> None:
    made = list(pairs(CUTTER, question, headings, sentences))
    read = [words(pair.ids[start:end]) for pair in made for start, end in pair.places]
    room = LONGEST - QUESTION - HEADINGS - 10
    assert all(len(pair.ids) <= LONGEST for pair in made)
    assert len(read) == len(sentences)
    assert all(whole.startswith(part) for part, whole in zip(read, sentences, strict=True))
    assert all(part == whole or len(part) > room for part, whole in zip(read, sentences, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲县办法\n\n一、补助\n\n每人每天五元。\n", "甲县办法 › 一、补助"),
        ("办法\n\n一、补助\n\n每人每天五元。\n", "办法 › 一、补助"),
    ],
)
def test_over_a_passage_stand_its_title_and_headings(text: str, expected: str) -> None:
    passage = passages_of(text)[-1]
    assert headings_of(passage.head, passage.chunk.path) == expected


def test_a_cell_is_read_with_its_header() -> None:
    text = "学校一览\n\n序号\n\n学校\n\n班数\n\n1\n\n东关小学\n\n12\n\n2\n\n西关小学\n\n9\n"
    row = next(passage for passage in passages_of(text) if "东关" in passage.chunk.text)
    read = [sentence_of(row.chunk, match.start, match.end) for match in row.matches]
    assert "学校：东关小学" in read
    assert "班数：12" in read
