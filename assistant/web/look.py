"""What the address of a page may ask of its look; the links on the page keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import Depends

from assistant.web.dependencies import TheLanguage
from vectorstore.errors import Language

_THEMES = ("dark", "light")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """``theme`` is empty where the reader's own setting decides; ``kept`` are the parameters that were given.

    ``embed``: the page stands in a side panel of another page of ours.
    """

    language: Language
    theme: str = ""
    embed: bool = False
    kept: tuple[tuple[str, str], ...] = ()


def read_look(language: TheLanguage, lang: str = "", theme: str = "", embed: str = "") -> Look:
    """The look that these parameters of an address ask for; what they can't mean is passed over."""
    given = {"lang": lang in get_args(Language), "theme": theme in _THEMES, "embed": embed == "1"}
    values = {"lang": lang, "theme": theme, "embed": embed}
    chosen: Language = "en" if lang == "en" else "zh" if lang == "zh" else language
    return Look(
        language=chosen,
        theme=theme if given["theme"] else "",
        embed=given["embed"],
        kept=tuple((name, values[name]) for name in given if given[name]),
    )


TheLook = Annotated[Look, Depends(read_look)]
