"""Plain text: bytes in the encodings that Chinese offices use."""

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
    "[的一是在和中为学校教育工作与对建设管理发展实施要求推进国省市县区年月日，。、；：（）《》“”為學與對設發實國縣區進]"
)
_LEAST_USUAL = 0.08
_ENOUGH = 200_000  # characters that decide


def decode(data: bytes, name: str) -> str:
    """Decode by byte-order mark, then UTF-8, then what reads like Chinese: UTF-16, GB18030, Big5.

    A last character that is cut off is dropped. Raises UnreadableFile if nothing
    fits: a broken text is refused, never guessed at. charset-normalizer is right as
    often, but it guesses: Japanese in EUC comes out as Korean instead of being refused.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = _decode(data, encoding)
            if text is None:
                raise _refusal(name)
            return text
    if b"\0" not in data and (text := _decode(data, "utf-8")) is not None:
        return text
    for encoding in ("utf-16-le", "utf-16-be") if b"\0" in data else ("gb18030", "big5"):
        text = _decode(data, encoding)
        if text is not None and reads_like_chinese(text[:_ENOUGH]):
            return text
    raise _refusal(name)


def _decode(data: bytes, encoding: str) -> str | None:
    """The text, without a character that the end of the data cuts off; None if it is in no such encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except UnicodeDecodeError:
        return None


def reads_like_chinese(text: str) -> bool:
    """Whether enough of a text's characters are those that fill Chinese official prose."""
    beyond_ascii = sum(char > "\x7f" for char in text)
    return bool(beyond_ascii) and len(_USUAL.findall(text)) / beyond_ascii >= _LEAST_USUAL


def _refusal(name: str) -> UnreadableFile:
    return UnreadableFile(
        Message(
            f"文件 {name} 的编码无法识别，或内容已损坏。", f"{name} is in no known encoding, or damaged."
        ),
        Message("请另存为 UTF-8 后重试。", "Save it as UTF-8 and try again."),
    )
