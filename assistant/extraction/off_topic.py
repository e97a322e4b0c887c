"""What no library of policies answers: small talk, attempts to change the rules, other subjects."""

from __future__ import annotations

import re

from assistant.extraction.courtesies import is_only_courtesy
from assistant.types import Reason
from vectorstore.text import fold

_SMALL_TALK = re.compile(
    r"^(?:你好|您好|嗨|哈喽|hi|hello|hey|早上好|下午好|晚上好|谢谢|多谢|感谢|再见|拜拜|在吗|在不在|"
    r"你是谁|你叫什么|你是(?:哪家|哪个|什么)[^？?。]{0,12}(?:模型|机器人|ai)[^？?。]{0,12}|你能(?:做|干|回答)(?:什么|啥)|"
    r"你会(?:什么|啥)|怎么用|使用说明|帮助|help|who are you|what can you do|"
    r"thanks?(?: you)?)[\s，,。.！!？?~啊呀呢吗的了]*$"
)
_ATTEMPTS = re.compile(
    r"(?:忽略|无视|忘(?:记|掉)|跳过|绕过|关闭|停用|解除)[^。？?]{0,16}(?:指令|规则|要求|提示|限制|"
    r"校验|约束|引用)|开发者模式|越狱|jailbreak|"
    r"系统提示|提示词|system\s*prompt|(?:你的|输出|打印|显示|告诉我)[^。？?]{0,10}(?:指令|密钥|"
    r"api\s*key|口令)|^\s*[【\[<]\s*(?:系统|system)|"
    r"ignore (?:all |the |your |previous )*(?:instructions?|rules?)|"
    r"(?:不用|不要|别|无需)[^。？?]{0,6}(?:查|引用|出处|资料|依据)|(?:编造|杜撰|虚构|伪造|捏造|瞎编|现编)|"
    r"(?:帮我|替我|请|给我)?(?:编|写|拟|起草|造|仿写|生成)(?:一?[份篇个封张段首]|"
    r"个)[^。？?]{0,40}(?:通知|文件|公文|方案|批复|函|证明|讲话|作文|检讨|诗|故事|代码|总结|报告|信)|"
    r"随便(?:估|猜|说|编)[一个]?|你(?:来)?扮演|请?按[^，。？?]{1,12}回答"
)
_SUBJECTS = re.compile(
    r"天气|气温|下雨|股票|股价|基金|彩票|汇率|房价|菜谱|怎么做菜|电影|电视剧|明星|八卦|内幕|星座|"
    r"算命|游戏攻略|python|java\b|javascript|代码|编程题|翻译成|润色|"
    r"离婚|抚养权|打官司|起诉|告(?:赢|得赢)|去告|吃什么药|吃药|[烧热]到\d|怎么治|症状|处方|看病挂号|减肥|"
    r"世界杯|world cup|who won|足球比分|机票|酒店|火车票|国考|省考|行测|申论|送礼|收礼|收了礼|"
    r"调走|手机号|学籍号|身份证号"
)


def refuse_question(question: str) -> Reason | None:
    """Why a question is not answered at all, whatever the library holds."""
    text = fold(question).strip()
    if _SMALL_TALK.match(text) or is_only_courtesy(text):
        return Reason.SMALL_TALK
    if _ATTEMPTS.search(text) or _SUBJECTS.search(text):
        return Reason.OUT_OF_SCOPE
    return None
