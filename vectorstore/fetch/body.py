"""The bytes of an answer: unpacked, counted, and with the encoding that only its header knew."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from vectorstore.errors import UnreadableFile

_PIECE = 1_000_000  # bytes to unfold at a time: a thousandth as many can stand for them
_GZIP = 16 + zlib.MAX_WBITS
_HEAD = 4_096  # bytes in which the reader of web pages looks for the encoding
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=", re.IGNORECASE)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(r"text/html\s*;.*?\bcharset\s*=\s*[\"']?([\w-]+)", re.ASCII | re.IGNORECASE)


class Broken(Exception):
    """The answer ends too early, or is not packed as it says."""


def bounded(pieces: Iterable[bytes], most: int, too_large: UnreadableFile) -> Iterator[bytes]:
    """The pieces; raises ``too_large`` in place of the first that is beyond ``most`` bytes."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > most:
            raise too_large
        yield piece


def unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """What a Content-Encoding stands for, never much at a time.

    Raises Broken for one that was not asked for, that is damaged, or that has no end,
    which httpx would take for the end of the file.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return iter(pieces)
    if encoding not in ("gzip", "x-gzip"):
        raise Broken
    return _inflated(pieces)


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflater = None
    for piece in pieces:
        while piece:
            if inflater is None or inflater.eof:  # one stream may follow another
                inflater = zlib.decompressobj(_GZIP)
            try:
                yield inflater.decompress(piece, _PIECE)
            except zlib.error as error:
                raise Broken from error
            piece = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if inflater and not inflater.eof:
        raise Broken


def declare_charset(pieces: Iterable[bytes], content_type: str) -> Iterator[bytes]:
    """The pieces, behind a <meta charset> if they are a web page whose encoding only the header says."""
    pieces = iter(pieces)
    declared = _CHARSET.match(content_type)
    meta = _write_meta(declared.group(1)) if declared else b""
    head = b""
    while meta and len(head) < _HEAD and (piece := next(pieces, None)) is not None:
        head += piece
    if head and not head.startswith(_BOMS) and not _META.search(head[:_HEAD]):
        yield meta
    yield head
    yield from pieces


def _write_meta(charset: str) -> bytes:
    """As bytes in that encoding; nothing if it's unknown, or not one that ASCII can stand in front of."""
    meta = f'<meta charset="{charset}">'
    try:
        return meta.encode("ascii") if meta.encode(charset) == meta.encode("ascii") else b""
    except (LookupError, ValueError):
        return b""
