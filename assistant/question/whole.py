"""What is no question about policies as a whole: a greeting, thanks, or a request to do something else.

Only where the whole question is that: "伪造入学证明怎么处理" asks about a policy.
"""

from __future__ import annotations

import re

from assistant.question.asking import asks
from assistant.question.courtesies import is_only_courtesy
from assistant.types import Reason
from vectorstore.text import fold

_SMALL_TALK = re.compile(
    r"(?:你好|您好|嗨|哈喽|hi|hello|hey|早上好|下午好|晚上好|谢谢|多谢|感谢|再见|拜拜|在吗|在不在|"
    r"你是谁|你叫什么(?:名字)?|你是(?:哪家|哪个|什么)[^？?。]{0,12}(?:模型|机器人|ai)[^？?。]{0,12}|"
    r"你能(?:做|干|回答)(?:什么|啥)|你会(?:什么|啥)|怎么用|使用说明|帮助|help|who are you|what can you do|"
    r"thanks?(?: you)?)[\s，,。.！!？?~啊呀呢吗的了]*"
)
_POLITE = r"(?:请|麻烦|帮我|替我|给我|帮忙|能不能|能否|可以|你|您|我要|我想|[，,\s])*"
_WRITE = re.compile(
    rf"(?:{_POLITE}(?:写|编写|编造|编|撰写|拟|草拟|起草|生成|仿写)(?=一?[份篇封段首个])|"
    rf"(?:请|麻烦|帮我|替我|给我|帮忙)(?:你|您)?(?:写|编写|编造|编|撰写|拟|草拟|起草|生成|仿写|翻译|润色)|"
    r"(?:please )?write (?:me )?an? )"
    r"[^。？?！!]{0,60}(?:通知|文件|公文|方案|批复|函|证明|讲话稿?|发言稿|作文|检讨|诗|故事|代码|总结|报告|信|"
    r"story|letter|poem)"
    r"(?:来|吧|好吗|可以吗|行吗)?[\s。.！!？?]*"
)
_CHANGE_RULES = re.compile(
    rf"{_POLITE}(?:从现在起|现在)?[，,]?(?:忽略|无视|忘记|忘掉|跳过|绕过|关闭|解除)"
    r"(?:你|以上|上述|上面|之前|前面|此前|所有|全部|一切|系统)[^。？?]{0,12}(?:指令|规则|提示|限制|校验|约束|设定).*"
    r"|.*(?:你的|系统|输出|显示|打印|告诉我)[^。？?]{0,4}(?:提示词|密钥|指令).*"
    r"|[^？?]*提示词[^？?]{0,4}(?:打印|输出|显示|告诉|发)[^？?]*"
    r"|.*(?:system\s*prompt|api\s*key|进入开发者模式).*"
    r"|\W*(?:please )?(?:ignore|disregard|forget) (?:all |any |the |your |previous )*"
    r"(?:instructions?|rules?).*",
    re.DOTALL,
)


def reason_of(question: str) -> Reason | None:
    """Why the question as a whole is told what this is instead of an answer; None for all others."""
    text = fold(question).strip()
    if _SMALL_TALK.fullmatch(text) or is_only_courtesy(text):
        return Reason.SMALL_TALK
    if _CHANGE_RULES.fullmatch(text) or (_WRITE.fullmatch(text) and not asks(text.rstrip("吗？? "))):
        return Reason.OUT_OF_SCOPE
    return None
