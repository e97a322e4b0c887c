"""The families of numbers that open sections: what they look like, and what only looks like them.

Chinese official documents number their sections by convention (GB/T 9704:
一、 （一） 1. （1） ①; statutes by 编, 章, 节, 条; standards by 1, 1.1, 1.1.1).
"""

from __future__ import annotations

import re
from enum import StrEnum

NUMERAL = "[零〇一二两三四五六七八九十百千]"


class Family(StrEnum):
    """Families of section openings, from the outside in (see RANK)."""

    IMPRINT = "附件："
    MARKDOWN = "#"
    BOOK = "编"
    CHAPTER = "章"
    PART = "节"
    COLUMN = "【】"
    HAN = "一、"
    HAN_BRACKETS = "（一）"
    THEME = "一是"
    ARTICLE = "条"
    ARABIC = "1."
    DECIMAL = "1.1"
    BULLET = "★"
    ARABIC_BRACKETS = "（1）"
    HALF_BRACKET = "1）"
    CIRCLED = "①"


RANK = {family: rank for rank, family in enumerate(Family)}
BODY_FAMILIES = frozenset(
    {
        Family.ARTICLE,
        Family.ARABIC,
        Family.DECIMAL,
        Family.BULLET,
        Family.ARABIC_BRACKETS,
        Family.HALF_BRACKET,
        Family.CIRCLED,
    }
)
STATUTE = frozenset({Family.BOOK, Family.CHAPTER, Family.PART, Family.ARTICLE})
UNNUMBERED = frozenset({Family.COLUMN, Family.BULLET, Family.IMPRINT, Family.MARKDOWN})
# Their count begins anew under every outer heading; the count of 条 and of 1. may go on.
COUNTED_ANEW = (
    Family.CIRCLED,
    Family.HALF_BRACKET,
    Family.ARABIC_BRACKETS,
    Family.THEME,
    Family.HAN_BRACKETS,
)

PATTERNS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    (Family.MARKDOWN, re.compile(r"(#{1,6})\s+(?=\S)")),
    (
        Family.IMPRINT,
        re.compile(r"(附\s?件|附|报|送|抄送|抄报|分送|主送|主题词)\s*[\d一二三四五六七八九十]*\s*[:：]"),
    ),
    (Family.BOOK, re.compile(rf"第\s?({NUMERAL}+|\d+)\s?(?:分?[编編]|篇|部分)")),
    (Family.CHAPTER, re.compile(rf"第\s?({NUMERAL}+|\d+)\s?章")),
    (Family.PART, re.compile(rf"第\s?({NUMERAL}+|\d+)\s?[节節]")),
    (Family.ARTICLE, re.compile(rf"第\s?({NUMERAL}+|\d+)\s?[条條](?:之{NUMERAL}+)?")),
    (Family.COLUMN, re.compile(r"【([^】]{1,24})】(?=\s*$)")),
    (Family.HAN, re.compile(r"([一二三四五六七八九十百]{1,4})\s?[、．.]")),
    (Family.HAN_BRACKETS, re.compile(rf"(?:[（(]\s?({NUMERAL}{{1,4}})\s?[）)]|([㈠-㈩]))[、.．]?")),
    (Family.THEME, re.compile(r"([一二三四五六七八九十]{1,2})(?:是|要)")),
    (Family.DECIMAL, re.compile(r"(\d{1,2}(?:[.．]\d{1,2}){1,4})[.．、]?(?=[\s\u4e00-\u9fff“《（(])")),
    (Family.ARABIC, re.compile(r"(?:(\d{1,3})\s?[.．、](?!\d)|([⒈-⒛]))")),
    (Family.BULLET, re.compile(r"([★☆●■□◆◇▲△▶►※◎❖➢•]|○(?![省市县区年月日])|—\s?—(?=[^。]*。))(?!\1)")),
    (Family.ARABIC_BRACKETS, re.compile(r"(?:[（(]\s?(\d{1,2})\s?[）)](?!\s*[年月日])|([⑴-⒇]))")),
    (Family.HALF_BRACKET, re.compile(r"(\d{1,2})[）)](?!\s*[年月日])")),
    (Family.CIRCLED, re.compile(r"([①-⑳㉑-㉟㊱-㊿❶-❿])")),
)
# What follows a number that is named inside a sentence and numbers nothing here.
REFERENCES = {
    Family.ARTICLE: re.compile(
        r"规定[的，。情]|所[规列称指述定]|的|[、，,；;。：:）)]|[和及与或至到]\s?第|第.{1,5}[款项条]|之规定|"
        r"中(?:的|规定|所)|$"
    ),
    Family.CHAPTER: re.compile(
        r"规定|所[规列称指述定]|的|[、，,；;。：:）)]|[和及与或至到]\s?第|第|中(?:的|规定|所)|以[上下外内]"
    ),
    Family.HAN: re.compile(rf"\s?{NUMERAL}{{1,3}}(?:、|年级|级|线|等|类|期|次|天|个月)"),
    Family.HAN_BRACKETS: re.compile(
        r"[、至和及或与到]?\s?第?[（(][^（()）]{1,4}[）)](?:[、至和及或与到（(]|[^）)]{0,12}项)|"
        r"[、至和及或与到]\s?第?[（(]|[两三四五各]?(?:项(?!目)|款(?!项)|目(?![的标录]))|的|所[列称指述]|，|；|。"
    ),
}
REFERENCES[Family.BOOK] = REFERENCES[Family.PART] = REFERENCES[Family.CHAPTER]
REFERENCES[Family.HALF_BRACKET] = REFERENCES[Family.ARABIC_BRACKETS] = REFERENCES[Family.HAN_BRACKETS]
# What may follow 第十条 in a sentence, and may as well begin an article: believed unless it is the next.
DOUBTFUL_REFERENCE = re.compile(r"规定|以[上下外内]|等|情形|执行|办理|处理|适用")
# A number right before one of these counts something; it numbers no item.
COUNTED = re.compile(
    r"\s*(?:[年月日时分秒号个名人所项条%％‰点期次届周岁元万亿千百倍级类家位门米度\d.:：~～—–-]|以[内上下])"
)
