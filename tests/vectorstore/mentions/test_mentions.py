"""What a question names, read against a library of invented documents."""

from __future__ import annotations

import pytest

from tests.assistant.drafting.counties import BAILU, ENROL, QINGHE
from tests.vectorstore.guarantees import understood
from vectorstore.mentions.named import Mention, Mentions, Target, combine, within
from vectorstore.mentions.reader import MentionReader
from vectorstore.places import bare_name, find_places, names_of_region
from vectorstore.types import Document, Head, Scope

BODY = "为做好有关工作，根据上级要求，结合实际情况，现将有关事项通知如下，请认真贯彻执行。"
NOTICE = f"""临汾市教育局关于做好心理健康教育工作的通知

{BODY}
各学校要落实“阳光驿站”工程，每校配备心理教师，服务热线12355678。按照国教办〔2019〕5号的要求执行。
临汾市教育局
2024年5月6日
"""
CAMPUS = f"""云溪省校园安全规定

{BODY}
在安泽县开展试点。
"""
PARTS = f"""1.云山市教育局2024年工作要点 1
2.河口县工作方案 5
3.松塘县工作安排 8
云山市教育局2024年工作要点
{BODY}
云山市教育局
2024年1月5日
河口县工作方案
{BODY}
松塘县工作安排
{BODY}"""
LIBRARY = {
    "qinghe.txt": QINGHE,
    "bailu.txt": BAILU,
    "notice.txt": NOTICE,
    "campus.txt": CAMPUS,
    "enrol-2018.txt": ENROL.format(year=2018, day=6, pupils=55, staff=8),
    "enrol-2024.txt": ENROL.format(year=2024, day=9, pupils=45, staff=12),
    "竹林镇收费公示.txt": f"收费公示\n\n{BODY}\n",
    "parts.txt": PARTS,
}
DOCUMENTS = tuple(understood(text, source) for source, text in LIBRARY.items())
READER = MentionReader(DOCUMENTS)
SOURCES = {document.id: document.source for document in DOCUMENTS}


def read(question: str) -> Mentions:
    return READER.read(question)


def groups(question: str) -> list[set[str]]:
    """The files of each thing that a question names."""
    return [{SOURCES[target.document_id] for target in group} for group in read(question).groups]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("白鹭县寄宿生补助多少？", "bailu.txt"),
        ("白鹭寄宿生补助多少？", "bailu.txt"),  # without the word for what it is
        ("临汾有多少心理教师？", "notice.txt"),
        ("臨汾市有多少心理教師？", "notice.txt"),
        ("How many teachers are there in Linfen?", "notice.txt"),
        ("心理健康教育工作的通知什么时候发的？", "notice.txt"),
        ("校园安全规定有哪些要求？", "campus.txt"),
        ("安泽县的试点怎么做？", "campus.txt"),  # a place in the text
        ("竹林镇收费公示在哪里看？", "竹林镇收费公示.txt"),  # the name of a file
        ("白教发〔2023〕9号说了什么？", "bailu.txt"),
        ("国教办〔2019〕5号怎么要求？", "notice.txt"),  # a number that one text cites
        ("“阳光驿站”有几所？", "notice.txt"),  # a quoted name that one document has
        ("12355678是什么电话？", "notice.txt"),  # a number that one document has
        ("2018年义务教育招生工作意见", "enrol-2018.txt"),
    ],
)
def test_a_document_is_recognised_by_any_of_its_names(question: str, source: str) -> None:
    assert groups(question) == [{source}]


def test_a_place_of_several_documents_means_all_of_them() -> None:
    assert groups("青禾县有什么规定？") == [{"qinghe.txt", "enrol-2018.txt", "enrol-2024.txt"}]


def test_a_place_and_a_title_narrow_one_another() -> None:
    assert groups("青禾县的寄宿学生生活补助办法怎么规定？") == [{"qinghe.txt"}]
    assert groups("青禾县2018年招生怎么规定？") == [{"enrol-2018.txt"}]


