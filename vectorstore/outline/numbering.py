"""Which lines open a section.

A line opens a section when its number belongs to a family (vectorstore.outline.families)
and continues, or begins, that family's sequence; a wrapped line such as
"第十条规定的情形除外" does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.lines import Line, ends_sentence
from vectorstore.outline.families import (
    COUNTED,
    COUNTED_ANEW,
    DOUBTFUL_REFERENCE,
    NUMERAL,
    PATTERNS,
    RANK,
    REFERENCES,
    STATUTE,
    UNNUMBERED,
    Family,
)
from vectorstore.text import read_number

_SHORT_LINE = 15  # characters: a line that was wrapped in mid-sentence has more
_LONGEST_OPENING = 200  # characters of a line that patterns look at
_MOST_LOST = 3  # numbers of a decimal count that can be missing in a row
_MISSING_POINT = re.compile(r"(\d{1,3})(?=[\u4e00-\u9fff])")
_BARE_NUMBER = re.compile(r"(\d{1,2})[ \t\u3000]+(?=[\u4e00-\u9fff][^。；，：:]{0,24}$)")
_FIRST_DECIMAL = re.compile(r"\d{1,2}[.．]1[ \t\u3000\u4e00-\u9fff]")
_PAGE_AT_END = re.compile(r"[\s.…·⋯．]{2,40}\d{1,4}$")
_SET_OFF = re.compile(rf"$|[ \u3000\t【*：:]|[（(](?!{NUMERAL}+[）)]|\d+[）)])")
_ARTICLE_TITLE = re.compile(r"\s*[【（(\[]([^】）)\]]{2,20})[】）)\]]")
_BEFORE_COLON = re.compile(r"[^。：:，,；;]{2,20}(?=[：:].)")
_BEFORE_GAP = re.compile(r"[^\s。，,；;]{2,20}(?=[ \u3000]{2,}\S)")


@dataclass(frozen=True, slots=True)
class Opening:
    """A line that opens a section. ``number`` is None for bullets, columns and the like.

    ``label`` is the number as it is printed, ``title`` the heading's words, ``start`` the line's offset.
    ``level`` tells 1.1 from 1.1.1, # from ## and 编 from 分编; 0 elsewhere. ``styled``
    says that only the file's markup makes the line a heading, and no number.
    """

    family: Family
    number: int | None
    label: str
    title: str
    start: int
    level: int = 0
    styled: bool = False

    @property
    def rank(self) -> float:
        """Smaller is further out."""
        return RANK[self.family] + self.level / 10


class OpeningReader:
    """Recognises openings line by line; remembers where each family's count stands.

    ``lines`` are looked at for how the document is numbered: one with 1.1 has
    headings such as "1 范围" too.

    >>> from vectorstore.lines import read_lines
    >>> lines = read_lines("一、总体要求\\n（一）指导思想\\n按照第三条的规定执行。\\n（二）主要目标")
    >>> reader = OpeningReader(lines)
    >>> [opening.label if (opening := reader.read(line)) else None for line in lines]
    ['一、', '（一）', None, '（二）']
    """

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._decimals = any(_FIRST_DECIMAL.match(line.text) for line in lines)
        self._last: dict[Family, int] = {}
        self._decimal: tuple[int, ...] = ()
        self._previous: Line | None = None
        self._previous_opened = True

    def read(self, line: Line) -> Opening | None:
        """The opening on this line, or None. Call once a line, in order."""
        opening = self._match(line) or _styled(line)
        if opening is not None:
            self._remember(opening)
        self._previous, self._previous_opened = line, opening is not None
        return opening

    def restart(self) -> None:
        """Forget all counts: a new document begins in the same file, or a table ended."""
        self._last.clear()
        self._decimal = ()
        self._previous = None

    def _match(self, line: Line) -> Opening | None:
        text = line.text[:_LONGEST_OPENING]
        bold = len(text) - len(text.lstrip("*_ "))
        for family, pattern in PATTERNS:
            match = pattern.match(text, bold)
            if match and self._opens(family, match, line):
                return _opening(family, match, line)
        return self._match_bare(line, text)

    def _match_bare(self, line: Line, text: str) -> Opening | None:
        """ "27推进…", its point lost, and "1 范围" in the style of 1.1: only the next number is believed."""
        wanted = self._last.get(Family.ARABIC, 0) + 1
        match = _MISSING_POINT.match(text)
        if match and int(match.group(1)) == wanted > 1 and not COUNTED.match(text, match.end()):
            ended = self._previous and ends_sentence(self._previous.text)
            return _opening(Family.ARABIC, match, line) if ended else None
        match = _BARE_NUMBER.match(_PAGE_AT_END.sub("", text)) if self._decimals else None
        believed = match and int(match.group(1)) == wanted and self._after_break()
        return _opening(Family.ARABIC, match, line) if match and believed else None

    def _opens(self, family: Family, match: re.Match[str], line: Line) -> bool:
        if family in UNNUMBERED:
            return True
        rest = line.text[match.end() : _LONGEST_OPENING]
        if family is Family.DECIMAL:
            return self._continues_decimal(match.group(1)) and not COUNTED.match(rest)
        number = _number(match)
        if number is None:
            return False
        continues = number in (1, self._last.get(family, 0) + 1)
        if family in STATUTE:
            return self._opens_statute(family, match, rest, continues=continues)
        if family is Family.THEME and _names_next(number, line.text):
            return False
        reference = REFERENCES.get(family)
        if reference and reference.match(rest):
            return False
        if family is Family.HAN_BRACKETS and number == 1:
            return self._after_break()
        return continues or self._after_break()

    def _opens_statute(self, family: Family, match: re.Match[str], rest: str, *, continues: bool) -> bool:
        """Set off by a space, or a line's beginning that is no reference to another article or chapter."""
        begins = self._after_break()
        set_off = bool(_SET_OFF.match(rest))
        if family is not Family.ARTICLE:
            bare = rest.strip(" \u3000\t：:*")
            heading = len(bare) <= 40 and not (bare and REFERENCES[family].match(bare))
            return heading and (begins or (continues and set_off))
        if set_off:
            return begins or (continues and bool(rest))
        number, last = _number(match) or 0, self._last.get(family, 0)
        forward = number == 1 or number > last or "之" in match.group()
        doubtful = bool(DOUBTFUL_REFERENCE.match(rest)) and not continues
        return begins and forward and not doubtful and not REFERENCES[family].match(rest)

    def _continues_decimal(self, printed: str) -> bool:
        numbers = tuple(int(n) for n in re.split("[.．]", printed))
        if not self._after_break() or 0 in numbers:
            return False
        last = self._decimal
        for depth in range(1, len(last)):
            if len(numbers) == depth + 1 and numbers[:depth] == last[:depth]:
                return 0 < numbers[depth] - last[depth] <= _MOST_LOST
        if numbers[-1] != 1:
            return False
        outer = {1, *self._last.values(), *(n + 1 for n in last[:1])}
        return numbers[:-1] == last or (len(numbers) == 2 and numbers[0] in outer)

    def _after_break(self) -> bool:
        previous = self._previous
        return (
            previous is None
            or self._previous_opened
            or len(previous.text) < _SHORT_LINE
            or ends_sentence(previous.text)
        )

    def _remember(self, opening: Opening) -> None:
        if opening.family is Family.DECIMAL:
            self._decimal = tuple(int(n) for n in re.findall(r"\d+", opening.label))
        elif opening.number is not None:
            self._last[opening.family] = opening.number
        for family in COUNTED_ANEW:
            if RANK[family] > opening.rank:
                self._last.pop(family, None)


