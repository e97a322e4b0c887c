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


def _questions(document: Document, language: Language) -> Iterator[str]:
    for section in (each for top in document.sections for each in top.walk()):
        if _tells(section):
            title = document.head_of(section.part).title
            yield _ABOUT.in_language(language).format(title=title, section=section.title.strip("。；：… "))


def _tells(section: Section) -> bool:
    """Whether the section has a short heading of its own and more text below it, none of it hidden."""
    title = section.title.strip()
    return (
        section.kind is SectionKind.ITEM
        and not section.marks
        and _SHORTEST <= len(title) <= _LONGEST
        and section.end - section.start > 2 * len(title)
    )
