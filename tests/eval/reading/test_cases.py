"""Questions that were written for a reader, made into a library and cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from eval.errors import CasesInvalid
from eval.questions.cases import Kind, load_cases
from eval.reading.cases import Question, draw, main, to_case, write_library

QUESTION = {
    "id": "L1-0001",
    "doc": "laws/a.md",
    "question": "委员会最多几个人",
    "kind": "number",
    "answerable": True,
    "evidence": ["委员会由三至九人组成"],
    "answer": "九人",
    "distractors": ["设主任一人"],
}
NOT_SAID = {"answerable": False, "evidence": [], "answer": "", "why": "没有补贴数额"}


def question(**changes: object) -> Question:
    return Question.model_validate_json(json.dumps({**QUESTION, **changes}))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("laws/a.md", "notices/a.md", "notices/b.md"):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"委员会由三至九人组成。{name}", encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "questions"
    folder.mkdir()
    lines = [
        question(id=f"q{n}", doc="notices/a.md" if n % 2 else "laws/a.md", **(NOT_SAID if n % 3 == 0 else {}))
        for n in range(30)
    ]
    (folder / "q1.jsonl").write_text("\n".join(one.model_dump_json() for one in lines), encoding="utf-8")
    return folder


def test_every_document_that_is_asked_about_keeps_its_path_and_others_stay_behind(
    questions: Path, corpus: Path, tmp_path: Path
) -> None:
    assert write_library(questions, corpus, tmp_path / "out", count=2) == (2, 2)
    documents = tmp_path / "out" / "documents"
    found = {path.relative_to(documents).as_posix() for path in documents.rglob("*.md")}
    assert found == {"laws/a.md", "notices/a.md"}
    assert (documents / "laws/a.md").read_bytes() == (corpus / "laws/a.md").read_bytes()


def test_the_draw_is_as_answerable_as_the_questions_are_and_always_the_same(
    questions: Path, corpus: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_library(questions, corpus, tmp_path / name, count=12)
    one, two = ((tmp_path / name / "cases.jsonl").read_text(encoding="utf-8") for name in ("one", "two"))
    assert one == two
    cases = load_cases(tmp_path / "one" / "cases.jsonl")
    assert [case.answerable for case in cases].count(True) == 8
    assert [int(case.id[1:]) for case in cases] == sorted(int(case.id[1:]) for case in cases)
    write_library(questions, corpus, tmp_path / "two", count=12, seed=1)
    assert (tmp_path / "two" / "cases.jsonl").read_text(encoding="utf-8") != one


def test_more_questions_than_there_are_can_be_asked_for() -> None:
    assert draw([question()], 5, 0) == [question()]
    assert draw([], 5, 0) == []


def test_a_question_becomes_a_case_in_the_group_of_its_document() -> None:
    case = to_case(question())
    assert (case.id, case.kind, case.group, case.facts, case.must_not) == (
        "L1-0001",
        Kind.NUMBER,
        "laws/a.md",
        (),
        (),
    )
    assert [(gold.file, gold.quote) for gold in case.evidence] == [("laws/a.md", "委员会由三至九人组成")]
    assert (case.answerable, case.says) == (True, "")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"kind": "penalty"}, Kind.FACT),
        ({"kind": "procedure"}, Kind.LIST),
        ({"kind": "colloquial"}, Kind.COLLOQUIAL),
        (NOT_SAID, Kind.NEARMISS),
        (NOT_SAID | {"distractors": []}, Kind.UNANSWERABLE),
        ({"turns": [{"role": "user", "content": "怎么产生？"}]}, Kind.FOLLOWUP),
    ],
)
def test_kinds_are_told_by_the_answer_the_look_alikes_and_the_turns(
    changes: dict[str, object], kind: Kind
) -> None:
    case = to_case(question(**changes))
    assert case.kind is kind
    assert case.says == ("" if case.answerable else "没有补贴数额")
    assert bool(case.history) == (kind is Kind.FOLLOWUP)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "q2.jsonl:1"),
        (json.dumps({**QUESTION, "kind": "riddle"}), "riddle"),
        (json.dumps({**QUESTION, "note": "x"}), "Extra inputs"),
        (json.dumps({**QUESTION, "doc": "laws/none.md"}), "none.md"),
        (json.dumps({**QUESTION, "doc": "../secret.md"}), "secret.md"),
    ],
)
def test_what_is_no_question_or_has_no_document_is_named(
    questions: Path, corpus: Path, tmp_path: Path, line: str, said: str
) -> None:
    (tmp_path / "secret.md").write_text("x", encoding="utf-8")
    (questions / "q2.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(CasesInvalid) as caught:
        write_library(questions, corpus, tmp_path / "out", count=2)
    assert said in caught.value.message.en
    assert not (tmp_path / "out").exists()


def test_the_command_says_how_to_measure_what_it_wrote(questions: Path, corpus: Path, tmp_path: Path) -> None:
    commands = Typer()
    commands.command()(main)
    done = CliRunner().invoke(
        commands, [str(questions), str(corpus), str(tmp_path / "out"), "--questions", "3"]
    )
    assert done.exit_code == 0
    assert "eval --documents" in done.stdout
    assert len(load_cases(tmp_path / "out" / "cases.jsonl")) == 3
