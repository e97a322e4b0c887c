"""Questions that the empty page offers: written beside the documents, or made from their headings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import SettingsInvalid
from vectorstore.errors import Language, Message
from vectorstore.types import Document, Section, SectionKind

QUESTIONS_FILE = "questions.toml"
MOST = 4
_SHORTEST, _LONGEST = 4, 24
_ABOUT = Message("《{title}》对{section}有什么要求？", "What does 《{title}》 say on {section}?")

_ROW = Message("《{title}》里，{name}的{column}是什么？", "In 《{title}》, what is the {column} of {name}?")


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    questions: list[str]


def written_questions(seeds_dir: Path) -> tuple[str, ...]:
    """The questions in the file beside the documents; none without it. Raises SettingsInvalid."""
    file = seeds_dir / QUESTIONS_FILE
    if not file.is_file():
        return ()
    try:
        return tuple(_Written.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).questions)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingsInvalid(
            Message(f"{file} 无法读取。", f"{file} can't be read."),
            Message(
                '请写成 questions = ["…", "…"] 的样子，或删除该文件。',
                'Write it like questions = ["…", "…"], or remove it.',
            ),
        ) from error


def questions_from_headings(documents: Iterable[Document], language: Language) -> tuple[str, ...]:
    """Up to MOST questions, from as many documents as possible. None for an empty library."""
    by_document = [list(islice(_questions(document, language), MOST)) for document in documents]
    turn_by_turn = (question for row in zip_longest(*by_document) for question in row if question)
    return tuple(islice(turn_by_turn, MOST))


def question_on(document: Document, section: Section, language: Language, *, column: int = 0) -> str:
    """A question on what a section or a row says; empty where it has no short name, or hides its text.

    Of a row it asks for one ``column``, counted from the last.
    """
    if section.marks:
        return ""
    about = document.head_of(section.part).title
    if section.kind is SectionKind.ROW:
        return _question_on_row(about, section, language, column)
    title = section.title.strip()
    tells = section.kind is SectionKind.ITEM and section.end - section.start > 2 * len(title)
    if not tells or not _SHORTEST <= len(title) <= _LONGEST:
        return ""
    return _ABOUT.in_language(language).format(title=about, section=title.strip("。；：… "))


def _question_on_row(about: str, row: Section, language: Language, column: int) -> str:
    """What a column says of the thing that its naming cell names."""
    name = next((squeezed(cell.text) for cell in row.cells if cell.names), "")
    told = [cell for cell in row.cells if cell.header and cell.text.strip() and not cell.names]
    if not told or not _SHORTEST <= len(name) <= _LONGEST:
        return ""
    header = squeezed(told[-1 - column % len(told)].header)
    return _ROW.in_language(language).format(title=about, name=name, column=header)


def squeezed(text: str) -> str:
    """A cell's text on one line: a narrow column breaks words."""
    return "".join(text.split())


def _questions(document: Document, language: Language) -> Iterator[str]:
    sections = (each for top in document.sections for each in top.walk())
    return filter(None, (question_on(document, section, language) for section in sections))
