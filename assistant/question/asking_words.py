"""The question words of the dialects in those of standard Chinese, by which questions are read.

Question words alone, a closed class: what else dialects call differently is left as it is said.
"""

from __future__ import annotations

import re

from assistant.question.asking import asks

_SIDES = "旁身周两一那这里外上下左右前后东西南北海路手河湖江岸天床无"  # 身边个别 asks nothing
_STANDARD: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"多咱|几时"), "什么时候"),
    (re.compile(r"点解|为么子|为啥子"), "为什么"),
    (re.compile(r"几多"), "多少"),
    (re.compile(r"啥子|么子|么事|乜嘢"), "什么"),
    (re.compile(r"咋个|点样"), "怎么"),
    (re.compile(rf"(?<![{_SIDES}])边度"), "哪里"),
    (re.compile(rf"(?<![{_SIDES}])边啲"), "哪些"),
    (re.compile(rf"(?<![{_SIDES}])边(?=[个位一两二三四五六七八九十几])"), "哪"),
    (re.compile(r"没得|冇得?"), "没有"),
)
_MANY = re.compile(r"好多")


def in_standard_words(question: str) -> str:
    """The question with standard question words; 好多 is 多少 where nothing else asks ("补贴好多钱？")."""
    for pattern, standard in _STANDARD:
        question = pattern.sub(standard, question)
    return question if asks(question) else _MANY.sub("多少", question)
