"""What people report with the form for wrong answers becomes a case, or they are told what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval.errors import CasesInvalid
from eval.from_issue import IS_NOT_THERE, IS_THERE, Field, main, make_case, read_form
from eval.libraries import Material
from eval.questions.cases import Case, GoldQuote, Kind, load_cases
from tests.eval.examples import SEEDS, TEXTS

FORM = Path(__file__).resolve().parents[2] / ".github" / "ISSUE_TEMPLATE" / "wrong_answer.yml"
MATERIAL = Material(texts=TEXTS, names={"a.txt": ("甲县办学规划",)})
GOOD = {
    Field.QUESTION: "甲县建几所学校？",
    Field.ANSWERED: "七所。[1]",
    Field.IS_THERE: IS_THERE,
    Field.EXPECTED: "十二所 / 12所",
    Field.TITLE: "甲县办学规划",
    Field.SENTENCE: "甲县建设学校十二所，覆盖率达到95.3%。",
    Field.PLACE: "第一条",
}


def body_of(**changed: str) -> str:
    """The text that the form makes; a field changed to nothing is one that was left empty."""
    form = GOOD | {Field[name]: text for name, text in changed.items()}
    return "\n\n".join(f"### {field.value}\n\n{text or '_No response_'}" for field, text in form.items())


def case_of(**changed: str) -> Case:
    return make_case(body_of(**changed), MATERIAL, of_seeds=False)


def complaint(body: str, material: Material = MATERIAL) -> str:
    with pytest.raises(CasesInvalid) as caught:
        make_case(body, material, of_seeds=False)
    return f"{caught.value.message.en}{caught.value.hint.en}"


def test_the_form_asks_for_what_is_read() -> None:
    form = FORM.read_text(encoding="utf-8")

    assert re.findall(r"^      label: (.+)$", form, re.MULTILINE) == [field.value for field in Field]
    assert re.findall(r"^        - (.+)$", form, re.MULTILINE) == [IS_THERE, IS_NOT_THERE]


@pytest.mark.parametrize("name", ["bug.yml", "config.yml", "wrong_answer.yml"])
def test_every_form_is_sound(name: str) -> None:
    yaml = pytest.importorskip("yaml")  # comes with other tools, and is needed for nothing else
    form = yaml.safe_load((FORM.parent / name).read_text(encoding="utf-8"))

    if name == "config.yml":
        assert form == {"blank_issues_enabled": False}
        return
    fields = [one for one in form["body"] if one["type"] != "markdown"]
    assert form["name"]
    assert form["description"]
    assert all(one["attributes"]["label"] for one in fields)
    assert len({one["id"] for one in fields}) == len(fields)


def test_a_report_becomes_a_case() -> None:
    case = case_of()

    assert case.kind is Kind.FACT
    assert case.question == "甲县建几所学校？"
    assert case.facts == (("十二所", "12所"),)
    assert case.evidence == (GoldQuote(file="a.txt", quote="甲县建设学校十二所，覆盖率达到95.3%。"),)
    assert case.answerable
    assert re.fullmatch("issue-[0-9a-f]{8}", case.id)


def test_the_quote_is_as_the_document_has_it_however_it_was_pasted() -> None:
    case = case_of(SENTENCE="第一条 甲县建设学校\n十二所，覆盖率达到９５.3％。")

    assert case.evidence[0].quote == "第一条　甲县建设学校十二所，覆盖率达到95.3%。"


def test_two_sentences_on_two_lines_are_two_quotes_and_each_line_is_a_fact() -> None:
    case = case_of(SENTENCE="甲县建设学校十二所\n\n乙县新办幼儿园七所", EXPECTED="- 十二所\n- 七所")

    assert [one.quote for one in case.evidence] == ["甲县建设学校十二所", "乙县新办幼儿园七所"]
    assert case.facts == (("十二所",), ("七所",))


def test_a_question_without_an_answer_needs_no_sentence() -> None:
    case = case_of(IS_THERE=IS_NOT_THERE, EXPECTED="没有写丙县。", SENTENCE="", TITLE="", PLACE="")

    assert case.kind is Kind.UNANSWERABLE
    assert not case.answerable
    assert case.facts == ()
    assert case.evidence == ()
    assert case.says == "没有写丙县。"


def test_lines_end_as_on_the_web_and_text_may_have_headings_of_its_own() -> None:
    body = body_of(ANSWERED="### 一、学校\n七所。").replace("\n", "\r\n")

    assert read_form(body)[Field.ANSWERED] == "### 一、学校\n七所。"
    assert make_case(body, MATERIAL, of_seeds=False) == case_of()


@pytest.mark.parametrize("field", [Field.QUESTION, Field.IS_THERE, Field.EXPECTED, Field.SENTENCE])
def test_an_empty_or_missing_field_is_told_by_its_name(field: Field) -> None:
    empty = body_of(**{field.name: ""})
    gone = body_of().replace(f"### {field.value}\n\n{GOOD[field]}", "")

    assert complaint(empty) == complaint(gone) == f"The report lacks “{field.value}”: fill it in."


@pytest.mark.parametrize("body", ["", "  \n\n", "It is wrong!", "###", "\x00"])
def test_a_text_that_is_no_report_lacks_the_question(body: str) -> None:
    assert complaint(body) == "The report lacks “问题 Question”: fill it in."


def test_a_quote_in_no_document_is_told() -> None:
    told = complaint(body_of(SENTENCE="甲县建设学校二十所。"))

    assert told.startswith("No document holds the sentence “甲县建设学校二十所。”: copy it word for word")


def test_a_quote_in_two_documents_needs_the_title() -> None:
    both = Material(texts={**TEXTS, "b.txt": TEXTS["a.txt"]}, names={"a.txt": ("甲县办学规划",)})

    assert "2 documents hold" in complaint(body_of(TITLE=""), both)
    assert make_case(body_of(), both, of_seeds=False).evidence[0].file == "a.txt"
    assert make_case(body_of(TITLE="b.txt"), both, of_seeds=False).evidence[0].file == "b.txt"


def test_a_few_characters_are_no_sentence() -> None:
    assert "too short" in complaint(body_of(SENTENCE="十二所"))


def test_an_expectation_in_words_of_ones_own_is_told() -> None:
    told = complaint(body_of(EXPECTED="应当是十三所才对"))

    assert told.startswith("The document does not hold “应当是十三所才对”: write one point a line")


def test_of_a_seed_the_case_is_sound_and_has_the_next_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(SEEDS))
    report = tmp_path / "report.md"
    report.write_text(
        body_of(
            QUESTION="乡村学校饮水改善由谁牵头？",
            EXPECTED="文明办",
            SENTENCE="2025年，指导乡镇驻地中小学校积极争取全国文明校园，申报一批省级文明校园，市级文明校园比例达到5%。",
            TITLE="聊城市建设全国乡村教育振兴先行区专项工作方案",
        ),
        encoding="utf-8",
    )
    command = typer.Typer()
    command.command()(main)

    done = CliRunner().invoke(command, [str(report)])

    assert done.exit_code == 0, done.output
    (tmp_path / "cases.jsonl").write_text(done.stdout, encoding="utf-8")
    (case,) = load_cases(tmp_path / "cases.jsonl")
    assert case.evidence[0].file.startswith("003_")
    assert re.fullmatch(r"003-\d{3}", case.id)


def test_at_the_command_what_is_missing_is_told_and_nothing_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(SEEDS))
    report = tmp_path / "report.md"
    report.write_bytes("### 问题 Question\n\n谁？".encode("gbk"))
    command = typer.Typer()
    command.command()(main)

    wrong_bytes = CliRunner().invoke(command, [str(report)])
    empty = CliRunner().invoke(command, ["-"], input="")

    assert wrong_bytes.exit_code == empty.exit_code == 2
    assert "UTF-8" in wrong_bytes.stderr
    assert "The report lacks “问题 Question”" in empty.stderr
    assert not wrong_bytes.stdout + empty.stdout