def _number(match: re.Match[str]) -> int | None:
    printed = next(group for group in match.groups() if group)
    if len(printed) == 1 and unicodedata.category(printed) == "No":
        return int(unicodedata.numeric(printed))
    return read_number(printed)


def _names_next(number: int, text: str) -> bool:
    """Whether the line goes on with the next member of a run: then it is a paragraph, not a member."""
    following = "一二三四五六七八九十"[number : number + 1]
    return bool(following) and any(f"{following}{verb}" in text for verb in "是要")


def _opening(family: Family, match: re.Match[str], line: Line) -> Opening:
    label, rest, level = match.group().strip("*_ \u3000"), line.text[match.end() :], 0
    number = None if family in UNNUMBERED else _number(match)
    if family is Family.MARKDOWN:
        level = len(match.group(1))
        label, rest = _inner_label(rest.rstrip("# "))
    if family is Family.BOOK:
        level = int("分" in label)
    if family is Family.DECIMAL:
        level = label.rstrip(".．、").replace("．", ".").count(".")
        number = int(re.findall(r"\d+", label)[-1])
    title = match.group(1) if family is Family.COLUMN else _title(rest, family)
    return Opening(
        family=family,
        number=number,
        label="" if family is Family.COLUMN else label,
        title=title.strip(" \u3000*_"),
        start=line.start,
        level=level,
    )


def _styled(line: Line) -> Opening | None:
    """A heading that the file marks up; one whose number is not believed keeps it as its label."""
    if not line.level:
        return None
    label, rest = _inner_label(line.text)
    title = _title(rest, Family.MARKDOWN).strip(" \u3000*_")
    if not label and not title:
        return None
    return Opening(Family.MARKDOWN, None, label, title, line.start, line.level, styled=True)


def _inner_label(text: str) -> tuple[str, str]:
    """The number that a marked-up heading has of its own, and its words."""
    for family, pattern in PATTERNS[2:]:
        match = pattern.match(text) if family not in UNNUMBERED else None
        if match:
            return match.group().strip(), text[match.end() :]
    return "", text


def _title(rest: str, family: Family) -> str:
    """The heading's words: the whole line if it is short and ends nowhere, else up to the first full stop."""
    if family is Family.IMPRINT:
        return ""
    if family is Family.ARTICLE:
        bracketed = _ARTICLE_TITLE.match(rest)
        return bracketed.group(1) if bracketed else ""
    rest = rest[:_LONGEST_OPENING].strip(" \u3000：:").removeprefix("**")
    rest = _PAGE_AT_END.sub("", rest)
    if before := _BEFORE_COLON.match(rest) or _BEFORE_GAP.match(rest):
        return before.group()
    stop = rest.find("。")
    if stop < 0:
        return rest if len(rest) <= 60 and not rest.endswith(("；", ";")) else ""
    return rest[:stop] if stop <= 60 and (stop + 1 < len(rest.rstrip("*")) or stop <= 30) else ""
