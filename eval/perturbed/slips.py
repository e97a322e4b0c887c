"""Slips of hands that type Chinese: of the keyboard, and of an input method that goes by sound."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from random import Random

from pypinyin import Style, lazy_pinyin

QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|《[^》]*》|〈[^〉]*〉|「[^」]*」|『[^』]*』|【[^】]*】")
_NUMBER = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FIRST_LEVEL = range(0xB0, 0xD8)  # the rows of GB 2312 that hold its common characters
_CELLS = range(0xA1, 0xFF)
_MISTAKEN = 2  # characters of a question


def slip(text: str, chance: Random) -> str:
    """Two neighbouring characters swapped, or one doubled or dropped; the same text where none is free.

    Free are Chinese characters that stand in no quoted name and in no number.
    """
    free = _free(text)
    pairs = [at for at in free if at + 1 in free and text[at] != text[at + 1]]
    slips = [(at, text[at] * 2, 1) for at in _one_of(sorted(free), chance)]
    slips += [(at, text[at + 1] + text[at], 2) for at in _one_of(pairs, chance)]
    dropped = [at for at in sorted(free) if len(text) > 1 and not _keeps_numbers_apart(text, at)]
    slips += [(at, "", 1) for at in _one_of(dropped, chance)]
    if not slips:
        return text
    at, instead, length = chance.choice(slips)
    return text[:at] + instead + text[at + length :]


def mishear(text: str, chance: Random) -> str:
    """Two free characters replaced by common ones of the same sound, tones aside.

    The same text where there are no two of them.
    """
    free = _free(text)
    others = {
        at: [other for other in _characters_by_sound().get(sound, "") if other != text[at]]
        for at, sound in _sounds(text).items()
        if at in free
    }
    places = sorted(at for at, found in others.items() if found)
    if len(places) < _MISTAKEN:
        return text
    characters = list(text)
    for at in sorted(chance.sample(places, _MISTAKEN)):
        characters[at] = chance.choice(others[at])
    return "".join(characters)


def _one_of(places: list[int], chance: Random) -> list[int]:
    return [chance.choice(places)] if places else []


def _keeps_numbers_apart(text: str, at: int) -> bool:
    return bool(_NUMBER.fullmatch(text[max(at - 1, 0) : at] + text[at + 1 : at + 2]))


def _free(text: str) -> set[int]:
    taken = {
        at for found in (QUOTED, _NUMBER) for match in found.finditer(text) for at in range(*match.span())
    }
    return {at for run in _HAN.finditer(text) for at in range(*run.span())} - taken


def _sounds(text: str) -> dict[int, str]:
    """The sound of each Chinese character, in its context, by where it stands."""
    sounds: dict[int, str] = {}
    for run in _HAN.finditer(text):
        read = lazy_pinyin(run.group(), style=Style.NORMAL)
        if len(read) == len(run.group()):
            sounds |= dict(zip(range(*run.span()), read, strict=True))
    return sounds


@cache
def _characters_by_sound() -> Mapping[str, str]:
    by_sound: defaultdict[str, str] = defaultdict(str)
    for row in _FIRST_LEVEL:
        # The last row is shorter than the others.
        for character in bytes(byte for cell in _CELLS for byte in (row, cell)).decode("gb2312", "ignore"):
            by_sound[lazy_pinyin(character)[0]] += character
    return by_sound
