"""The optional judge: what it is asked, what it may say, and how far it agrees with hand labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.setup.settings import Settings
from eval.check import check_all
from eval.errors import CasesInvalid, NoReply, OptionsInvalid
from eval.outcomes.runner import Failure, Result
from eval.questions.cases import SHIPPED_CASES, load_cases
from eval.questions.seeds import load_seeds
from eval.questions.splits import Split, split_of
from eval.second_opinion.judge import Judged, Judgement, judge_results, open_judge, read_judgement
from eval.second_opinion.judge_labels import Label, Verdict, check_labels, kappa, load_labels
from eval.second_opinion.judge_report import print_judged, write_judged
from tests.chat_model.replies import Reply, Request, refuses
from tests.chat_model.server import ModelServer
from tests.eval.examples import CASES, SEEDS, run

TUNE = next(one for one in (f"000-{n:03}" for n in range(1, 99)) if split_of(one) is Split.TUNE)
REPORT = next(one for one in (f"000-{n:03}" for n in range(1, 99)) if split_of(one) is Split.REPORT)


def settings(server: ModelServer) -> Settings:
    return Settings(
        openai_model="scripted", openai_base_url=server.base_url, openai_api_key=SecretStr("sk-test")
    )


def verdict(name: str) -> str:
    return json.dumps({"reason": "因为", "verdict": name}, ensure_ascii=False)


def label(case_id: str, name: str = "correct", *, answer: str = "十二所") -> Label:
    return Label(id=case_id, answer=answer, verdict=Verdict(name), why="看过")


def judged(server: ModelServer, results: tuple[Result, ...], labels: tuple[Label, ...] = ()) -> Judged:
    judge = open_judge(settings(server))
    return judge_results(results, CASES, judge, judge.made_with, labels=labels, workers=2)


def test_the_judge_is_asked_with_question_gold_and_answer_at_temperature_zero() -> None:
    with ModelServer() as server:
        server.queue(verdict("partly"))
        found = open_judge(settings(server))(CASES[0], "甲县建很多所")
        asked = server.questions[0]
    assert found == Judgement(verdict=Verdict.PARTLY, reason="因为")
    assert asked.body["temperature"] == 0
    for said in ("甲县建几所？", "十二所 / 12所", "错误的说法：七所", "甲县建设学校十二所", "甲县建很多所"):
        assert said in asked.text


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ('想一想……\n```json\n{"reason": "对", "verdict": "correct"}\n```', Verdict.CORRECT),
        ('{"verdict": "wrong"} 不对，改为 {"verdict": "refused"}', Verdict.REFUSED),
        ('{"verdict": "correct"} {"verdict": "great"}', Verdict.CORRECT),
    ],
)
def test_the_last_usable_verdict_counts(reply: str, said: Verdict) -> None:
    assert read_judgement(reply).verdict is said


@pytest.mark.parametrize("reply", ["", "correct", "{", '{"verdict": "great"}', '["correct"]'])
def test_a_reply_without_a_verdict_is_an_error(reply: str) -> None:
    with pytest.raises(NoReply):
        read_judgement(reply)


def test_verdicts_and_errors_of_a_run_are_counted_apart(tmp_path: Path) -> None:
    def script(request: Request) -> Reply | str:
        if "丙县" in request.text:
            return refuses(400)
        return "没有想好" if "乙县？" in request.text else verdict("correct")

    failed = Result(case=CASES[0], failure=Failure(reason="time-out", detail="太久"))
    with ModelServer(script) as server:
        found = judged(server, (*run(), failed))
    assert {case_id: one.verdict for case_id, one in found.judgements.items()} == {"000-001": Verdict.CORRECT}
    assert sum(found.errors.values()) == 2
    assert found.errors["no verdict"] == 1
    assert found.agreement is None
    write_judged(found, tmp_path)
    written = json.loads((tmp_path / "judge.json").read_text(encoding="utf-8"))
    assert (written["model"], written["temperature"], len(written["prompt"])) == ("scripted", 0.0, 64)
    assert written["verdicts"]["all"]["correct"] == 1


def test_the_agreement_is_over_the_labelled_answers() -> None:
    labels = (label("000-001"), label("000-002", "wrong", answer="九所"), label("999-999"))
    with ModelServer(lambda request: verdict("wrong" if "九所" in request.text else "correct")) as server:
        found = judged(server, (), labels)
    assert (found.labels, found.agreed, found.agreement) == (2, 2, 1.0)
    lines: list[str] = []
    print_judged(found, lines.append)
    assert "judge kappa 1.00 (2/2)" in lines


def test_without_a_chat_model_there_is_no_judge() -> None:
    with pytest.raises(OptionsInvalid, match="--judge"):
        open_judge(Settings())


def test_kappa_takes_out_what_chance_gives() -> None:
    # A table of Cohen's kind: 20 and 15 agree, 5 and 10 do not.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([("y", "y")] * 3) is None


# The hand labels


def test_the_shipped_labels_are_sound_and_of_every_verdict() -> None:
    labels = load_labels()
    assert check_labels(labels, load_cases(SHIPPED_CASES)) == []
    assert len(labels) >= 40
    assert {one.verdict for one in labels} == set(Verdict)
    assert check_all(load_cases(SHIPPED_CASES)[:10], load_seeds(SEEDS)) != []  # the cases of most are gone


def test_wrong_labels_are_found() -> None:
    cases = [CASES[0].model_copy(update={"id": one}) for one in (TUNE, REPORT)]
    labels = [label(TUNE), label(TUNE), label(REPORT), label("999-999"), label(TUNE, answer=" ")]
    said = {text for _, text in check_labels(labels, cases)}
    assert said == {
        "3 hand labels are of this case",
        "a hand label is of the report half",
        "a hand label is of no case",
        "a hand label lacks its answer or its reason",
    }


def test_a_line_that_is_no_label_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(label(TUNE).model_dump_json() + '\n{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(CasesInvalid, match=r"labels\.jsonl:2"):
        load_labels(path)
