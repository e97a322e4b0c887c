"""What a document says of itself: title, issuer, number, dates, place, kind and status, by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from vectorstore.documents.adoption import OFFICIAL_NUMBER, read_adoption
from vectorstore.documents.naming import choose_title
from vectorstore.lines import Line, read_lines
from vectorstore.marks import hides_place
from vectorstore.outline.structure import Structure
from vectorstore.outline.titles import KINDS, is_date, is_furniture, is_signature
from vectorstore.places import short_counties
from vectorstore.text import fold, read_number
from vectorstore.types import Head, Status

_ZONE = 25  # lines at the top, and at the end, where a letterhead or an imprint stands
_LONGEST_LINE = 200  # characters of a line that fields are looked for in
_DATE = re.compile(
    r"(\d{4}|[〇○零一二三四五六七八九]{4})\s*[年\-./]\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*[月\-./]\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
)
_DAY = r"(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*日"
_NUMBER = re.compile(
    rf"^(?:文\s*号\s*[:：]\s*)?({OFFICIAL_NUMBER})(?=$|[\s\u3000]+\S)|(?:文\s*号|发文字号)\s*[:：]\s*({OFFICIAL_NUMBER})"
)
_NAMES_FIELD = re.compile("[:：]")
_SAYS_MORE = re.compile(rf"{_DATE.pattern}|{_NAMES_FIELD.pattern}")  # beside the name of a body
_BRACKETED = re.compile(r"[(（](\d{4}-\d{1,2}-\d{1,2})[)）]")
_FIELD = r"{name}\s*[:：]\s*(\S+)"
_ISSUER_FIELD = re.compile(_FIELD.format(name=r"发文(?:机关|机构|单位)"))
_PUBLISHER_FIELD = re.compile(_FIELD.format(name=r"(?:发布机构|发布单位|信息来源)"))  # who put it on the web
_DATE_FIELD = re.compile(r"(?:成文日期|印发日期|发文日期|发布日期|发布时间|生成日期|时间)\s*[:：]\s*(\S+)")
_ISSUER_IN_TITLE = re.compile(
    r"^([\u4e00-\u9fff]{2,24}?(?:厅|局|委员会|委|政府|办公室|部|院|会|大学|学院|学校))(?:等.{1,4}部门)?关于"
)
_DEADLINE = re.compile(
    rf"(?:截止|截至|(?:请|须|应|务必)于)[^。\n]{{0,12}}?({_DAY})|"
    rf"(?:征求意见|意见征集|反馈|公示)[^。\n]{{0,12}}?{_DAY}[^。\n]{{0,4}}?[至到—－~-]\s*({_DAY})"
)
_PLACE = re.compile(r"([\u4e00-\u9fff]{2,7}?(?:省|自治区|市|自治州|地区|县|区|旗|盟))(?![域块间场直级])")
# Words that end in 市 or 区 and name no place ("全市", "加强学校周边地区").
_NO_PLACE = re.compile(
    r"^(?:全|各|本[省市县区]|我|该|加强|推进|开展|实施|做好|进一步|深化|加快|新时代)|[学校教育]"
)
_KIND = re.compile("|".join(sorted(KINDS, key=len, reverse=True)))
_DRAFT = re.compile(r"征求意见稿|公开征求意见|送审稿|讨论稿|草案")
_REPEALED = re.compile(
    r"[（(【]\s*(?:已|现已)?(?:废止|失效)\s*[）)】]|(?:有效性|时效性?|效力)\s*[:：]\s*(?:已?废止|已?失效)"
)
_BULLETIN = ("简报", "动态")


def read_head(text: str, structure: Structure, source: str = "") -> Head:
    """The head of a file, of the name ``source``, by rule. Fields that the text does not give stay empty."""
    lines = [line for line in read_lines(text) if not is_furniture(line)]
    zone = [*lines[:_ZONE], *lines[max(_ZONE, len(lines) - _ZONE) :]]
    title = choose_title(structure, lines, source, text)
    issuer, issued_on = _signed(lines)
    issuer = _field(_ISSUER_FIELD, zone) or issuer or _field(_PUBLISHER_FIELD, zone)
    issuer = issuer or _issuer_named(structure.titles, lines)
    kind = _kind(title)
    status = _status(title, kind, text)
    adoption = read_adoption(lines)
    if _REPEALED.search("\n".join([title, *(line.text[:_LONGEST_LINE] for line in lines[:_ZONE])])):
        status = Status.REPEALED
    return Head(
        title=title,
        issuer=issuer,
        number=_number(zone) or adoption.number,
        region=_region(title) or _region(issuer),
        issued_on=issued_on or adoption.on or _date_field(zone) or _lone_date(zone) or _dated_name(source),
        period=_period(title),
        kind=kind,
        status=status,
        deadline=_deadline(text, issued_on) if status is Status.DRAFT else None,
    )


def read_part_heads(text: str, structure: Structure) -> tuple[Head, ...]:
    """The heads of a compilation's documents: what their titles and bodies show."""
    heads: list[Head] = []
    for part, title in enumerate(structure.parts, start=1):
        body = "\n".join(text[s.start : s.end] for s in structure.sections if s.part == part)
        kind = _kind(title)
        issuer, issued_on = _signed(read_lines(body))
        issuer = issuer or _issuer_named((title,), ())
        region = _region(title) or _region(issuer)
        heads.append(
            Head(
                title=title,
                issuer=issuer,
                region=region,
                issued_on=issued_on,
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


def _field(pattern: re.Pattern[str], zone: Sequence[Line]) -> str:
    fields = (pattern.search(line.text[:_LONGEST_LINE]) for line in zone)
    return next((field.group(1) for field in fields if field), "")


def _signed(lines: Sequence[Line]) -> tuple[str, date | None]:
    """The first signature with a date below or beside it, of joint issuers all ("甲、乙"), and that date."""
    for index, line in enumerate(lines):
        if not is_signature(line.text) or _NAMES_FIELD.search(line.text):
            continue
        beside, below = parse_date(line.text), lines[index + 1].text if index + 1 < len(lines) else ""
        if beside or is_date(below):
            names = [*_signed_above(lines[:index]), *_names_in(_DATE.split(line.text)[0])]
            return "、".join(names), beside or parse_date(below)
    return "", None


def _signed_above(lines: Sequence[Line]) -> list[str]:
    """The names of the lines right above a signature that are signatures too, without dates of their own."""
    above = takewhile(
        lambda line: is_signature(line.text) and not _SAYS_MORE.search(line.text), reversed(lines)
    )
    return [name for line in [*above][::-1] for name in _names_in(line.text)]


def _names_in(line: str) -> list[str]:
    """The names in a line of a signature, parted by spaces; letters set apart are one name still."""
    names = line.split()
    if all(map(is_signature, names)):
        return names
    first, *others = map(_without_gaps, re.split(r"\s{2,}", line.strip()))
    return [first, *filter(is_signature, others)]


def _without_gaps(name: str) -> str:
    """A name whose letters are set apart, closed up; any other as it is."""
    letters = name.split()
    return "".join(letters) if all(len(letter) == 1 for letter in letters) else name


def _issuer_named(titles: Sequence[str], lines: Sequence[Line]) -> str:
    """The issuer that a title begins with, or that stands on the letterhead (某某文件)."""
    for title in titles:
        if named := _ISSUER_IN_TITLE.match(title):
            return named.group(1)
    for line in lines[:5]:
        if line.text.endswith("文件") and is_signature(line.text.removesuffix("文件")):
            return line.text.removesuffix("文件").strip()
    return ""


def _number(zone: Sequence[Line]) -> str:
    matches = (_NUMBER.search(line.text[:_LONGEST_LINE]) for line in zone)
    return next((match.group(1) or match.group(2) for match in matches if match), "")


def _date_field(zone: Sequence[Line]) -> date | None:
    fields = (_DATE_FIELD.search(line.text[:_LONGEST_LINE]) for line in zone)
    return next((day for field in fields if field and (day := parse_date(field.group(1)))), None)


def _dated_name(source: str) -> date | None:
    """The day that a file's name has in brackets, as collections of law name their files."""
    dated = _BRACKETED.search(source)
    return parse_date(dated.group(1)) if dated else None


def _lone_date(zone: Sequence[Line]) -> date | None:
    return next((day for line in zone if is_date(line.text) and (day := parse_date(line.text))), None)


def _kind(title: str) -> str:
    bare = re.sub(r"《[^》]*》|[(][^)]*[)]", "", fold(title))
    found = _KIND.findall(bare)
    return found[-1] if found else "法" if bare.endswith("法") else ""


def _status(title: str, kind: str, text: str) -> Status:
    if _DRAFT.search(fold(title)):
        return Status.DRAFT
    if hides_place(text):
        return Status.ANONYMISED
    return Status.BULLETIN if kind in _BULLETIN else Status.ISSUED


def _region(text: str) -> str:
    """The place that a title or an issuer's name begins with, from the province down."""
    start = position = len(re.match(r"(?:关于)?(?:公开)?(?:征[集求])?《?", text).group())  # type: ignore[union-attr]
    while (match := _PLACE.match(text, position)) and not _NO_PLACE.search(match.group(1)):
        position = match.end(1)
    if position > start and text[position : position + 2] in short_counties():
        position += 2
    return text[start:position]


def _period(title: str) -> str:
    match = re.search(r"\d{4}(?:\s*[-—–至]\s*\d{4})?年(?:度)?|“?十[一二三四五六七八九]五”?", title)
    return match.group().replace(" ", "") if match else ""


def _deadline(text: str, issued_on: date | None) -> date | None:
    """The day until which comments are taken; without a year it is of the year of issue."""
    match = _DEADLINE.search(text)
    if not match:
        return None
    year = re.search(r"\d{4}(?=\s*年)", match.group())
    if year is None and issued_on is None:
        return None
    day = match.group(1) or match.group(2)
    years = year.group() if year else str(issued_on.year if issued_on else "")
    return parse_date(day) or parse_date(f"{years}年{day}")
