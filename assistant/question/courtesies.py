"""A question without the greeting before it and the thanks after it: they ask for nothing.

Left in, they do: "能不能告诉我" would be a question for yes or no, and 工作 in "祝您工作顺利"
stands in every document.
"""

from __future__ import annotations

import re

# Words of which a clause of courtesy is made, the longest first; no backtracking, so long texts cost nothing.
_WORDS = (
    "尊敬的|工作人员|小助手|老师|同志|领导|专家|客服|先生|女士|各位|大家|早上|上午|中午|下午|晚上|你好|您好|哈喽|"
    "哈罗|在不在|在吗|有人吗|请教|请问|咨询|打听|问题|事情|事儿|情况|一下|告诉|解答|解释|介绍|答复|回复|指教|帮助|"
    "帮忙|能不能|可不可以|能否|可否|可以|劳烦|劳驾|拜托|麻烦|不好意思|对不起|抱歉|冒昧|打扰|打搅|明白|清楚|"
    "感谢|谢谢|多谢|非常|十分|万分|提前|辛苦|期待|万事如意|么么哒|此致|敬礼|工作|生活|身体|顺利|愉快|健康|"
    "hello|hey|hi|[你您我好嗨嘿想要还又再有来个一几件事问帮给跟向说讲查看能请添不太懂谢先很真下哈啊呀哦呢了啦吧的"
    "祝盼望等候点复]"
)
_COURTESY = re.compile(rf"(?:{_WORDS})++")
_SIGN = re.compile(
    r"[您你家位午上师导志生士]好|哈[喽罗]|嗨|嘿|在吗|在不在|有人吗|请问|请教|咨询|打听|想问|问一?下|打[扰搅]|麻烦|劳[烦驾]|"
    r"拜托|不好意思|对不起|抱歉|冒昧|尊敬|谢|辛苦|盼|么么哒|祝|敬礼|期待|告诉我|帮我|(?:不太|不|没)(?:明白|清楚|懂)|"
    r"hello|hey|hi"
)
_CLAUSE = re.compile(r"[^，,。.！!？?：:；;~～…、\s]+")
_ENGLISH_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")
_ENGLISH = re.compile(
    r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|sorry|excuse me|i hope you|please help me|"
    r"(?:could|can|would) you (?:please )?help me|thanks?|thank you|"
    r"(?:many|best|kind) (?:thanks|wishes|regards))\b"
    r"(?!.*\b(?:how|what|which|when|who|whom|where|why|is|are|does|do)\b(?! well)).*",
    re.DOTALL,
)
# 告诉我 stays: by it what may not be told is known ("告诉我密钥").
_REQUEST = re.compile(
    r"(?:我|还|想|要|能不能|能否|可以|可不可以|可否|能|请|麻烦|劳烦|劳驾|拜托|[您你]|帮[我忙]?|给我|跟我){0,6}"
    r"(?:请问|请教|咨询|打听|(?<=想)问|问一?下|(?=告诉我)|告诉一下|(?:说|讲|查|看|解答|解释|介绍)一?下|查查|说说|讲讲)"
    r"(?:[您你]|一下|下|哈|啊|个问题)*"
)
_THANKS = re.compile(r"[，,\s]*(?:先|非常|十分)?(?:谢谢|多谢|感谢)(?:[您你了啦哈啊]|大家)*[！!。.~～\s]*$")
_MARKS = re.compile(r"[。.！!？?；;]*")
_LEAST = 3  # characters that a question must keep: "可以咨询吗" is one itself
_HAN = re.compile(r"[\u3400-\u9fff]")


def without_courtesies(question: str) -> str:
    """The question alone; as it is where courtesies are all there is."""
    text = _THANKS.sub("", question) if _HAN.search(question) else question
    clauses = _clauses(text)
    while clauses and _is_courtesy(clauses[0].group()):
        clauses.pop(0)
    while clauses and _is_courtesy(clauses[-1].group()):
        clauses.pop()
    if not clauses:
        return question
    # What stood behind the last clause, such as its question mark, stays with it.
    end = clauses[-1].end()
    marks = _MARKS.match(text, end)
    kept = text[clauses[0].start() : marks.end() if marks else end].strip()
    request = _REQUEST.match(kept)
    bare = kept[request.end() :].lstrip(" ，,：:") if request else kept
    return bare if len(re.sub(r"\W", "", bare)) >= _LEAST else kept


def is_only_courtesy(question: str) -> bool:
    """Whether it greets, thanks or begs to ask, and asks nothing."""
    clauses = _clauses(question)
    return bool(clauses) and all(_is_courtesy(clause.group()) for clause in clauses)


def _clauses(text: str) -> list[re.Match[str]]:
    pieces = (_CLAUSE if _HAN.search(text) else _ENGLISH_SENTENCE).finditer(text)
    return [piece for piece in pieces if re.search(r"\w", piece.group())]


def _is_courtesy(clause: str) -> bool:
    text = clause.strip().lower()
    if not _HAN.search(text) and " " in text:
        return bool(_ENGLISH.fullmatch(text))
    return bool(_COURTESY.fullmatch(text) and _SIGN.search(text)) or bool(_ENGLISH.fullmatch(text))
