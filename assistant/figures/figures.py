"""Figures as a text says them: amounts with units, shares, dates and numbers of documents.

All functions read comparable text (see ``comparable``): width and case folded,
white space dropped. An amount is its value and its unit, so that 30所 is not
30个, while 三年 is 3年 and 3万元 is 30000元. Numbers in Chinese script are figures
where a measure word follows and the reading is certain; 一 only where it counts
times or time (一次, 一年), since elsewhere it is an article (一项, 一批).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.figures.units import one_unit
from vectorstore.text import read_number, squeeze

DATE, TIME, DOCUMENT, ITEM, ANY_UNIT = "date", "time", "document", "item", "any"

_ARABIC = r"\d+(?:\.\d+)*"
_DIGIT = "[一二两三四五六七八九]"
_BELOW_10000 = rf"(?:{_DIGIT}千)?(?:零?{_DIGIT}百)?(?:零?{_DIGIT}?十)?(?:零?{_DIGIT})?"
_HAN = rf"(?=[一二两三四五六七八九十])(?:{_BELOW_10000}万)?{_BELOW_10000}"
_HAN_LETTERS = "零〇一二两三四五六七八九十百千万亿"
_TO = r"[-—–―~至到]"

# Longest first: of 人次 and 人, of 个月 and 个, the former is meant where it stands.
_COMMON_UNITS = (
    "个百分点|百分点|个学期|个学年|个小时|个工作日|个月|工作日|人次|课时|学时|学分|分钟|小时|周岁|学年|学期|年级|"
    "个|名|位|人|所|家|项|种|类|件|次|场|期|届|批|座|间|套|台|篇|本|册|门|节|天|日|周|年|岁|元|倍|条|级|户|支|组|班|"
    "章|款|页|米|公里|亩|吨|轮"
)
_ARABIC_UNITS = (
    "平方米|平方公里|平米|m2|公里|千米|公斤|千克|公顷|美元|港元|percentagepoints?|percent|per-?cent|yuan|"
    f"{_COMMON_UNITS}|%|‰|成|处|部|分|点|度|份|张|辆|层|克|秒|时|回|块|号|组|对|字|师|员|县|区|市|省|校|村|镇|乡"
)
_ONE_COUNTS = "年级|个学期|个学年|个小时|个工作日|个月|工作日|小时|周岁|学年|学期|次|天|周|年|岁|元|倍"
_SAME_UNITS = one_unit()
_TIMES = {"百": 100, "千": 1000, "万": 10_000, "亿": 10**8, "百万": 10**6, "千万": 10**7, "万亿": 10**12}
_TIMES |= {"百亿": 10**10, "千亿": 10**11, "thousand": 1000, "million": 10**6, "billion": 10**9, "": 1}
_MAGNITUDE = r"(?:thousand|million|billion|[百千]?[万亿]|万亿|[百千](?=[余多]?[名人元个所]))?"

_ENCLOSED = re.compile(r"[①-⑳㉑-㉟㊱-㊿❶-❿⑴-⒇⒈-⒛]")
_NO_PLACE = "(?!门峡|门县|台河|台县|台山|家渠)"  # 三门峡 has no doors

_CODE_BEFORE = re.compile(
    r".*(?:根据|依据|依照|按照|参照|遵照|执行|落实|贯彻|印发|公布|发布|文号|编号|文件|[的为是以由和与及见即自按])"
)
_QUALIFIER = "年?[底末初]|上旬|中旬|下旬|上半年|下半年"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?!\d{1,2}[a-z])|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure where it stands in a comparable text.

    ``value`` is the number, both ends of a range, (year, month, day, 底/初/…) of
    a date with "" for what it leaves open, the minutes of a time of day, or (code, year, number) of a
    document. ``unit`` is the measure, "" without one, with 第 in front if it is
    an ordinal; DATE, TIME, DOCUMENT and ITEM (the number of a list's item) tell other
    kinds apart, and ANY_UNIT is that of a number alone in a table's cell.
    """

    text: str
    start: int
    end: int
    value: tuple[str, ...]
    unit: str


def comparable(text: str) -> str:
    """Text as it is compared: width and case folded, white space and marks of thousands dropped.

    White space between two digits stays as "|", since cells of a row are not one
    number; so do ① and ⒈, which are not the digits that they fold to.

    >>> comparable("共 1,200 人，３ 年")
    '共1200人,3年'
    """
    text = _ENCLOSED.sub("|", text)
    text = re.sub(r"(?<=\d)(?:\s+|，)(?=\d)", lambda m: m[0].strip() + "|", text)
    squeezed = squeeze(text)[0]
    return re.sub(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: m[0].replace(",", ""), squeezed)


