"""What changed between two versions: article by article, and word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.vectorstore.guarantees import understood
from tests.vectorstore.strategies import anything
from tests.versions import NEW, OLD
from vectorstore.documents.chunking import split
from vectorstore.documents.comparison import Change, Difference, compare
from vectorstore.types import Chunk


def chunks_of(text: str) -> tuple[Chunk, ...]:
    return split(understood(text, f"{hash(text)}.txt"))


def compared(old: str, new: str) -> tuple[Difference, ...]:
    differences = compare(chunks_of(old), chunks_of(new))
    assert differences is not None
    return differences


def told(differences: tuple[Difference, ...]) -> list[tuple[str, str]]:
    return [(one.change.value, one.unit.text[:3]) for one in differences]


def test_each_article_finds_its_partner_or_was_added_or_dropped() -> None:
    assert told(compared(OLD, NEW)) == [
        ("changed", "第一条"),
        ("same", "第二条"),
        ("dropped", "第三条"),
        ("added", "第三条"),
        ("same", "第四条"),
        ("added", "第五条"),
    ]


def test_figures_are_told_apart_whole() -> None:
    first = compared(OLD, NEW)[0]
    assert first.changes_figures
    assert [
        (piece.change.value, piece.text) for piece in first.merged() if piece.change is not Change.SAME
    ] == [
        ("dropped", "1000"),
        ("added", "1200"),
    ]


def test_a_new_number_alone_is_no_change() -> None:
    again = OLD.replace("第四条", "第七条").replace("第三条", "第五条")
    assert all(one.change is Change.SAME for one in compared(OLD, again))


def test_who_signed_and_when_is_no_change_of_the_text() -> None:
    paragraphs = "关于放假的通知\n\n秋假放三天。\n\n作业不布置。\n\n云岭小学\n\n{}年1月5日\n"
    assert all(
        one.change is Change.SAME for one in compared(paragraphs.format(2025), paragraphs.format(2026))
    )


def test_moved_articles_are_found_again() -> None:
    articles = [
        f"第{'一二三四五'[n]}条 {words}。\n"
        for n, words in enumerate(("校车每年检验", "食堂每日留样", "门卫昼夜值守"))
    ]
    turned = "".join(reversed(articles))
    assert [one.change for one in compared("校规\n" + "".join(articles), "校规\n" + turned)] == [
        Change.SAME
    ] * 3


def test_a_row_of_a_table_is_compared_with_its_row() -> None:
    table = "招生计划\n\n| 学校 | 人数 |\n|---|---|\n| 苍梧一小 | {} |\n| 苍梧二小 | 90 |\n"
    differences = compared(table.format(120), table.format(150))
    assert [one.changes_figures for one in differences if one.change is Change.CHANGED] == [True]


def test_two_that_have_too_much_of_their_own_are_not_compared() -> None:
    def many(name: str) -> str:
        return "规定\n" + "".join(f"第{number}条 {name}{number}号事项办理。\n" for number in range(1, 2_102))

    assert compare(chunks_of(many("甲")), chunks_of(many("乙"))) is None
    same = compare(chunks_of(many("甲")), chunks_of(many("甲")))
    assert same is not None
    assert all(one.change is Change.SAME for one in same)


@given(anything, anything)
def test_both_sides_can_be_read_from_what_is_merged(old: str, new: str) -> None:
    for one in compared(f"规定\n{old}", f"规定\n{new}"):
        before, after = one.pieces()
        assert "".join(piece.text for piece in before) == (one.old.text if one.old else "")
        assert "".join(piece.text for piece in after) == (one.new.text if one.new else "")


@given(st.text("第一二三四条校车检验每年。\n", max_size=200))
def test_nothing_differs_from_itself(text: str) -> None:
    assert all(one.change is Change.SAME for one in compared(text, text))
