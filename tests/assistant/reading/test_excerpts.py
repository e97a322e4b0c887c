"""What of a passage is read closely."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.reading.excerpts import around, best_excerpts
from tests.invented import passages_of

SENTENCES = "".join(f"第{n}句说的是路线、时间和照管人员的安排。" for n in range(1, 31))
LONG = f"甲县校车管理办法\n\n一、路线\n\n{SENTENCES}\n"
ROWS = "".join(
    f"{n}\n\n{name}小学\n\n{n + 6}\n\n{'班数按在校学生核定，' * 30}\n\n"
    for n, name in enumerate(("东关", "西关", "南关"), start=1)
)
TABLE = f"学校一览\n\n序号\n\n学校\n\n班数\n\n说明\n\n{ROWS}"


@pytest.mark.parametrize("best", [0, 5, 13, 19])
def test_around_the_best_sentence_stand_its_neighbours_up_to_a_size(best: int) -> None:
    passage = passages_of(LONG)[0]
    numbers = around(passage, best)
    assert best in numbers
    assert list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    sizes = [passage.matches[number].end - passage.matches[number].start for number in numbers]
    assert sum(sizes) - max(sizes) <= 200 <= sum(sizes) < 260


def test_a_short_passage_is_read_whole() -> None:
    for passage in passages_of("甲县办法\n\n第一条 每人五元。\n第二条 即日起施行。\n"):
        assert around(passage, 0) == tuple(range(len(passage.matches)))


def test_of_a_row_what_names_it_is_read_too() -> None:
    rows = [p for p in passages_of(TABLE) if "西关小学" in p.chunk.text and p.chunk.cells]
    assert rows
    for row in rows:
        texts = [row.chunk.text[m.start - row.chunk.start : m.end - row.chunk.start] for m in row.matches]
        numbers = around(row, max(range(len(texts)), key=lambda number: len(texts[number])))
        assert "西关小学" in [texts[number] for number in numbers]


def test_the_passages_with_the_best_spans_come_first_and_no_more_than_asked_for() -> None:
    passages = passages_of(LONG + "\n一、其他\n\n没有规定的按照规定办理。\n")
    scores = np.arange(sum(len(passage.matches) for passage in passages), dtype=float)
    assert [one.passage for one in best_excerpts(passages, scores, 1)] == [passages[-1]]
    assert [one.passage for one in best_excerpts(passages, scores, 9)] == passages[::-1]
    assert best_excerpts(passages, scores, 0) == []
    assert best_excerpts([], np.empty(0), 3) == []
