"""The one normalising of all comparisons between texts in an evaluation (FORMAT.md, section 1)."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """NFKC, lower case, no white space, punctuation or symbols; ``%`` is kept.

    Control and format characters go with the white space: they can't be seen
    either, and the library takes them out of every document.
    """
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if _is_kept(char))


def _is_kept(char: str) -> bool:
    return char == "%" or not (char.isspace() or unicodedata.category(char)[0] in "PSZC")
