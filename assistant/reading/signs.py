"""What a text shows of the things that questions ask for: figures by what they measure, dates, bodies, lists.

Signs are forms and no meaning. Which of them a question wants is learned (see ``assistant.reading.learned``),
except where it names the measure itself: 多少天 and 几名 want a figure of that unit.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.units import measured_by

_NUMERAL = r"(?:\d[\d,]{0,15}(?:\.\d{1,6})?|[零〇一二两三四五六七八九十百千半]{1,12})\s*[余多]?\s*[万亿]?"
_DATE = re.compile(
    r"(?:\d{4}|[一二][〇零○九][〇零○一二三四五六七八九]{2})\s*(?:学年|年)(?:度|\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?"
    r"|(?:\d{1,2}|十?[一二三四五六七八九十])\s*月(?:\s*(?:\d{1,2}|[一二三]?十?[一二三四五六七八九十])\s*[日号]|[底初末]|[上中下]旬)?(?!内)"
    r"|年[底初末]|[上下]半年|[春夏秋冬]季"
)
_FORMS: dict[str, re.Pattern[str]] = {
    "number": re.compile(r"[〔\[（(【]\d{4}[〕\]）)】]\s*第?\d+\s*号|第\s*\d+\s*号"),
    "ordinal": re.compile(rf"第\s*{_NUMERAL}"),
    "phone": re.compile(r"(?<!\d)(?:\d{3,4}[-—－]\d{7,8}|1\d{10}|\d{7,8})(?!\d)"),
    "address": re.compile(r"[\w.]+@[\w.]+|https?://|www\.|\d+\s*号(?!文)"),
    "clock": re.compile(r"\d{1,2}\s*[:：时点]\s*(?:\d{2}|半|整)?|[上下]午"),
    "body": re.compile(r"[局委厅署院府](?![面部限势促员托派])|部门|单位|机构|机关|中心|学校"),
    "role": re.compile(r"[校院园局厅处科组班]长|主任|书记|教师|班主任|负责人|联系人|家长|监护人|专家"),
    "list": re.compile(r"[、；][^、；]{1,200}[、；]"),
    "never": re.compile(r"不得|不予|禁止|严禁|不再|不能|不可|不应|不准|无需|不需|不必|免"),
    "may": re.compile(r"可以|可(?=[以由向在凭按申持])|允许|鼓励|有权"),
    "must": re.compile(r"应当|必须|须|应(?=[由在按向于将对])|不少于|不低于|不超过"),
    "case": re.compile(r"下列|情形|条件|符合|属于|除外|以外|但|[的者](?=，)"),
    "penalty": re.compile(r"罚款|处分|吊销|责令|警告|追究|没收|取消|撤销"),
    "means": re.compile(r"是指|指的是|包括|称为|即"),
}
_LONGEST = 600  # characters of a text that are looked at
_ASKED = r"(?:多少|几|第几|how many)\s*"


@cache
def unit_kinds() -> tuple[str, ...]:
    """What can be measured, each once."""
    return tuple(dict.fromkeys(measured_by().values()))


@cache
def form_names() -> frozenset[str]:
    """The signs that are no figures."""
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
    """The signs that a text shows; "办结时限为15个工作日" shows day."""
    text = text[:_LONGEST]
    found = {name for name, form in _FORMS.items() if form.search(text)}
    rest = _DATE.sub("|", text)
    if rest != text:
        found.add("date")
    found.update(measured_by().get(match.group(1) or "%", "thing") for match in _measured().finditer(rest))
    return frozenset(found)


def asked_units(question: str) -> frozenset[str]:
    """What the question asks to be measured where it names the unit; "要公示多少天" wants day."""
    return frozenset(measured_by()[match.group(1)] for match in _asked().finditer(question))
