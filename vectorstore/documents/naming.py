"""What a document is called: of its lines and the name of its file, what most evidence backs.

Evidence is what the structure takes for titles, the words that a line shares with the name of the file,
whether it names a kind of document, and whether the text speaks of itself by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from vectorstore.lines import Line
from vectorstore.outline.structure import Structure
from vectorstore.outline.titles import could_title, ends_in_kind, is_letterhead
from vectorstore.text import fold
from vectorstore.types import SectionKind

_ZONE = 60  # lines at the top among which a title is looked for
_TITLES, _BY_STRUCTURE = 4, 0.7  # of those that the structure has, and what the first one counts
_JOINED, _PER_JOIN = 3, 10  # lines that a title may run over; as how many lines lower one more counts
_FIRST, _FIRST_BY_DEFAULT = 60, 0.1  # characters of the first line, which is a title where nothing else is
_LOWER, _NOT_IN_TEXT = 0.01, 0.8  # against a line, for each one above it, and against a name that no line is
_LEAST, _MOST = 4, 90  # characters
_NAMES = 5  # Chinese characters that a file's name must have to say what is in it
# Behind a name: 2015, (1), -终稿, _20230105, the number under which a database keeps it.
_BEHIND = re.compile(
    r"[\s_\-—.]*(?:[(（\[【][^()（）\[\]【】]*[)）\]】]|\d{4,}|[Vv]?\d{1,2}|终稿|定稿|副本|最终版?)$"
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_LOOKED_AT = 2_000  # characters of a text that tell in which letters it is, and of what
_BY_NAME, _CUT_OFF = 2.5, 0.9
_BEFORE = re.compile(r"^[A-Za-z0-9]+[-_](?=[\u4e00-\u9fff《])")  # sz-, 2023_
# What stands around a title on its line, and is none of it.
_AROUND = re.compile(
    r"^(?:[（(](?:此件|原标题)[^（）()]*[）)]|[【\[][^【】\[\]]{1,6}[】\]]|[-—━=■●★◆\s]+)\s*|\s*\[\d+\]$|\s*全文如下[:：]?$"
)
_SENTENCE = re.compile(r"(?<=.)[。！？]")
_SITE = re.compile(r"https?:|www\.|电话|地址|版权|主办|网站|门户|首页|访问|浏览|来源|发布时间", re.IGNORECASE)


def name_in(source: str, text: str) -> str:
    """What the name of a file says of its content; empty where that is nothing: IMG_0012, doc(3).

    A name in Latin letters says something of a text in Latin letters alone.
    """
    name = _BEFORE.sub("", fold(PurePosixPath(source).stem).strip())
    while (shorter := _BEHIND.sub("", name)) != name and _chinese(shorter) >= _NAMES:
        name = shorter
    is_latin = len(_WORD.findall(name)) > 1 and not _chinese(text[:_LOOKED_AT])
    return name if _chinese(name) >= _NAMES or is_latin else ""


def choose_title(structure: Structure, lines: Sequence[Line], source: str, text: str) -> str:
    """The title with most evidence; empty in an empty text. ``lines`` are those that are no furniture."""
    titles, name = structure.titles, name_in(source, text)
    candidates = {title: _BY_STRUCTURE / (1 + at) for at, title in enumerate(titles[:_TITLES])}
    free = _outside_of_tables(structure, lines)
    numbered = {section.start for top in structure.sections for section in top.walk() if section.label}
    plain = [line for line in free if line.start not in numbered]
    for at, line in _on_top(plain):
        candidates.setdefault(line, -_LOWER * at)
    if first := _first_sentence(plain):
        candidates.setdefault(first, -_FIRST_BY_DEFAULT)
    if name:
        candidates.setdefault(name, -_NOT_IN_TEXT)
    candidates = candidates or {_first_sentence(free) or PurePosixPath(source).stem: 0.0}
    best = max(candidates, key=lambda one: candidates[one] + _score(one, name, text), default="")
    # A notice that carries the document it announces: the document is what people ask about.
    announced = (one for one in titles if len(one) >= _LEAST and one != best and _bare(one) in _bare(best))
    return _AROUND.sub("", next(announced, best)).strip()


def _score(candidate: str, name: str, text: str) -> float:
    return (
        _BY_NAME * (_spoken_of(name, text) if candidate == name else _alike(candidate, name))
        + 0.8 * ends_in_kind(candidate)
        + 0.3 * (f"《{candidate}》" in text)
        - 1.0 * bool(_SITE.search(candidate))
        - 0.5 * (_chinese(candidate) < _NAMES)
    )


def _outside_of_tables(structure: Structure, lines: Sequence[Line]) -> list[Line]:
    """The first lines that stand in no table."""
    sections = (section for top in structure.sections for section in top.walk())
    tables = [(section.start, section.end) for section in sections if section.kind is SectionKind.TABLE]
    return [line for line in lines[:_ZONE] if not any(a <= line.start < b for a, b in tables)]


def _first_sentence(lines: Sequence[Line]) -> str:
    first = next((line.text for line in lines if not is_letterhead(line.text)), "")
    return _SENTENCE.split(first)[0][:_FIRST]


def _on_top(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Lines that may be a title, alone and with the next ones, with how far down or how joined they are."""
    for at in range(len(lines)):
        for end in range(at + 1, min(at + _JOINED, len(lines)) + 1):
            if not could_title(lines[end - 1]):
                break
            joined = "".join(line.text for line in lines[at:end])
            if _LEAST <= len(joined) <= _MOST:
                yield at + _PER_JOIN * (end - at - 1), joined


def _alike(candidate: str, name: str) -> float:
    """The pairs of characters that both have, over all that either has: 0 to 1 (Jaccard).

    A name may be cut off: what it is the beginning of is nearly as like it.
    """
    a, b = _pairs(candidate), _pairs(name)
    shared = len(a & b) / len(a | b) if a and b else 0.0
    return max(shared, _CUT_OFF) if b and _bare(candidate).startswith(_bare(name)) else shared


def _spoken_of(name: str, text: str) -> float:
    """The share of a name's pairs of characters that stand in the beginning of a text."""
    pairs = _pairs(name)
    return len(pairs & _pairs(text[:_LOOKED_AT])) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[str]:
    bare = _bare(text)
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).lower()))


def _chinese(text: str) -> int:
    return len(re.findall(r"[\u4e00-\u9fff]", text))
