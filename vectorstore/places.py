"""Names of places: those in the library's own regions, and those that a dictionary knows.

A region such as "浙江省嘉兴市" gives the names 浙江省, 浙江, 嘉兴市, 嘉兴 and their
pinyin. Whether some other word is a place at all is looked up in the national
list of administrative divisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from csv import DictReader
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from vectorstore.text import fold

_UNIT = r"[\u4e00-\u9fff]{2,}?(?:特别行政区|自治区|自治州|地区|省|市|州|盟|县|区|旗)"
_SUFFIX = re.compile(r"(?:特别行政区|自治区|自治州|地区|省|市|州|盟|县|区|旗)$")
_BARE = re.compile(r"(?:\w{1,3}族)*(?:特别行政区|自治区|自治州|自治县|地区|省|市|州|盟)$")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,}")


def names_of_region(region: str) -> set[str]:
    """Every name under which people ask for a region or a part of it, folded for comparison.

    >>> sorted(names_of_region("嘉兴市"))
    ['jiaxing', 'jiaxingshi', '嘉兴', '嘉兴市']
    """
    names: set[str] = set()
    for unit in units_of(region):
        for name in {unit, bare_name(unit)}:
            if len(name) > 1:
                names |= {fold(name), "".join(lazy_pinyin(name))}
    return names


def sounds_of(names: Iterable[str]) -> dict[tuple[str, ...], str]:
    """The Chinese names by their sounds, of two that sound alike the same one in every run."""
    return {_sounds(name): name for name in sorted(names) if _HAN_NAME.fullmatch(name)}


def find_homophones(text: str, names: Mapping[tuple[str, ...], str]) -> list[tuple[int, int, str]]:
    """Where a name is typed, perhaps with other characters of the very same sound: 佳兴 for 嘉兴.

    Gives (start, end, name), the longest names first. ``names`` is what ``sounds_of`` gives. Tones count:
    without them too many words would be names, such as 讲习 and 江西.

    >>> find_homophones("佳兴的校车", sounds_of(["嘉兴"]))
    [(0, 2, '嘉兴')]
    """
    sounds = _sounds(text)
    return [
        (start, start + length, names[sounds[start : start + length]])
        for length in sorted({len(sound) for sound in names}, reverse=True)
        for start in range(len(text) - length + 1)
        if sounds[start : start + length] in names and _HAN_NAME.fullmatch(text[start : start + length])
    ]


def _sounds(text: str) -> tuple[str, ...]:
    """The sound of each character by itself, one for each."""
    return tuple(map(_sound, text))


@lru_cache(maxsize=10_000)
def _sound(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True)[0])


def places_in(text: str) -> frozenset[str]:
    """The places that a text speaks of."""
    return frozenset(text[start:end] for start, end in find_places(text))


def names_in_pinyin(places: Iterable[str]) -> dict[str, str]:
    """Places by the pinyin of their names, without tones and spaces."""
    # Sorted, so that of two names that sound alike the same one counts in every run.
    return {
        "".join(lazy_pinyin(name)): place
        for place in sorted(set(places))
        for name in (bare_name(place), place)
    }


@cache
def cities_in_pinyin() -> Mapping[str, str]:
    """The provinces and cities of China by their pinyin, whether or not the library has documents of them."""
    return {"".join(lazy_pinyin(name)): name for name in sorted(_wide_names())}


def bare_name(place: str) -> str:
    """A place's name without the word for what it is (嘉兴市: 嘉兴); names of two characters stay."""
    return _SUFFIX.sub("", place) if len(place) > 2 else place


def find_places(text: str) -> list[tuple[int, int]]:
    """Ranges of words that are places by the dictionary, the longest at each position, none overlapping."""
    names, lengths = place_names(), _lengths_by_start()
    ranges: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        possible = lengths.get(text[position : position + 2], ())
        length = next((n for n in possible if text[position : position + n] in names), 0)
        if length:
            ranges.append((position, position + length))
        position += length or 1
    return ranges


