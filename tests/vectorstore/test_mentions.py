"""What a question names, read against the library of the seed documents."""

from __future__ import annotations

import pytest

from vectorstore.named import Mentions
from vectorstore.places import bare_name, find_places, names_of_region
from vectorstore.search import Searcher


def titles(mentions: Mentions) -> list[set[str]]:
    return [{target.head.title for target in group} for group in mentions.groups]


NAMED = [
    ("聊城乡村教师有什么待遇？", "聊城市建设全国乡村教育振"),
    ("荣成体校输送多少运动员？", "2024年全市教育和体育工"),
    ("大兴安岭今年怎么抓冰雪教育？", "2024年全区教育工作要点"),
    ("河北那个市的覆盖率是多少？", "市教育局2024年工作要点"),
    ("扩优提质方案要求什么？", "2024年新时代基础教育扩"),
    ("括优提质方案要求什么？", "2024年新时代基础教育扩"),  # a typing error in the title
    ("区教体局要点里的心育品牌叫什么？", "区教育和体育局2024年"),  # an office's short name
    ("按“1434”思路工作的那个区建几所学校？", "区教育和体育局2024年"),  # a number that one document has
    ("“泉引桥”工程有几所学校？", "区教育和体育局2024年"),  # a quoted name that one document has
    ("汇编里第七份有哪几章？", "县教育和体育局2024年"),
    ("萍乡湘东区开了什么会？", "江西省高校与县域基础教育"),  # a place in the body
    ("What is Yangzhou's target?", "江苏教育工作简报2025"),
]


@pytest.mark.parametrize(("question", "expected"), NAMED, ids=[question for question, _ in NAMED])
def test_a_document_is_recognised_by_any_of_its_names(
    seed_searcher: Searcher, question: str, expected: str
) -> None:
    found = titles(seed_searcher.read_mentions(question))
    assert len(found) == 1
    assert [title for title in found[0] if title.startswith(expected)] == list(found[0])


def test_things_named_side_by_side_are_groups_in_their_order(seed_searcher: Searcher) -> None:
    found = titles(seed_searcher.read_mentions("扬州和聊城各要求什么？"))
    assert [next(iter(group))[:2] for group in found] == ["江苏", "聊城"]


def test_a_place_and_a_title_of_one_document_are_one_group(seed_searcher: Searcher) -> None:
    assert len(seed_searcher.read_mentions("聊城的乡村教育振兴先行区方案什么时候截止？").groups) == 1


def test_a_question_that_names_nothing_has_no_group(seed_searcher: Searcher) -> None:
    assert seed_searcher.read_mentions("幼儿园大班能不能教拼音？").groups == ()


def test_a_place_that_occurs_nowhere_is_unknown(seed_searcher: Searcher) -> None:
    assert seed_searcher.read_mentions("深圳市的补贴是多少？").unknown == ("深圳市",)


def test_a_cited_document_that_is_not_in_the_library_is_uncollected(seed_searcher: Searcher) -> None:
    mentions = seed_searcher.read_mentions("鲁政办字〔2022〕168号文里要求建多少个试点？")
    assert mentions.uncollected


def test_numbers_of_items_are_read_in_any_script(seed_searcher: Searcher) -> None:
    assert seed_searcher.read_mentions("聊城方案第十二条和第13条说什么？").clauses == (12, 13)


def test_a_matter_of_another_document_is_noticed(seed_searcher: Searcher) -> None:
    mentions = seed_searcher.read_mentions("扬州的事")
    assert seed_searcher.absent_matter("强镇筑基试点有几个", mentions.targets) == "强镇筑基试点"
    assert seed_searcher.absent_matter("心理健康教育教师有几个", mentions.targets) is None


def test_a_region_is_known_by_its_parts_their_bare_names_and_pinyin() -> None:
    assert names_of_region("山东省聊城市") == {
        "山东省",
        "山东",
        "聊城市",
        "聊城",
        "shandong",
        "liaocheng",
    } | {
        "shandongsheng",
        "liaochengshi",
    }


def test_words_that_only_look_like_places_are_none() -> None:
    assert find_places("幼儿园大班的深度学习") == []
    assert bare_name("吉林") == "吉林"


@pytest.mark.parametrize("question", ["汇编第五、第六、第七份各写了什么", "汇编的第5、6和7篇"])
def test_parts_that_are_listed_are_things_of_their_own(seed_searcher: Searcher, question: str) -> None:
    groups = seed_searcher.read_mentions(question).groups
    assert [{target.part for target in group} for group in groups] == [{5}, {6}, {7}]


@pytest.mark.parametrize(
    ("question", "region"), [("聊成乡村学校的午餐哪年全覆盖？", "聊城市"), ("杨州有多少心理教师？", "扬州市")]
)
def test_a_place_that_is_typed_by_its_sound_is_recognised(
    seed_searcher: Searcher, question: str, region: str
) -> None:
    (group,) = seed_searcher.read_mentions(question).groups
    assert {target.head.region[-3:] for target in group} == {region}


@pytest.mark.parametrize("question", ["讲习班由谁办？", "煽动学生怎么处理？", "河被污染了怎么办？", ""])
def test_a_word_that_sounds_nearly_like_a_place_is_none(seed_searcher: Searcher, question: str) -> None:
    assert seed_searcher.read_mentions(question).groups == ()


@pytest.mark.parametrize(
    ("question", "uncollected"),
    [
        ("“春天计划”由谁牵头？", ("春天计划",)),
        ("“春天”计划由谁牵头？", ("春天计划",)),
        ("“春雨计划”由谁牵头？", ()),
        ("“三零”是哪三零？", ()),
    ],
)
def test_a_plan_with_a_quoted_name_that_no_document_has_is_not_collected(
    seed_searcher: Searcher, question: str, uncollected: tuple[str, ...]
) -> None:
    assert seed_searcher.read_mentions(question).uncollected == uncollected
