"""Short links to a place in a document: what is cut or retyped in a chat must be short."""

from __future__ import annotations

import re
from urllib.parse import quote

from assistant.saying.answer_json import document_url

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PATH = re.compile(r"/documents/([0-9a-f]{12})\?start=(\d+)&end=(\d+)")
_CODE = re.compile(r"([0-9a-z]{1,10})-([0-9a-z]{1,7})-([0-9a-z]{1,7})")


def short_url(base: str, path: str) -> str:
    """The whole address of a citation, with a short code where its path is that of a place in a document.

    ``base`` is the server's address, without a slash at its end.

    >>> short_url("http://127.0.0.1:7860", "/documents/00000000002a?start=120&end=164")
    'http://127.0.0.1:7860/d/16-3c-18'
    """
    found = _PATH.fullmatch(path)
    if found is None:
        return base + quote(path, safe="/%?=&")
    document, start, end = int(found[1], 16), int(found[2]), int(found[3])
    return f"{base}/d/{_short(document)}-{_short(start)}-{_short(end - start)}"


def long_path(code: str) -> str | None:
    """The path that the code of a short link stands for; None for what is no such code.

    >>> long_path("16-3c-18")
    '/documents/00000000002a?start=120&end=164'
    """
    parts = _CODE.fullmatch(code)
    if parts is None:
        return None
    document, start, length = (int(part, 36) for part in parts.groups())
    return document_url(f"{document:012x}", start, start + length)


def _short(number: int) -> str:
    """In base 36: no upper case, which people get wrong when they type a link."""
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
