"""A question without slips of the hand: a character for another of its sound, two in each other's place.

Only where a character makes no word with its neighbours, and another does: one of
the library's own texts, of asking, of speaking, or of places. What the library
merely does not say stays as it is: it may be what rules an answer out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from pypinyin import lazy_pinyin

from assistant.question.asking import asking_words
from assistant.question.words import WORDS
from vectorstore.places import place_names
from vectorstore.search.searcher import Searcher

_HAN = re.compile(r"[\u4e00-\u9fff]")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|《[^》]*》|「[^」]*」|『[^』]*』")
_SMALL = frozenset("里去来上下过到在趟次个")  # characters that stand by themselves and are seldom a slip
_PARTICLES = frozenset("了着的地得吗呢吧")
_LONGEST = 4  # characters of a word
_RUN = 3  # characters of the texts that show a word of theirs
_RUNS = 2  # of them that it takes where the library has the doubtful character elsewhere
_MOST_SLIPS = 3
_MOST_DOUBTFUL = 20  # characters: beyond that they are of another subject, or of none, and not slips
_A_WORD = 3.0  # what a word counts beside a pair of characters in the texts
_ROWS, _CELLS = range(0xB0, 0xF8), range(0xA1, 0xFF)  # of GB 2312: the characters in use


@dataclass(frozen=True, slots=True)
class _Mended:
    text: str
    score: float


def correct_slips(question: str, searcher: Searcher) -> str:
    """The question as it was meant; the same where nothing shows a slip, or nothing shows what was meant."""
    for _ in range(_MOST_SLIPS):
        doubtful = _doubtful(question, searcher)
        if len(doubtful) > _MOST_DOUBTFUL:
            break
        mended = [
            *_misheard(question, doubtful),
            *_resounded(question, doubtful, searcher),
            *_reordered(question, doubtful, searcher),
        ]
        if not mended:
            break
        question = max(mended, key=lambda one: one.score).text
    return question


def _doubtful(text: str, searcher: Searcher) -> set[int]:
    """Where a Chinese character stands that is in no word, no name and no pair that the library has."""
    sure = {at for match in _QUOTED.finditer(text) for at in range(*match.span())}
    sure |= {at for start, end in asking_words(text) for at in range(start, end)}
    return {
        at
        for at, char in enumerate(text)
        if _HAN.match(char)
        and at not in sure
        and char not in _SMALL
        and not _words_at(text, at)
        and not _pairs_at(text, at, searcher)
    }


def _misheard(text: str, doubtful: set[int]) -> Iterator[_Mended]:
    """The texts with doubtful characters in a row replaced by a word of asking or a place of their sound."""
    for at in sorted(doubtful):
        for length in range(_RUN, _LONGEST + 1):  # two of a sound are too often others
            span = range(at, at + length)
            sound = _sound(text[at : at + length]) if doubtful.issuperset(span) else ""
            if word := _words_by_sound().get(sound):
                yield _Mended(f"{text[:at]}{word}{text[at + length :]}", _A_WORD * length)


def _resounded(text: str, doubtful: set[int], searcher: Searcher) -> Iterator[_Mended]:
    """The texts with a doubtful character replaced by one of its sound that its neighbours go with."""
    rarity = searcher.weight("")
    for at in sorted(doubtful):
        for char in _characters_by_sound().get(_sound(text[at]), ""):
            other = f"{text[:at]}{char}{text[at + 1 :]}"
            word, pairs = _mending(_words_at(other, at), searcher), _pairs_at(other, at, searcher)
            runs = _runs_at(other, at, searcher) if len(pairs) == _neighbours(other, at) else 0
            if word or runs >= (_RUNS if searcher.weight(text[at]) < rarity else 1):
                yield _Mended(other, _A_WORD * bool(word) + sum(rarity - weight for weight in pairs))


def _reordered(text: str, doubtful: set[int], searcher: Searcher) -> Iterator[_Mended]:
    """The texts with two neighbours in each other's place, which leaves no doubt around them."""
    for at in sorted({at - 1 for at in doubtful} | doubtful):
        pair = text[at : at + 2] if at >= 0 else ""
        if len(pair) < 2 or not all(map(_HAN.match, pair)) or set(pair) & _PARTICLES:
            continue
        other = f"{text[:at]}{pair[::-1]}{text[at + 2 :]}"
        left = _doubtful(other, searcher)
        certain = len(doubtful) - len(left) >= len(pair) and not left & set(range(at - 1, at + 3))
        words = _words_at(other, at) | _words_at(other, at + 1)
        fresh = _mending(words - _words_at(text, at) - _words_at(text, at + 1), searcher)
        if certain and (fresh or all(_runs_at(other, place, searcher) for place in (at, at + 1))):
            yield _Mended(other, 2.0 * (len(doubtful) - len(left)) + _A_WORD * bool(fresh))


def _words_at(text: str, at: int) -> set[str]:
    """The words of asking, of speaking and of places that the character is in."""
    spans = ((a, a + n) for n in range(2, _LONGEST + 1) for a in range(max(0, at - n + 1), at + 1))
    return {word for a, b in spans if b <= len(text) and (word := text[a:b]) in _words()}


def _mending(words: set[str], searcher: Searcher) -> set[str]:
    """Those that show what was meant: some place or other of two characters sounds like anything."""
    return {word for word in words if len(word) > 2 or word not in place_names() or _has(word, searcher)}


def _has(word: str, searcher: Searcher) -> bool:
    return searcher.weight(word) < searcher.weight("")


def _pairs_at(text: str, at: int, searcher: Searcher) -> list[float]:
    """What the pairs of the character with its neighbours are worth that the library has."""
    pairs = [text[a : a + 2] for a in (at - 1, at) if a >= 0]
    weights = [searcher.weight(pair) for pair in pairs if len(pair) > 1 and all(map(_HAN.match, pair))]
    return [weight for weight in weights if weight < searcher.weight("")]


def _neighbours(text: str, at: int) -> int:
    return sum(bool(_HAN.match(text[a : a + 1])) for a in (at - 1, at + 1) if a >= 0)


def _runs_at(text: str, at: int, searcher: Searcher) -> int:
    """How many runs of three characters with this one among them stand in texts of the library."""
    runs = [text[a : a + _RUN] for a in range(max(0, at - _RUN + 1), at + 1)]
    whole = [run for run in runs if len(run) == _RUN and all(map(_HAN.match, run))]
    return sum(any(run in chunk.text for chunk in searcher.holdings.chunks) for run in whole)


@cache
def _words() -> frozenset[str]:
    return frozenset(WORDS["slipped_words"].pattern.pattern.split("|")) | place_names()


@cache
def _characters_by_sound() -> Mapping[str, str]:
    by_sound: dict[str, str] = {}
    for row in _ROWS:
        for char in bytes(byte for cell in _CELLS for byte in (row, cell)).decode("gb2312", "ignore"):
            by_sound[_sound(char)] = by_sound.get(_sound(char), "") + char
    return by_sound


@cache
def _words_by_sound() -> Mapping[str, str]:
    """Words of asking before places, of two that sound alike the same one in every run."""
    words = [*sorted(place_names()), *WORDS["slipped_words"].pattern.pattern.split("|")]
    return {_sound(word): word for word in words}


@lru_cache(maxsize=10_000)
def _sound(text: str) -> str:
    """The sound of each character by itself, without tones."""
    return " ".join(lazy_pinyin(char)[0] for char in text)
