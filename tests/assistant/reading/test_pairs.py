"""A question and a passage as one row of pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.pairs import HEADINGS, LONGEST, QUESTION, headings_of, pair, sentence_of
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
    made = pair(CUTTER, "几天？", "办法", ["公示七天。", "施行。"])
    assert made.ids[0] == CUTTER.begin
    assert made.ids[-1] == CUTTER.end
    assert words(made.ids) == "几天？办法：公示七天。施行。"
    assert [words(made.ids[start:end]) for start, end in made.places] == ["公示七天。", "施行。"]
    assert all(made.ids[start] == CUTTER.space for start, _ in made.places)


def test_nothing_stands_over_a_passage_without_headings() -> None:
    assert words(pair(CUTTER, "几天？", "", ["公示七天。"]).ids) == "几天？公示七天。"


@given(
    st.text("问", max_size=200),
    st.text("题", max_size=100),
    st.lists(st.text("句。", min_size=1, max_size=400), min_size=1),
)
def test_sentences_are_read_in_order_as_long_as_there_is_room(
    question: str, headings: str, sentences: list[str]
) -> None:
    made = pair(CUTTER, question, headings, sentences)
    read = [words(made.ids[start:end]) for start, end in made.places]
    left = sentences[len(read) :]
    assert read
    assert len(made.ids) <= LONGEST
    assert read[1:] == sentences[1 : len(read)]
    assert sentences[0].startswith(read[0])
    assert read[0] == sentences[0] or len(read[0]) >= LONGEST - QUESTION - HEADINGS - 10
    assert not left or len(made.ids) + 1 + len(left[0]) > LONGEST


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
