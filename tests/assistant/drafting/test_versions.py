"""Answers about a rule in several versions: the newest counts, the older by its year; what has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.build import build_embedder
from assistant.setup.settings import Settings
from assistant.types import Answer, Outcome, Question
from tests.invented import assistant_over
from tests.versions import NEW, OLD, OTHER
from vectorstore.types import Scope


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("versions")
    embedder = build_embedder(Settings(data_dir=folder / "data", openai_api_key=None, openai_model=None))
    with assistant_over(folder, {"a.txt": OLD, "b.txt": NEW, "c.txt": OTHER}, embedder) as made:
        yield made


def ask(assistant: Assistant, text: str, **chosen: object) -> Answer:
    return assistant.ask(Question(text=text, **chosen))  # type: ignore[arg-type]


def test_the_newest_version_answers_and_the_older_one_is_named(assistant: Assistant) -> None:
    answer = ask(assistant, "苍梧县小学生资助标准是多少")
    assert "1200元" in answer.text
    assert "1000元" not in answer.text
    assert any("2025年版" in notice and "较早" in notice for notice in answer.notices)


def test_the_older_one_answers_where_its_year_is_named_and_is_told_to_be_void(assistant: Assistant) -> None:
    answer = ask(assistant, "苍梧县2025年小学生资助标准是多少")
    assert "1000元" in answer.text
    assert any("已废止" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    "question", ["苍梧县学生资助标准新旧两版有什么不同", "苍梧县学生资助标准2026年比2025年改了什么"]
)
def test_what_has_changed_is_told_article_by_article(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert answer.outcome is Outcome.GROUNDED
    assert "修改1处、新增2处、删去1处" in answer.text
    assert "原为“第一条小学生资助标准为每生每年1000元" in answer.text
    assert "现为“第一条小学生资助标准为每生每年1200元" in answer.text
    assert "删去“第三条学校应当设立资助专户" in answer.text
    assert {citation.passage.source for citation in answer.citations} == {"a.txt", "b.txt"}


def test_of_what_has_changed_that_is_told_which_is_asked_for(assistant: Assistant) -> None:
    answer = ask(assistant, "苍梧县小学生资助标准比去年提高了多少")
    assert "1000元" in answer.text
    assert "1200元" in answer.text
    assert "残疾" not in answer.text


def test_where_no_rule_is_named_that_of_the_best_passage_is_compared(assistant: Assistant) -> None:
    answer = ask(assistant, "学生资助专户的规定修订前后有什么变化")
    assert "相比" in answer.text
    assert "资助专户" in answer.text


def test_whether_a_version_still_counts_is_told_beside_what_it_says(assistant: Assistant) -> None:
    answer = ask(assistant, "苍梧县2025年小学生资助标准还有效吗")
    assert "已废止，现行的是《苍梧县学生资助标准（2026年版）》" in answer.text
    assert "现行的是" not in ask(assistant, "苍梧县2025年小学生资助标准是多少").text


def test_a_county_with_one_version_has_no_changes_to_tell(assistant: Assistant) -> None:
    assert "相比" not in ask(assistant, "青川县学生资助标准新旧两版有什么不同").text


def test_versions_out_of_sight_are_not_told_of(assistant: Assistant) -> None:
    old = next(one for one in assistant.documents() if one.source == "a.txt")
    new = next(one for one in assistant.documents() if one.source == "b.txt")
    scope = Scope(within=Scope(documents=(new.id,)))
    answer = ask(assistant, "苍梧县小学生资助标准是多少", scope=scope)
    assert "1200元" in answer.text
    assert not any("2025" in notice for notice in answer.notices)
    assert assistant.compare(old.id, new.id, scope) is None
    assert [one.id for one in assistant.versions(new.id, scope)] == [new.id]