def read_figures(text: str) -> tuple[Figure, ...]:
    """All figures of a comparable text, in order, none overlapping.

    >>> [(one.text, one.value, one.unit) for one in read_figures("投入3万元,建设十二所学校")]
    [('3万元', ('30000',), '元'), ('十二所', ('12',), '所')]
    >>> [one.value for one in read_figures("2025年9月前")]
    [('2025', '9', '', '')]
    """
    found: list[Figure] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            found.extend(
                Figure(match.group(), match.start(), match.end(), value, unit) for value, unit in read(match)
            )
        text = pattern.sub(lambda match: "\n" * len(match.group()), text)
    return tuple(sorted(found, key=lambda figure: figure.start))


_Read = Iterable[tuple[tuple[str, ...], str]]


def _read_document(match: re.Match[str]) -> _Read:
    code = _CODE_BEFORE.sub("", match["code"])
    yield (code, match["year"], str(int(match["number"]))), DOCUMENT


def _read_years(match: re.Match[str]) -> _Read:
    for year in match.group(1, 2):
        yield (year, "", "", ""), DATE


def _read_date(match: re.Match[str]) -> _Read:
    parts = {"year": "", "month": "", "day": "", "until": "", "when": ""} | {
        name: part for name, part in match.groupdict().items() if part
    }
    year, month, day, until = (_plain(parts[name]) for name in ("year", "month", "day", "until"))
    when = parts["when"].removeprefix("年").replace("末", "底")
    for each in (day, until) if until else (day,):
        yield (year, month, each, when), DATE


def _read_english_date(match: re.Match[str]) -> _Read:
    month = str(_MONTHS.index(match["month"][:3]) + 1)
    for day in filter(None, (match["from"], match["before"] or match["after"] or "0")):
        yield (match["year"] or "", month, "" if day == "0" else _plain(day), ""), DATE


def _read_time(match: re.Match[str]) -> _Read:
    hour, minute = int(match["hour"]), int(match["minute"] or match["minutes"] or 0)
    if hour < 24 and minute < 60:
        yield (str(60 * hour + minute),), TIME


def _read_ratio(match: re.Match[str]) -> _Read:
    yield (match["first"], match["second"]), "比"


def _read_end_of_year(match: re.Match[str]) -> _Read:
    yield ("", "", "", match["when"].replace("末", "底")), DATE


def _read_share(match: re.Match[str]) -> _Read:
    decimals = "".join(_plain(digit) for digit in match["decimals"] or "")
    yield (_plain(match["whole"]) + (f".{decimals}" if decimals else ""),), "%"


def _read_range(match: re.Match[str]) -> _Read:
    times = _TIMES[match["times"] or ""]
    unit = match["unit"] or match["first_unit"] or ""
    first, last = (_times(_plain(match[name]), times) for name in ("first", "last"))
    yield (first, last), _SAME_UNITS.get(unit, unit)


def _read_amount(match: re.Match[str]) -> _Read:
    parts = match.groupdict()
    unit = _SAME_UNITS.get(parts["unit"] or "", parts["unit"] or "")
    value = _times(_plain(parts["value"]), _TIMES[parts.get("times") or ""])
    yield (value,), ("第" if parts["nth"] and unit else "") + unit


def _read_fraction(match: re.Match[str]) -> _Read:
    yield (_plain(match["below"]), _plain(match["above"])), "分之"


def _read_tenths(match: re.Match[str]) -> _Read:
    yield (f"{_plain(match['tenths'])}0",), "%"


def _read_item_number(match: re.Match[str]) -> _Read:
    yield (_plain(match["value"]),), ITEM


def _plain(number: str) -> str:
    """A number in Arabic digits without leading zeros or trailing ones after the point."""
    value = read_number(number) if number else None
    return number if value is None else str(value)


def _times(number: str, times: int) -> str:
    if number.count(".") > 1:
        return number  # 1.2.3 numbers a section
    return f"{(Decimal(number) * times).normalize():f}"


