"""Names of files that every system takes."""

from __future__ import annotations

import re
import unicodedata

from vectorstore.text import normalise

_LONGEST = 60  # characters: with an ending under the 255 bytes that a name may have, whatever they are
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def file_name(title: str, ending: str) -> str:
    """A file's name from a conversation's title, with ``ending`` (such as ``.docx``)."""
    words = " ".join(_FORBIDDEN.sub(" ", unicodedata.normalize("NFC", normalise(title))).split())
    name = words.lstrip(".-~ ")[:_LONGEST].rstrip(". ")
    if not name or _RESERVED.match(name):
        name = f"对话 {name}".rstrip()
    return f"{name}{ending}"
