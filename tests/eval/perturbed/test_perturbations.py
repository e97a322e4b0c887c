"""Questions put otherwise: each perturbation changes what it should, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from eval.check import check_all
from eval.errors import CasesInvalid
from eval.perturbed.english_questions import (
    EnglishQuestion,
    check_english,
    choose_for_english,
    english_by_id,
    load_english,
)
from eval.perturbed.perturbations import COURTESIES, Perturbation, perturb
from eval.perturbed.slips import QUOTED
from eval.questions.cases import SHIPPED_CASES, Case, HistoryTurn, Kind, load_cases
from eval.questions.seeds import load_seeds
from tests.eval.examples import SEEDS, make_case
from vectorstore.text import fold

QUESTION = "聊城的“5个1”工程里，教师哪年能拿到3000元补贴，《乡村教师计划》怎么说？"
# What dialects say and the glossary of spoken Chinese knows, alone or within other words (学生娃).
ONE_BY_ONE = [how for how in Perturbation if how is not Perturbation.ENGLISH]

questions = st.text(
    st.one_of(
        st.sampled_from("聊城乡村学校教师什么怎么多少孩子哪儿没有的了吗义务教育里"),
        st.sampled_from('“”《》"0123456789,，?？%三十 aZ'),
    ),
    min_size=1,
    max_size=60,
)


def ask(question: str, how: Perturbation, *, id: str = "000-001", kind: Kind = Kind.FACT) -> str | None:
    changed = perturb(make_case(id=id, question=question, kind=kind), how)
    return changed.question if changed else None


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return load_cases(SHIPPED_CASES)


# --- what holds for all


@given(question=questions, how=st.sampled_from(ONE_BY_ONE))
def test_only_the_last_question_changes_and_each_time_in_the_same_way(
    question: str, how: Perturbation
) -> None:
    case = make_case(question=question, history=(HistoryTurn(role="user", content="甲县建几所学校？"),))
    changed = perturb(case, how)
    assert changed == perturb(case, how)
    if changed:
        assert changed.question not in ("", question)
        assert changed.model_copy(update={"question": question}) == case


@given(
    question=questions,
    how=st.sampled_from([Perturbation.TYPOS, Perturbation.HOMOPHONES, Perturbation.DIALECT]),
)
def test_digits_and_quoted_names_stay(question: str, how: Perturbation) -> None:
    changed = ask(question, how)
    if changed:
        assert re.findall(r"\d+", changed) == re.findall(r"\d+", question)
        assert QUOTED.findall(changed) == QUOTED.findall(question)


@pytest.mark.parametrize("how", [*Perturbation])
def test_a_perturbation_changes_most_of_the_cases_that_it_is_for(
    cases: tuple[Case, ...], how: Perturbation
) -> None:
    changed = sum(perturb(case, how) is not None for case in cases)
    assert changed == 150 if how is Perturbation.ENGLISH else changed > 0.8 * len(cases)


@pytest.mark.parametrize("how", [Perturbation.TYPOS, Perturbation.HOMOPHONES, Perturbation.DIALECT])
def test_a_question_with_nothing_to_change_is_no_case(how: Perturbation) -> None:
    assert ask("“乡村教师”《办法》2024?", how) is None
    assert ask("How many schools?", how) is None


# --- typos


@given(question=questions)
def test_a_typo_is_one_slip(question: str) -> None:
    changed = ask(question, Perturbation.TYPOS)
    if changed is None:
        return
    if len(changed) == len(question):
        first = next(
            at for at, (one, other) in enumerate(zip(question, changed, strict=True)) if one != other
        )
        swapped = question[first + 1] + question[first]
        assert changed == question[:first] + swapped + question[first + 2 :]
    else:
        shorter, longer = sorted((question, changed), key=len)
        assert len(longer) == len(shorter) + 1
        assert shorter in {longer[:at] + longer[at + 1 :] for at in range(len(longer))}


def test_slips_are_of_every_sort_and_depend_on_the_case() -> None:
    lengths = Counter(len(ask(QUESTION, Perturbation.TYPOS, id=f"000-{n:03}") or "") for n in range(60))
    assert set(lengths) == {len(QUESTION) - 1, len(QUESTION), len(QUESTION) + 1}
    assert min(lengths.values()) > 10


# --- homophones


def test_two_characters_become_others_of_the_same_sound() -> None:
    for number in range(50):
        changed = ask(QUESTION, Perturbation.HOMOPHONES, id=f"000-{number:03}")
        assert changed
        pairs = [(one, other) for one, other in zip(QUESTION, changed, strict=True) if one != other]
        assert len(pairs) == 2
        assert all(0xB0 <= other.encode("gb2312")[0] < 0xD8 for _, other in pairs)
        read = [lazy_pinyin(question) for question in (QUESTION, changed)]
        assert sum(one == other for one, other in zip(*read, strict=True)) >= len(read[0]) - 1


def test_one_free_character_is_too_few_to_mistake() -> None:
    assert ask("“甲县”建2024", Perturbation.HOMOPHONES) is None


# --- traditional characters and full-width forms


def test_traditional_characters_are_written_in_quoted_names_too() -> None:
    assert ask("“县管校聘”怎么说?", Perturbation.TRADITIONAL) == "“縣管校聘”怎麼說?"
    assert ask("大小多少?", Perturbation.TRADITIONAL) is None


@given(question=questions)
def test_wide_forms_say_the_same(question: str) -> None:
    changed = ask(question, Perturbation.FULL_WIDTH)
    if changed is not None:
        assert not re.search(r"[ -~]", changed)
        assert unicodedata.normalize("NFKC", changed) == unicodedata.normalize("NFKC", question)


def test_digits_letters_and_punctuation_become_wide() -> None:
    assert ask("AI 2024,95%?", Perturbation.FULL_WIDTH) == "ＡＩ　２０２４，９５％？"
    assert ask("聊城有几所，", Perturbation.FULL_WIDTH) is None


def test_traditional_characters_of_the_cases_fold_back(cases: tuple[Case, ...]) -> None:
    changed = [(case, perturb(case, Perturbation.TRADITIONAL)) for case in cases]
    odd = {case.kind for case, other in changed if other and fold(other.question) != fold(case.question)}
    assert odd <= {Kind.TYPO}  # the converter knows better than 全复盖


# --- politeness


@given(question=questions)
def test_courtesies_stand_around_the_question(question: str) -> None:
    changed = ask(question, Perturbation.POLITENESS)
    assert changed
    assert question.rstrip() in changed
    assert len(changed) > len(question.rstrip()) + 5


def test_courtesies_are_of_many_wordings_and_in_the_language_of_the_question() -> None:
    said = {ask(QUESTION, Perturbation.POLITENESS, id=f"000-{n:03}") for n in range(100)}
    assert len(said) == len(COURTESIES)
    english = ask("How many schools?", Perturbation.POLITENESS)
    assert english
    assert english.isascii()


# --- dialect


def test_words_are_said_in_one_dialect_and_names_are_kept() -> None:
    question = "为什么聊城的孩子和老师没有职业学校，“学生什么”算什么？"
    said = {ask(question, Perturbation.DIALECT, id=f"000-{n:03}") for n in range(60)}
    assert said == {
        "为啥聊城的娃和教书的没职业学校，“学生什么”算啥？",
        "为啥子聊城的娃儿和老师没得职业学校，“学生什么”算啥子？",
        "为么子聊城的细伢子和先生冇得职业学校，“学生什么”算么子？",
        "点解聊城的细路仔和老师冇职业学校，“学生什么”算乜嘢？",
    }


# --- English


def test_the_english_questions_are_of_the_cases_that_were_drawn(cases: tuple[Case, ...]) -> None:
    assert check_english(load_english(), cases) == []
    assert not {case.kind for case in cases if case.id in english_by_id()} & {Kind.ENGLISH, Kind.FOLLOWUP}


def test_facts_of_a_case_in_english_stay_chinese(cases: tuple[Case, ...]) -> None:
    case = next(case for case in cases if case.id in english_by_id())
    changed = perturb(case, Perturbation.ENGLISH)
    assert changed
    assert changed.question == english_by_id()[case.id]
    assert changed.facts == case.facts
    assert ask("甲县？", Perturbation.ENGLISH, id="999-999") is None


def test_english_questions_of_wrong_cases_are_found() -> None:
    drawn = [make_case(id="000-001"), make_case(id="000-002"), make_case(id="000-003")]
    others = [make_case(id="000-004", kind=Kind.FOLLOWUP), make_case(id="000-005", answerable=False)]
    asked = {"000-001": "How many?", "000-002": "几所?", "000-003": " ", "000-004": "And there?"}
    questions = [EnglishQuestion(id=one, question=text) for one, text in asked.items()]
    assert check_english(questions, drawn + others) == [
        ("000-002", "an English question has Chinese characters"),
        ("000-003", "an English question is empty"),
        ("000-004", "an English question is of no case that was drawn"),
    ]
    assert check_english(questions[:1] * 2, drawn[:1]) == [
        ("000-001", "2 English questions are of this case"),
        ("000-001", "2 English questions are of this case"),
    ]
    assert check_english([], drawn[:1]) == [
        ("000-001", "the case was drawn for English, and has no question")
    ]


def test_the_draw_does_not_depend_on_the_order_of_the_cases(cases: tuple[Case, ...]) -> None:
    assert choose_for_english(cases) == choose_for_english(cases[::-1])


def test_checking_the_cases_checks_the_english_questions(
    cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.check.load_english", lambda: load_english()[1:])
    assert [problem.level for problem in check_all(cases, load_seeds(SEEDS))] == ["error"]


def test_a_line_that_is_no_english_question_is_named(tmp_path: Path) -> None:
    file = tmp_path / "english.jsonl"
    file.write_text('{"id": "000-001", "question": "How?"}\n{"id": "000-002"}\n', encoding="utf-8")
    with pytest.raises(CasesInvalid, match=r"english\.jsonl:2"):
        load_english(file)
