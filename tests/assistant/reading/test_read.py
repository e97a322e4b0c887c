"""Reading passages beside a question: which sentence answers it best, and whether any does."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from assistant.reading.features import NAMES, features, text_of
from assistant.reading.learned import load
from assistant.reading.read import Reader, Reading
from assistant.reading.wanted import want
from tests.invented import passages_of
from vectorstore.types import Passage

RULES = """青禾县寄宿学生生活补助办法

第一条 为帮助家庭经济困难的寄宿学生，制定本办法。
第二条 寄宿学生可以在每学期开学时向学校申请补助，由班主任收齐材料。
第三条 补助标准为小学生每人每天五元，初中生每人每天六元。
第四条 学校应当自收到申请之日起15个工作日内作出决定。
第五条 补助名单应当在校内公示，公示期不少于七天。
第六条 补助由县教育局会同县财政局发放，咨询电话0531-12345678。
第七条 补助每学年覆盖学生1200名，占寄宿学生的35%。
第八条 有下列情形之一的，停止发放补助：
（一）转学的；
（二）不再寄宿的。
第九条 本办法自2024年9月1日起施行，有效期三年。
"""
SCHOOLS = """学校规模一览

序号

学校

所在乡镇

教师人数

教室（间）

年经费（元）

1

东关小学

城关镇

48

24

360000

2

西关小学

柳林镇

31

18

240000

"""


def rarity(term: str) -> float:
    """Worth of a term: what every article says is worth little."""
    return 0.5 if term in "青禾县寄宿学生生活补助办法学校的" else 3.0


def read(question: str, passages: Sequence[Passage] | None = None, context: str = "") -> Reading:
    found = passages_of(RULES) if passages is None else passages
    return Reader().read(question, found, rarity, context)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("小学生每天补助多少元？", "小学生每人每天五元"),
        ("初中生补多少钱？", "初中生每人每天六元"),
        ("多少天作出决定？", "15个工作日"),
        ("名单公示几天？", "不少于七天"),
        ("补助由哪个部门发放？", "县财政局"),
        ("咨询电话是多少？", "0531-12345678"),
        ("补助覆盖多少名学生？", "1200名"),
        ("覆盖比例是百分之多少？", "35%"),
        ("办法什么时候施行？", "2024年9月1日"),
        ("有效期几年？", "有效期三年"),
        ("材料由谁收？", "班主任"),
    ],
)
def test_the_sentence_that_says_what_is_asked_is_first(question: str, answer: str) -> None:
    assert answer in read(question).spans[0].text


def test_the_unit_in_a_header_is_the_unit_of_its_cells() -> None:
    passages = passages_of(SCHOOLS)
    wanted = want("有多少间？", "", rarity, load())
    table = features(wanted, passages, load())
    places = [(passage, match) for passage in passages for match in passage.matches]
    asked = table[:, NAMES.index("unit asked")]
    assert [text_of(*place) for place, shown in zip(places, asked, strict=True) if shown] == ["24", "18"]


def test_without_passages_it_is_certain_that_none_answers() -> None:
    nothing = read("补助多少元？", [])
    assert nothing.none == 1.0
    assert nothing.spans == ()
    assert nothing.passages == ()


def nearer(passages: Sequence[Passage], words: str) -> list[Passage]:
    """The passages, those sentences with the words nearer by meaning than all others."""
    return [
        replace(
            passage,
            matches=tuple(
                replace(match, similarity=0.9 if words in text_of(passage, match) else 0.5)
                for match in passage.matches
            ),
        )
        for passage in passages
    ]


def test_passages_of_another_matter_answer_less_likely() -> None:
    fitting = read("名单公示几天？", nearer(passages_of(RULES), "公示期"))
    assert fitting.none < read("校车司机的驾龄要满几年？").none
    assert all(0 <= read(question).none <= 1 for question in ("公示几天？", "校车", "？", "", "a"))


def test_spans_are_words_of_their_documents_best_first() -> None:
    passages = passages_of(RULES, SCHOOLS)
    reading = read("补助多少元？", passages)
    assert len(reading.spans) == sum(len(passage.matches) for passage in passages)
    scores = [span.score for span in reading.spans]
    assert scores == sorted(scores, reverse=True)
    for span in reading.spans:
        chunk = span.passage.chunk
        assert span.text == chunk.text[span.start - chunk.start : span.end - chunk.start]
        assert span.text.strip() == span.text


def test_its_passages_stand_in_the_order_of_their_best_spans_each_once() -> None:
    passages = passages_of(RULES)
    reading = read("名单公示几天？", passages)
    assert "公示期" in reading.passages[0].chunk.text
    assert sorted(p.chunk.id for p in reading.passages) == sorted(p.chunk.id for p in passages)


def test_a_share_is_how_much_of_the_question_a_span_holds() -> None:
    by_text = {span.text: span.share for span in read("公示期").spans}
    assert all(0 <= share <= 1 + 1e-9 for share in by_text.values())
    whole = next(share for text, share in by_text.items() if "公示期" in text)
    assert whole == pytest.approx(1.0)
    assert by_text["（二）不再寄宿的。"] == 0.0


def test_what_a_question_leans_on_tells_which_of_two_alike_is_meant() -> None:
    text = "甲县办法\n\n第一条 转学手续在3个工作日内办结。\n第二条 补助申请在5个工作日内办结。\n"

    def first(context: str) -> str:
        return read("几个工作日办结？", passages_of(text), context).spans[0].text

    assert "3个" in first("转学手续")
    assert "5个" in first("补助申请")


def test_scores_are_made_by_what_was_learned() -> None:
    learned = load()
    turned = replace(learned, first=replace(learned.first, span=-learned.first.span))
    passages = passages_of(RULES)
    best = read("名单公示几天？", passages).spans[0]
    assert Reader(turned).read("名单公示几天？", passages, rarity).spans[-1].text == best.text


@pytest.mark.parametrize("question", ["", "？", "😀", "a" * 5000, "公示" * 2000, "\x00"])
def test_odd_questions_are_read_too(question: str) -> None:
    assert len(read(question).spans) == len(read("公示").spans)


def test_a_library_where_every_term_is_worth_nothing_is_read_too() -> None:
    reading = Reader().read("名单公示几天？", passages_of(RULES), lambda _: 0.0)
    assert all(np.isfinite(span.score) for span in reading.spans)
    assert {span.share for span in reading.spans} == {0.0}


def test_many_threads_read_what_one_reads() -> None:
    passages = passages_of(RULES, SCHOOLS)
    questions = [
        f"{what}{how}？" for what in ("补助", "公示", "教室", "经费") for how in ("多少", "几天", "谁管")
    ]
    reader = Reader()

    def told(question: str) -> list[tuple[str, float]]:
        return [(span.text, span.score) for span in reader.read(question, passages, rarity).spans]

    one_by_one = [told(question) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(told, questions * 4)) == one_by_one * 4
