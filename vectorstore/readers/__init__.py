"""One file per format: from bytes to text. The text is normalised here, once."""

from __future__ import annotations

from pathlib import Path

from vectorstore.errors import Message, UnreadableFile
from vectorstore.readers.plain import decode
from vectorstore.text import normalise

SUFFIXES = (".txt", ".md")
_MOST_BYTES = 50_000_000


def read_file(path: Path) -> str:
    """The normalised text of a file. Raises UnreadableFile with the reason."""
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableFile(
            Message(f"不支持 {path.name} 的格式。", f"The format of {path.name} is not supported."),
            Message(f"支持的格式：{' '.join(SUFFIXES)}。", f"Supported: {' '.join(SUFFIXES)}."),
        )
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableFile(
                Message(f"文件 {path.name} 太大。", f"{path.name} is too large."),
                Message("请拆分到 50 MB 以下。", "Split it into files under 50 MB."),
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            Message(
                f"文件 {path.name} 读不出来：{error.strerror}。",
                f"{path.name} can't be read: {error.strerror}.",
            ),
            Message("请检查文件是否存在、有无读取权限。", "Check that it exists and may be read."),
        ) from error
    text = normalise(decode(data, path.name))
    if not text.strip():
        raise UnreadableFile(
            Message(f"文件 {path.name} 是空的。", f"{path.name} is empty."),
            Message("请换成有内容的文件，或把它移走。", "Replace it by one with content, or move it away."),
        )
    return text
