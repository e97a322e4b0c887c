"""The characters of a web page: by the encoding that it declares, if that is true, with few bytes lost."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from vectorstore.errors import UnreadableFile
from vectorstore.readers.plain_text.plain import decode, reads_like_chinese

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_LOOKED_AT = 4_096  # bytes in which a page declares its encoding
_MARKUP = "<meta charset>"  # what declares an encoding was read as ASCII, so it must keep ASCII
_LOST = "\ufffd"
_AROUND_LOST = re.compile(f"[^\\x00-\\x7f]*{_LOST}[^\\x00-\\x7f]*")
_FEW = 0.002  # of the characters that may be lost, or so many:
_A_FEW = 3


def declares_encoding(data: bytes) -> bool:
    """Whether a page says in which encoding it is."""
    return bool(_CHARSET.search(data[:_LOOKED_AT]))


def decode_page(data: bytes, name: str) -> tuple[str, int]:
    """A page's text, and how many of its bytes are none of its encoding and left out.

    Raises UnreadableFile where these are more than a few, or nothing says which encoding it is.
    """
    declared = _declared(data)
    if declared:
        with suppress(UnicodeError):
            return data.decode(declared), 0
    try:
        return decode(data, name), 0
    except UnreadableFile:
        best = min(_with_losses(data, declared), key=lambda one: one[1], default=None)
        if best is None:
            raise
        return best


def _declared(data: bytes) -> str:
    """The encoding that a page declares, if it is one that a page can be in; else empty."""
    found = _CHARSET.search(data[:_LOOKED_AT])
    if not found or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    encoding = found.group(1).decode("ascii").lower()
    encoding = "gb18030" if encoding in ("gb2312", "gbk", "x-gbk") else encoding
    # UnicodeError: Python knows codecs that no page is in (undefined, idna), and those decode nothing.
    with suppress(LookupError, UnicodeError):
        if _MARKUP.encode(encoding) == _MARKUP.encode("ascii") and "escape" not in encoding:
            return codecs.lookup(encoding).name
    return ""


def _with_losses(data: bytes, declared: str) -> Iterator[tuple[str, int]]:
    """The page in each encoding that it can be in with a few bytes lost."""
    for encoding in dict.fromkeys((declared or "utf-8", "utf-8", "gb18030")):
        text = data.decode(encoding, "replace")
        lost = text.count(_LOST)
        if lost <= max(_A_FEW, _FEW * len(text)) and reads_like_chinese(text):
            yield text.replace(_LOST, "") if encoding == "utf-8" else _AROUND_LOST.sub(_readable, text), lost


def _readable(around: re.Match[str]) -> str:
    """What reads like Chinese beside a lost byte: where characters have no mark of their own, one that is
    missing makes others of all that follow it, up to the next letter of ASCII."""
    return "".join(part for part in around.group().split(_LOST) if reads_like_chinese(part))
