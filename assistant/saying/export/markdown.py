"""A conversation as Markdown. Nothing that people or documents wrote has a meaning in it: all is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assistant.history.types import Conversation
from assistant.saying.export.contents import Contents, Source, contents_of, words
from vectorstore.errors import Language

_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#|~&$^=@]")
# What makes a list, a line or a definition, but only where a line begins.
_AT_START = re.compile(r"^(\d*)([-+:.)])", re.MULTILINE)
# What some readers make a link of without being asked: "https:", "//" and the dots of "www.example.com".
_IN_ADDRESS = re.compile(r"(?<!\\):(?=//)|/(?=/)|(?<=[wW])\.|(?<=\w)\.(?=\w*[^\W\d_])")


def to_markdown(
    conversation: Conversation, *, language: Language, exported_on: date, base_url: str = ""
) -> str:
    """The whole conversation. With ``base_url`` each source has a link to its document there."""
    contents = contents_of(conversation, language=language, exported_on=exported_on, base_url=base_url)
    return "\n\n".join(_blocks(contents, language)) + "\n"


def escaped(text: str) -> str:
    """``text`` so that a Markdown reader shows it as it is; white space around its lines goes."""
    text = "\n".join(line.strip(" \t") for line in text.split("\n"))
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    text = _AT_START.sub(r"\1\\\2", text)
    return _IN_ADDRESS.sub(r"\\\g<0>", text)


def _blocks(contents: Contents, language: Language) -> Iterator[str]:
    yield f"# {escaped(contents.title)}"
    yield escaped(contents.exported)
    for number, turn in enumerate(contents.turns, start=1):
        yield f"## {words('question', language).format(number)}"
        yield _paragraphs(turn.question)
        yield f"**{words('answer', language)}**"
        if turn.answer:
            yield _paragraphs(turn.answer)
        for notice in turn.notices:
            yield f"ⓘ {escaped(notice)}"
        if turn.sources:
            yield f"**{words('sources', language)}**"
        for source in turn.sources:
            yield from _source(source, language)
    yield "---"
    yield escaped(words("closing", language))


def _source(source: Source, language: Language) -> Iterator[str]:
    lines = [escaped(f"[{source.label}] {source.document}"), escaped(source.path)]
    if source.address:
        lines.append(f"[{words('open', language)}](<{source.address}>)")
    yield "  \n".join(line for line in lines if line)
    yield "\n".join(f"> {line}" for line in _paragraphs(source.quote).split("\n"))


def _paragraphs(text: str) -> str:
    """Lines stay lines; an empty one ends a paragraph."""
    blocks = re.split(r"\n\s*\n", escaped(text))
    return "\n\n".join(block.replace("\n", "  \n") for block in blocks)
