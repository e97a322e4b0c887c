"""What a sentence may take from a passage: head, headings, cells; and ordinary ways of telling it."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checking.support import Support
from assistant.types import Evidence
from vectorstore.types import Cell, Chunk, Head, Passage, SectionKind

HEAD = Head(
    title="南山县学校建设方案",
    number="南教发〔2024〕7号",
    issuer="南山县教育体育局",
    region="东江省南山县",
    issued_on=date(2024, 5, 6),
    deadline=date(2024, 6, 1),
)


def row() -> Passage:
    """A row under a merged cell: 乡镇 | 12 | 300 | 县财政局."""
    text = "12\n300\n县财政局"
    cells = (
        Cell(header="区域", text="乡镇片区", start=0, end=4, rows=2),
        Cell(header="数量（所）", text="12", start=10, end=12),
        Cell(header="学生数", text="300", start=13, end=16),
        Cell(header="出资", text="县财政局", start=17, end=21),
    )
    chunk = Chunk(
        id="d-1",
        document_id="d",
        ordinal=1,
        part=0,
        kind=SectionKind.ROW,
        path=("二、新建学校", "第三章 附表"),
        text=text,
        start=10,
        end=21,
        cells=cells,
    )
    return Passage(rank=1, chunk=chunk, source="d.txt", head=HEAD)


def lacking(sentence: str) -> list[str]:
    support = Support(Evidence(question="怎么建？", passages=(row(),)), "zh")
    return support.lacking(sentence, support.sources)


@pytest.mark.parametrize(
    "sentence",
    [
        "新建学校12所。",
        "可容纳学生300人。",
        "可容纳学生300名，由县财政局出资。",
        "“乡镇片区”新建12所。",
        "见第三章。",
        "方案印发于2024年5月6日，意见反馈到6月1日为止。",
        "《南山县学校建设方案》（南教发〔2024〕7号）由南山县教育体育局印发。",
        "东江省南山县新建12所。",
    ],
)
def test_head_headings_and_cells_bear_a_sentence(sentence: str) -> None:
    assert lacking(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("新建学校12个。", "12个"),
        ("学生占300%。", "300%"),
        ("由市财政局出资。", "市财政局"),
        ("“乡村片区”新建12所。", "乡村片区"),
        ("见第四章。", "第四章"),
        ("方案印发于2023年5月6日。", "2023年5月6日"),
        ("浙江省新建12所。", "浙江省"),
    ],
)
def test_what_they_do_not_say_is_named(sentence: str, reason: str) -> None:
    assert lacking(sentence) == [f"{reason} 不在所引的资料里"]


def test_words_between_names_and_figures_are_not_judged_if_any_is_known() -> None:
    assert lacking("学校都要开设游泳课程。") == []
    assert lacking("游泳课程一律开设。") == ["没有一个词见于所引的资料"]
