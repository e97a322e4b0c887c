"""Search over invented libraries: what a question names is raised, and nothing is left out for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from random import Random

import pytest

from assistant.build import build_embedder
from assistant.setup.settings import Settings
from tests.assistant.drafting.counties import DOCUMENTS
from tests.invented import searcher_over
from vectorstore.mentions.numbered import numbers_of
from vectorstore.search.searcher import Searcher
from vectorstore.types import EVERYWHERE, Passage, Scope, SectionKind

COMPILATION = """1.云山市教育局2024年工作要点 1
2.河口县校外培训工作方案 5
云山市教育局2024年工作要点
为做好全年的工作，根据上级要求，结合实际情况，现提出如下要点，请认真贯彻执行。
校外培训机构由市教育局审批。
云山市教育局
2024年1月5日
河口县校外培训工作方案
为规范校外培训，根据上级要求，结合实际情况，现制定本方案，请认真贯彻执行。
校外培训机构每半年检查一次。
"""
LIBRARY = {**DOCUMENTS, "parts.txt": COMPILATION}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_over(tmp_path_factory.mktemp("search"), LIBRARY) as opened:
        yield opened


def find(searcher: Searcher, question: str, limit: int = 5, scope: Scope = EVERYWHERE) -> Sequence[Passage]:
    return searcher.search(question, scope=scope, limit=limit)


def sources(passages: Sequence[Passage]) -> list[str]:
    return [passage.source for passage in passages]


def source_id(searcher: Searcher, source: str) -> str:
    return next(document.id for document in searcher.holdings.documents if document.source == source)


class TestNamed:
    def test_what_a_question_names_comes_before_what_says_the_same(self, searcher: Searcher) -> None:
        for place, source in (("青禾县", "qinghe"), ("白鹭县", "bailu")):
            found = find(searcher, f"{place}小学生每人每天补助多少元？")
            assert found[0].source.startswith(source)
            assert "补助标准" in found[0].chunk.text

    def test_but_leaves_nothing_out(self, searcher: Searcher) -> None:
        found = find(searcher, "青禾县小学生每人每天补助多少元？", limit=100)
        assert "bailu.txt" in sources(found)
        assert "after-school.txt" in sources(found)

    @pytest.mark.parametrize(
        ("question", "words"),
        [
            ("青禾县课后服务每周开展几天？", "课后服务每周开展五天"),
            ("白鹭县的学籍号转学以后变吗？", "学籍号一人一号"),
            ("云山市宿管人员的工资由谁承担？", "宿管人员的工资"),
            ("青禾县东关小学教学楼由哪个科室负责？", "东关小学教学楼"),
            ("深圳市小学三年级开设什么课？", "三年级起开设"),
        ],
    )
    def test_a_wrong_guess_still_finds_the_passage(
        self, searcher: Searcher, question: str, words: str
    ) -> None:
        assert any(words in passage.chunk.text for passage in find(searcher, question))

    def test_a_place_that_no_document_has_changes_nothing(self, searcher: Searcher) -> None:
        found = find(searcher, "深圳市课后服务每周开展几天？")
        assert found[0].source == "after-school.txt"

    def test_of_a_compilation_the_named_part_comes_first(self, searcher: Searcher) -> None:
        found = find(searcher, "河口县的校外培训机构多久检查一次？", limit=20)
        assert (found[0].source, found[0].chunk.part) == ("parts.txt", 2)
        assert len(set(sources(found))) > 1

    def test_places_of_a_comparison_take_turns(self, searcher: Searcher) -> None:
        found = find(searcher, "白鹭县和松塘县的学校各怎么管理？", limit=6)
        assert [passage.head.region for passage in found] == ["白鹭县", "松塘县"] * 3

    def test_each_of_them_gets_enough(self, searcher: Searcher) -> None:
        question = "白鹭县和松塘县的学校各怎么管理？"
        assert len(searcher.search(question, scope=EVERYWHERE, limit=4, each=5)) == 10
        assert len(searcher.search("学校怎么管理？", scope=EVERYWHERE, limit=4, each=5)) == 4

    def test_both_versions_of_a_document_are_found_where_both_are_named(self, searcher: Searcher) -> None:
        for first, second in ((2018, 2024), (2024, 2018)):
            question = f"{first}年的招生工作意见和{second}年的招生工作意见，小学每班各不超过多少人？"
            found = find(searcher, question, limit=4)
            assert sources(found)[:2] == [f"enrol-{first}.txt", f"enrol-{second}.txt"]
            assert all("每班不超过" in passage.chunk.text for passage in found[:2])


class TestNumbers:
    def test_an_item_given_by_number_comes_first(self, searcher: Searcher) -> None:
        found = find(searcher, "白鹭县寄宿学生生活补助办法第四条怎么规定？", limit=3)
        assert found[0].source == "bailu.txt"
        assert 4 in numbers_of(found[0].chunk)

    def test_it_need_not_be_said_of_which_document(self, searcher: Searcher) -> None:
        found = find(searcher, "第十一条怎么规定？", limit=3)
        assert 11 in numbers_of(found[0].chunk)

    def test_each_of_two_is_among_the_first(self, searcher: Searcher) -> None:
        found = find(searcher, "白鹭县寄宿学生生活补助办法第三条和第四条怎么规定？", limit=4)
        numbers = [numbers_of(passage.chunk) for passage in found if passage.source == "bailu.txt"]
        assert {3} in numbers
        assert {4} in numbers


class TestRows:
    QUESTION = "云山市由基建科负责的项目有哪些？"

    def test_all_rows_that_a_question_for_rows_means_come_first(self, searcher: Searcher) -> None:
        selection = searcher.select_rows(self.QUESTION, searcher.read_mentions(self.QUESTION))
        assert selection is not None
        rows = [row.id for row in selection.rows]
        assert len(rows) == 3
        found = find(searcher, self.QUESTION, limit=20)
        assert [passage.chunk.id for passage in found][:3] == rows

    def test_none_of_them_is_found_outside_of_a_scope(self, searcher: Searcher) -> None:
        elsewhere = Scope(regions=("白鹭县",))
        assert set(sources(find(searcher, self.QUESTION, 20, elsewhere))) <= {"bailu.txt", "guards.txt"}

    def test_a_question_for_one_row_finds_it(self, searcher: Searcher) -> None:
        found = find(searcher, "东关小学教学楼由哪个科室负责？")
        assert "东关小学教学楼" in found[0].chunk.text
        assert [passage.rank for passage in found] == [1, 2, 3, 4, 5]


class TestScope:
    def test_documents_of_a_scope_are_all_that_is_found(self, searcher: Searcher) -> None:
        bailu = source_id(searcher, "bailu.txt")
        for question in ("小学生每天补助多少元？", "青禾县小学生每天补助多少元？", "松塘县课后服务"):
            found = find(searcher, question, 20, Scope(documents=(bailu,)))
            assert set(sources(found)) <= {"bailu.txt"}
        assert find(searcher, "小学生每天补助多少元？", 20, Scope(documents=(bailu,)))

    def test_so_are_regions_kinds_and_years(self, searcher: Searcher) -> None:
        heads = [d.head_of(part) for d in searcher.holdings.documents for part in range(len(d.parts) + 1)]
        kind = next(head.kind for head in heads if head.kind)
        for scope in (
            Scope(regions=("松塘县",)),
            Scope(kinds=(kind,)),
            Scope(years=(2018,)),
            Scope(kinds=(kind,), years=(2024,)),
        ):
            found = find(searcher, "学校怎么管理？", 30, scope)
            assert all(scope.allows(p.chunk.document_id, p.head) for p in found), scope
        assert find(searcher, "学校", 30, Scope(regions=("松塘县",)))
        assert find(searcher, "学校怎么管理？", 20, Scope(years=(1990,))) == ()

    def test_a_part_of_a_compilation_can_be_all_that_is_allowed(self, searcher: Searcher) -> None:
        found = find(searcher, "校外培训机构", 20, Scope(regions=("河口县",)))
        assert {(passage.source, passage.chunk.part) for passage in found} == {("parts.txt", 2)}

    def test_what_may_not_be_seen_is_not_found_whatever_is_named(self, searcher: Searcher) -> None:
        hidden = Scope(within=Scope(regions=("白鹭县",)))
        found = find(searcher, "青禾县小学生每天补助多少元？", 20, hidden)
        assert {passage.head.region for passage in found} <= {"白鹭县"}

    def test_a_question_is_about_what_is_in_its_scope(self, searcher: Searcher) -> None:
        bailu = Scope(documents=(source_id(searcher, "bailu.txt"),))
        both = searcher.read_mentions("青禾县和白鹭县的补助", bailu)
        assert {t.document_id for t in both.targets} == set(bailu.documents)
        outside = searcher.read_mentions("青禾县的补助标准", bailu)
        assert outside.groups == ()
        assert "青禾县" in outside.unknown

    def test_the_section_that_is_spoken_of_is_raised_only_inside_of_it(self, searcher: Searcher) -> None:
        row = next(chunk for chunk in searcher.holdings.chunks if "北山中学宿舍" in chunk.text)
        question = "由谁负责？"
        raised = searcher.search(question, scope=EVERYWHERE, limit=5, around=row.id)
        assert row.id in [passage.chunk.id for passage in raised]
        elsewhere = Scope(regions=("白鹭县",))
        inside = searcher.search(question, scope=elsewhere, limit=5, around=row.id)
        assert row.id not in [passage.chunk.id for passage in inside]


def test_bare_headings_are_never_found(searcher: Searcher) -> None:
    found = find(searcher, "学前教育义务教育", limit=50)
    assert all(passage.chunk.kind is not SectionKind.HEADING for passage in found)


def test_the_sentences_of_a_passage_are_slices_with_their_nearness(searcher: Searcher) -> None:
    for passage in find(searcher, "青禾县申请补助的条件", limit=20):
        document = searcher.holdings.document(passage.chunk.document_id)
        assert document is not None
        assert passage.matches
        for match in passage.matches:
            assert document.text[match.start : match.end].strip() == document.text[match.start : match.end]
            assert -1 <= match.similarity <= 1 + 1e-6


@pytest.mark.parametrize("typed", ["宿管人员的工姿", "宿管人員的工資", "宿管人员的工资", "宿管 人员 的 工资"])
def test_typing_errors_and_traditional_characters_find_the_same(searcher: Searcher, typed: str) -> None:
    assert any("宿管人员的工资由县财政承担" in passage.chunk.text for passage in find(searcher, typed))


@pytest.mark.parametrize("question", ["", " ", "？？？", "😀", 'AND OR "" *:*', "的", "a" * 10_000, "\x00"])
def test_odd_questions_find_something_or_nothing_but_never_fail(searcher: Searcher, question: str) -> None:
    assert len(find(searcher, question)) <= 5


def test_an_english_question_is_glossed_with_words_of_the_library(searcher: Searcher) -> None:
    assert "学生" in searcher.gloss("How many students are there?")
    assert searcher.gloss("有多少学生？") == ""


def test_fifty_questions_at_once_find_what_they_find_one_by_one(searcher: Searcher) -> None:
    matters = ("补助多少元", "几天作出决定", "课后服务怎么收费", "第二条怎么规定", "有哪些项目")
    places = (
        "青禾县",
        "白鹭县",
        "松塘县",
        "云山市",
        "河口县",
        "深圳市",
        "青禾县和白鹭县",
        "2018年",
        "",
        "第3份",
    )
    questions = [f"{place}{matter}？" for place, matter in product(places, matters)]

    def found(question: str) -> list[str]:
        return [passage.chunk.id for passage in find(searcher, question)]

    one_by_one = [found(question) for question in questions]
    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(found, questions)) == one_by_one


@pytest.mark.parametrize("texts", [[], ["甲县教育局要求每所小学配一名心理教师。"]], ids=["none", "one"])
def test_a_library_of_no_document_or_of_one(tmp_path: Path, texts: list[str]) -> None:
    with searcher_over(tmp_path, {f"{number}.txt": text for number, text in enumerate(texts)}) as opened:
        for question in ["心理教师", "甲县有哪些项目", "第3条", "文号是什么", "有哪些县", "😀", "x" * 10_000]:
            assert len(opened.search(question, scope=EVERYWHERE, limit=5, each=3)) <= len(texts)
        assert opened.read_mentions("甲县和乙县").clauses == ()


MATTERS = (
    ("操场周末{hours}点起向居民开放", "操场周末几点开放"),
    ("食堂早餐从{hours}点开始供应", "食堂早餐几点供应"),
    ("校车每天{hours}点从学校门口发车", "校车几点发车"),
    ("图书馆每次最多借{books}本书", "图书馆一次能借几本书"),
    ("宿舍每间住{beds}名学生", "宿舍一间住几个人"),
    ("家长会每学期召开{times}次", "家长会一学期开几次"),
    ("游泳课从{grade}年级开始上", "游泳课几年级开始上"),
    ("校服每套收费{price}元", "校服一套多少钱"),
    ("体检在每年{month}月进行", "体检是几月份"),
    ("心理辅导室每周开放{times}天", "心理辅导室每周开几天"),
)
SCHOOLS = (
    "青山", "绿水", "红旗", "朝阳", "东风", "胜利", "和平", "光明", "新华", "建设",
    "向阳", "曙光", "长安", "永兴", "太平", "安宁", "龙泉", "凤鸣", "鹿鸣", "松林",
    "柳河", "梅岭", "兰溪", "竹园", "菊香", "桃源", "杏林", "枫桥", "梧桐", "银杏",
    "石桥", "沙湾", "白塔", "金沙", "银川", "铜山", "铁岭", "玉泉", "珠江", "翠湖",
)  # fmt: skip


def short_texts() -> dict[str, str]:
    """File by file what one school says of one matter: no title, no place, one sentence."""
    written: dict[str, str] = {}
    for at, (school, (said, _)) in enumerate(product(SCHOOLS, MATTERS)):
        figures = {"hours": 6 + at % 5, "books": 2 + at % 7, "beds": 4 + at % 5, "times": 1 + at % 4}
        figures |= {"grade": 1 + at % 6, "price": 80 + at % 90, "month": 1 + at % 12}
        written[f"{at:04}.txt"] = f"{school}学校{said.format(**figures)}。"
    return written


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Short texts as people paste them, with the built-in embedding.

    400 and not 1,000: each has to be embedded, which takes 0.1 seconds on a busy machine.
    """
    folder = tmp_path_factory.mktemp("many")
    chosen = Settings(data_dir=folder / "data", openai_api_key=None, openai_model=None)
    with searcher_over(folder, short_texts(), build_embedder(chosen)) as opened:
        yield opened


def test_of_many_short_texts_the_right_one_is_among_the_first_five_in_95_of_100(many: Searcher) -> None:
    asked = {
        f"{at:04}.txt": f"{school}学校的{question}？"
        for at, (school, (_, question)) in enumerate(product(SCHOOLS, MATTERS))
    }
    drawn = Random(7).sample(sorted(asked), 100)
    missed = [asked[source] for source in drawn if source not in sources(find(many, asked[source]))]
    assert len(missed) <= 5, missed


def test_of_many_short_texts_those_on_the_matter_are_found_where_no_school_is_named(many: Searcher) -> None:
    for said, question in MATTERS:
        assert all(said[:2] in passage.chunk.text for passage in find(many, f"{question}？")), question
