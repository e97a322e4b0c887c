"""Chinese names in an English sentence that its sources do not have: 'Jinan' of a text on another city."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

_CAPITALISED = re.compile(r"\b[A-Z][a-z]+(?:[ -][A-Z][a-z]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LEAST = 4  # letters of a name by itself
_LONGEST_SYLLABLE = 6
# English words that could be Chinese ones in Latin letters.
_ENGLISH = frozenset(("china", "chinese", "women", "human", "hence", "change", "banning"))


def unknown_names(words: str, bodies: Sequence[str]) -> list[str]:
    """The names in Latin letters that could be Chinese and that no body has in Chinese characters.

    >>> unknown_names("Schools in Xuzhou and Jinan take part.", ["徐州市的学校参加。"])
    ['Jinan']
    """
    known = [_in_latin(body) for body in bodies]
    return [name for name in _names(words) if not any(_joined(name) in body for body in known)]


def _names(words: str) -> Iterator[str]:
    for run in _CAPITALISED.finditer(words):
        if " " not in run[0] and not words[: run.start()].strip():
            continue  # an ordinary word that begins the sentence
        name: list[str] = []
        for word in (*re.split("[ -]", run[0]), ""):
            if word and word.lower() not in _ENGLISH and _is_chinese(word.lower()):
                name.append(word)
            else:
                if len("".join(name)) >= _LEAST:
                    yield " ".join(name)
                name = []


def _joined(name: str) -> str:
    return name.replace(" ", "").lower()


@lru_cache(maxsize=2000)
def _is_chinese(word: str) -> bool:
    """Whether a word can be cut into syllables of Chinese."""
    ends = {0}
    for start in range(len(word)):
        if start in ends:
            ends |= {
                end
                for end in range(start + 1, min(len(word), start + _LONGEST_SYLLABLE) + 1)
                if word[start:end] in _syllables()
            }
    return len(word) in ends


@cache
def _syllables() -> frozenset[str]:
    toned = {one for several in PINYIN_DICT.values() for one in several.split(",")}
    return frozenset(
        plain for one in toned if (plain := to_normal(one)).isascii() and plain not in "bcdfghjklmnpqrstvwxyz"
    )


@lru_cache(maxsize=1000)
def _in_latin(body: str) -> str:
    return "".join("".join(lazy_pinyin(run[0])) for run in _HAN.finditer(body))
