"""Lines that are neither body nor numbered: titles, annexes, dates, signatures, web-page furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.lines import Line, ends_sentence
from vectorstore.text import fold, is_page_number

_LONGEST_TITLE_LINE = 50
_MOST_TITLE_LINES = 4
_LEAST_INTRODUCTION = 30  # characters of the paragraph below a title of any kind
_PARAGRAPH = 20  # characters of a line that is no heading, no cell and no member of a list
# The kinds of official documents (党政机关公文处理工作条例, and those that education offices publish).
# fmt: off
KINDS = (
    "方案", "计划", "规划", "要点", "通知", "意见", "办法", "规定", "细则", "条例", "清单", "指南", "决定",
    "公告", "通告", "通报", "报告", "简报", "动态", "汇编", "纲要", "标准", "措施", "制度", "章程", "总结",
    "公报", "函", "批复", "决议", "命令", "纪要", "任务书", "责任书", "一览表", "汇总表", "分工表", "目录",
    "预案", "规程", "规范", "守则", "准则", "大纲", "名单", "安排", "说明", "解读", "倡议书", "公开信",
    "请示", "答复", "讲话", "分解表", "任务表", "统计表", "申报表", "申请表",
)
# fmt: on
_KIND_END = re.compile(
    rf"(?:{'|'.join(KINDS)}|[\u4e00-\u9fff]{{3}}(?![办方做用看想疗写算手])[\u4e00-\u9fff]法)"
    r"(?:\s*[（(][^（）()]{1,12}[）)])*(?:\s*(?:\d{4}年)?\s*第\s*[\d一二三四五六七八九十]+\s*[期号])?$"
)
_ASIDE = re.compile(r"^[（(][^（）()]{1,16}[）)]$")
_ORGANISATION = re.compile(r"(?:局|厅|委|委员会|办公室|政府|部|院|中心|小组|学校|大学|学院)(?:\s{2,}.*)?$")
_DATE = re.compile(
    r"(?:\d{4}|[〇○零一二三四五六七八九]{4})\s*[年\-./]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*"
    r"[月\-./]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*日?"
)
_LETTERHEAD = re.compile(
    r".{2,24}文件|.{1,16}[〔\[［(（]\d{4}[〕\]］)）]\s*第?\s*\d+\s*号.{0,24}|第\s*[\d一二三四五六七八九十百]+\s*期|签发人.*"
)
_FURNITURE = re.compile(
    r"^(?:(?:>\s*[^>。]{1,20}){2,}|(?:网站)?首页(?:\s*>.*)?|(?:(?:您|你)(?:当前|现在)?的?(?:所在)?|当前)位置\s*[:：]?.*|"
    r"字[号体]\s*[:：]\s*[\[［【]?[大中小号\s|/]*[\]］】]?|"
    r"(?:[\[【]?\s*(?:打印|关闭|收藏|纠错)(?:本页|此页|窗口|页面)?\s*[\]】]?\s*[|｜]?\s*){1,4}|"
    r"分享(?:到|至)?\s*[:：]?[\s微信博QQ空间朋友圈新浪]*|返回(?:顶部|首页|列表|上页)|[上下]一[篇页条]\s*(?:[:：].*)?|"
    r"扫(?:一扫|码|描).{0,10}(?:手机|微信|二维码|关注|浏览|分享|打开|访问).{0,12}|相关(?:链接|文章|阅读|信息)\s*[:：]?|"
    r"(?:版权所有|Copyright|©).*|网站地图.*|.{0,40}(?:网站标识码|ICP备|公网安备).*|浏览(?:次数|量)\s*[:：]\s*\d*\s*次?)$"
)
_ANNEX = re.compile(r"^附\s?[件表录]\s*([\d一二三四五六七八九十]{0,3})\s*([:：.．]?)$")
_ANNEX_INLINE = re.compile(
    r"^(附\s?[件表录]\s*[\d一二三四五六七八九十]{0,3})\s*[:：\s]\s*([^\d\s:：][^:：。]{1,48})$"
)
_FIRST_OPENING = re.compile(r"[一1][、．.]|第[一1][编章条]|[（(][一1][）)]|[★●【]|#")


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """A title over lines ``first`` to ``last`` (exclusive); ``text`` is its lines joined.

    ``label`` is what stands over an annex ("附件1"), else empty.
    """

    first: int
    last: int
    text: str
    label: str = ""


def is_furniture(line: Line) -> bool:
    """Whether a line belongs to the web page or the printed page, and not to the document."""
    return len(line.text) <= 60 and (bool(_FURNITURE.match(line.text)) or is_page_number(line.text))


def is_date(text: str) -> bool:
    """Whether a line is a date and little else, as below a signature.

    >>> is_date("2024 年 3 月 8 日"), is_date("请于2024年3月8日前将名单报市教育局")
    (True, False)
    """
    match = _DATE.search(text[:60])
    return match is not None and len(text) - len(match.group()) <= 6


def is_signature(text: str) -> bool:
    """Whether a line is an organisation's name alone, or with a date behind it."""
    return len(text) <= 60 and bool(_ORGANISATION.search(fold(_DATE.sub("", text).strip())))


