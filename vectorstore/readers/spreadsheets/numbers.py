"""How a spreadsheet shows a value: the number formats that matter in official tables."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CONDITION = re.compile(r"\[(?:[<>=][^\]]*|[A-Za-z]+\d*|\$[^\]]*|DBNum\d)\]")
_PADDING = re.compile(r"[_*].")
_DIGITS = re.compile(r"general|g/通用格式|@|[#0?][#0?,]*(?:\.[#0?]+)?", re.IGNORECASE)


def show(value: object, number_format: str) -> str:
    """A cell's value as text: 0.35 under 0% is "35%", a date is "2025年3月8日" or "2025-03-08"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    section = _section(value, number_format)
    bare = _QUOTED.sub("", _PADDING.sub("", _CONDITION.sub("", section)))
    pattern = _DIGITS.search(bare)
    if pattern is None and ";" in number_format:
        return _around(section, "")  # words for this kind of number, or nothing to hide it
    if pattern is None or "E+" in bare or "?/" in bare:
        return _general(value)
    if not set("#0?") & set(pattern.group()):
        return _around(section, _general(value))
    percent = bare.count("%") + bare.count("％")
    digits = pattern.group()
    decimals = len(digits.partition(".")[2])
    shown = value * 100**percent
    if value < 0 and section != number_format.split(";")[0]:
        shown = -shown  # the section for negative numbers brings its own sign
    text = f"{shown:{',' if ',' in digits else ''}.{decimals}f}"
    return _around(section, text)


def _section(value: float, number_format: str) -> str:
    """The part of the format for this number: positive; negative; zero."""
    sections = number_format.split(";")
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


def _around(section: str, text: str) -> str:
    """The number within the literal characters of its format ("0.00%", "0\"所\"", "¥0")."""
    literal = _PADDING.sub("", _CONDITION.sub("", section))
    kept = _QUOTED.sub(lambda match: f"\0{match.group(1) or match.group(2)}\0", literal)
    pieces = kept.split("\0")  # literal text at odd places
    whole: list[str] = []
    placed = False
    for index, piece in enumerate(pieces):
        if index % 2:
            whole.append(piece)
            continue
        match = None if placed else _DIGITS.search(piece)
        placed = placed or match is not None
        whole.append(
            piece[: match.start()] + text + piece[match.end() :] if match else _DIGITS.sub("", piece)
        )
    return "".join(whole).strip()


def _general(value: float) -> str:
    """Eleven significant digits at most, as a cell without a format shows."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.10g}"


def _moment(value: date | time, number_format: str) -> str:
    form = number_format.lower()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S") if value.second else value.strftime("%H:%M")
    clock = ""
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        clock = " " + value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if "年" in form or 'yyyy"' in form:
        day = f"{value.day}日" if "d" in form else ""
        month = f"{value.month}月" if "m" in form or "月" in form else ""
        return f"{value.year}年{month}{day}{clock}"
    if "月" in form:
        return f"{value.month}月{value.day}日{clock}" if "d" in form else f"{value.month}月"
    if "d" not in form and "y" in form and "m" in form:
        return f"{value.year:04}-{value.month:02}{clock}"
    return f"{value.year:04}-{value.month:02}-{value.day:02}{clock}"
