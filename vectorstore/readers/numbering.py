"""Automatic numbering as word processors count and print it: 一、 （二） 3. ④ 甲."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_UNITS = ("", "拾", "佰", "仟")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_COUNTING = frozenset(
    {
        "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
        "japaneseCounting",
    }
)  # fmt: skip
_LEGAL = frozenset({"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"})
# Symbol fonts print these code points of theirs as bullets; the last is for those that nobody knows.
_SYMBOLS = {"\uf06c": "●", "\uf06e": "■", "\uf075": "◆", "\uf0a7": "■", "\uf0d8": "➢", "\uf0fc": "✓"}
_ANY_BULLET = "•"
_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a list. ``text`` is the label's pattern: %1 is the number of the outermost level.

    ``style`` is the format's own name as in WordprocessingML, ``restarts`` whether it
    begins anew below each item of an outer level.
    """

    text: str
    style: str = "decimal"
    start: int = 1
    restarts: bool = True
    arabic: bool = False


def _counted(number: int) -> str:
    spelled = _spell(number, _DIGITS, _UNITS)
    return spelled.removeprefix("一") if 10 <= number < 20 else spelled


def _spell(number: int, digits: str, units: tuple[str, ...]) -> str:
    """A number from 1 to 9999 in words, with one zero for a gap; others digit by digit."""
    if not 0 < number < 10_000:
        return "".join(digits[int(digit)] for digit in str(abs(number)))
    places = str(number)
    words = ""
    for index, digit in enumerate(places):
        if digit != "0":
            words += digits[int(digit)] + units[len(places) - index - 1]
        elif places[index:].strip("0") and not words.endswith(digits[0]):
            words += digits[0]
    return words


def _letters(number: int) -> str:
    """A, B, … Z, AA, BB, …, as word processors go on."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    words = ""
    for value, letters in _ROMAN:
        words += letters * (number // value)
        number %= value
    return words


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(
        {ord("0") + i: ord("０") + i for i in range(10)}
    ),
    "decimalEnclosedCircle": lambda number: chr(ord("①") + number - 1) if number <= 20 else str(number),
    "decimalEnclosedParen": lambda number: chr(ord("⑴") + number - 1) if number <= 20 else f"({number})",
    "decimalEnclosedFullstop": lambda number: chr(ord("⒈") + number - 1) if number <= 20 else f"{number}.",
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: "甲乙丙丁戊己庚辛壬癸"[(number - 1) % 10],
    "ideographZodiac": lambda number: "子丑寅卯辰巳午未申酉戌亥"[(number - 1) % 12],
    **dict.fromkeys(_COUNTING, _counted),
    **dict.fromkeys(_LEGAL, lambda number: _spell(number, _LEGAL_DIGITS, _LEGAL_UNITS)),
}
_ALIASES = {
    "decimalEnclosedCircleChinese": "decimalEnclosedCircle",
    "ideographEnclosedCircle": "decimalEnclosedCircle",
    "taiwaneseDigital": "ideographDigital",
    "japaneseDigitalTenThousand": "ideographDigital",
    "decimalFullWidth2": "decimalFullWidth",
}


def format_number(number: int, style: str) -> str:
    """A number in one of the styles of word processors; Arabic digits for a style that is not known."""
    if style == "none" or number < 1:
        return "" if style == "none" else str(number)
    return _FORMATS.get(_ALIASES.get(style, style), str)(min(number, 100_000))


class ListCounter:
    """Counts the items of one list over all its levels. ``label`` is called once an item, in order."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def label(self, level: int, levels: Mapping[int, Level]) -> str:
        """The printed number of the next item at ``level`` (0 is outermost), or its bullet."""
        current = levels[level]
        self._counts[level] = self._counts[level] + 1 if level in self._counts else current.start
        for deeper in [key for key in self._counts if key > level]:
            if deeper not in levels or levels[deeper].restarts:
                del self._counts[deeper]
        if current.style == "bullet":
            return "".join(
                _SYMBOLS.get(char, _ANY_BULLET if _is_private(char) else char) for char in current.text
            )

        def number(match: re.Match[str]) -> str:
            index = int(match.group(1)) - 1
            outer = levels.get(index, current)
            count = self._counts.get(index, outer.start)
            return format_number(count, "decimal" if current.arabic else outer.style)

        return _PLACEHOLDER.sub(number, current.text)

    def restart(self, level: int) -> None:
        """Begin anew at ``level``, as a list does whose start is overridden."""
        self._counts.pop(level, None)


def labelled(label: str, text: str) -> str:
    """A label in front of its words: no space where either side is Chinese."""
    joins = not text or not label or ord(label[-1]) > 0x2FFF or ord(text[0]) > 0x2FFF
    return label + text if joins else f"{label} {text}"


def _is_private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff"
