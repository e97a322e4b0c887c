"""An answer as plain text for WeChat, which shows no Markdown and where bots cut at 2,048 bytes.

Whatever a bot does to it, what was said keeps its sources: the text is short
enough for no cut, each mark that is left in it has its line, and each link
stands on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.forms.links import short_url
from assistant.forms.sources import (
    LABEL,
    NEAREST,
    SHORTENED,
    SOURCES,
    UNIT,
    Json,
    language_of,
    on_one_line,
    shortened,
    source_line,
)
from vectorstore.errors import Language
from vectorstore.text import normalise

MOST_CHARACTERS = 600
MOST_BYTES = 2000  # bots cut at 2,048

_LONGEST_TITLE = 40
_LONGEST_NOTICE = 90
_MOST_NOTICES = 2
_MOST_NEAREST = 2
_ATTRIBUTION = re.compile(r"^——《.*》$\n?", re.MULTILINE)  # the sources say it once more
_LIST_MARK = re.compile(r"^\s*[-•+]\s+", re.MULTILINE)
_HEADING_MARK = re.compile(r"^\s*(#+)", re.MULTILINE)
_WIDE = str.maketrans({"*": "＊", "`": "｀", "|": "｜", "~": "～", "<": "＜", ">": "＞"})


def to_plain(answer: Json, *, base: str, language: Language) -> str:
    """The answer in at most 600 characters and 2,000 bytes: conclusion, notices, then 依据 with links.

    ``answer`` is the JSON of an answer, ``base`` the server's address without a slash at its end.
    """
    language = language_of(answer, language)
    sources = {one["label"]: _source(one, base, language) for one in answer["citations"]}
    notices = [f"ⓘ {shortened(_without_markup(one), _LONGEST_NOTICE)}" for one in answer["notices"]]
    nearest = _nearest(answer, base, language) if not sources else ""
    below = [*notices[:_MOST_NOTICES], *([nearest] if nearest else ())]
    said = _without_markup(answer["answer"])
    if sources:
        said = _ATTRIBUTION.sub("", said)
    units = [unit for unit in UNIT.findall(said.strip()) if unit]
    for kept in range(len(units), 0, -1):
        more = [SHORTENED.in_language(language)] if kept < len(units) else []
        text = _laid_out("".join(units[:kept]), [*more, *below], sources, language)
        if _fits(text):
            return text
    return _first_words(units[0], sources, language)


def plain_text(text: str) -> str:
    """Any other text for WeChat: without markup, in at most 600 characters."""
    return shortened(_without_markup(text).strip(), MOST_CHARACTERS)


def _laid_out(text: str, below: Sequence[str], sources: dict[int, str], language: Language) -> str:
    labels = dict.fromkeys(int(label) for label in LABEL.findall(text))
    lines = [sources[label] for label in sorted(labels) if label in sources]
    cited = [SOURCES.in_language(language), *lines] if lines else []
    return "\n".join((text.strip(), *below, *cited))


def _first_words(unit: str, sources: dict[int, str], language: Language) -> str:
    """A single sentence that is too long by itself: its beginning, with its marks."""
    marks = "".join(f"[{label}]" for label in LABEL.findall(unit))
    words = LABEL.sub("", unit).strip()
    for length in range(min(len(words), MOST_CHARACTERS), 0, -10):
        text = _laid_out(f"{shortened(words, length)}{marks}", (), sources, language)
        if _fits(text):
            return text
    return shortened(words, MOST_CHARACTERS // 2)  # links that are too long for any text


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(text.encode()) <= MOST_BYTES


def _source(citation: Json, base: str, language: Language) -> str:
    line = _without_markup(source_line(citation, language, longest_title=_LONGEST_TITLE))
    return f"[{citation['label']}] {line}\n{short_url(base, citation['url'])}"


def _nearest(answer: Json, base: str, language: Language) -> str:
    near: Iterable[Json] = (answer["refusal"] or {"nearest": ()})["nearest"]
    lines = [
        f"《{shortened(_without_markup(one['title']), _LONGEST_TITLE)}》"
        f"{on_one_line(_without_markup(' › '.join(one['path'][-1:])))}\n{short_url(base, one['url'])}"
        for one in list(near)[:_MOST_NEAREST]
    ]
    return "\n".join((NEAREST.in_language(language), *lines)) if lines else ""


def _without_markup(text: str) -> str:
    """What Markdown would take for markup becomes a look-alike that it does not know."""
    text = _LIST_MARK.sub("· ", normalise(text))
    text = _HEADING_MARK.sub(lambda found: "＃" * len(found[1]), text)
    return text.replace("](", "] (").translate(_WIDE)
