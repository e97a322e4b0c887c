"""Whether an answer says that what was asked is not there."""

from __future__ import annotations

import re
import unicodedata

from assistant.types import Reason

# The one list. Each way is narrow enough that a policy document is unlikely to use it of its own
# matter (a bare 没有 or 中断 is not), so that quoting at length does not pass for saying so; a test
# holds that no seed contains one. 有没有 is a question, not an answer.
_SAY = "找到|查到|检索到|搜到|写|载明|给出|提到|提及|提供|涉及|收录|说明|列出|列明|公布|标明|注明|披露"
_COLLECTION = "资料|文件|原文|集合|汇编|知识库|文档|材料"
_CHINESE = re.compile(
    "|".join(
        (
            rf"(?<!有)(?:没有|没|未能|未)(?:{_SAY})",  # nothing found, or the text is silent
            rf"(?:{_COLLECTION})(?:中|里|内)?(?:并|都|均)?(?:没有|未见)",  # the collection has none
            r"(?<!有)没有(?:相关|关于|这样的|这份|正文|第[\d一二三四五六七八九十])|无相关",
            r"隐去|遮盖|脱敏|打码",  # the figure is hidden in the source
            r"[只仅](?:有|列了?|见)(?:标题|题目)|无正文",  # a heading without a body
            r"[处此文条被](?:中断|截断)",  # the text breaks off
            r"(?:查|找|搜)不到|(?:无法|不能)(?:回答|确定|确认|断定|判断|给出)|无从(?:得知|查)|不知道",
        )
    )
)
_HIDDEN = re.compile(r"隐去|遮盖|脱敏|打码|\bredacted\b|\bhidden\b")
_CUT_OFF = re.compile(
    r"[只仅](?:有|列了?|见|收录了?)(?:标题|题目)|无正文|[处此文条被](?:中断|截断)"
    r"|\bcut off\b|\btruncated\b|\bonly (?:a|the) (?:title|heading)\b"
)
_ENGLISH = re.compile(
    r"\bnot (?:in the (?:collection|documents?|sources?)|(?:be )?(?:found|stated|specified|mentioned|given"
    r"|provided|included|disclosed))\b"
    r"|\b(?:do|does|did)(?: not|n.t) (?:state|say|mention|specify|give|provide|contain|include|cover|know)\b"
    r"|\b(?:can|could)(?: ?not|n.t) (?:find|be found|answer|determine)\b"
    r"|\bno (?:information|mention|such)\b|\bredacted\b|\bcut off\b|\btruncated\b"
    r"|\bonly (?:a|the) (?:title|heading)\b"
)


def says_absent(answer: str) -> bool:
    """Whether ``answer`` says, in Chinese or English, that it is not there, hidden or cut off."""
    words = _words(answer)
    return bool(_CHINESE.search(words.replace(" ", "")) or _ENGLISH.search(words))


def reason_of(refusal: str) -> Reason:
    """The reason that the words of a refusal give: hidden, cut off, or else not found."""
    words = _words(refusal)
    for pattern, reason in ((_HIDDEN, Reason.REDACTED), (_CUT_OFF, Reason.TRUNCATED)):
        if pattern.search(words) or pattern.search(words.replace(" ", "")):
            return reason
    return Reason.NOT_FOUND


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower())
