"""What a chat is told where there is no answer: sentences, since a bot shows a status as a breakdown."""

from __future__ import annotations

from vectorstore.errors import Language, Message, PolicyAssistantError

ASK_IN_WORDS = Message("请用文字提问。", "Ask in words.")
WORKING = Message("正在查阅文件…", "Looking through the documents…")
NOT_YET = Message(
    "这个问题还没有整理出答案，请过几秒把同样的问题再发一次。",
    "There is no answer to this yet: send the same question again in a few seconds.",
)
FAILED = Message(
    "回答时出错，原因已记入日志，请稍后再试。",
    "Something went wrong; the cause is in the log. Try again later.",
)


def apology(error: PolicyAssistantError, language: Language) -> str:
    """An error as a sentence: what happened, and what to do."""
    between = " " if language == "en" else ""
    return between.join((error.message.in_language(language), error.hint.in_language(language)))
