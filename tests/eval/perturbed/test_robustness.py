"""The loss under perturbations: paired by case, and told by kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.setup.settings import Settings
from eval.judging.metrics import Score
from eval.outcomes.runner import Failure, Result
from eval.perturbed.perturbations import Perturbation
from eval.perturbed.robustness import TABLE, Paired, loss_by_kind, measure_robustness, pair, robustness_table
from eval.questions.cases import Case, Kind
from tests.eval.examples import make_case, make_reply
from tests.eval.perturbed.test_perturbations import QUESTION


def judged(hits: Sequence[int], *, kind: Kind = Kind.FACT) -> tuple[Result, ...]:
    return tuple(
        Result(
            case=make_case(id=f"000-{number:03}", kind=kind),
            reply=make_reply(),
            scores={"facts_complete": Score(hits=hit)},
        )
        for number, hit in enumerate(hits)
    )


def test_the_loss_has_an_interval_over_pairs() -> None:
    table = robustness_table(
        [
            Paired(name="typos", before=judged([1, 1, 1, 0]), after=judged([1, 0, 1, 0])),
            Paired(name="none lost", before=judged([1, 0] * 50), after=judged([1, 0] * 50)),
            Paired(name="no cases", before=(), after=(), errors=2),
        ]
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[0][:5] == ["perturbation", "cases", "errors", "facts complete", "loss in points (95 %)"]
    assert rows[0][5:] == ["refusal recall", "refusal precision", "all@5"]
    assert rows[2] == ["typos", "4", "0", "75.0 → 50.0", "25.0 (0.0 to 75.0)", "– → –", "– → –", "– → –"]
    # The same cases both ways: however they are drawn, nothing is lost.
    assert rows[3][:5] == ["none lost", "100", "0", "50.0 → 50.0", "0.0 (0.0 to 0.0)"]
    assert rows[4][:5] == ["no cases", "0", "2", "– → –", "–"]


def test_the_loss_by_kind_leaves_out_kinds_without_cases() -> None:
    one = Paired(name="typos", before=judged([1, 1, 0]), after=judged([1, 0, 1]))
    two = Paired(name="English", before=judged([1, 1], kind=Kind.LIST), after=judged([0, 0], kind=Kind.LIST))
    assert loss_by_kind([one, two]).splitlines() == [
        "| loss in facts complete (cases) | typos | English |",
        "| --- | ---: | ---: |",
        "| fact | 0.0 (3) | – |",
        "| list | – | 100.0 (2) |",
    ]


def test_a_case_without_a_reply_on_either_side_is_an_error_and_no_loss() -> None:
    failed = Result(case=make_case(id="000-001"), failure=Failure(reason="timeout", detail=""))
    before = {one.case.id: one for one in judged([1, 1, 1])}
    after = [before["000-000"], failed, before["000-002"]]
    paired = pair("typos", before, after)
    assert [one.case.id for one in paired.before] == ["000-000", "000-002"]
    assert [one.case.id for one in paired.after] == ["000-000", "000-002"]
    assert paired.errors == 1
    assert pair("typos", {**before, "000-002": failed}, after).errors == 2


def write_cases(folder: Path, *cases: Case) -> Path:
    folder.mkdir()
    lines = (case.model_dump_json() for case in cases)
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_only_what_a_perturbation_changes_is_asked_again(seed_settings: Settings, tmp_path: Path) -> None:
    cases = write_cases(
        tmp_path / "cases", make_case(question=QUESTION), make_case(id="000-002", question="几所")
    )
    file = measure_robustness(
        settings=seed_settings,
        only=[Perturbation.TRADITIONAL, Perturbation.FULL_WIDTH],
        cases_dir=cases,
        output_dir=tmp_path / "results",
    )
    assert file.name == TABLE
    text = file.read_text(encoding="utf-8")
    rows = [line.split(" | ")[:3] for line in text.splitlines() if line.startswith("| ")]
    assert ["| traditional characters", "2", "0"] in rows
    assert ["| full-width forms", "1", "0"] in rows
    assert not [row for row in rows if row[0] == "| typos"]
    asked = {path.parent.name: len(path.read_text("utf-8").splitlines()) for path in file.parent.glob("*/*")}
    assert asked == {"unperturbed": 2, "traditional-characters": 2, "full-width-forms": 1}