def is_letterhead(text: str) -> bool:
    """Whether a line is of the head of an official paper: 某某文件, its number, its issue.

    >>> is_letterhead("鲁政办字〔2022〕168号"), is_letterhead("第7期"), is_letterhead("第七条 经费")
    (True, True, False)
    """
    return len(text) <= 60 and bool(_LETTERHEAD.fullmatch(text))


def ends_in_kind(text: str) -> bool:
    """Whether a title ends with the kind of its document (方案, 简报), or with that and its issue or status.

    >>> ends_in_kind("乡村教育振兴工作方案（征求意见稿）"), ends_in_kind("基础教育简报2025年第7期")
    (True, True)
    >>> ends_in_kind("加强组织领导")
    False
    """
    return bool(_KIND_END.search(fold(text.strip()[-80:])))


def find_annexes(lines: Sequence[Line]) -> list[TitleBlock]:
    """Annexes that begin on a line of their own ("附件1"), with the title below it or beside it."""
    blocks: list[TitleBlock] = []
    for index, line in enumerate(lines):
        alone, inline = _ANNEX.match(line.text), _ANNEX_INLINE.match(line.text)
        if alone and (block := _annex_below(lines, index, named=bool(alone.group(1)), colon=alone.group(2))):
            blocks.append(block)
        elif inline and _heads_annex(lines, index, inline.group(2)):
            blocks.append(TitleBlock(index, index + 1, inline.group(2).strip(), inline.group(1).strip()))
    return blocks


def _annex_below(lines: Sequence[Line], index: int, *, named: bool, colon: str) -> TitleBlock | None:
    label = lines[index].text.rstrip(":：.． ")
    below = index + 1
    if below == len(lines) or _ANNEX.match(lines[below].text) or _FIRST_OPENING.match(lines[below].text):
        return None
    last = _title_end(lines, below)
    title = "".join(line.text for line in lines[below:last])
    certain = not colon and (named or ends_in_kind(title))
    return TitleBlock(index, last, title, label) if title and (certain or _begins_text(lines, last)) else None


def _title_end(lines: Sequence[Line], first: int) -> int:
    """Where the title that begins on a line is over: with its kind, else after one line."""
    for end in range(first, min(first + _MOST_TITLE_LINES, len(lines))):
        if not could_title(lines[end]):
            break
        if ends_in_kind("".join(line.text for line in lines[first : end + 1])):
            return _with_asides(lines, end + 1)
    return first + 1 if could_title(lines[first]) else first


def _with_asides(lines: Sequence[Line], end: int) -> int:
    while end < len(lines) and _ASIDE.match(lines[end].text):
        end += 1
    return end


def _begins_text(lines: Sequence[Line], index: int) -> bool:
    """Whether a document's body begins on this line: with a first number or a paragraph."""
    if index >= len(lines):
        return False
    return bool(_FIRST_OPENING.match(lines[index].text)) or len(lines[index].text) >= 2 * _PARAGRAPH


