"""What a source hides: figures and names replaced by xx, ×× or stars."""

from __future__ import annotations

import re

_NUMERAL = "一二三四五六七八九十百千"
# x or X must not stand next to a letter, a digit or a sign that makes it algebra ("1+X", "3x", "xlsx"). A
# lone one must be followed by what it hides: a measure word, a kind of place, a percent sign.
_HIDDEN = re.compile(
    r"(?<![A-Za-z0-9+*×.\-_@/])(?:[xXｘＸ]{2,4}|[xXｘＸ×](?=[%％所个名人项条次万亿元年月日期区县市省校家位届]))"
    r"(?![A-Za-z+*×.\-_@])"
    r"|(?<=\d\d)[xXｘＸ×]{1,2}(?=\s*年)"
    r"|(?<![\d×*])[×✕╳]{2,6}(?![\d×*])"
    rf"|(?<![{_NUMERAL}])[〇○]{{2,6}}(?![{_NUMERAL}年])"
    r"|(?<=[\u4e00-\u9fff\d“《（(])[*＊]{3,}(?=[\u4e00-\u9fff\d”》）)%％，。、；,;])"
    r"|█{2,}|某某"
)
# A hidden figure: something is counted by what stands behind it.
_FIGURE_AFTER = re.compile(
    r"\s*(?:余|多)?(?:[%％‰]|[所个名人项条次元年月日届期位家座间门节课分]|万|亿|千|百)"
)
_PLACE_AFTER = re.compile(r"[省市县区州盟旗镇乡村]")


def find_redactions(text: str) -> list[tuple[int, int]]:
    """Ranges in ``text`` where the source shows xx or the like instead of a name or a figure."""
    return [match.span() for match in _HIDDEN.finditer(text)]


def hides_figure(text: str, end: int) -> bool:
    """Whether the redaction that ends at ``end`` stands for a figure ("xx%", "x所") and not a name."""
    return bool(_FIGURE_AFTER.match(text, end))


def hides_place(text: str) -> bool:
    """Whether some place name in ``text`` is hidden ("xx市"): the document is anonymised."""
    return any(_PLACE_AFTER.match(text, end) for _, end in find_redactions(text))
