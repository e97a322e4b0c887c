"""What a question shares with titles, against a reading of every title by itself."""

from __future__ import annotations

from random import Random

from vectorstore.mentions.named import Target
from vectorstore.mentions.named_titles import TitleIndex
from vectorstore.types import Head


def index_of(*titles: str) -> tuple[TitleIndex, list[Target]]:
    targets = [Target(f"d{n}", 0, Head(title=title)) for n, title in enumerate(titles)]
    return TitleIndex({target: target.head.title for target in targets}), targets


def test_a_shared_run_is_as_long_as_can_be_and_names_all_its_titles() -> None:
    index, (first, second, _) = index_of("甲市学前教育行动计划", "乙市学前教育发展提升行动计划", "丙市体育")
    (mention,) = index.shared("学前教育行动计划有哪些")
    assert (mention.words, mention.targets) == ("学前教育行动计划", frozenset({first}))
    (mention,) = index.shared("学前教育怎么办")
    assert (mention.words, mention.targets) == ("学前教育", frozenset({first, second}))


def test_of_overlapping_runs_the_longest_is_kept() -> None:
    index, (_, second) = index_of("教师队伍建设", "队伍建设改革意见")
    (mention,) = index.shared("教师队伍建设改革意见")
    assert (mention.words, mention.targets) == ("队伍建设改革意见", frozenset({second}))


def test_a_run_ends_where_a_title_does() -> None:
    index, _ = index_of("学前 教育规划")
    assert index.shared("学前教育") == []
    assert index.shared("学前 教育") == []


def test_nothing_is_shared_by_fewer_characters_than_three_or_without_titles() -> None:
    index, _ = index_of("甲市学前教育规划")
    assert index.shared("学前班") == []
    assert index.shared("") == []
    assert TitleIndex({}).shared("学前教育规划") == []


def test_it_finds_in_many_titles_what_reading_each_of_them_finds() -> None:
    chance = Random(7)
    titles = ["".join(chance.choices("甲乙丙丁戊", k=8)) for _ in range(300)]
    index, targets = index_of(*titles)
    for _ in range(50):
        text = "".join(chance.choices("甲乙丙丁戊", k=12))
        mentions = index.shared(text)
        spans = [(start, end) for start in range(12) for end in range(start + 3, 13)]
        longest = max((b - a for a, b in spans if any(text[a:b] in title for title in titles)), default=0)
        assert max((len(mention.words) for mention in mentions), default=0) == longest
        for mention in mentions:
            assert text[mention.start : mention.end] == mention.words
            assert mention.targets <= {t for t in targets if mention.words in t.head.title}
            assert mention.targets
