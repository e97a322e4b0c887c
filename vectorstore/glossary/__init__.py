"""Words of an English question in Chinese: the documents are Chinese.

By a list of words of schools and offices (``english.toml``) and a dictionary; names of places in Latin
letters by their pinyin. What is found only helps to find passages: it is never evidence, nor shown as an
answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from vectorstore.glossary.dictionary import chinese_for
from vectorstore.places import cities_in_pinyin

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,]*%?")
_LONGEST_PHRASE = 4  # words of an English phrase
_MOST_MEANINGS = 2  # of what a dictionary has for one English word
_UNITS = frozenset({"city", "province", "municipality", "prefecture"})
_PLURALS = (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ed", ""), ("ed", "e"))


def is_foreign(question: str) -> bool:
    """Whether a question is in Latin letters, names in Chinese aside."""
    return len(_HAN.findall(question)) * 2 < len(re.findall(r"[A-Za-z]", question))


def gloss(question: str, places: Mapping[str, str], weight: Callable[[str], float]) -> str:
    """The words of an English question in Chinese, one after the other; those that nothing has are left out.

    ``places`` gives the names of places in the library by their pinyin without
    tones; other cities are known where they are not part of a longer name.
    ``weight`` is how rare a term is in the library: of the words that a
    dictionary has, those go that the library uses most.
    """
    words = _LATIN_WORD.findall(question)
    glossed: list[str] = []
    index = 0
    while index < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - index), 0, -1):
            phrase = " ".join(words[index : index + length])
            if found := _look_up(phrase, places, weight):
                glossed.append(found)
                break
        else:
            if city := _city(words, index):
                glossed.append(city)
        index += length
    return " ".join(dict.fromkeys(glossed))


def _look_up(phrase: str, places: Mapping[str, str], weight: Callable[[str], float]) -> str:
    lowered = phrase.lower()
    if lowered[0].isdigit():
        return "" if " " in phrase else phrase.rstrip(".,")
    stems = [
        lowered.removesuffix(ending) + instead if ending else lowered
        for ending, instead in (("", ""), *_PLURALS)
        if lowered.endswith(ending)
    ]
    listed = next((found for stem in stems if (found := _english().get(stem))), "")
    if not listed and phrase[0].isupper():
        listed = places.get(re.sub(r"[^a-z]", "", lowered), "")
    return listed or next((found for stem in stems if (found := _in_use(chinese_for(stem), weight))), "")


def _city(words: Sequence[str], index: int) -> str:
    """The city of that name, which a school or a person may have too: Yuncheng, but not Yuncheng School."""
    before = words[index - 1 : index] if index > 1 else []  # a sentence begins with a capital
    around = [*before, *words[index + 1 : index + 2]]
    if not words[index][0].isupper() or any(w[0].isupper() and w.lower() not in _UNITS for w in around):
        return ""
    return cities_in_pinyin().get(re.sub(r"[^a-z]", "", words[index].lower().removesuffix("'s")), "")


def _in_use(words: Iterable[str], weight: Callable[[str], float]) -> str:
    """Those of the words that the library uses most; empty where it uses none."""
    rarity = {word: max(weight(word[i : i + 2]) for i in range(len(word) - 1)) for word in words}
    used = [word for word in rarity if rarity[word] < weight("")]
    return " ".join(sorted(used, key=lambda word: (rarity[word], word))[:_MOST_MEANINGS])


@cache
def _english() -> dict[str, str]:
    return _read("english.toml")


def _read(name: str) -> dict[str, str]:
    tables = tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return {said: official for table in tables.values() for said, official in table.items()}