def _heads_annex(lines: Sequence[Line], index: int, title: str) -> bool:
    """Whether "附件1 某某表" stands over the annex, and not in a notice's list of annexes."""
    around = [lines[i].text for i in (index - 1, index + 1) if 0 <= i < len(lines)]
    if any(_ANNEX_INLINE.match(text) for text in around) or index + 1 == len(lines):
        return False
    below = lines[index + 1].text
    closes = is_signature(below) or is_date(below)
    numbered = bool(re.search(r"[\d一二三四五六七八九十]", lines[index].text[:5]))
    return _begins_text(lines, index + 1) or (numbered and ends_in_kind(title) and not closes)


def find_titles(lines: Sequence[Line], plain: Sequence[bool]) -> list[TitleBlock]:
    """Title blocks among the lines that ``plain`` says are neither numbered, furniture, annex nor table."""
    blocks: list[TitleBlock] = []
    index = 0
    while index < len(lines):
        again = bool(blocks) and blocks[-1].last == index
        block = _title_at(lines, plain, index, again=again)
        block = block or (None if blocks else _title_on_top(lines, plain, index))
        if block:
            if not blocks or _bare(blocks[-1].text) != _bare(block.text):
                blocks.append(block)
            index = block.last
        else:
            index += 1
    return blocks


def _title_at(lines: Sequence[Line], plain: Sequence[bool], index: int, *, again: bool) -> TitleBlock | None:
    before = lines[index - 1] if index else None
    if before and plain[index - 1] and not (again or ends_sentence(before.text) or _stands_alone(before)):
        return None
    end = index
    while end < min(index + _MOST_TITLE_LINES, len(lines)) and plain[end] and could_title(lines[end]):
        end += 1
        if ends_in_kind("".join(line.text for line in lines[index:end])):
            last = end
            while last < len(lines) and plain[last] and _ASIDE.match(lines[last].text):
                last += 1
            title = "".join(line.text for line in lines[index:last])
            return TitleBlock(index, last, title) if _heads_something(lines, plain, last, title) else None
    dated = before is not None and (is_date(before.text) or bool(_DATE.search(before.text[-14:])))
    above_text = end < len(lines) and plain[end] and len(lines[end].text) >= _LEAST_INTRODUCTION
    if 0 < end - index <= 3 and dated and above_text:
        return TitleBlock(index, end, " ".join(line.text for line in lines[index:end]))
    return None


def _title_on_top(lines: Sequence[Line], plain: Sequence[bool], index: int) -> TitleBlock | None:
    """The very first line is a title whatever it is called, if a text can begin below it."""
    if index or not lines or not plain[0] or not could_title(lines[0]):
        return None
    title = lines[0].text
    return TitleBlock(0, 1, title) if len(lines) > 1 and _heads_something(lines, plain, 1, title) else None


def _heads_something(lines: Sequence[Line], plain: Sequence[bool], index: int, title: str) -> bool:
    """Whether the line below a title can be the beginning of what it heads, and is no list's next member."""
    if index >= len(lines) or not plain[index]:
        return True
    text = lines[index].text
    return (
        len(text) >= _PARAGRAPH
        or text[-1] in "：:。"
        or text.startswith(("序号", "—"))
        or _bare(text) == _bare(title)
        or is_date(text)
        or is_signature(text)
        or is_letterhead(text)
        or bool(_DATE.search(text))
    )


def could_title(line: Line) -> bool:
    """Whether a line may be a title, or a line of one."""
    text = line.text
    return (
        2 <= len(text) <= _LONGEST_TITLE_LINE
        and text[-1] not in "。；！？!?;：:，,、"
        and not re.search(r"[。:：|\t]", text)
        and not is_date(text)
        and not is_letterhead(text)
        and (not is_signature(text) or ends_in_kind(text))
    )


def _stands_alone(line: Line) -> bool:
    """Lines that a title can follow although they end no sentence."""
    text = line.text
    return (
        is_date(text)
        or is_signature(text)
        or is_letterhead(text)
        or (len(text) <= 8 and not ends_in_kind(text))
        or bool(_DATE.search(text[:60]))
        or bool(re.search(r"[:：]", text[:12]))
    )


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
