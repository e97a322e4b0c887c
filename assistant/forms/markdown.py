"""An answer in Markdown, which also reads well where Markdown is not rendered."""

from __future__ import annotations

import re

from assistant.forms.links import short_url
from assistant.forms.sources import NEAREST, SOURCES, Json, language_of, source_line
from vectorstore.errors import Language

_MARKUP = re.compile(r"[*_`~<>|\\]|^#|(?<=\])\(", re.MULTILINE)
_LONGEST_TITLE = 80


def to_markdown(answer: Json, *, base: str, language: Language) -> str:
    """The text with its marks [n], then notices, then a line and a bare link for each mark.

    ``answer`` is the JSON of an answer. Marks are no links: many a chat takes links out, marks and all.
    """
    language = language_of(answer, language)
    parts = [escaped(answer["answer"]).strip()]
    parts += [f"> ⓘ {escaped(notice)}" for notice in answer["notices"]]
    cited = [
        f"- [{one['label']}] {escaped(source_line(one, language, longest_title=_LONGEST_TITLE))}  \n"
        f"  {short_url(base, one['url'])}"
        for one in answer["citations"]
    ]
    near = [
        f"- 《{escaped(one['title'])}》{escaped(' › '.join(one['path'][-2:]))}  \n"
        f"  {short_url(base, one['url'])}"
        for one in (answer["refusal"] or {"nearest": ()})["nearest"]
    ]
    for heading, lines in ((SOURCES, cited), (NEAREST, near)):
        if lines:
            parts.append(heading.in_language(language) + "\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """``text`` with a backslash before what Markdown would take for markup; lists stay lists."""
    return _MARKUP.sub(r"\\\g<0>", text)
