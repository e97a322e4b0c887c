"""What whoever brings a document of their own is told."""

from __future__ import annotations

from vectorstore.errors import Message, PolicyAssistantError, UnreadableFile


class OwnFileGone(PolicyAssistantError):
    """No such document is kept, or it is someone else's: which of the two is not told."""

    code = "file_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            Message(
                "您的文件已经不在了：一小时没有提问，或者换了文件，就会删除。",
                "Your document is no longer here: it goes an hour after the last question, or when you bring"
                " another.",
            ),
            Message(
                "请重新选择文件，或者直接在文件库中提问。", "Choose it again, or ask in the library instead."
            ),
        )


class OwnFilesClosed(PolicyAssistantError):
    """The settings let nobody bring documents."""

    code = "own_files_closed"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            Message("本服务没有开放“问自己的文件”。", "This server takes no documents to ask in."),
            Message(
                "请直接在文件库中提问；要开放，请管理员设置 POLICY_ASSISTANT_OWN_FILES=on。",
                "Ask in the library, or have the administrator set POLICY_ASSISTANT_OWN_FILES=on.",
            ),
        )


class TooManyFiles(PolicyAssistantError):
    """As many documents are being read as can be at once, or all that are kept are being asked in."""

    code = "too_many_files"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            Message("现在正在读的文件太多。", "Too many documents are being read at the moment."),
            Message("请过一会儿再试。", "Try again in a little while."),
        )


class OwnFileTooLarge(UnreadableFile):
    """It is larger than any document that is taken."""

    code = "too_large"
    status = 413
