"""A report of a wrong answer as an evaluation case, so that the same answer is never wrong unnoticed again.

Run by ``python -m eval.from_issue FILE``: FILE is the text of an issue made with the form
``.github/ISSUE_TEMPLATE/wrong_answer.yml``, "-" reads it from standard input. Prints the line for a file of
cases (eval/FORMAT.md), or says what the report lacks and exits with 2.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from eval.check import check_cases
from eval.errors import CasesInvalid
from eval.judging.normalise import normalise
from eval.libraries import SEEDS, Material, folder_library, read_material, shipped_library
from eval.perturbed.english_questions import choose_for_english
from eval.questions.cases import SHIPPED_CASES, Case, GoldQuote, Kind, load_cases
from vectorstore.errors import Message, PolicyAssistantError
from vectorstore.text import normalise as clean
from vectorstore.text import squeeze

_UNANSWERED = "_No response_"  # what the form writes for a field that was left empty
_LEAST = 8  # characters of a sentence, normalised: a shorter one stands in a text by luck
_NUMBER_OF_SEED = re.compile(r"(\d{3})_")
_ALTERNATIVES = re.compile(r"\s+/\s+|／")


class Field(Enum):
    """The headings of the form, in its order: a test compares them with it."""

    QUESTION = "问题 Question"
    ANSWERED = "得到的回答 What was answered"
    IS_THERE = "文件里有答案吗 Is the answer in the documents"
    EXPECTED = "应当怎样回答 What is expected"
    TITLE = "文件标题 Title of the document"
    SENTENCE = "原文句子 Sentence in the document"
    PLACE = "位置 Place"


IS_THERE, IS_NOT_THERE = "有 Yes", "没有 No"


def read_form(body: str) -> dict[Field, str]:
    """The fields of an issue's text that are filled in; other headings are part of the field they stand in.

    Of a heading that stands there twice the first counts, since the form writes it once.
    """
    found: dict[Field, list[str]] = {}
    lines: list[str] = []
    for line in clean(body).split("\n"):
        field = next((one for one in Field if line.strip() == f"### {one.value}"), None)
        if field is not None and field not in found:
            lines = found.setdefault(field, [])
        else:
            lines.append(line)
    texts = {field: "\n".join(lines).strip() for field, lines in found.items()}
    return {field: text for field, text in texts.items() if text and text != _UNANSWERED}


def make_case(body: str, material: Material, *, of_seeds: bool = True, case_id: str = "") -> Case:
    """The case of a report about the documents of ``material``.

    Without ``case_id`` it gets one that is free: of the seeds the next number, elsewhere a name.
    Raises CasesInvalid, which says what the report lacks.
    """
    form = read_form(body)
    question = _required(form, Field.QUESTION)
    answerable = _required(form, Field.IS_THERE) == IS_THERE
    expected = _required(form, Field.EXPECTED)
    if answerable or Field.SENTENCE in form:
        evidence = _evidence(_required(form, Field.SENTENCE), form.get(Field.TITLE, ""), material)
    else:
        evidence = ()
    facts = tuple(_alternatives(line) for line in expected.splitlines() if line.strip())
    case = Case(
        id=case_id or f"issue-{hashlib.sha256(question.encode()).hexdigest()[:8]}",
        kind=Kind.FACT if answerable else Kind.UNANSWERABLE,
        question=" ".join(question.split()),
        facts=facts if answerable else (),
        must_not=(),
        evidence=evidence,
        answerable=answerable,
        says="" if answerable else " ".join(expected.split()),
    )
    case = case if case_id or not of_seeds else _numbered(case)
    _prove(case, material.texts, of_seeds=of_seeds)
    return case


def _required(form: Mapping[Field, str], field: Field) -> str:
    if field not in form:
        raise _lacking(
            f"报告缺少“{field.value}”", f"The report lacks “{field.value}”", "请补上这一项", "fill it in"
        )
    return form[field]


def _alternatives(line: str) -> tuple[str, ...]:
    """The wordings of one fact: "十二所 / 12所" are two, of which one is enough."""
    words = re.sub(r"^\s*[-*•]\s+", "", line)
    return tuple(one.strip() for one in _ALTERNATIVES.split(words) if one.strip())


def _evidence(sentence: str, title: str, material: Material) -> tuple[GoldQuote, ...]:
    """Where the reported sentence stands, as one quote, or line by line where it is several sentences."""
    if whole := _find(sentence, title, material):
        return (whole,)
    lines = [line for line in sentence.splitlines() if line.strip()]
    quotes = [_find(line, title, material) for line in lines]
    missing = next((line for line, quote in zip(lines, quotes, strict=True) if quote is None), None)
    if missing is not None:
        raise _lacking(
            f"哪份文件里都没有“{missing}”这一句",
            f"No document holds the sentence “{missing}”",
            "请从原文逐字复制，或用 --documents 指定文件所在的文件夹",
            "copy it word for word, or name the folder of its document with --documents",
        )
    return tuple(quote for quote in quotes if quote)


def _find(sentence: str, title: str, material: Material) -> GoldQuote | None:
    """The sentence as its document has it: white space, width and case may be others in the report."""
    if len(normalise(sentence)) < _LEAST:
        raise _lacking(
            f"“{sentence}”太短，看不出是哪一句",
            f"“{sentence}” is too short to tell which sentence is meant",
            "请复制整句",
            "copy the whole sentence",
        )
    wanted = squeeze(sentence)[0]
    holding: dict[str, str] = {}
    for source, text in material.texts.items():
        folded, positions = squeeze(text)
        if (start := folded.find(wanted)) >= 0:
            holding[source] = text[positions[start] : positions[start + len(wanted) - 1] + 1]
    named = [source for source in holding if _is_called(source, title, material)] if title else []
    chosen = list(holding) if len(holding) < 2 else named
    if len(holding) > 1 and len(chosen) != 1:
        raise _lacking(
            f"“{sentence}”在 {len(holding)} 份文件里都有（{'、'.join(holding)}）",
            f"{len(holding)} documents hold “{sentence}” ({', '.join(holding)})",
            "请在“文件标题”里写清是哪一份，也可以写文件名",
            "say which one is meant in the field of the title, by its title or its file's name",
        )
    return GoldQuote(file=chosen[0], quote=holding[chosen[0]]) if chosen else None


def _is_called(source: str, title: str, material: Material) -> bool:
    """Whether a document has that title, file name, or a name that is in the title."""
    wanted = normalise(title)
    names = map(normalise, (*material.names.get(source, ()), source, Path(source).stem))
    return any(name and (name in wanted or wanted in name) for name in names)


def _numbered(case: Case) -> Case:
    """A case about the seeds with the next number of its first document.

    A number is passed over with which the case would be drawn for a question in English: none is written
    for it yet, and another case would lose its place in the draw.
    """
    seed = _NUMBER_OF_SEED.match(case.evidence[0].file) if case.evidence else None
    prefix = seed[1] if seed else "xxx"
    shipped = load_cases(SHIPPED_CASES)
    taken = [int(one.id[4:]) for one in shipped if one.id.startswith(f"{prefix}-")]
    numbered = (
        case.model_copy(update={"id": f"{prefix}-{number:03d}"})
        for number in count(max(taken, default=0) + 1)
    )
    return next(one for one in numbered if one.id not in choose_for_english([*shipped, one]))


def _prove(case: Case, texts: Mapping[str, str], *, of_seeds: bool) -> None:
    """Raise CasesInvalid for the first thing that ``policy-assistant eval check`` would call an error."""
    folded = [normalise(texts[gold.file]) for gold in case.evidence]
    for fact in case.facts:
        if not any(normalise(words) in text for words in fact for text in folded if normalise(words)):
            raise _lacking(
                f"文件里没有“{' / '.join(fact)}”这几个字",
                f"The document does not hold “{' / '.join(fact)}”",
                "“应当怎样回答”请一行写一个要点，用原文的词，另外的说法用“ / ”隔开",
                "write one point a line in the document's own words, other wordings after “ / ”",
            )
    errors = [one.text for one in check_cases([case], texts, of_seeds=of_seeds) if one.level == "error"]
    if errors:
        raise _lacking(
            f"评测题不成立：{errors[0]}",
            f"This makes no sound case: {errors[0]}",
            "请按 eval/FORMAT.md 改报告",
            "change the report as eval/FORMAT.md says",
        )


def _lacking(zh: str, en: str, todo_zh: str, todo_en: str) -> CasesInvalid:
    """One sentence in two parts: what is missing, and what to do."""
    return CasesInvalid(Message(f"{zh}：", f"{en}: "), Message(f"{todo_zh}。", f"{todo_en}."))


def main(
    file: Annotated[typer.FileText, typer.Argument(encoding="utf-8", help="The issue's text; - is stdin.")],
    documents: Annotated[Path | None, typer.Option(help="The documents' folder, if not the seeds.")] = None,
    case_id: Annotated[str, typer.Option("--id", help="The case's id, if not the next free one.")] = "",
) -> None:
    """Print the case of a wrong answer, as one line of a file of cases."""
    from assistant.commands.terminal import tell
    from assistant.setup.settings import load_settings

    try:
        settings = load_settings()
        library = folder_library(documents, settings) if documents else shipped_library(SEEDS, settings)
        material = read_material(library, as_stored=False)
        case = make_case(file.read(), material, of_seeds=documents is None, case_id=case_id)
    except UnicodeDecodeError as error:
        tell(f"✗ 不是 UTF-8 文本，请另存为 UTF-8。Not UTF-8: save the file as UTF-8. ({error})")
        raise typer.Exit(CasesInvalid.exit_code) from error
    except PolicyAssistantError as error:
        tell(f"✗ {error.message.zh}{error.hint.zh}\n  {error.message.en}{error.hint.en}")
        raise typer.Exit(error.exit_code) from error
    typer.echo(json.dumps(case.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
