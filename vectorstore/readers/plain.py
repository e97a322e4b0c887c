"""Plain text and Markdown: bytes in the encodings that Chinese offices use."""

from __future__ import annotations

import codecs
import re

from vectorstore.errors import Message, UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Characters that fill Chinese official prose. Text decoded with the wrong table has few of them.
_USUAL = re.compile(
    "[的一是在和中为学校教育工作与对建设管理发展实施要求推进国省市县区年月日，。、；：（）《》“”]"
)
_LEAST_USUAL = 0.08


def decode(data: bytes, name: str) -> str:
    """Decode by byte-order mark, then UTF-8, then GB18030 and Big5 where the result reads like Chinese.

    Raises UnreadableFile if none fits: a broken text is refused, never guessed at.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_or_refuse(data, encoding, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _reads_like_chinese(text):
            return text
    raise _refusal(name)


def _decode_or_refuse(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refusal(name) from error


def _reads_like_chinese(text: str) -> bool:
    beyond_ascii = [char for char in text if ord(char) > 127]
    return bool(beyond_ascii) and len(_USUAL.findall(text)) / len(beyond_ascii) >= _LEAST_USUAL


def _refusal(name: str) -> UnreadableFile:
    return UnreadableFile(
        Message(
            f"文件 {name} 的编码无法识别，或内容已损坏。", f"{name} is in no known encoding, or damaged."
        ),
        Message("请另存为 UTF-8 后重试。", "Save it as UTF-8 and try again."),
    )
