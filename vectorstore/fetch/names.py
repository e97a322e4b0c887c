"""What a file from the web is called, safe on every system."""

from __future__ import annotations

import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header
from urllib.parse import unquote_to_bytes

import httpx

# fmt: off
_SUFFIXES = {
    "text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf", "application/ofd": ".ofd",
    "application/zip": ".zip", "application/x-zip-compressed": ".zip", "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}
# fmt: on
_SUFFIX = re.compile(r"\.(?=\d*[A-Za-z])[A-Za-z0-9]{1,8}$", re.ASCII)  # and not that of 第2.1号通知
_PROGRAM = re.compile(r"\.(?:jspx?|php|aspx?|ashx|do|action|cgi)$", re.IGNORECASE)  # names no format
_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([\w-]*)'[^']*'([^;\"]+)", re.IGNORECASE)
_PLAIN = re.compile(r"filename\s*=\s*(?:\"((?:\\.|[^\"\\])*)\"|([^;]+))", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"\\])")
_OUTER = " .\u00a0\u3000"
_FORBIDDEN = re.compile(r"[<>:\"|?*]")  # by Windows
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST = 150  # bytes
_LONGEST_HEADER = 4_096  # bytes that are looked into; on more the patterns could be kept busy


def name_file(headers: httpx.Headers, url: httpx.URL) -> str:
    """The name that the server gives, or else the end of the address, or else its host."""
    suffix = _SUFFIXES.get(headers.get("Content-Type", "").partition(";")[0].strip().lower(), "")
    last = url.raw_path.partition(b"?")[0].rpartition(b"/")[2]
    for name in (*_given_names(headers), _decode(unquote_to_bytes(last))):
        if safe := _make_safe(name):
            has_suffix = _SUFFIX.search(safe) and not _PROGRAM.search(safe)
            return _shorten(safe if has_suffix else safe + suffix)
    return _shorten(_make_safe(url.host) + suffix)


def safe_name(name: str) -> str:
    """A name that someone else gave a file, as one that is safe here. May be empty."""
    return _shorten(_make_safe(name))


def _given_names(headers: httpx.Headers) -> list[str]:
    """The names in Content-Disposition, the better spelled first."""
    raw = next((value for key, value in headers.raw if key.lower() == b"content-disposition"), b"")
    header = _decode(raw[:_LONGEST_HEADER])  # many a Chinese server sends UTF-8 or GBK as it is
    names = []
    if extended := _EXTENDED.search(header):
        names.append(_decode(unquote_to_bytes(extended.group(2).strip()), extended.group(1)))
    if plain := _PLAIN.search(header):
        quoted, bare = plain.groups()
        name = bare.strip() if quoted is None else _ESCAPED.sub(r"\1", quoted)
        names.append(_decode_spelling(name))
    return names


def _decode_spelling(name: str) -> str:
    """A name in ASCII may be percent-encoded, or encoded as in mail; no standard says so, servers do it."""
    if not name.isascii():
        return name
    try:
        parts = decode_header(name)
    except (MessageError, ValueError):
        parts = []
    mail = "".join(part if isinstance(part, str) else _decode(part, charset or "") for part, charset in parts)
    return _decode(unquote_to_bytes(mail or name)) if (mail or name).isascii() else mail


def _decode(raw: bytes, declared: str = "") -> str:
    for encoding in (declared, "utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _make_safe(name: str) -> str:
    """Only a name: no folder, nothing unseen, nothing that a system takes for more. May be empty."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = "".join(char for char in name if unicodedata.category(char) not in _UNSEEN)
    name = _FORBIDDEN.sub("_", name).strip(_OUTER)
    return f"_{name}" if _DEVICE.match(name) else name


def _shorten(name: str) -> str:
    suffix = found.group() if (found := _SUFFIX.search(name)) else ""
    stem = name.removesuffix(suffix).encode()[: _LONGEST - len(suffix)].decode("utf-8", "ignore")
    return stem.rstrip(_OUTER) + suffix
