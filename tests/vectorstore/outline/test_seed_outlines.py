"""The outlines, tables and heads of the seed documents, compared with what people read in them.

``seed_outlines`` holds an outline for each document and the table of one, cell
by cell, both made by reading the documents.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path
from unicodedata import normalize

import pytest

from tests.vectorstore.guarantees import bare, check, understood
from tests.vectorstore.outlines import sketch
from vectorstore.documents.catalog import load_catalog
from vectorstore.marks import find_redactions
from vectorstore.types import Document, Mark, Section, SectionKind, Status

ROOT = Path(__file__).parents[3]
EXPECTED = Path(__file__).parent / "seed_outlines"
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
BULLETIN, PLAN, BRIEF, DRAFT, COMPILATION = range(5)


@cache
def seed(index: int) -> Document:
    """A seed document as it is understood with the catalog."""
    path = SEEDS[index]
    document = understood(path.read_text(encoding="utf-8"), path.name)
    entry = load_catalog(ROOT / "seeds" / "catalog.toml").entry(document.source)
    assert entry is not None
    return entry.correct_document(document)


def walk(index: int, part: int | None = None) -> list[Section]:
    """All sections of a seed document, or of one of its parts."""
    sections = [section for top in seed(index).sections for section in top.walk()]
    return [section for section in sections if part is None or section.part == part]


def body_of(part: int) -> Section | None:
    """The body of a document of the compilation, if the file has it."""
    return next((s for s in walk(COMPILATION, part) if s.kind is SectionKind.PART), None)


def numbers(section: Section) -> list[int]:
    """The numbers of the items below a section, in order."""
    labels = [inner.label for inner in section.walk() if inner.kind is SectionKind.ITEM]
    return [int(found.group()) for label in labels if (found := re.match(r"\d+", label))]


@pytest.mark.parametrize("index", range(len(SEEDS)))
def test_the_outline_is_the_one_that_people_read(index: int) -> None:
    expected = (EXPECTED / f"{SEEDS[index].name[:3]}.txt").read_text(encoding="utf-8")
    assert sketch(seed(index).sections) == expected.rstrip("\n")


@pytest.mark.parametrize("index", range(len(SEEDS)))
@pytest.mark.parametrize(
    ("old", "new"),
    [("\n", "\r\n"), ("\n", "\n\n"), ("\n", "  \n\u3000"), ("0123456789", "０１２３４５６７８９")],
)
def test_line_breaks_blank_lines_and_wide_digits_change_no_outline(index: int, old: str, new: str) -> None:
    text = SEEDS[index].read_text(encoding="utf-8")
    changed = text.translate(str.maketrans(old, new)) if len(old) == len(new) else text.replace(old, new)
    outline = sketch(understood(changed).sections)
    assert normalize("NFKC", outline) == normalize("NFKC", sketch(understood(text).sections))


@pytest.mark.parametrize("index", [BULLETIN, PLAN, BRIEF, COMPILATION])
def test_an_outline_needs_no_blank_lines(index: int) -> None:
    text = SEEDS[index].read_text(encoding="utf-8")
    assert sketch(understood(re.sub(r"\n\s+", "\n", text)).sections) == sketch(understood(text).sections)


@pytest.mark.parametrize("index", range(len(SEEDS)))
def test_seed_documents_keep_every_guarantee(index: int) -> None:
    check(seed(index))


def test_the_bulletin_has_four_columns_and_all_its_entries() -> None:
    (whole,) = seed(BULLETIN).sections
    columns = [section for section in whole.children if section.kind is SectionKind.HEADING]
    assert [(column.title, len(column.children)) for column in columns] == [
        ("省级动态", 2),
        ("高校动态", 5),
        ("校地协同", 2),
        ("市县动态", 8),
    ]
    entries = [section for section in walk(BULLETIN) if section.label == "★"]
    assert len(entries) == seed(BULLETIN).text.count("★") == 17


def test_an_entry_that_a_page_break_cuts_in_a_date_stays_whole() -> None:
    (entry,) = (section for section in walk(BULLETIN) if "九江市" in section.title)
    assert "2月22日" in bare(seed(BULLETIN).text[entry.start : entry.end])


def test_the_plan_has_29_items_under_ten_actions_and_4_under_its_aims() -> None:
    (work,) = (section for section in walk(PLAN) if section.title == "重点工作")
    (aims,) = (section for section in walk(PLAN) if section.title == "目标任务")
    assert len(work.children) == 10
    assert numbers(work) == list(range(1, 30))
    assert numbers(aims) == [1, 2, 3, 4]


def test_redactions_of_the_plan_are_marked_on_the_sections_that_have_them_themselves() -> None:
    (work,) = (section for section in walk(PLAN) if section.title == "重点工作")
    hidden = [section.label for section in work.walk() if Mark.REDACTED in section.marks]
    wanted = [1, 2, 4, 5, 6, 9, 10, 11, 12, 15, 16, 17, 19, 20, 22, 23, 24, 26, 29]
    assert hidden == [f"{number}." for number in wanted]
    text = seed(PLAN).text
    for section in walk(PLAN):
        own_end = section.children[0].start if section.children else section.end
        assert bool(find_redactions(text[section.start : own_end])) == (Mark.REDACTED in section.marks)


def test_the_brief_has_three_chapters_of_three_points_each() -> None:
    chapters = [section for section in walk(BRIEF) if section.label in ("一、", "二、", "三、")]
    assert [[point.label for point in chapter.children] for chapter in chapters] == 3 * [
        ["一是", "二是", "三是"]
    ]


def test_the_draft_has_its_notice_its_18_items_and_its_table() -> None:
    notice, plan, table = seed(DRAFT).sections
    assert notice.title.startswith("关于征集")
    assert numbers(plan) == list(range(1, 19))
    assert len(table.children[0].children) == 41


def table_by_hand() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the draft's table, as people read them."""
    with (EXPECTED / "003_table.tsv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return header, rows


def rows_of(document: Document) -> list[list[str]]:
    sections = (section for top in document.sections for section in top.walk())
    rows = [section for section in sections if section.kind is SectionKind.ROW]
    return [[row.label, *(cell.text for cell in row.cells)] for row in rows]


def test_every_cell_of_the_41_rows_is_the_one_that_stands_in_the_document() -> None:
    header, expected = table_by_hand()
    assert rows_of(seed(DRAFT)) == expected
    rows = [section for section in walk(DRAFT) if section.kind is SectionKind.ROW]
    assert all([cell.header for cell in row.cells] == header[1:] for row in rows)


def test_most_rows_are_right_even_where_no_blank_line_shows_an_empty_cell() -> None:
    text = re.sub(r"\n\s+", "\n", SEEDS[DRAFT].read_text(encoding="utf-8"))
    _, expected = table_by_hand()
    found = rows_of(understood(text))
    assert [row[0] for row in found] == [row[0] for row in expected]
    assert sum(row == right for row, right in zip(found, expected, strict=True)) >= 38


def test_the_compilation_has_seven_plans_of_which_four_have_bodies() -> None:
    bodies = [body_of(part) for part in range(1, 8)]
    assert [numbers(body) if body else [] for body in bodies] == [
        list(range(1, 32)),
        list(range(1, 40)),
        list(range(1, 31)),
        list(range(1, 37)),
        [],
        [],
        [],
    ]


def test_only_the_last_item_of_the_fourth_body_is_truncated() -> None:
    cut = [
        section for index in range(len(SEEDS)) for section in walk(index) if Mark.TRUNCATED in section.marks
    ]
    assert [(section.part, section.label) for section in cut] == [(4, "36.")]


def test_headings_without_a_body_are_marked_and_no_others() -> None:
    def missing(part: int) -> list[int]:
        return [
            int(section.label.rstrip("."))
            for section in walk(COMPILATION, part)
            if section.kind is SectionKind.ITEM and Mark.OUTLINE_ONLY in section.marks
        ]

    assert [missing(part) for part in range(1, 8)] == [
        [],
        [],
        [],
        list(range(37, 54)),
        list(range(1, 23)),
        list(range(1, 26)),
        list(range(1, 25)),
    ]


def test_every_line_of_the_outlines_is_a_heading_of_its_own() -> None:
    text = seed(COMPILATION).text
    outlines = [s for s in seed(COMPILATION).sections if s.kind is SectionKind.OUTLINE and s.part]
    listed = [f"{s.label}{s.title}" for outline in outlines for s in outline.walk() if s is not outline]
    assert listed == text[outlines[0].start : outlines[-1].end].split("\n")


def test_heads_say_what_the_documents_and_the_catalog_say() -> None:
    bulletin, plan, brief, draft, compilation = (seed(index).head for index in range(5))
    assert (bulletin.issuer, bulletin.issued_on) == ("省协同提质行动工作领导小组办公室", date(2024, 3, 8))
    assert (plan.issuer, plan.region, plan.issued_on) == ("", "", None)
    assert (brief.title, brief.issued_on) == ("江苏教育工作简报2025年第7期", date(2025, 4, 29))
    assert (draft.deadline, draft.issued_on) == (date(2023, 5, 26), date(2023, 5, 15))
    assert [head.status for head in (bulletin, plan, brief, draft, compilation)] == [
        Status.BULLETIN,
        Status.ANONYMISED,
        Status.BULLETIN,
        Status.DRAFT,
        Status.ANONYMISED,
    ]
    assert [head.kind for head in (bulletin, plan, brief, draft, compilation)] == [
        "动态",
        "方案",
        "简报",
        "方案",
        "汇编",
    ]


def test_the_seven_plans_have_heads_of_their_own() -> None:
    parts = seed(COMPILATION).parts
    assert [head.title for head in parts] == [
        "2024年全区教育工作要点",
        "2024年全市教育和体育工作要点",
        "区教育和体育局2024年工作要点",
        "市教育局2024年工作要点",
        "县2024年教育体育工作要点",
        "县2024年教育体育工作要点",
        "县教育和体育局2024年工作要点",
    ]
    assert [head.region[:3] for head in parts] == ["黑龙江", "山东省", "山东省", "河北省", "", "", ""]
    anonymised = [head.status is Status.ANONYMISED for head in parts]
    assert anonymised == [False, False, True, True, False, False, False]
    assert {(head.period, head.kind) for head in parts} == {("2024年", "要点")}
