"""The lines of a document, and which of them open a section.

Chinese official documents number their sections by convention (GB/T 9704:
一、 （一） 1. （1）; statutes by 编, 章, 节, 条). A line opens a section when its
number belongs to such a family and continues, or begins, that family's
sequence; a wrapped line such as "第十条规定的情形除外" does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vectorstore.text import read_number, trim

_NUMERAL = "[零〇一二两三四五六七八九十百千]"
_TERMINAL = "。！？；!?;：:…"
_CLOSING = "”’」』》）)】]〕*"
# What may follow 第X条 when it is a reference inside a sentence, not a heading.
_REFERENCE = re.compile(r"\s*(?:规定|所|的|和|及|与|或|、|至|到|第|款|项|中|之|以|等|，|,|；|。|）|\))")
# A number right before one of these counts something; it numbers no item.
_COUNTED = re.compile(r"[年月日时分秒号个名人所项条%％‰点期次届周岁元万亿千百倍级类家位门米度\d.:：~～—–-]")


class Family(StrEnum):
    """Families of section openings, from the outside in (see RANK)."""

    TITLE = "title"
    IMPRINT = "imprint"
    BOOK = "编"
    CHAPTER = "章"
    PART = "节"
    COLUMN = "【】"
    HAN = "一、"
    HAN_BRACKETS = "（一）"
    THEME = "一是 (line)"
    ARTICLE = "条"
    ARABIC = "1."
    BULLET = "★"
    ARABIC_BRACKETS = "（1）"
    CIRCLED = "①"
    FIRSTLY = "一是"


RANK = {family: rank for rank, family in enumerate(Family)}
BODY_FAMILIES = frozenset(
    {Family.ARTICLE, Family.ARABIC, Family.BULLET, Family.ARABIC_BRACKETS, Family.CIRCLED}
)
_UNNUMBERED = frozenset({Family.COLUMN, Family.BULLET, Family.IMPRINT})

_PATTERNS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    (Family.IMPRINT, re.compile(r"(附\s?件|附|报|送|抄送|抄报|分送|主送|主题词)\s*\d*\s*[:：]")),
    (Family.BOOK, re.compile(rf"第({_NUMERAL}+|\d+)编(?=\s|$)")),
    (Family.CHAPTER, re.compile(rf"第({_NUMERAL}+|\d+)章(?=\s|$)")),
    (Family.PART, re.compile(rf"第({_NUMERAL}+|\d+)节(?=\s|$)")),
    (Family.ARTICLE, re.compile(rf"第({_NUMERAL}+|\d+)条(?:之{_NUMERAL}+)?")),
    (Family.COLUMN, re.compile(r"【([^】]{1,24})】(?=\s*$)")),
    (Family.HAN, re.compile(rf"({_NUMERAL}{{1,4}})、")),
    (Family.HAN_BRACKETS, re.compile(rf"[（(]({_NUMERAL}{{1,4}})[）)]")),
    (Family.THEME, re.compile(r"([一二三四五六七八九十]{1,2})(?:是|要)")),
    (Family.ARABIC, re.compile(r"(\d{1,3})[.．、](?![\d])")),
    (Family.BULLET, re.compile(r"([★☆●■◆▲◇○□])")),
    (Family.ARABIC_BRACKETS, re.compile(r"[（(](\d{1,2})[）)](?!\s*[年月日])")),
    (Family.CIRCLED, re.compile(r"([①-⑳])")),
)
_MISSING_POINT = re.compile(r"(\d{1,3})(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank; ``start`` and ``end`` leave out its outer white space.

    ``blanks`` counts the blank lines before it.
    """

    start: int
    end: int
    text: str
    blanks: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A line that opens a section. ``number`` is None for bullets, columns and titles."""

    family: Family
    number: int | None
    label: str
    title: str
    start: int
    title_end: int
    line_end: int

    @property
    def rank(self) -> int:
        """Smaller is further out."""
        return RANK[self.family]


def read_lines(text: str) -> list[Line]:
    """The lines of ``text`` that are not blank, in order."""
    lines: list[Line] = []
    position = blanks = 0
    for raw in text.split("\n"):
        start, end = trim(text, position, position + len(raw))
        position += len(raw) + 1
        if start == end:
            blanks += 1
            continue
        lines.append(Line(start, end, text[start:end], blanks))
        blanks = 0
    return lines


def ends_sentence(text: str) -> bool:
    """Whether a line's words are over, so that the next line can begin something new."""
    bare = text.rstrip().rstrip(_CLOSING)
    return not bare or bare[-1] in _TERMINAL or text.rstrip()[-1] in "）)】〕》”*"


