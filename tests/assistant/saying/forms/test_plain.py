"""The plain form stands alone in WeChat: short, without markup, each mark with its line and its link."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.saying.answer_json import to_json
from assistant.saying.forms.links import long_path
from assistant.saying.forms.plain import number_of_part, plain_text, to_parts, to_plain
from assistant.saying.forms.sources import without_sources
from assistant.types import Citation, Question, Turn
from eval.questions.cases import SHIPPED_CASES, Case, load_cases
from tests.assistant.kept_answers import QUOTE, answered, citation, refused
from tests.assistant.saying.export.conversations import HOSTILE
from tests.assistant.saying.forms.reading import ADDRESS, faults, marks, markup, said, sources

BASE = "https://policy.example.edu.cn"
LONG = "https://information.services.education-bureau.example.edu.cn/departments/policy-research/assistant"


def plain(answer: dict[str, Any], base: str = BASE) -> str:
    return to_plain(answer, base=base, language="zh")


def cited(count: int) -> list[Citation]:
    return [citation(label) for label in range(1, count + 1)]


@pytest.fixture(scope="module")
def answers(seed_assistant: Assistant) -> dict[str, dict[str, Any]]:
    """What is answered to the questions that the answers were tuned on, and no others."""
    return {
        case.id: to_json(seed_assistant.ask(_question(case)))
        for case in load_cases(SHIPPED_CASES / "dev.jsonl")
    }


def _question(case: Case) -> Question:
    turns = tuple(Turn(role=turn.role, content=turn.content) for turn in case.history)
    return Question(text=case.question, history=turns)


@pytest.mark.parametrize("base", [BASE, LONG], ids=["short", "long"])
def test_every_answer_over_real_policies_fits_and_keeps_its_sources(
    answers: dict[str, dict[str, Any]], base: str
) -> None:
    wrong = {
        case: found
        for case, answer in answers.items()
        if (found := faults(plain(answer, base), answer, base))
    }
    assert len(answers) == 160
    assert wrong == {}


def test_every_link_leads_to_exactly_the_cited_words(answers: dict[str, dict[str, Any]]) -> None:
    followed = 0
    for answer in answers.values():
        by_label = {one["label"]: one["url"] for one in answer["citations"]}
        for label, (_, link) in sources(plain(answer)).items():
            assert long_path(link.removeprefix(f"{BASE}/d/")) == by_label[label]
            followed += 1
    assert followed > 160


def test_every_answer_begins_with_its_first_sentence(answers: dict[str, dict[str, Any]]) -> None:
    for answer in answers.values():
        first = re.split(r"(?<=[。！？；])|\n", answer["answer"].strip())[0]
        assert plain(answer).startswith(first)


def test_an_answer_is_laid_out_for_a_telephone() -> None:
    notice = "《云山市学生午餐补助办法》是征求意见稿，不是正式印发的文件。"
    first, second = citation(1), citation(2, "第三章 公示", "第四条")
    text = plain(
        answered(
            "每人每天补助5元[1]。每学期公示[2]。\n——《云山市学生午餐补助办法》",
            first,
            second,
            notices=(notice,),
        )
    )
    link = f"{BASE}/documents/lunch%201?start=0&end=13"
    assert text == (
        "每人每天补助5元[1]。每学期公示[2]。\n"
        "ⓘ 该文件是征求意见稿，不是正式印发的文件。\n"
        "\n"
        "依据：\n"
        "[1] 《云山市学生午餐补助办法》云教发〔2024〕5号（征求意见稿），第二章 标准 › 第三条\n"
        f"{link}\n"
        "[2] 同上，第三章 公示 › 第四条\n"
        f"{link}"
    )


def test_a_refusal_says_so_first_and_names_each_near_section_once() -> None:
    near = {
        "title": "云山市学生午餐补助办法",
        "path": ["第二章 标准"],
        "url": "/documents/0123456789ab?start=1&end=9",
    }
    answer = refused() | {"refusal": {"reason": "not_found", "nearest": [near, near]}}
    answer["answer"] = "资料中没有找到这个问题的答案。最接近的内容见《云山市学生午餐补助办法》“第二章 标准”。"
    text = plain(answer)
    assert text.startswith(
        "资料中没有找到这个问题的答案。\n\n相近内容：\n《云山市学生午餐补助办法》第二章 标准\nhttps://"
    )
    assert text.count("云山市") == 1


def test_what_is_not_our_matter_has_no_near_sections() -> None:
    near = {"title": "云山市学生午餐补助办法", "path": [], "url": "/documents/0123456789ab?start=1&end=9"}
    answer = refused() | {"refusal": {"reason": "out_of_scope", "nearest": [near]}}
    assert plain(answer) == answer["answer"]


def test_what_does_not_fit_is_left_out_with_its_sources_and_said() -> None:
    sentences = "".join(
        f"第{label}项补助由学校按学期公示并接受监督，具体办法另行规定[{label}]。" for label in range(1, 41)
    )
    text = plain(answered(sentences, *cited(40)))
    assert "（第1部分，共" in text
    assert 3 <= len(sources(text)) < 40
    assert faults(text, answered(sentences, *cited(40)), BASE) == []


def test_what_is_cut_ends_at_a_mark_so_that_nothing_loses_its_source() -> None:
    text = plain(answered("甲" * 100 + "[1]。" + ("乙" * 90 + "。") * 6 + "丙[2]。", *cited(2)))
    assert said(text).startswith("甲" * 100 + "[1]。\n（第1部分，共2部分。回复“继续”接着看。）")
    assert "乙" not in text


@pytest.mark.parametrize("link", ["", f"{BASE}/a/{'k' * 16}"])
def test_the_parts_of_a_long_answer_say_all_of_it_each_with_its_sources(link: str) -> None:
    told = [
        f"第{label}项补助由学校按学期公示并接受监督，具体办法另行规定[{label}]。" for label in range(1, 41)
    ]
    answer = answered("".join(told), *cited(40), notices=("这是征求意见稿。",))
    parts = to_parts(answer, base=BASE, language="zh", link=link)
    assert "".join(re.split(r"\n|（第", part)[0] for part in parts) == "".join(told)
    for number, part in enumerate(parts, start=1):
        assert [one for one in faults(part, answer, BASE) if "notice" not in one] == []
        assert marks(said(part)) == set(sources(part))
        is_last = number == len(parts)
        assert number_of_part(part) == (None if is_last else number)
        assert ("全文：" in part) == (link in part and not is_last and bool(link))
    assert "征求意见稿。" in parts[0]
    assert "ⓘ 这是征求意见稿。" not in "".join(parts[1:])


def test_of_an_answer_without_end_the_last_part_says_that_more_is_left() -> None:
    answer = answered("".join(f"{'字' * 200}[{label}]。" for label in range(1, 200)), *cited(199))
    parts = to_parts(answer, base=BASE, language="zh", link=f"{BASE}/a/k")
    assert len(parts) == 20
    assert "只列出前面的部分" in parts[-1]
    assert f"{BASE}/a/k" in parts[-1]


def test_what_was_said_in_a_part_is_known_without_how_to_go_on() -> None:
    answer = answered("甲" * 100 + "[1]。" + "乙" * 500 + "[2]。", *cited(2))
    assert without_sources(plain(answer)) == "甲" * 100 + "[1]。"


def test_one_sentence_that_is_too_long_keeps_its_beginning_and_its_mark() -> None:
    answer = answered("凡" * 5000 + "[1]。", citation(1))
    text = plain(answer)
    assert text.startswith("凡" * 100)
    assert "…[1]" in text
    assert faults(text, answer, BASE) == []


def test_an_address_in_the_text_is_never_cut() -> None:
    address = "https://forms.example.edu.cn/" + "a" * 40
    answer = answered("字" * 380 + address + "字" * 400 + "[1]。", citation(1))
    assert all(found in (address,) or found.startswith(BASE) for found in ADDRESS.findall(plain(answer)))
    short = plain(answered(f"请登录{address}填报[1]。", citation(1)))
    assert address in short


def test_a_mark_that_the_text_itself_has_is_told_from_the_marks_of_sources() -> None:
    text = plain(answered("见注释[7]，每人每天补助5元[1]。", citation(1)))
    assert marks(text) == {1}
    assert "［7］" in text


def test_the_markup_of_a_chat_model_goes_and_hidden_figures_stay() -> None:
    model = answered("## 标准\n**每人**每天补助`5元`[1]。\n- 电话138****1234[1]", citation(1)) | {
        "mode": "llm"
    }
    assert said(plain(model)).strip() == "标准\n每人每天补助5元[1]。\n· 电话138＊＊＊＊1234[1]"
    verbatim = answered("编号**12**[1]。", citation(1))
    assert "＊＊12＊＊" in plain(verbatim)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_documents_say_becomes_markup(hostile: str) -> None:
    answer = answered(f"{hostile}[1]。", citation(1, hostile, title=hostile, quote=QUOTE), notices=(hostile,))
    assert faults(plain(answer), answer, BASE) == []
    assert markup(plain_text(hostile)) == set()


TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                *HOSTILE,
                "每人每天补助5元[1]。",
                "见[2][3]；",
                "\n",
                "- ",
                "1. ",
                "= ",
                "https://a.cn/b_c?d=1",
                "字" * 300,
                "𠮷" * 200,
            ]
        ),
        max_size=12,
    ).map("".join),
)


@given(text=TEXTS, title=TEXTS, count=st.integers(1, 12), notice=TEXTS, model=st.booleans())
def test_whatever_is_said_the_form_holds(text: str, title: str, count: int, notice: str, model: bool) -> None:
    citations = [citation(label, title, title=title) for label in range(1, count + 1)]
    answer = answered(text, *citations, notices=(notice,) * 4) | {"mode": "llm" if model else "extract"}
    for base in (BASE, LONG):
        assert faults(plain(answer, base) or "-", answer, base) == []


@given(text=TEXTS)
def test_any_other_sentence_fits_too(text: str) -> None:
    shown = plain_text(text)
    assert len(shown) <= 600
    assert len(shown.encode()) <= 2048
    assert markup(shown) == set()
