"""Example questions made from what is in the library, so that each can be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest

from vectorstore.errors import Language, Message
from vectorstore.types import Document, Section, SectionKind

MOST = 4
_SHORTEST, _LONGEST = 4, 24
_ABOUT = Message("《{title}》里，“{section}”有什么要求？", "What does 《{title}》 say on “{section}”?")


def example_questions(documents: Iterable[Document], language: Language) -> tuple[str, ...]:
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
    """Whether the section has a short title of its own and a text below it that hides nothing."""
    title = section.title.strip()
    text_length = section.end - section.start - len(title)
    return (
        section.kind is SectionKind.ITEM
        and not section.marks
        and _SHORTEST <= len(title) <= _LONGEST
        and text_length > len(title)
    )