class OpeningReader:
    """Recognises openings line by line; remembers where each family's count stands."""

    def __init__(self) -> None:
        self._last: dict[Family, int] = {}
        self._previous: Line | None = None
        self._previous_opened = True

    def read(self, line: Line) -> Opening | None:
        """The opening on this line, or None. Call once a line, in order."""
        opening = self._match(line)
        if opening is not None:
            self._remember(opening)
        self._previous, self._previous_opened = line, opening is not None
        return opening

    def restart(self) -> None:
        """Forget all counts: a new document begins in the same file."""
        self._last.clear()
        self._previous_opened = True

    def _match(self, line: Line) -> Opening | None:
        for family, pattern in _PATTERNS:
            match = pattern.match(line.text)
            if match and self._opens(family, match, line):
                return _opening(family, match, line)
        return self._match_missing_point(line)

    def _match_missing_point(self, line: Line) -> Opening | None:
        """ "27构建…": the point got lost; only the very next number of the count is believed."""
        match = _MISSING_POINT.match(line.text)
        if not match or not self._previous or not ends_sentence(self._previous.text):
            return None
        number = int(match.group(1))
        if number != self._last.get(Family.ARABIC, -1) + 1 or _COUNTED.match(line.text, match.end()):
            return None
        return _opening(Family.ARABIC, match, line)

    def _opens(self, family: Family, match: re.Match[str], line: Line) -> bool:
        if family in _UNNUMBERED:
            return True
        number = _number(family, match.group(1))
        if family is Family.ARTICLE and _REFERENCE.match(line.text, match.end()):
            return False
        if family is Family.THEME and len(line.text) > 80:
            return False
        continues = number is not None and number in (1, self._last.get(family, 0) + 1)
        return continues or (self._after_break() and number is not None)

    def _after_break(self) -> bool:
        previous = self._previous
        return previous is None or self._previous_opened or ends_sentence(previous.text)

    def _remember(self, opening: Opening) -> None:
        if opening.number is not None:
            self._last[opening.family] = opening.number
        for family in (Family.ARABIC_BRACKETS, Family.CIRCLED, Family.THEME, Family.HAN_BRACKETS):
            if RANK[family] > opening.rank:
                self._last.pop(family, None)


def _number(family: Family, printed: str) -> int | None:
    return ord(printed) - ord("①") + 1 if family is Family.CIRCLED else read_number(printed)


def _opening(family: Family, match: re.Match[str], line: Line) -> Opening:
    rest = line.text[match.end() :]
    title = _title(rest, family)
    number = None if family in _UNNUMBERED else _number(family, match.group(1))
    label = "" if family is Family.COLUMN else match.group().strip()
    if family is Family.COLUMN:
        title = match.group(1)
    offset = match.end() + (rest.find(title) + len(title) if title else 0)
    return Opening(family, number, label, title.strip(" \u3000*"), line.start, line.start + offset, line.end)


def _title(rest: str, family: Family) -> str:
    """The heading's words: the whole line if it is short and ends nowhere, else up to the first full stop."""
    rest = rest.strip(" \u3000").removeprefix("**")
    if family in (Family.COLUMN, Family.IMPRINT):
        return ""
    stop = rest.find("。")
    if stop < 0:
        return rest if len(rest) <= 60 and not rest.endswith(("；", ";")) else ""
    return rest[:stop] if stop <= 60 and (stop + 1 < len(rest.rstrip("*")) or stop <= 30) else ""
