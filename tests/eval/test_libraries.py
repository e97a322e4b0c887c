"""Any folder measured as a library of its own: taken in, asked about, compared; over tiny documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from typer.testing import CliRunner, Result

from assistant.commands.cli import commands
from assistant.setup.settings import Settings
from assistant.upkeep.library import list_documents
from eval import libraries
from eval.errors import CasesInvalid, OptionsInvalid, RunUnusable
from eval.libraries import (
    folder_library,
    library_name,
    library_of_run,
    note_folder,
    read_material,
    shipped_library,
)
from eval.questions.cases import Case, GoldQuote
from tests.eval.examples import make_case
from tests.small_library import LUNCH, READING

LUNCH_FILE, READING_FILE, BUS_FILE = "notices/lunch.txt", "plans/reading.docx", "bus.html"
BUS = """<html><body><h1>青石镇校车管理规定</h1>
<p>第一条 校车每天上午七点发车。</p><p>第二条 校车由镇政府购买。</p></body></html>
"""


def case_about(file: str, quote: str, question: str, *facts: str, id: str) -> Case:
    case = make_case(id=id, question=question, facts=tuple((fact,) for fact in facts), group=file)
    return case.model_copy(update={"evidence": (GoldQuote(file=file, quote=quote),)})


CASES = (
    case_about(
        LUNCH_FILE,
        "农村义务教育阶段学生每人每天补助5元",
        "云山市农村学生午餐每天补助多少？",
        "5元",
        id="lunch-1",
    ),
    case_about(
        READING_FILE,
        "每个班级的图书角不少于100册图书",
        "河口县班级图书角不少于多少册？",
        "100册",
        id="reading-1",
    ),
    case_about(BUS_FILE, "校车每天上午七点发车", "青石镇校车几点发车？", "七点", id="bus-1"),
    make_case(id="none-1", question="青石镇游泳池门票多少钱？", answerable=False, evidence=()),
)


def write_documents(folder: Path) -> Path:
    for place in ("notices", "plans"):
        (folder / place).mkdir(parents=True)
    (folder / LUNCH_FILE).write_text(LUNCH, encoding="utf-8")
    (folder / BUS_FILE).write_text(BUS, encoding="utf-8")
    document = docx.Document()
    for line in READING.splitlines():
        document.add_paragraph(line)
    document.save(str(folder / READING_FILE))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Path]:
    """A folder with documents, cases about them, and a data folder where the embedding model is converted."""
    folder = tmp_path_factory.mktemp("any")
    write_documents(folder / "documents")
    lines = "\n".join(case.model_dump_json() for case in CASES)
    (folder / "cases.jsonl").write_text(lines, encoding="utf-8")
    (folder / "var").mkdir()
    (folder / "var" / "cache").symlink_to(settings.data_dir / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("POLICY_ASSISTANT_DATA_DIR", str(folder / "var"))
        patch.setenv("POLICY_ASSISTANT_LANGUAGE", "en")
        yield folder


def typed(*words: str) -> Result:
    return CliRunner().invoke(commands, ["eval", *words])


def measure(*words: str) -> Result:
    return typed("--documents", "documents", "--cases", "cases.jsonl", "--output", "results", *words)


@pytest.fixture(scope="module")
def measured(folder: Path) -> Result:
    """The first run."""
    return measure()


@pytest.fixture(scope="module")
def run(folder: Path, measured: Result) -> Path:
    """The folder of the first run."""
    return min((folder / "results").iterdir())


def here(folder: Path, **changes: object) -> Settings:
    return Settings(data_dir=folder / "var", **changes)  # type: ignore[arg-type]


def summary_of(run: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return summary


def test_documents_of_every_format_are_asked_about_and_what_they_are_cited_for_stands_in_them(
    measured: Result, run: Path
) -> None:
    assert measured.exit_code == 0
    metrics = summary_of(run)["splits"]["all"]["total"]["metrics"]
    assert {name: metrics[name]["share"] for name in ("facts_complete", "cited_all", "hit_all_5")} == {
        "facts_complete": 1.0,
        "cited_all": 1.0,
        "hit_all_5": 1.0,
    }
    assert (metrics["verbatim"]["share"], metrics["refused_answerable"]["share"]) == (1.0, 0.0)


def test_a_file_that_can_not_be_read_is_told_and_does_not_end_the_run(measured: Result) -> None:
    assert "✗ broken.pdf" in measured.stderr
    assert "✓ 3 documents added" in measured.stderr
    assert "broken.pdf" not in measured.stdout


def test_the_library_of_a_folder_holds_its_documents_alone_and_leaves_the_users_own_as_it_is(
    folder: Path, run: Path
) -> None:
    own = folder_library(folder / "documents", here(folder)).settings
    assert {one.source for one in list_documents(own)} == {LUNCH_FILE, READING_FILE, BUS_FILE}
    assert list_documents(here(folder)) == ()
    assert (own.data_dir / "cache").resolve() == (folder / "var" / "cache").resolve()


def test_what_a_run_is_about_is_in_its_settings_without_the_place(folder: Path, run: Path) -> None:
    said = (run / "settings.json").read_text(encoding="utf-8")
    made_with = json.loads(said)
    assert library_name(made_with["library"]) == "documents"
    assert (made_with["system"], len(made_with["documents"])) == ("ours", 16)
    assert str(folder) not in said


def test_the_memory_of_the_process_is_told(measured: Result, run: Path) -> None:
    assert "Peak memory" in measured.stdout
    assert summary_of(run)["peak_memory_bytes"] > 2**20


def test_the_next_run_embeds_only_what_changed(folder: Path, run: Path) -> None:
    lunch = folder / "documents" / LUNCH_FILE
    again = measure("--limit", "1")
    assert "added" not in again.stderr
    assert "Embedding" not in again.stderr
    lunch.write_text(LUNCH + "第六条 本办法由云山市教育局解释。\n", encoding="utf-8")
    changed = measure("--limit", "1")
    lunch.write_text(LUNCH, encoding="utf-8")
    assert "0 documents added, 1 replaced, 0 removed, 2 unchanged" in changed.stderr


@pytest.mark.parametrize("system", ["bm25", "nearest"])
def test_a_simple_system_is_measured_by_the_same_command_and_never_refuses(folder: Path, system: str) -> None:
    done = measure("--system", system)
    assert done.exit_code == 0
    newest = max((folder / "results").iterdir(), key=lambda one: one.stat().st_mtime)
    metrics = summary_of(newest)["splits"]["all"]["total"]["metrics"]
    assert (metrics["facts_complete"]["share"], metrics["cited_all"]["share"]) == (1.0, 1.0)
    assert (metrics["hit_all_10"]["share"], metrics["verbatim"]["share"]) == (1.0, 1.0)
    assert (metrics["refusal_recall"]["share"], metrics["refused_answerable"]["share"]) == (0.0, 0.0)
    assert json.loads((newest / "settings.json").read_text(encoding="utf-8"))["system"] == system


def test_a_run_over_a_folder_is_reported_compared_and_made_the_baseline_of_its_library(
    folder: Path, run: Path
) -> None:
    before = summary_of(run)
    assert typed("report", run.name, "--output", "results").exit_code == 0
    assert summary_of(run) == before
    missing = typed("compare", "baseline", run.name, "--output", "results")
    assert isinstance(missing.exception, RunUnusable)
    kept = typed("baseline", run.name, "--output", "results")
    assert kept.exit_code == 0
    library = folder_library(folder / "documents", here(folder))
    assert library.baseline.is_file()
    words = ("compare", "baseline", run.name, "--output", "results", "--fail-on-regression")
    assert typed(*words).exit_code == 0


def test_runs_stand_side_by_side_named_by_library_system_and_commit(folder: Path, run: Path) -> None:
    measure("--system", "bm25")
    done = typed("tables", run.name, "latest", "--output", "results")
    assert done.exit_code == 0
    report, _, whole = done.stdout.partition("**all**")
    assert report.startswith("**report**")
    heading, _, ours, bm25 = whole.strip().splitlines()
    assert "facts complete | all evidence cited | all@5 | all@10 | refusal precision" in heading
    assert ours.startswith("| documents · ours · ")
    assert bm25.startswith("| documents · bm25 · ")
    assert bm25.split(" | ")[1:4] == ["4", "100.0", "100.0"]


def test_quotes_are_proved_in_the_files_as_they_are_read_white_space_aside(
    folder: Path, tmp_path: Path
) -> None:
    words = ("check", "--documents", "documents", "--cases")
    good = typed(*words, "cases.jsonl")
    assert (good.exit_code, "✓ 4 · 0 errors" in good.stdout) == (0, True)
    spaced = CASES[1].model_copy(
        update={"evidence": (GoldQuote(file=READING_FILE, quote="每个班级的图书角\n不少于100册图书"),)}
    )
    wrong = CASES[2].model_copy(
        update={"evidence": (GoldQuote(file=BUS_FILE, quote="校车每天上午八点发车"),)}
    )
    for case, code in ((spaced, 0), (wrong, 1)):
        (tmp_path / "one.jsonl").write_text(case.model_dump_json(), encoding="utf-8")
        assert typed(*words, str(tmp_path / "one.jsonl")).exit_code == code


def test_documents_are_named_by_their_titles_and_the_places_that_are_theirs_alone(folder: Path) -> None:
    material = read_material(folder_library(folder / "documents", here(folder)), as_stored=False)
    assert "云山市学生午餐补助办法" in material.names[LUNCH_FILE]
    assert not set(material.names[LUNCH_FILE]) & set(material.names[READING_FILE])


def test_the_library_of_a_run_is_found_again_or_its_absence_told(folder: Path, tmp_path: Path) -> None:
    settings = here(tmp_path)
    library = folder_library(folder / "documents", settings)
    with pytest.raises(RunUnusable, match=library.key):
        library_of_run({"library": library.key}, settings)
    note_folder(library)
    assert library_of_run({"library": library.key}, settings).documents == folder / "documents"
    assert library_of_run({}, settings) == shipped_library("seeds", settings)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--documents", "documents"), "--cases"),
        (("--documents", "documents", "--library", "seeds"), "--library"),
        (("--documents", "nowhere", "--cases", "cases.jsonl"), "nowhere"),
        (("--system", "bm25", "--url", "http://127.0.0.1:9"), "--system"),
    ],
)
def test_options_that_do_not_fit_together_are_told(folder: Path, words: tuple[str, ...], said: str) -> None:
    error = typed(*words).exception
    assert isinstance(error, OptionsInvalid)
    assert said in str(error)


def test_cases_that_are_missing_are_told_before_anything_is_taken_in(folder: Path, tmp_path: Path) -> None:
    done = typed("--documents", str(folder / "documents"), "--cases", str(tmp_path))
    assert isinstance(done.exception, CasesInvalid)
    assert "Embedding" not in done.stderr


# The library that ships beside the seeds


def test_the_invented_library_is_measured_where_there_is_a_checkout_and_told_where_not(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "SHIPPED_LIBRARIES", tmp_path)
    missing = typed("--library", "invented").exception
    assert isinstance(missing, OptionsInvalid)
    assert "checkout" in missing.hint.en
    shipped = tmp_path / "invented"
    write_documents(shipped / "documents")
    (shipped / "cases").mkdir()
    (shipped / "cases" / "a.jsonl").write_text(CASES[0].model_dump_json(), encoding="utf-8")
    words = ("--output", str(tmp_path / "results"))
    assert typed("--library", "invented", *words).exit_code == 0
    assert typed("baseline", "latest", *words).exit_code == 0
    assert (shipped / "baseline.json").is_file()
    assert typed("compare", "baseline", "latest", *words, "--fail-on-regression").exit_code == 0
    assert (folder / "var" / "eval" / "invented" / "library.sqlite").is_file()
