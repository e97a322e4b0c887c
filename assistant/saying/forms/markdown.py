"""An answer in Markdown, which also reads well where Markdown is not rendered."""

from __future__ import annotations

import re

from assistant.saying.forms.links import short_url
from assistant.saying.forms.sources import (
    NEAREST,
    SOURCES,
    Json,
    heading_of,
    language_of,
    nearest_of,
    on_one_line,
    said_by,
    source_line,
    titles_line,
    without_attribution,
    without_marks,
)
from assistant.types import Sources
from vectorstore.errors import Language
from vectorstore.text import normalise

_MARKUP = re.compile(r"[*_`~<>|\\&]|(?<=\])[(:]")
# What only means something where a line, or an item of a list, begins. Lists stay lists.
_AT_START = re.compile(r"^((?:(?:[-+]|\d{1,9}[.)]) )*)(#|[-=+](?=[-= ]*$))", re.MULTILINE)
_ITEM = re.compile(r"(?:[-+]|\d{1,9}[.)]) ")
_LONGEST_TITLE = 80


def to_markdown(answer: Json, *, base: str, language: Language, sources: Sources = "full") -> str:
    """The text with its marks [n], then notices, then a line and a bare link for each mark.

    ``answer`` is the JSON of an answer. Marks are no links: many a chat takes links out, marks and all.
    ``sources`` says how much of that is told.
    """
    language = language_of(answer, language)
    said = said_by(answer, language)
    if sources == "off":
        said = without_attribution(without_marks(said, {one["label"] for one in answer["citations"]}))
    parts = [_lines(said)]
    parts += [f"> ⓘ {escaped(on_one_line(notice))}" for notice in answer["notices"]]
    if sources == "full":
        parts += _sources(answer, base, language)
    elif sources == "short":
        parts.append(_titles(answer, language))
    return "\n\n".join(part for part in parts if part)


def _sources(answer: Json, base: str, language: Language) -> list[str]:
    cited = [
        _item(
            f"[{one['label']}] {source_line(one, language, longest_title=_LONGEST_TITLE)}", base, one["url"]
        )
        for one in answer["citations"]
    ]
    near = [
        _item(f"《{one['title']}》{heading_of(one['path'])}", base, one["url"]) for one in nearest_of(answer)
    ]
    for heading, items in ((SOURCES, cited), (NEAREST, near)):
        if items:
            return [heading.in_language(language) + "\n\n" + "\n".join(items)]
    return []


def _titles(answer: Json, language: Language) -> str:
    cited = [(f"[{one['label']}]", one["document"]["title"]) for one in answer["citations"]]
    near = [("", one["title"]) for one in nearest_of(answer)]
    return titles_line(SOURCES if cited else NEAREST, cited or near, language, escaped)


def escaped(text: str) -> str:
    """``text`` with a backslash before what Markdown would take for markup; lists stay lists."""
    lines = (on_one_line(line) for line in normalise(text).split("\n"))
    return _AT_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", "\n".join(lines)))


def _lines(text: str) -> str:
    """Escaped, and lines stay lines, which Markdown would join."""
    shown = ""
    for line in re.sub(r"\n{3,}", "\n\n", escaped(text)).split("\n"):
        if shown and line and not shown.endswith("\n\n"):
            shown = shown.removesuffix("\n") + ("\n" if _ITEM.match(line) else "  \n")
        shown += line + "\n"
    return shown.strip()


def _item(text: str, base: str, url: str) -> str:
    return f"- {escaped(on_one_line(text))}  \n  {short_url(base, url)}"
