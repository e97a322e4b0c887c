"""Why a file can't be taken in, in the words that the user sees."""

from __future__ import annotations

from vectorstore.errors import Message, RecognitionMissing, UnreadableFile

MAY_BE_CUT = Message("文件不完整，可能缺少后面的内容。", "The file is incomplete; its end may be missing.")
_ARCHIVES = ("RAR", "7z")
_PICTURES = ("PNG", "JPEG", "TIFF", "GIF")
SUPPORTED = "txt md html mhtml pdf docx doc wps xlsx xls pptx ofd"


def empty(name: str) -> UnreadableFile:
    """The file has no bytes, or no text."""
    return UnreadableFile(
        Message(f"文件 {name} 是空的。", f"{name} is empty."),
        Message("请换成有内容的文件，或把它移走。", "Replace it by one with content, or move it away."),
    )


def damaged(name: str) -> UnreadableFile:
    """The file is cut off, or is not what its first bytes say."""
    return UnreadableFile(
        Message(f"文件 {name} 已损坏或不完整。", f"{name} is damaged or incomplete."),
        Message("请重新下载，或重新保存后再试。", "Download it or save it again, then try again."),
    )


def encrypted(name: str) -> UnreadableFile:
    """The file needs a password."""
    return UnreadableFile(
        Message(f"文件 {name} 有密码保护。", f"{name} is protected by a password."),
        Message("请去掉密码后再试。", "Remove the password, then try again."),
    )


def unsupported(name: str, found: str) -> UnreadableFile:
    """The content, whatever the name says, is of a format that nobody here reads."""
    return UnreadableFile(
        Message(
            f"文件 {name} 的内容是 {found}，不支持。", f"The content of {name} ({found}) is not supported."
        ),
        _way_out(found),
    )


def _way_out(found: str) -> Message:
    if found in _ARCHIVES:
        return Message(
            "请解压后导入里面的文件，或改用 zip。", "Unpack it and add the files inside, or use zip."
        )
    if found in _PICTURES:
        return Message("请另存为 PDF 以便识别。", "Save it as PDF, which can be recognised.")
    return Message(f"请另存为以下格式之一：{SUPPORTED}。", f"Save it in one of these formats: {SUPPORTED}.")


def too_large(name: str, limit: str, limit_en: str) -> UnreadableFile:
    """The file, or what it unfolds to, is beyond what a policy document can be."""
    return UnreadableFile(
        Message(f"文件 {name} 太大，超过了{limit}。", f"{name} is too large: over {limit_en}."),
        Message("请拆分成几个文件。", "Split it into several files."),
    )


def too_demanding(name: str) -> UnreadableFile:
    """Reading the file hit the limit of time or memory."""
    return UnreadableFile(
        Message(
            f"读取文件 {name} 所需的时间或内存超出了限制。",
            f"Reading {name} takes more time or memory than is allowed.",
        ),
        Message(
            "请拆分文件；如果来源不可信，请不要使用它。",
            "Split it; if you don't trust its source, don't use it.",
        ),
    )


def suspicious(name: str, reason: str, reason_en: str) -> UnreadableFile:
    """The file holds what no office program writes."""
    return UnreadableFile(
        Message(f"文件 {name} {reason}，已拒绝。", f"{name} was refused: {reason_en}."),
        Message("请确认文件来源后重新保存。", "Make sure where it comes from, then save it again."),
    )


def too_deep(name: str) -> UnreadableFile:
    """Elements inside of elements, more of them than any program writes."""
    return suspicious(name, "的内容嵌套过深", "it is nested too deeply")


def no_text(name: str) -> UnreadableFile:
    """The file holds pictures or nothing at all, and OCR can't help with its format."""
    return UnreadableFile(
        Message(f"文件 {name} 里没有文字，可能只有图片。", f"{name} has no text, perhaps only pictures."),
        Message(
            "请提供文字版，或另存为 PDF 以便识别。",
            "Provide it as text, or save it as PDF, which can be recognised.",
        ),
    )


def scan_without_ocr(name: str) -> UnreadableFile:
    """All pages are pictures, and the extra that reads them is not installed."""
    return RecognitionMissing(
        Message(
            f"文件 {name} 是扫描件，还没有安装文字识别组件。",
            f"{name} is a scan, and text recognition is not installed.",
        ),
        Message("请运行：pip install 'policy-assistant[ocr]'", "Run: pip install 'policy-assistant[ocr]'"),
    )


def is_archive(name: str) -> UnreadableFile:
    """The file holds several documents and is no document itself."""
    return UnreadableFile(
        Message(f"{name} 是压缩包，不是一份文件。", f"{name} is an archive, not a document."),
        Message("请解压后再导入里面的文件。", "Unpack it, then add the files inside."),
    )


def scans_left_out(pages: int) -> Message:
    """A notice: some pages are pictures, and the extra that reads them is not installed."""
    return Message(
        f"有 {pages} 页是扫描图像，没有读入；安装 policy-assistant[ocr] 后可以识别。",
        f"{pages} pages are scans and were left out; with policy-assistant[ocr] they can be recognised.",
    )


def pictures_left_out(pages: int) -> Message:
    """A notice: some pages are pictures, in a format whose pictures are not recognised."""
    return Message(
        f"有 {pages} 页只有图像，没有读入。", f"{pages} pages hold only pictures and were left out."
    )


def characters_left_out(count: int) -> Message:
    """A notice: so many bytes of a web page are none of its encoding."""
    return Message(
        f"网页中有 {count} 处字符已损坏，没有读入。", f"{count} broken characters of the page were left out."
    )
