"""What a document says of itself: title, issuer, number, dates, place, kind and status, by rule."""

from __future__ import annotations

import re
from datetime import date

from vectorstore.lines import Line, read_lines
from vectorstore.marks import hides_place
from vectorstore.structure import Structure
from vectorstore.text import read_number
from vectorstore.titles import KINDS, is_date, is_signature
from vectorstore.types import Head, Status

_ZONE = 25  # lines at the top, and at the end, where a letterhead or an imprint stands
_DATE = re.compile(
    r"(\d{4}|[〇零一二三四五六七八九]{4})\s*[年\-./]\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*[月\-./]\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
)
_NUMBER = re.compile(
    r"^(?:文\s*号\s*[:：]\s*)?([\u4e00-\u9fff]{1,12}[〔\[［(（]\d{4}[〕\]］)）]\s*第?\d+\s*号)$"
)
_FIELD = r"{name}\s*[:：]\s*(\S+)"
_ISSUER_FIELD = re.compile(_FIELD.format(name=r"(?:发布机构|发文机关|发文单位|信息来源|发布单位)"))
_DATE_FIELD = re.compile(r"(?:成文日期|印发日期|发文日期|发布日期|发布时间|生成日期|时间)\s*[:：]\s*(\S+)")
_DEADLINE = re.compile(
    r"(?:截止|截至|(?:请|须|应)于)[^。\n]{0,12}?(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
)
_PLACE = re.compile(r"^(?:关于)?([\u4e00-\u9fff]{2,7}?(?:省|自治区|市|自治州|地区|县|区))(?!域|块|间)")
_KIND = re.compile("|".join(sorted(KINDS, key=len, reverse=True)))
_DRAFT = re.compile(r"征求意见稿|公开征求意见|送审稿|讨论稿|草案")
_BULLETIN = ("简报", "动态")


def read_head(text: str, structure: Structure) -> Head:
    """The head of a file by rule alone. Fields that the text does not give stay empty."""
    lines = read_lines(text)
    zone = [*lines[:_ZONE], *lines[max(_ZONE, len(lines) - _ZONE) :]]
    title = _main_title(structure, lines)
    issuer = _issuer(zone)
    kind = _kind(title)
    status = _status(title, kind, text)
    return Head(
        title=title,
        issuer=issuer,
        number=_number(zone),
        region=_region(title) or _region(issuer),
        issued_on=_issued_on(zone),
        period=_period(title),
        kind=kind,
        status=status,
        deadline=_deadline(text) if status is Status.DRAFT else None,
    )


def read_part_heads(text: str, structure: Structure) -> tuple[Head, ...]:
    """The heads of a compilation's documents: what their titles and bodies show."""
    heads: list[Head] = []
    for part, title in enumerate(structure.parts, start=1):
        body = "".join(text[s.start : s.end] for s in structure.sections if s.part == part)
        kind = _kind(title)
        heads.append(
            Head(
                title=title,
                region=_region(title) if len(_region(title)) > 2 else "",
                period=_period(title),
                kind=kind,
                status=_status(title, kind, body),
            )
        )
    return tuple(heads)


def parse_date(text: str) -> date | None:
    """The first date in ``text``, in Arabic or Chinese script; None if there is none or it is no day."""
    match = _DATE.search(text)
    if not match:
        return None
    year, month, day = (read_number(group) for group in match.groups())
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _main_title(structure: Structure, lines: list[Line]) -> str:
    if not structure.titles:
        return lines[0].text[:60] if lines else ""
    first = structure.titles[0]
    # A notice that carries the document it announces: the document is what people ask about.
    announced = (title for title in structure.titles[1:] if len(title) >= 4 and _bare(title) in _bare(first))
    return next(announced, first)


def _issuer(zone: list[Line]) -> str:
    for line in zone:
        if field := _ISSUER_FIELD.search(line.text):
            return field.group(1)
    for index, line in enumerate(zone):
        after = zone[index + 1].text if index + 1 < len(zone) else ""
        if is_signature(line.text) and (is_date(after) or _DATE.search(line.text)):
            return re.split(r"\s{2,}", line.text)[0]
    return ""


def _number(zone: list[Line]) -> str:
    return next((match.group(1) for line in zone if (match := _NUMBER.match(line.text))), "")


def _issued_on(zone: list[Line]) -> date | None:
    for index, line in enumerate(zone):
        before = zone[index - 1].text if index else ""
        if (is_date(line.text) and is_signature(before)) or (
            is_signature(line.text) and _DATE.search(line.text)
        ):
            return parse_date(line.text)
    for line in zone:
        if field := _DATE_FIELD.search(line.text):
            return parse_date(field.group(1))
    return None


def _kind(title: str) -> str:
    found = _KIND.findall(re.sub(r"《[^》]*》|[（(][^）)]*[）)]", "", title))
    return found[-1] if found else ""


def _status(title: str, kind: str, text: str) -> Status:
    if _DRAFT.search(title):
        return Status.DRAFT
    if hides_place(text):
        return Status.ANONYMISED
    return Status.BULLETIN if kind in _BULLETIN else Status.ISSUED


def _region(text: str) -> str:
    match = _PLACE.match(re.sub(r"^关于征?[集求]?《?", "", text))
    return match.group(1) if match else ""


def _period(title: str) -> str:
    match = re.search(r"\d{4}(?:\s*[-—–至]\s*\d{4})?年(?:度)?|“?十[一二三四五六七八九]五”?", title)
    return match.group().replace(" ", "") if match else ""


def _deadline(text: str) -> date | None:
    match = _DEADLINE.search(text)
    return parse_date(match.group(1)) if match else None


def _bare(text: str) -> str:
    return re.sub(r"[\s（）()《》]", "", text)