@cache
def _lengths_by_start() -> Mapping[str, Sequence[int]]:
    """By the first two characters of names: how long they are, the longest first."""
    lengths: dict[str, set[int]] = {}
    for name in place_names():
        lengths.setdefault(name[:2], set()).add(len(name))
    return {start: sorted(some, reverse=True) for start, some in lengths.items()}


@cache
def place_names() -> frozenset[str]:
    """Provinces, cities and counties by the national codes (GB/T 2260), from the file that cpca carries.

    Cities and provinces also by their bare names. Counties and districts are not:
    bare, many are other words ("平安", "和平"), or the edge of two ("想上高中").
    """
    names = {name for _, name in _divisions()} - {"市辖区", "县", "中华人民共和国"}
    wide = {
        _BARE.sub("", name) for name in names if not name.endswith(("区", "县", "旗")) or "自治区" in name
    }
    return frozenset(name for name in names | wide if len(name) > 1)


@cache
def _wide_names() -> frozenset[str]:
    """Provinces and cities that have counties, by their bare names."""
    wide = {_BARE.sub("", name) for code, name in _divisions() if code[4:6] == "00"}
    return frozenset(name for name in wide if len(name) > 1)


def units_of(region: str) -> list[str]:
    """The names that a region is put together from, the widest first.

    >>> units_of("江苏省徐州市沛县")
    ['江苏省', '徐州市', '沛县']
    """
    return re.findall(rf"{'|'.join(sorted(short_counties()))}|{_UNIT}", region)


@cache
def short_counties() -> frozenset[str]:
    """Counties and districts of two characters, such as 沛县: too short to be told by what they end in."""
    return frozenset(name for name in place_names() if len(name) == 2 and name.endswith(("县", "区", "旗")))


def own_name(region: str) -> str:
    """The name of a region without what it is in: 睢宁县 of 江苏省徐州市睢宁县."""
    units = units_of(region)
    return units[-1] if units else region


def nearness_to(region: str, place: str) -> float:
    """How near a region is to a place: 1 for its own, less for those around it, else 0.

    It is the share of the place's name that is the region's. Both may leave out what they are in.

    >>> nearness_to("江苏省徐州市", "江苏省徐州市睢宁县") == 6 / 9
    True
    >>> nearness_to("江西省", "江苏省徐州市睢宁县")
    0.0
    """
    return len(region) / len(place) if region and region in place else 0.0


@cache
def places_with_provinces() -> tuple[str, ...]:
    """Every province, city and county with what it is in before it, as documents tell their regions.

    ('浙江省', '浙江省杭州市', '浙江省杭州市上城区', …)
    """
    names = dict(_divisions())
    passed_over = {"市辖区", "县", "中华人民共和国", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    found: dict[str, None] = {}
    for code, name in sorted(_divisions()):
        if name in passed_over:
            continue
        around = (names.get(f"{code[:2]}0000{code[6:]}", ""), names.get(f"{code[:4]}00{code[6:]}", ""))
        path = dict.fromkeys(one for one in (*around, name) if one and one not in passed_over)
        found["".join(path)] = None
    return tuple(found)


@cache
def _divisions() -> tuple[tuple[str, str], ...]:
    """Code and name of every province, city and county."""
    spec = find_spec("cpca")
    folder = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    with (folder / "resources" / "adcodes.csv").open(encoding="utf-8") as file:
        return tuple((row["adcode"], row["name"]) for row in DictReader(file))


def find_certain_places(text: str) -> list[tuple[int, int]]:
    """Ranges of words that can be nothing but places: whole names, and bare ones of provinces and cities.

    Left out are county towns by their bare names, many of which are other words
    (合作, 高安), names of two characters with 县 or 区 (规 + 范县), and those
    that end in 城区 (新增城区).

    >>> text = "徐州市和睢宁县今年合作办学"
    >>> [text[start:end] for start, end in find_certain_places(text)]
    ['徐州市', '睢宁县']
    """
    wide = _wide_names()
    return [
        (start, end)
        for start, end in find_places(text)
        if text[start:end] in wide
        or (end - start > 2 and _SUFFIX.search(text[start:end]) and not text.endswith("城区", start, end))
    ]