def test_things_named_side_by_side_are_groups_in_their_order() -> None:
    for first, second in (("qinghe", "bailu"), ("bailu", "qinghe")):
        names = {"qinghe": "青禾县", "bailu": "白鹭县"}
        found = groups(f"{names[first]}和{names[second]}的寄宿学生生活补助办法各怎么规定？")
        assert [f"{first}.txt" in found[0], f"{second}.txt" in found[1]] == [True, True]
        assert len(found) == 2


@pytest.mark.parametrize("years", [(2018, 2024), (2024, 2018)])
@pytest.mark.parametrize(
    "question", ["{}年的招生工作意见和{}年的招生工作意见有什么不同？", "青禾县{}年和{}年的招生报名时间"]
)
def test_one_thing_of_two_years_is_two_things_in_their_order(years: tuple[int, int], question: str) -> None:
    assert groups(question.format(*years)) == [{f"enrol-{year}.txt"} for year in years]


@pytest.mark.parametrize("question", ["幼儿园大班能不能教拼音？", "几天答复？", "", "，？", "第三条"])
def test_a_question_that_names_nothing_has_no_group(question: str) -> None:
    assert groups(question) == []


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("深圳市的补助是多少？", ("深圳市",)),
        ("深圳和广州的补助各是多少？", ("深圳", "广州")),
        ("青教发〔2011〕3号说了什么？", ("青教发〔2011〕3号",)),
        ("深圳市和青禾县的补助各是多少？", ("深圳市",)),
        ("青禾县的补助是多少？", ()),
        ("补助是多少？", ()),
    ],
)
def test_a_place_or_a_number_that_stands_nowhere_is_unknown(question: str, unknown: tuple[str, ...]) -> None:
    assert read(question).unknown == unknown


def test_a_number_in_any_brackets_is_the_number() -> None:
    for number in ("白教发〔2023〕9号", "白教发[2023]9号", "白教发（2023）9号", "白教发〔2023〕 9 号"):
        assert groups(f"{number}说了什么？") == [{"bailu.txt"}], number


def test_a_number_of_another_beginning_is_another() -> None:
    assert read("白教发〔2023〕19号说了什么？").unknown == ("白教发〔2023〕19号",)
    assert read("县教发〔2023〕9号说了什么？").unknown == ("县教发〔2023〕9号",)


@pytest.mark.parametrize(
    ("question", "clauses"),
    [
        ("青禾县办法第十二条和第13条说什么？", (12, 13)),
        ("第 3 项任务是什么", (3,)),
        ("第二款怎么规定", (2,)),
        ("三条主线是什么", ()),
        ("第三季度的安排", ()),
    ],
)
def test_numbers_of_items_are_read_in_any_script(question: str, clauses: tuple[int, ...]) -> None:
    assert read(question).clauses == clauses


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("汇编里第二份有哪几章？", [{2}]),
        ("汇编第一、第三份各写了什么", [{1}, {3}]),
        ("汇编的第2和3篇", [{2}, {3}]),
    ],
)
def test_parts_of_a_compilation_are_things_of_their_own(question: str, parts: list[set[int]]) -> None:
    assert [{target.part for target in group} for group in read(question).groups] == parts


def test_a_part_is_recognised_by_its_own_place() -> None:
    (group,) = read("河口县的工作方案怎么安排？").groups
    assert {(SOURCES[target.document_id], target.part) for target in group} == {("parts.txt", 2)}


def test_a_place_that_is_typed_by_its_sound_is_recognised() -> None:
    assert groups("林汾市有多少心理教师？") == [{"notice.txt"}]
    assert groups("白路县寄宿生补助多少？") == [{"bailu.txt"}]


@pytest.mark.parametrize("question", ["讲习班由谁办？", "煽动学生怎么处理？", "河被污染了怎么办？"])
def test_a_word_that_sounds_nearly_like_a_place_is_none(question: str) -> None:
    assert read(question).places == ()