_NUMBER = rf"(?:{_ARABIC}|{_HAN})"
_READERS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], _Read]]] = (
    (
        re.compile(
            r"(?P<code>[\u4e00-\u9fff]{1,20})[〔\[【({](?P<year>\d{4})[〕\]】)}]第?(?P<number>\d{1,6})号"
        ),
        _read_document,
    ),
    (re.compile(rf"(?<!\d)(\d{{4}})(?:学?年)?{_TO}(\d{{4}})学?年度?"), _read_years),
    (
        re.compile(r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"),
        _read_date,
    ),
    (
        re.compile(
            rf"(?:(?<!\d)(?P<year>\d{{4}}|[〇零○一二三四五六七八九]{{4}})年)?(?<!\d)"
            rf"(?P<month>\d{{1,2}}|(?<![{_HAN_LETTERS}])十?[一二三四五六七八九十])月"
            rf"(?:(?P<day>\d{{1,2}}|[一二三]?十?[一二三四五六七八九十])"
            rf"(?:日?{_TO}(?P<until>\d{{1,2}}))?[日号]|(?P<when>底|末|初|上旬|中旬|下旬))?"
        ),
        _read_date,
    ),
    (
        re.compile(
            rf"(?<!\d)(?P<year>(?:19|20|21)\d{{2}}|[一二][〇零○九][〇零○一二三四五六七八九]{{2}})学?年(?!级)度?"
            rf"(?P<when>{_QUALIFIER})?"
        ),
        _read_date,
    ),
    (re.compile(r"(?<![\d年一二三四五六七八九十全每半])年(?P<when>[底末初])"), _read_end_of_year),
    (
        re.compile(
            r"(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?![\d:])|时(?:(?P<minutes>\d{1,2})分)?)"
        ),
        _read_time,
    ),
    (
        re.compile(
            rf"(?:(?:(?<!\d)(?P<from>\d{{1,2}})(?:st|nd|rd|th)?(?:to|and|[-–—]))?"
            rf"(?<!\d)(?P<before>\d{{1,2}})(?:st|nd|rd|th)?(?:of)?)?(?P<month>{_MONTH_WORD})\.?"
            r"(?:(?P<after>\d{1,2})(?!\d)(?:st|nd|rd|th)?)?,?\|?(?:(?:of)?(?P<year>\d{4}))?"
            r"(?(before)|(?:(?<=\d)|(?<=st)|(?<=nd)|(?<=rd)|(?<=th)|(?<=,)))"
        ),
        _read_english_date,
    ),
    (
        re.compile(
            rf"百分之(?P<whole>{_NUMBER}|百)(?:点(?P<decimals>[零〇一二三四五六七八九]+))?|(?P<hundred>百分百)"
        ),
        lambda match: [(("100",), "%")] if match["hundred"] or match["whole"] == "百" else _read_share(match),
    ),
    (re.compile(r"(?<![\d:])(?P<first>\d{1,2}):(?P<second>\d)(?![\d:])"), _read_ratio),
    (re.compile(rf"(?P<below>{_NUMBER})分之(?P<above>{_NUMBER})"), _read_fraction),
    (re.compile(r"(?<![\d/.])(?P<above>\d{1,2})/(?P<below>\d{1,3})(?![\d/.])"), _read_fraction),
    (re.compile(rf"(?P<tenths>{_DIGIT})成(?![员果绩为立长功人就本])"), _read_tenths),
    (
        re.compile(rf"(?:^|(?<=[\n;:。|,]))\(?(?P<value>\d{{1,2}}|{_HAN})(?:[.、](?!\d)|\))"),
        _read_item_number,
    ),
    (
        re.compile(
            rf"(?<![\d.])(?P<first>{_ARABIC})(?P<first_unit>%|‰)?{_TO}(?P<last>{_ARABIC})[余多]?(?P<times>{_MAGNITUDE})"
            rf"[余多]?(?P<unit>{_ARABIC_UNITS})?"
        ),
        _read_range,
    ),
    (
        re.compile(
            rf"(?P<nth>第)?(?<![\d.])(?P<value>{_ARABIC})\+?[余多]?(?P<times>{_MAGNITUDE})[余多]?\+?(?P<unit>{_ARABIC_UNITS})?"
        ),
        _read_amount,
    ),
    (
        re.compile(
            rf"(?P<nth>第)?(?<![{_HAN_LETTERS}几数])(?P<value>(?:(?<=第)|(?!一[^十百千万])){_HAN})[余多]?"
            rf"{_NO_PLACE}(?P<unit>{_COMMON_UNITS})(?!方面|层面|角度)"
        ),
        _read_amount,
    ),
    (
        re.compile(
            rf"(?<![{_HAN_LETTERS}统唯同专单划逐进万之初高第])(?P<nth>)(?P<value>一)(?P<unit>{_ONE_COUNTS})(?![性级体])"
        ),
        _read_amount,
    ),
)
