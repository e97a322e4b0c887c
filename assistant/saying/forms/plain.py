"""An answer as plain text for WeChat, which shows no Markdown and where bots cut at 2,048 bytes.

Whatever a bot does to it, what was said keeps its sources: the text is short
enough for no cut, each mark that is left in it has its line, and each link
stands on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from assistant.saying.forms.links import short_url
from assistant.saying.forms.sources import (
    ADDRESS,
    GO_ON,
    LABEL,
    NEAREST,
    SHORTENED,
    SOURCES,
    UNIT,
    WHOLE,
    Json,
    heading_of,
    language_of,
    nearest_of,
    on_one_line,
    said_by,
    shortened,
    source_name,
    titles_line,
    without_attribution,
    without_marks,
)
from assistant.types import Sources
from vectorstore.errors import Language, Message
from vectorstore.text import normalise

MOST_CHARACTERS = 600
MOST_BYTES = 2000  # bots cut at 2,048

_LONGEST_TITLE = 40
_LONGEST_NOTICE = 90
_LONGEST_NAMED = 16  # characters of a title in a notice: the sources have all of it
_MOST_NOTICES = 3
_MOST_NEAREST = 2
_MOST_PARTS = 20
_PART = re.compile(r"（第(\d{1,2})部分，共\d{1,2}部分|\(Part (\d{1,2}) of \d{1,2}")
_FEWEST = 60  # characters of a sentence that still say something
_SAME = Message("同上", "same document")
_THIS = Message("该文件", "This document")
_ITEM = r"^((?:\d{1,9}[.)] )*)"  # numbers of items, which may stand before any other mark
_LIST_MARK = re.compile(rf"{_ITEM}[-•+](?=\s|$)", re.MULTILINE)
_HEADING_MARK = re.compile(rf"{_ITEM}(#+)", re.MULTILINE)
_RULE = re.compile(rf"{_ITEM}([-=][-= ]*)$", re.MULTILINE)
_MARKUP = re.compile(rf"{ADDRESS.pattern}|[*`|~<>\\]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_WIDE = {ord(char): ord(char) + 0xFEE0 for char in "*`|~<>\\_#-="}


def to_plain(answer: Json, *, base: str, language: Language, sources: Sources = "full") -> str:
    """The answer in at most 600 characters and 2,000 bytes: conclusion, notices, then 依据 with links.

    ``answer`` is the JSON of an answer, ``base`` the server's address without a slash at its end. Of one that
    does not fit this is the first part.
    """
    return to_parts(answer, base=base, language=language, sources=sources)[0]


def to_parts(
    answer: Json, *, base: str, language: Language, link: str = "", sources: Sources = "full"
) -> tuple[str, ...]:
    """The whole answer in parts that each fit, with the sources of what they say; most have one.

    Where there are several, each but the last says how to go on, and names ``link`` if all can be read there.
    A sentence that fits no part is cut short in its own. ``sources`` says how much is told of those.
    """
    language = language_of(answer, language)
    said = said_by(answer, language)
    cited = {one["label"]: one for one in answer["citations"]}
    notices = _notices(answer, language, sources)
    if sources == "off":
        said, cited = without_marks(said, cited), {}
    said = _without_markup(said)
    if answer["citations"]:  # which the sources say once more, where they are told
        said = without_attribution(said)
    layout = _Layout(cited, base, language, sources)
    units = [unit for unit in UNIT.findall(_marked(said, cited)) if unit]
    below = [*notices, *([] if cited else _nearest(answer, base, language, sources))]
    if not units:
        return (_cut("\n".join(below)),)
    widest = _footer(_MOST_PARTS, _MOST_PARTS, link, language)
    pieces = list(islice(_pieces(units, layout, widest, below), _MOST_PARTS + 1))
    count = min(len(pieces), _MOST_PARTS)
    parts = []
    for number, piece in enumerate(pieces[:count], start=1):
        footer = _footer(number, count, link, language) if number < len(pieces) else []
        parts.append(layout.text(piece, [*footer, *(below if number == 1 else [])]))
    return tuple(part if _fits(part) else _cut(part) for part in parts)


def number_of_part(text: str) -> int | None:
    """Which part of an answer a text is that says how to go on; None for all others."""
    found = _PART.search(text)
    return int(found[1] or found[2]) if found else None


def _pieces(
    units: Sequence[str], layout: _Layout, footer: Sequence[str], below: Sequence[str]
) -> Iterator[str]:
    """What each part says: as much as fits with its sources. It ends at a mark: nothing loses its own."""
    while units:
        beginning = list(_beginning(units))
        ends = [end for end, unit in enumerate(beginning, start=1) if layout.may_end(unit)]
        if len(beginning) == len(units) and len(units) not in ends:
            ends.append(len(units))
        for kept in reversed(ends):
            said = "".join(units[:kept])
            if _fits(layout.text(said, [*([] if kept == len(units) else footer), *below])):
                break
        else:
            kept = ends[0] if ends else len(beginning)
            is_all = kept == len(units)
            said = layout.first_words("".join(units[:kept]), [*([] if is_all else footer), *below])
        yield said
        units, below = units[kept:], ()


def _footer(number: int, parts: int, link: str, language: Language) -> list[str]:
    """How to go on after a part that is not the end; where no more parts are made, that more is left."""
    told = (
        GO_ON.in_language(language).format(number, parts)
        if number < parts
        else SHORTENED.in_language(language)
    )
    return [told, WHOLE.in_language(language), link] if link else [told]


def plain_text(text: str) -> str:
    """Any other text for WeChat: without markup, in at most 600 characters and 2,000 bytes."""
    return _cut(_without_markup(text))


class _Layout:
    """Puts the lines of the sources below a text."""

    def __init__(self, sources: Mapping[int, Json], base: str, language: Language, told: Sources) -> None:
        self._sources = sources
        self._base = base
        self._language: Language = language
        self._told: Sources = told

    def text(self, said: str, below: Sequence[str] = ()) -> str:
        """The text, what stands below it, and a line and a link for each of its marks."""
        labels = sorted({int(label) for label in LABEL.findall(said)})
        return "\n".join((said.strip(), *below, *self._cited([self._sources[label] for label in labels])))

    def may_end(self, unit: str) -> bool:
        """Whether a part may end behind it: at a mark, or anywhere where nothing is cited."""
        return not self._sources or bool(LABEL.search(unit))

    def first_words(self, unit: str, below: Sequence[str] = ()) -> str:
        """The beginning of sentences that are too long with their sources, and those marks that fit."""
        labels = LABEL.findall(unit)
        words = LABEL.sub("", unit).strip()
        for kept in range(len(labels), -1, -1):
            marks = "".join(f"[{label}]" for label in labels[:kept])
            for longest in range(min(len(words), MOST_CHARACTERS), min(len(words), _FEWEST) - 1, -20):
                said = shortened(words, longest) + marks
                if _fits(self.text(said, below)):
                    return said
        return _cut(words)

    def _cited(self, citations: Sequence[Json]) -> list[str]:
        if not citations:
            return []
        if self._told == "short":
            titles = ((f"[{one['label']}]", one["document"]["title"]) for one in citations)
            return ["\n" + titles_line(SOURCES, titles, self._language, _one_line)]
        return ["\n" + SOURCES.in_language(self._language), *self._lines(citations)]

    def _lines(self, citations: Sequence[Json]) -> Iterator[str]:
        before = ""
        for one in citations:
            name = source_name(one["document"], self._language, longest_title=_LONGEST_TITLE)
            shown = _SAME.in_language(self._language) if name == before else name
            before = name
            where = heading_of(one["path"])
            line = _without_markup("，".join(part for part in (shown, where) if part))
            yield f"[{one['label']}] {_unlabelled(line)}\n{short_url(self._base, one['url'])}"


def _notices(answer: Json, language: Language, told: Sources) -> list[str]:
    """What a reader must know of the sources, whose long titles stand below if they are told at all."""
    titles = {one["document"]["title"] for one in answer["citations"]}
    alone = told != "off" and len(titles) == 1
    notices = []
    for notice in answer["notices"][:_MOST_NOTICES]:
        for title in titles:
            short = _THIS.in_language(language) if alone else f"《{shortened(title, _LONGEST_NAMED)}》"
            notice = notice.replace(f"《{title}》", short)
        notices.append(f"ⓘ {shortened(_one_line(notice), _LONGEST_NOTICE)}")
    return notices


def _nearest(answer: Json, base: str, language: Language, told: Sources) -> list[str]:
    """The sections that come close, each named once, with their links."""
    if told != "full":
        titles = [("", one["title"]) for one in nearest_of(answer)[:_MOST_NEAREST]] if told == "short" else []
        line = titles_line(NEAREST, titles, language, _one_line)
        return ["\n" + line] if line else []
    lines: dict[str, str] = {}
    for one in nearest_of(answer):
        title = shortened(one["title"], _LONGEST_TITLE)
        lines.setdefault(_one_line(f"《{title}》{heading_of(one['path'])}"), short_url(base, one["url"]))
    shown = [f"{line}\n{link}" for line, link in list(lines.items())[:_MOST_NEAREST]]
    return ["\n" + NEAREST.in_language(language), *shown] if shown else []


def _beginning(units: Sequence[str]) -> Iterator[str]:
    """The first of some sentences, as far as they can be shown at all."""
    length = 0
    for unit in units:
        if length and length + len(unit) > MOST_CHARACTERS:
            break
        length += len(unit)
        yield unit


def _marked(text: str, sources: Mapping[int, Json]) -> str:
    """``text``, in which nothing looks like a mark but the marks."""
    return LABEL.sub(lambda found: found[0] if int(found[1]) in sources else f"［{found[1]}］", text)


def _unlabelled(text: str) -> str:
    return _marked(text, {})


def _one_line(text: str) -> str:
    return _unlabelled(on_one_line(_without_markup(text)))


def _cut(text: str) -> str:
    """What fits of a text."""
    longest = MOST_CHARACTERS
    while not _fits(cut := shortened(text, longest)):
        longest -= 20
    return cut


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(text.encode()) <= MOST_BYTES


def _without_markup(text: str) -> str:
    """What Markdown would take for markup becomes a look-alike that it does not know; addresses stay."""
    lines = (on_one_line(line) for line in normalise(text).split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    text = _RULE.sub(lambda found: found[1] + found[2].translate(_WIDE), text)
    text = _LIST_MARK.sub(r"\1·", text)
    text = _HEADING_MARK.sub(lambda found: found[1] + found[2].translate(_WIDE), text)
    text = text.replace("](", "] (").replace("]:", "]：")
    return _MARKUP.sub(lambda found: found[0].translate(_WIDE) if len(found[0]) == 1 else found[0], text)