def test_words_that_half_of_the_documents_have_name_none_of_them() -> None:
    reader = MentionReader(
        [understood(f"{place}县寄宿补助办法\n\n{BODY}", f"{place}.txt") for place in "甲乙丙丁"]
    )
    assert reader.read("寄宿补助办法怎么规定？").groups == ()


def test_places_and_numbers_are_certain_and_words_of_titles_are_not() -> None:
    assert read("白鹭县的补助").certain
    assert read("白教发〔2023〕9号的补助").certain
    assert not read("校园安全规定有哪些要求").certain
    assert not read("补助").certain


def test_what_lies_outside_of_a_scope_is_unknown_in_it() -> None:
    mentions = read("青禾县和白鹭县的补助")
    bailu = READER.targets_in(Scope(documents=tuple(i for i, s in SOURCES.items() if s == "bailu.txt")))
    inside = within(mentions, bailu)
    assert [{SOURCES[t.document_id] for t in group} for group in inside.groups] == [{"bailu.txt"}]
    assert "白鹭县" not in inside.unknown
    outside = within(read("青禾县的补助"), bailu)
    assert outside.groups == ()
    assert "青禾县" in outside.unknown


def test_targets_in_a_scope_are_documents_and_parts_that_it_allows() -> None:
    assert {SOURCES[t.document_id] for t in READER.targets_in(Scope(regions=("白鹭县",)))} == {"bailu.txt"}
    assert {t.part for t in READER.targets_in(Scope(regions=("河口县",)))} == {2}
    assert READER.targets_in(Scope()) >= READER.targets_in(Scope(years=(2024,)))


def target(name: str) -> Target:
    return Target(name, 0, Head(title=name))


def mention(words: str, start: int, *targets: Target, certain: bool = True) -> Mention:
    return Mention(words, start, start + len(words), frozenset(targets), certain=certain)


def test_mentions_that_can_mean_the_same_narrow_and_others_stand_side_by_side() -> None:
    a, b, c = map(target, "abc")
    assert combine([mention("甲", 0, a, b), mention("乙", 3, b, c)]) == (frozenset({b}),)
    assert combine([mention("甲", 5, a), mention("乙", 0, b)]) == (frozenset({b}), frozenset({a}))
    assert combine([]) == ()


def test_a_few_words_of_a_title_open_no_second_thing_beside_one_that_is_named() -> None:
    a, b = map(target, "ab")
    named = mention("甲县", 0, a)
    assert combine([named, mention("办法", 3, b, certain=False)]) == (frozenset({a}),)
    long = mention("寄宿学生生活补助办法", 3, b, certain=False)
    assert combine([named, long]) == (frozenset({a}), frozenset({b}))


def test_a_region_is_known_by_its_parts_their_bare_names_and_pinyin() -> None:
    assert names_of_region("山东省聊城市") == {
        "山东省",
        "山东",
        "聊城市",
        "聊城",
        "shandong",
        "liaocheng",
        "shandongsheng",
        "liaochengshi",
    }


def test_words_that_only_look_like_places_are_none() -> None:
    assert find_places("幼儿园大班的深度学习") == []
    assert bare_name("吉林") == "吉林"


def test_a_library_of_no_documents_names_nothing() -> None:
    mentions = MentionReader(()).read("深圳市的补助办法第三条")
    assert mentions.groups == ()
    assert mentions.clauses == (3,)


@pytest.mark.parametrize(
    "question", ["第" * 3000, "《" * 3000, "〔2024〕" * 1000, "青禾县" * 1000, "1" * 3000]
)
def test_a_long_text_takes_no_time(question: str) -> None:
    assert read(question) is not None


def test_many_documents_are_read_quickly() -> None:
    documents: list[Document] = [
        understood(f"第{number}号通知\n\n第{number}小学的操场每天开放。", f"{number}.txt")
        for number in range(1000)
    ]
    reader = MentionReader(documents)
    assert len(reader.read("第77小学的操场几点开放？").targets) <= len(documents) // 2
