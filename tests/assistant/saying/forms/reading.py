"""A strict reader of what the forms write: what a Markdown reader would make of it, and its parts."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt

from assistant.saying.forms.sources import NEAREST, SOURCES, WHOLE

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'(),;=%+]+")
MARK = re.compile(r"\[(\d{1,3})\]")
_SOURCES = re.compile(r"\n\n(?:依据：|Sources:)\n")
SOURCE = re.compile(r"^\[(\d{1,3})\] (.*)\n(\S+)$", re.MULTILINE)
_HEADINGS = {heading for message in (SOURCES, NEAREST, WHOLE) for heading in (message.zh, message.en)}
# "1." at the start of a line is how policies number; for a reader in WeChat it is no damage.
_PLAIN = {
    "paragraph_open",
    "paragraph_close",
    "ordered_list_open",
    "ordered_list_close",
    "list_item_open",
    "list_item_close",
    "inline",
    "text",
    "text_special",
    "softbreak",
    "hardbreak",
}
_MARKDOWN = {*_PLAIN, "bullet_list_open", "bullet_list_close", "blockquote_open", "blockquote_close"}


def markup(text: str, allowed: set[str] = _PLAIN) -> set[str]:
    """What a Markdown reader makes of a text besides paragraphs and numbers; addresses are left alone."""
    blocks = READER.parse(ADDRESS.sub("address", text))
    types = {block.type for block in blocks}
    return (types | {inside.type for block in blocks for inside in block.children or ()}) - allowed


def stray_markup(text: str) -> set[str]:
    """What a Markdown reader makes of a text besides paragraphs, lists and quotes."""
    return markup(text, _MARKDOWN)


def sources(text: str) -> dict[int, tuple[str, str]]:
    """By its label, the line and the address of each source that a plain text lists."""
    below = _SOURCES.split(text, maxsplit=1)[-1]
    return {int(label): (line, link) for label, line, link in SOURCE.findall(below)}


def said(text: str) -> str:
    """What stands above the sources of a plain text."""
    return _SOURCES.split(text, maxsplit=1)[0]


def marks(text: str) -> set[int]:
    return {int(label) for label in MARK.findall(text)}


def faults(text: str, answer: dict[str, Any], base: str) -> list[str]:
    """All that is wrong with a plain text of an answer."""
    wrong = []
    if not 0 < len(text) <= 600 or len(text.encode()) > 2048:
        wrong.append(f"{len(text)} characters, {len(text.encode())} bytes")
    if found := markup(text):
        wrong.append(f"markup: {found}")
    if marks(said(text)) != set(sources(text)):
        wrong.append(f"marks {marks(said(text))}, sources {set(sources(text))}")
    if text.rstrip().split("\n")[-1] in _HEADINGS:
        wrong.append("a heading over nothing")
    if alone := [
        line for line in text.split("\n") if base in line and line.count(base) + line.find(base) != 1
    ]:
        wrong.append(f"not alone on its line: {alone}")
    cited = {one["label"]: one for one in answer["citations"]}
    wrong += [f"[{label}] was never cited" for label in sources(text) if label not in cited]
    return wrong
