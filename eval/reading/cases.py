"""Makes a folder for ``policy-assistant eval --documents`` of questions that were written for a reader.

Run by ``python -m eval.reading.cases QUESTIONS CORPUS OUTPUT``. A question names its
document, spans of it that the answer needs, and spans that only look so; it has no
facts as strings, so what is measured is what was found, cited and refused.
All documents that any question is about are taken, drawn questions or not: what
makes a library hard is how many there are.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import CasesInvalid
from eval.outcomes.storage import writing
from eval.questions.cases import Case, GoldQuote, HistoryTurn, Kind, case_files
from vectorstore.errors import Message

DOCUMENTS, CASES = "documents", "cases.jsonl"
_KINDS: Mapping[str, Kind] = {
    "fact": Kind.FACT,
    "number": Kind.NUMBER,
    "date": Kind.FACT,
    "who": Kind.FACT,
    "list": Kind.LIST,
    "condition": Kind.FACT,
    "procedure": Kind.LIST,
    "exception": Kind.FACT,
    "yes_no": Kind.FACT,
    "definition": Kind.FACT,
    "penalty": Kind.FACT,
    "table": Kind.TABLE,
    "status": Kind.STATUS,
    "compare": Kind.COMPARE,
    "colloquial": Kind.COLLOQUIAL,
    "negation": Kind.FACT,
}
_NOT_SAID = "文件里没有写。"


class Question(BaseModel):
    """One question of a file. ``doc`` is the document's path in the corpus, ``why`` what it does not say."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str
    doc: str
    question: str = Field(min_length=1)
    kind: str
    answerable: bool
    evidence: tuple[str, ...]
    answer: str
    distractors: tuple[str, ...]
    why: str = ""
    turns: tuple[HistoryTurn, ...] = ()


def write_library(
    questions_dir: Path, corpus: Path, output: Path, *, count: int, seed: int = 0
) -> tuple[int, int]:
    """Write ``output/documents`` and ``output/cases.jsonl``; gives how many documents and cases there are.

    The same arguments give the same files. Raises CasesInvalid, naming file and
    line of what is no question, or the documents that are missing, and StorageUnusable.
    """
    questions = read_questions(questions_dir)
    documents = sorted({question.doc for question in questions})
    _check_documents(documents, corpus)
    cases = [to_case(question) for question in draw(questions, count, seed)]
    with writing(output):
        for document in documents:
            _place(corpus / document, output / DOCUMENTS / document)
        lines = "".join(f"{case.model_dump_json()}\n" for case in cases)
        (output / CASES).write_text(lines, encoding="utf-8")
    return len(documents), len(cases)


def read_questions(path: Path) -> list[Question]:
    """The questions of a file or a folder of ``*.jsonl``, in order. Raises CasesInvalid."""
    questions: list[Question] = []
    wrong: list[str] = []
    for file in case_files(path):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                question = Question.model_validate_json(line)
            except ValidationError as error:
                wrong.append(f"{file.name}:{number}: {error.errors()[0]['msg']}")
                continue
            if question.kind not in _KINDS:
                wrong.append(f"{file.name}:{number}: kind {question.kind}")
            questions.append(question)
    if wrong:
        raise _invalid(wrong)
    return questions


def draw(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """At most ``count`` questions in their order, as large a share of them answerable as of all."""
    chance = random.Random(seed)  # noqa: S311  # the same in every run
    places = range(len(questions))
    answerable = [at for at in places if questions[at].answerable]
    others = [at for at in places if not questions[at].answerable]
    count = min(count, len(questions))
    first = round(count * len(answerable) / len(questions)) if questions else 0
    drawn = chance.sample(answerable, first) + chance.sample(others, count - first)
    return [questions[at] for at in sorted(drawn)]


def to_case(question: Question) -> Case:
    """The question as a case, in the group of its document."""
    evidence = question.evidence if question.answerable else ()
    return Case(
        id=question.id,
        kind=_kind(question),
        question=question.question,
        history=question.turns,
        facts=(),
        must_not=(),
        evidence=tuple(GoldQuote(file=question.doc, quote=quote) for quote in evidence),
        answerable=question.answerable,
        says="" if question.answerable else question.why or _NOT_SAID,
        group=question.doc,
    )


def _kind(question: Question) -> Kind:
    if question.turns:
        return Kind.FOLLOWUP
    if question.answerable:
        return _KINDS[question.kind]
    return Kind.NEARMISS if question.distractors else Kind.UNANSWERABLE


def _check_documents(documents: Sequence[str], corpus: Path) -> None:
    wrong = [
        document
        for document in documents
        if ".." in PurePosixPath(document).parts or not (corpus / document).is_file()
    ]
    if wrong:
        raise _invalid([f"{corpus / document}: –" for document in wrong])


def _place(document: Path, target: Path) -> None:
    """The document under its path in the corpus, which is its name in the questions and in the library."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(document, target)
    except OSError:  # on another disk, or not ours
        shutil.copyfile(document, target)


def _invalid(wrong: Sequence[str]) -> CasesInvalid:
    shown = "\n".join(wrong[:10])
    return CasesInvalid(
        Message(
            f"问题文件有 {len(wrong)} 处错误：\n{shown}\n",
            f"{len(wrong)} faults in the questions:\n{shown}\n",
        ),
        Message(
            "请改正这些行，或补上缺少的文件。", "Correct these lines, or add the documents that are missing."
        ),
    )


def main(
    questions_dir: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Folder of question files.")],
    corpus: Annotated[Path, typer.Argument(help="Folder of the documents that they name.")],
    output: Annotated[Path, typer.Argument(help="Folder to write documents and cases to.")],
    questions: Annotated[int, typer.Option(min=1, help="How many questions to draw.")] = 1500,
    seed: Annotated[int, typer.Option(help="Which draw.")] = 0,
) -> None:
    """Write a library and its cases for policy-assistant eval."""
    documents, cases = write_library(questions_dir, corpus, output, count=questions, seed=seed)
    typer.echo(f"✓ {documents} documents, {cases} cases", err=True)
    typer.echo(f"policy-assistant eval --documents {output / DOCUMENTS} --cases {output / CASES}")


if __name__ == "__main__":
    typer.run(main)
