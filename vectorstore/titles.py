"""Lines that are neither body nor numbered: titles, dates, signatures, web-page furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.lines import Line, ends_sentence

_LONGEST_TITLE_LINE = 50
_MOST_TITLE_LINES = 4
# The kinds of official documents (党政机关公文处理工作条例, and those that education offices publish).
# fmt: off
KINDS = (
    "方案", "计划", "规划", "要点", "通知", "意见", "办法", "规定", "细则", "条例", "清单", "指南", "决定",
    "公告", "通告", "通报", "报告", "简报", "动态", "汇编", "纲要", "标准", "措施", "制度", "章程", "总结",
    "公报", "函", "批复", "决议", "命令", "纪要", "任务书", "责任书", "一览表", "汇总表", "分工表", "目录",
)
# fmt: on
_KIND_END = re.compile(
    rf"(?:{'|'.join(KINDS)})"
    r"(?:\s*[（(][^（）()]{1,12}[）)])*(?:\s*(?:\d{4}年)?\s*第\s*[\d一二三四五六七八九十]+\s*[期号])?$"
)
_ASIDE = re.compile(r"^[（(][^（）()]{1,16}[）)]$")
_ORGANISATION = re.compile(r"(?:局|厅|委|委员会|办公室|政府|部|院|中心|小组|学校|大学|学院)(?:\s{2,}.*)?$")
_DATE = re.compile(
    r"(?:\d{4}|[〇零一二三四五六七八九]{4})\s*[年\-./]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*"
    r"[月\-./]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*日?"
)
_FURNITURE = re.compile(
    r"^(?:>.*|首页|网站首页|(?:您|你)?(?:当前|现在)?(?:的)?(?:所在)?位置\s*[:：].*|当前位置.*|字[号体]\s*[:：]?.{0,12}|"
    r"【?(?:打印|关闭|收藏|纠错|返回)(?:本页|窗口|页面)?】?|(?:分享|分享到)\s*[:：]?.{0,12}|返回(?:顶部|首页|列表)|"
    r"(?:上|下)一[篇页条]\s*[:：]?.*|扫(?:一扫|码|描).{0,24}|相关(?:链接|文章|阅读|信息)\s*[:：]?|版权所有.*|网站地图|"
    r"(?:主办|承办)单位\s*[:：].*|.{0,4}ICP备.*|.{0,2}公网安备.*)$"
)


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """A title over lines ``first`` to ``last`` (exclusive); ``text`` is its lines joined."""

    first: int
    last: int
    text: str


def is_furniture(line: Line) -> bool:
    """Whether a line belongs to the web page and not to the document."""
    return len(line.text) <= 60 and bool(_FURNITURE.match(line.text))


def is_date(text: str) -> bool:
    """Whether a line is a date and little else."""
    match = _DATE.search(text)
    return match is not None and len(text) - len(match.group()) <= 6


def is_signature(text: str) -> bool:
    """Whether a line is an organisation's name alone, or with a date behind it."""
    return len(text) <= 60 and bool(_ORGANISATION.search(_DATE.sub("", text).strip()))


def ends_in_kind(text: str) -> bool:
    """Whether a title names what kind of document it heads ("…方案(征求意见稿)", "…简报2025年第7期")."""
    return bool(_KIND_END.search(text.strip()))


def find_titles(lines: Sequence[Line], plain: Sequence[bool]) -> list[TitleBlock]:
    """Title blocks among the lines that ``plain`` says are neither numbered, furniture nor table."""
    blocks: list[TitleBlock] = []
    index = 0
    while index < len(lines):
        block = _title_at(lines, plain, index)
        if block:
            if not blocks or _bare(blocks[-1].text) != _bare(block.text):
                blocks.append(block)
            index = block.last
        else:
            index += 1
    return blocks


def _title_at(lines: Sequence[Line], plain: Sequence[bool], index: int) -> TitleBlock | None:
    before = lines[index - 1] if index else None
    if before and plain[index - 1] and not (ends_sentence(before.text) or _stands_alone(before)):
        return None
    end = index
    while end < min(index + _MOST_TITLE_LINES, len(lines)) and plain[end] and _could_title(lines[end]):
        end += 1
        joined = "".join(line.text for line in lines[index:end])
        if ends_in_kind(joined):
            while end < len(lines) and plain[end] and _ASIDE.match(lines[end].text):
                joined += lines[end].text
                end += 1
            return TitleBlock(index, end, joined)
    dated = before is not None and (is_date(before.text) or bool(_DATE.search(before.text[-14:])))
    if 0 < end - index <= 3 and dated and end < len(lines) and plain[end] and len(lines[end].text) >= 40:
        return TitleBlock(index, end, " ".join(line.text for line in lines[index:end]))
    return None


def _could_title(line: Line) -> bool:
    text = line.text
    return (
        2 <= len(text) <= _LONGEST_TITLE_LINE
        and text[-1] not in "。；！？!?;：:，,、"
        and "。" not in text
        and not re.search(r"[:：]", text)
        and not is_date(text)
        and not (is_signature(text) and not ends_in_kind(text))
    )


def _stands_alone(line: Line) -> bool:
    """Lines that a title can follow although they end no sentence."""
    text = line.text
    return (
        is_date(text)
        or is_signature(text)
        or ends_in_kind(text)
        or len(text) <= 8
        or bool(_DATE.search(text))
        or bool(re.search(r"[:：]", text[:12]))
    )


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
