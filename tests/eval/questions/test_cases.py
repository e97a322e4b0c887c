from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.check import Problem, check_all, check_cases
from eval.errors import CasesInvalid
from eval.judging.normalise import normalise
from eval.questions.cases import SHIPPED_CASES, Case, Kind, load_cases
from eval.questions.seeds import load_seeds
from tests.eval.examples import SEEDS, TEXTS, make_case

GOOD = {
    "id": "000-001",
    "kind": "fact",
    "question": "甲县建几所？",
    "facts": [["十二所"]],
    "must_not": [],
    "evidence": [{"file": "a.txt", "quote": "甲县建设学校十二所"}],
    "answerable": True,
}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write(folder: Path, name: str, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def changed(**fields: object) -> Case:
    return Case.model_validate_json(json.dumps({**GOOD, **fields}))


def problems(seeds: Path, *cases: Case) -> list[tuple[str, str]]:
    return [(problem.level, problem.text) for problem in check_cases(cases, load_seeds(seeds))]


def test_normalising_keeps_letters_digits_and_per_cent_only() -> None:
    assert normalise("第 ７ 期\n（“ＡＢ+c”）：９５.3％，①〔2022〕168号\u200b") == "第7期abc953%12022168号"


def test_the_shipped_cases_have_no_problem() -> None:
    cases = load_cases(SHIPPED_CASES)
    assert check_all(cases, load_seeds(SEEDS)) == []
    assert len(cases) >= 400


def test_the_shipped_cases_have_every_kind() -> None:
    assert {case.kind for case in load_cases(SHIPPED_CASES)} == set(Kind)


def test_a_sound_case_has_no_problem(seeds: Path) -> None:
    assert problems(seeds, make_case()) == []


def test_cases_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    write(tmp_path, "b.jsonl", {**GOOD, "id": "000-003"})
    write(tmp_path, "a.jsonl", {**GOOD, "id": "000-002"}, "", {**GOOD, "id": "000-001"})
    assert [case.id for case in load_cases(tmp_path)] == ["000-002", "000-001", "000-003"]


def test_one_file_can_be_loaded_alone(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", GOOD)
    write(tmp_path, "b.jsonl", "garbage")
    assert len(load_cases(tmp_path / "a.jsonl")) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "Invalid JSON"),
        ({**GOOD, "note": "x"}, "note: Extra inputs"),
        ({**GOOD, "kind": "riddle"}, "kind: Input should be"),
        ({**GOOD, "facts": ["十二所"]}, "facts.0: Input should be"),
        ({**GOOD, "answerable": "yes"}, "answerable: Input should be"),
        ({**GOOD, "question": ""}, "question: "),
        ({key: GOOD[key] for key in GOOD if key != "evidence"}, "evidence: Field required"),
        ({**GOOD, "history": [{"role": "system", "content": "x"}]}, "history.0.role"),
    ],
)
def test_a_line_that_is_no_case_is_named_by_file_and_line(tmp_path: Path, line: object, reason: str) -> None:
    write(tmp_path, "a.jsonl", GOOD, "", line)
    with pytest.raises(CasesInvalid, match=r"a\.jsonl:3: ") as caught:
        load_cases(tmp_path)
    assert reason in caught.value.message.en


def test_every_wrong_line_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "[]", GOOD, "{")
    with pytest.raises(CasesInvalid) as caught:
        load_cases(tmp_path)
    assert "2 wrong cases" in caught.value.message.en
    assert "a.jsonl:1:" in caught.value.message.en
    assert "a.jsonl:3:" in caught.value.message.en


def test_a_line_separator_inside_a_question_does_not_split_the_line(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json.dumps({**GOOD, "question": "甲\u2028乙"}, ensure_ascii=False))
    assert load_cases(tmp_path)[0].question == "甲\u2028乙"


def test_a_folder_without_cases_or_with_unreadable_ones_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CasesInvalid, match="没有找到评测题"):
        load_cases(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(CasesInvalid, match=r"a\.jsonl"):
        load_cases(tmp_path)


def test_seeds_that_are_missing_or_unreadable_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(CasesInvalid, match="POLICY_ASSISTANT_SEEDS_DIR"):
        load_seeds(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(CasesInvalid, match="POLICY_ASSISTANT_SEEDS_DIR"):
        load_seeds(tmp_path)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "1-1"}, "the id is not SSS-NNN"),
        ({"evidence": [{"file": "b.txt", "quote": "甲县"}]}, "there is no document 'b.txt'"),
        ({"evidence": [{"file": "a.txt", "quote": "甲县 建设学校十二所"}]}, "does not hold the quote"),
        ({"evidence": [{"file": "a.txt", "quote": " "}]}, "a quote is empty"),
        ({"evidence": []}, "an answerable case needs evidence"),
        ({"facts": []}, "an answerable case needs facts"),
        ({"facts": [[]]}, "a fact has no alternatives"),
        ({"facts": [["十二所", "。"]]}, "'。' is empty after normalising"),
        ({"must_not": [""]}, "'' is empty after normalising"),
        ({"must_not": ["二所"]}, "'十二所' can't be said without '二所'"),
        ({"facts": [["十三所"]]}, "the evidence does not hold the fact 十三所"),
        ({"says": "没有写"}, "says belongs to a case without an answer"),
        ({"answerable": False}, "says belongs to a case without an answer"),
    ],
)
def test_the_checker_finds_what_is_wrong_with_a_case(
    seeds: Path, fields: dict[str, object], said: str
) -> None:
    found = problems(seeds, changed(**fields))
    assert any(level == "error" and said in text for level, text in found), found


def test_an_id_that_two_cases_have_is_a_problem_of_both(seeds: Path) -> None:
    found = check_cases([make_case(), make_case()], load_seeds(seeds))
    assert found == [Problem(level="error", case="000-001", text="2 cases have this id")] * 2


def test_a_fact_may_stand_elsewhere_in_the_document_of_the_evidence(seeds: Path) -> None:
    assert problems(seeds, changed(facts=[["乙县"]])) == []


def test_a_fact_that_is_only_given_in_another_language_is_a_warning(seeds: Path) -> None:
    assert problems(seeds, changed(facts=[["十三所", "thirteen"]]))[0][0] == "warning"


def test_a_question_that_gives_its_fact_away_is_a_warning(seeds: Path) -> None:
    found = problems(seeds, changed(question="甲县是建十二 所吗？"))
    assert found == [("warning", "the question gives away '十二所'")]


def test_the_names_of_documents_stand_in_their_own_seed_and_in_no_other(seeds: Path) -> None:
    # Seeds that hold none of them, and one that holds a name of another.
    (seeds / "b.txt").write_text("江西", encoding="utf-8")
    said = {problem.text for problem in check_all([], load_seeds(seeds))}
    assert "the name '江西' stands in b.txt" in said
    assert "the name '聊城' stands in no seed" in said
    assert not any("Jiangxi" in text for text in said)
    assert check_cases([], load_seeds(seeds)) == []
