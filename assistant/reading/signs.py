"""Signs: what a text shows of the things that questions ask for, such as a figure of money, a date or a list.

A sign is the form of some words, not their meaning; it has a short name (day, money, date, list). Which
of them a question wants is learned (see ``assistant.reading.learned``), except where it names the measure
itself: 多少天 and 几名 want a figure of that unit.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from assistant.figures.units import measured_by
from vectorstore.patterns import word_lists

_NUMERAL = r"(?:\d[\d,]{0,15}(?:\.\d{1,6})?|[零〇一二两三四五六七八九十百千半]{1,12})\s*[余多]?\s*[万亿]?"
_DATE = re.compile(
    r"(?:\d{4}|[一二][〇零○九][〇零○一二三四五六七八九]{2})\s*(?:学年|年)(?:度|\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?"
    r"|(?:\d{1,2}|十?[一二三四五六七八九十])\s*月(?:\s*(?:\d{1,2}|[一二三]?十?[一二三四五六七八九十])\s*[日号]|[底初末]|[上中下]旬)?(?!内)"
    r"|年[底初末]|[上下]半年|[春夏秋冬]季"
)
_FORMS = word_lists(Path(__file__).with_name("signs.toml"))
_LONGEST = 600  # characters of a text that are looked at
_ASKED = r"(?:多少|几|第几|how many)\s*"


@cache
def unit_kinds() -> tuple[str, ...]:
    """The signs of figures, named by what they measure (day, money), each once."""
    return tuple(dict.fromkeys(measured_by().values()))


@cache
def form_names() -> frozenset[str]:
    """The signs of other forms, named in ``signs.toml``: neither a date nor a figure."""
    return frozenset(_FORMS)


@cache
def sign_names() -> tuple[str, ...]:
    """All signs, in the order in which they are learned."""
    return ("date", *unit_kinds(), *_FORMS)


@cache
def _measured() -> re.Pattern[str]:
    words = sorted(measured_by(), key=len, reverse=True)
    return re.compile(rf"百分之|{_NUMERAL}\s*({'|'.join(map(re.escape, words))})")


@cache
def _asked() -> re.Pattern[str]:
    words = sorted(measured_by(), key=len, reverse=True)
    return re.compile(rf"{_ASKED}({'|'.join(map(re.escape, words))})")


@lru_cache(maxsize=50_000)
def signs_of(text: str) -> frozenset[str]:
    """The names of the signs that a text shows.

    >>> sorted(signs_of("办结时限为15个工作日"))
    ['day']
    >>> sorted(signs_of("2024年3月8日前每人补助500元"))
    ['date', 'money']
    """
    text = text[:_LONGEST]
    found = {name for name, form in _FORMS.items() if form.holds(text)}
    rest = _DATE.sub("|", text)
    if rest != text:
        found.add("date")
    found.update(measured_by().get(match.group(1) or "%", "thing") for match in _measured().finditer(rest))
    return frozenset(found)


def is_date(text: str) -> bool:
    """Whether a text is a date and nothing else, as at the end of a notice.

    >>> is_date("2024年3月8日"), is_date("2024年3月8日前报送")
    (True, False)
    """
    return bool(text) and not re.sub(r"[\W_]", "", _DATE.sub("", text.strip()))


def asked_units(question: str) -> frozenset[str]:
    """The signs of the units in which a question wants its answer; none where it names no unit.

    >>> sorted(asked_units("要公示多少天")), sorted(asked_units("公示多久"))
    (['day'], [])
    """
    return frozenset(measured_by()[match.group(1)] for match in _asked().finditer(question))
