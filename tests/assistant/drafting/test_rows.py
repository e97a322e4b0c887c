"""What is told of a table's rows: the columns that are asked for, and all rows that a value means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from assistant.answer import Assistant
from assistant.drafting.rows import BLANK, cells_told, is_blank, state_row, state_selected
from assistant.reading.learned import load
from assistant.reading.read import Span
from assistant.reading.wanted import want
from assistant.types import Question, Statement
from tests.assistant.drafting.counties import PROJECTS, QINGHE
from tests.invented import searcher_over, spans_of
from vectorstore.search.searcher import Searcher
from vectorstore.types import Cell, Passage

STAFF = """<html><body><h1>青禾县教师招聘岗位表</h1>
<table border="1">
<tr><th>序号</th><th>岗位</th><th>招聘人数</th><th>备注说明</th></tr>
{rows}
</table></body></html>
"""
NOTE = (
    "本岗位要求具有相应学科的教师资格证书，{year}年以后毕业的优先；"
    "须服从县教育局的统一安排，聘期不少于三年，期满考核合格的续聘。"
)
SUBJECTS = ("语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "音乐", "美术", "体育")
STAFF = STAFF.format(
    rows="\n".join(
        f"<tr><td>{number}</td><td>{subject}教师</td><td>{number}</td>"
        f"<td>{NOTE.format(year=2020 + number % 2)}</td></tr>"
        for number, subject in enumerate(SUBJECTS, start=1)
    )
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    documents = {"projects.html": PROJECTS, "staff.html": STAFF, "qinghe.txt": QINGHE}
    with searcher_over(tmp_path_factory.mktemp("rows"), documents) as opened:
        yield opened


def row(searcher: Searcher, name: str) -> Passage:
    return searcher.passage(next(c for c in searcher.holdings.chunks if c.cells and name in c.text))


def spans(passage: Passage, *texts: str) -> list[Span]:
    starts = {cell.start for cell in passage.chunk.own_cells if cell.text in texts}
    return [span for span in spans_of([passage]) if span.start in starts]


def headers(cells: Sequence[Cell]) -> list[str]:
    return [cell.header for cell in cells]


def told(searcher: Searcher, name: str, question: str, *best: str) -> list[Cell]:
    passage = row(searcher, name)
    wanted = want(question, "", searcher.weight, load())
    return cells_told(spans(passage, *best or (passage.chunk.own_cells[0].text,)), wanted, question)


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("由哪个科室负责？", ["责任科室"]),
        ("完成时限是什么时候？", ["完成时限"]),
        ("由哪个科室负责，投资多少万元？", ["责任科室", "投资（万元）"]),
        ("投资几何，什么学段？", ["学段", "投资（万元）"]),
        ("要多少万元？", ["投资（万元）"]),  # by the unit alone
    ],
)
def test_the_columns_that_a_question_names_or_measures_are_told(
    searcher: Searcher, question: str, columns: list[str]
) -> None:
    assert headers(told(searcher, "东关小学", question)) == columns


def test_the_best_cells_are_told_beside_them(searcher: Searcher) -> None:
    assert headers(told(searcher, "东关小学", "归谁管？", "基建科")) == ["责任科室"]


def test_a_cell_that_names_the_row_is_not_told_as_one_of_its_columns(searcher: Searcher) -> None:
    assert "项目名称" not in headers(told(searcher, "东关小学", "这个项目名称叫什么，由哪个科室负责？"))


def test_an_empty_cell_is_told_only_where_its_column_is_asked_for(searcher: Searcher) -> None:
    assert headers(told(searcher, "南湖中学", "由哪个科室负责？")) == ["责任科室"]
    assert headers(told(searcher, "南湖中学", "投资多少？")) == ["投资（万元）"]


def state(searcher: Searcher, name: str, *columns: str) -> Statement:
    passage = row(searcher, name)
    return state_row(passage, [cell for cell in passage.chunk.cells if cell.header in columns])


def test_two_columns_of_a_row_are_one_statement_under_its_name(searcher: Searcher) -> None:
    statement = state(searcher, "东关小学", "责任科室", "完成时限")
    assert statement.text == "东关小学教学楼——责任科室：基建科；完成时限：2025年8月。"
    chunk = statement.passage.chunk
    assert chunk.start <= statement.start < statement.end <= chunk.end


def test_a_merged_cell_is_told_of_a_row_below_it_and_cited_where_it_stands(searcher: Searcher) -> None:
    statement = state(searcher, "西关小学", "学段")
    assert statement.text == "西关小学操场——学段：小学阶段。"
    assert [cell.text for cell in statement.above] == ["小学阶段"]
    assert state(searcher, "西关小学", "责任科室").above == ()


def test_equal_cells_under_equal_headers_are_told_once(searcher: Searcher) -> None:
    passage = row(searcher, "东关小学")
    cells = [cell for cell in passage.chunk.cells if cell.header == "责任科室"]
    assert state_row(passage, cells * 2).text == "东关小学教学楼——责任科室：基建科。"


def test_an_empty_cell_is_said_to_be_empty_and_alone_says_nothing(searcher: Searcher) -> None:
    alone = state(searcher, "南湖中学", "责任科室")
    assert alone.text == f"南湖中学食堂——责任科室：{BLANK}。"
    assert is_blank(alone)
    beside = state(searcher, "南湖中学", "责任科室", "完成时限")
    assert beside.text == f"南湖中学食堂——责任科室：{BLANK}；完成时限：2026年9月。"
    assert not is_blank(beside)


def test_where_nothing_says_which_column_the_last_ones_are_told(searcher: Searcher) -> None:
    statement = state(searcher, "东关小学")
    assert statement.text == "东关小学教学楼——责任科室：基建科；完成时限：2025年8月；投资（万元）：1200。"


def names(searcher: Searcher, question: str) -> list[str]:
    selection = searcher.select_rows(question, searcher.read_mentions(question))
    if selection is None:
        return []
    return [state_selected(searcher.passage(r), selection.value, briefly=True).text for r in selection.rows]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("基建科负责哪些项目？", ["东关小学教学楼", "北山中学宿舍", "城北幼儿园扩建"]),
        ("哪些项目由基建科负责", ["东关小学教学楼", "北山中学宿舍", "城北幼儿园扩建"]),
        ("小学阶段有哪些项目？", ["东关小学教学楼", "西关小学操场", "柳林小学校门"]),
        ("初中阶段有哪几个项目？", ["北山中学宿舍", "南湖中学食堂"]),
    ],
)
def test_all_rows_of_a_value_are_chosen_in_their_order(
    searcher: Searcher, question: str, rows: list[str]
) -> None:
    assert names(searcher, question) == rows


def test_rows_under_a_merged_cell_have_its_value_each(searcher: Searcher) -> None:
    assert "南湖中学食堂" in names(searcher, "初中阶段有哪些项目？")


@pytest.mark.parametrize(
    "question",
    [
        "东关小学教学楼由哪些科室负责？",  # it names one row itself
        "基建科怎么样？",  # it asks for no rows
        "补助办法有哪些条件？",
        "体育科有哪些项目？",  # one row is found as any passage is
        "有哪些？",
    ],
)
def test_no_rows_are_chosen_where_none_or_one_is_meant(searcher: Searcher, question: str) -> None:
    assert names(searcher, question) == []


def test_a_year_in_the_words_of_long_cells_chooses_all_rows_with_it(searcher: Searcher) -> None:
    question = "哪些岗位2021年以后毕业的优先？"
    assert names(searcher, question) == [f"{subject}教师" for subject in SUBJECTS[::2]]


def test_a_selected_row_is_told_with_the_sentence_that_has_the_value(searcher: Searcher) -> None:
    passage = row(searcher, "语文教师")
    statement = state_selected(passage, "2021年", briefly=False)
    assert statement.text == ("语文教师：本岗位要求具有相应学科的教师资格证书，2021年以后毕业的优先")
    assert state_selected(passage, "2021年", briefly=True).text == "语文教师"


def test_several_things_asked_of_one_numbered_row_are_each_told(counties: Assistant) -> None:
    text = counties.ask(Question(text="云山市校舍建设项目清单第3项什么时候完成，由谁负责？")).text
    assert "北山中学宿舍" in text
    assert "2026年6月" in text
    assert "基建科" in text
    assert "体育科" not in text
