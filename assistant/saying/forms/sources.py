"""A citation in one line, and what all forms say around an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from assistant.drafting.state import says_place
from assistant.saying.tell import name_nearest
from assistant.types import Nearest, Reason
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message
from vectorstore.glossary import is_foreign
from vectorstore.text import normalise
from vectorstore.types import Status

Json = Mapping[str, Any]

SOURCES = Message("依据：", "Sources:")
NEAREST = Message("相近内容：", "Nearest:")
SHORTENED = Message("（内容较长，只列出前面的部分。）", "(Long; only its beginning is given.)")
GO_ON = Message("（第{}部分，共{}部分。回复“继续”接着看。）", "(Part {} of {}. Reply “continue” to go on.)")
WHOLE = Message("全文：", "The whole:")
LABEL = re.compile(r"\[(\d{1,3})\]")
# A line, or a sentence of one, with what closes it and the marks after it.
_END = r"(?:[。！？；]|(?<=[A-Za-z)\]%])[.!?](?=[\s\[”\"’)]))"
UNIT = re.compile(
    rf"(?:(?!{_END})[^\n])*(?:{_END}[”’」』》）)\"]*)?(?:\s*(?:\[\d{{1,3}}\]|〔[^〕\n]{{1,8}}〕))*\n*"
)
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'(),;=%+]+")
# What ends an answer's own text where a bot sends it back as part of the conversation.
_APPENDED = re.compile(
    r"\n+(?:（第\d{1,2}部分，|\(Part \d|依据：|Sources:|相近内容：|Nearest:|ⓘ |> ⓘ ).*", re.DOTALL
)
_MARKED = re.compile(rf"[ \t]*{LABEL.pattern}")
_ATTRIBUTION = re.compile(r"^——《.*》(?:（.*）)?$\n?", re.MULTILINE)
_LONGEST_IN_LINE = 40  # characters of a title among others
_HEADING_SHOWN = 30  # characters of a heading, and of all headings together
_STATUS = {status.value: name for status, name in STATUS_NAMES.items()}
# The markup of a chat model. What an asterisk or a bar hides in a document's own text has to stay to be seen.
_MODEL_MARKUP = re.compile(
    r"^[ \t]*#{1,6}[ \t]+|(?<![*\w])\*\*([^*\n]+)\*\*(?!\*)|(?<![_\w])__([^_\n]+)__(?![_\w])|`([^`\n]+)`"
    r"|^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|[-:| \t]*(?:\n|\Z)",
    re.MULTILINE,
)


def language_of(answer: Json, settled: Language) -> Language:
    """The language that an answer is in: its question's where that is English, else the settled one."""
    return "en" if is_foreign(answer["question"]) else settled


def said_by(answer: Json, language: Language) -> str:
    """What an answer says, without its nearest sections, which a form lists, and without a model's markup."""
    nearest = tuple(
        Nearest(title=one["title"], path=tuple(one["path"]), url=one["url"]) for one in nearest_of(answer)
    )
    text: str = answer["answer"]
    if nearest:
        follows = "\n" + NEAREST.in_language(language) if answer["citations"] else ""
        text = text.replace(name_nearest(nearest, language), follows)
    if answer["mode"] == "llm":
        text = _MODEL_MARKUP.sub(lambda found: next(filter(None, found.groups()), ""), text)
    return normalise(text).strip()


def nearest_of(answer: Json) -> list[Json]:
    """The sections that a refusal names. What is not our matter has none that are near."""
    refusal = answer["refusal"]
    found: list[Json] = refusal["nearest"] if refusal else []
    return found if found and refusal["reason"] == Reason.NOT_FOUND.value else []


def source_line(citation: Json, language: Language, *, longest_title: int) -> str:
    """Document, and where in it."""
    named = source_name(citation["document"], language, longest_title=longest_title)
    return "，".join(part for part in (named, heading_of(citation["path"])) if part)


def source_name(document: Json, language: Language, *, longest_title: int) -> str:
    """Title, number, place and status unless the title says them, or it is in force."""
    told = []
    if document["region"] and not says_place(document["title"], document["region"]):
        told.append(document["region"])
    status = _STATUS[document["status"]]
    if document["status"] != Status.ISSUED.value and status.zh not in document["title"]:
        told.append(status.in_language(language))
    title = shortened(on_one_line(document["title"]), longest_title)
    about = f"（{'，'.join(told)}）" if told else ""
    return on_one_line(f"《{title}》{document['number']}{about}")


def titles_line(
    heading: Message, titles: Iterable[tuple[str, str]], language: Language, clean: Callable[[str], str]
) -> str:
    """A heading and titles in one line, each once, behind all of its marks; ``titles`` have a mark each.

    ``clean`` makes a title what the form can show.
    """
    marks: dict[str, str] = {}
    for mark, title in titles:
        shown = f"《{clean(shortened(on_one_line(title), _LONGEST_IN_LINE))}》"
        marks[shown] = marks.get(shown, "") + mark
    between = ("", "；") if language == "zh" else (" ", "; ")
    line = between[1].join(f"{mark}{title}" for title, mark in marks.items())
    return f"{heading.in_language(language)}{between[0]}{line}" if marks else ""


def without_marks(text: str, labels: Container[int] | None = None) -> str:
    """A text without its marks [n]: those with ``labels``, or all where they are not told."""
    return _MARKED.sub(lambda found: "" if labels is None or int(found[1]) in labels else found[0], text)


def without_attribution(text: str) -> str:
    """A text without the line that says whose it is."""
    return _ATTRIBUTION.sub("", text)


def heading_of(path: list[str]) -> str:
    """The last heading, and as many of those above it as are short enough to stand with it."""
    shown = ""
    for heading in reversed(path):
        one = shortened(on_one_line(heading), _HEADING_SHOWN)
        longer = f"{one} › {shown}" if shown else one
        if len(longer) > _HEADING_SHOWN:
            break
        shown = longer
    return shown


def shortened(text: str, longest: int) -> str:
    """The beginning of a text, marked where it goes on; an address is left out rather than cut."""
    if len(text) <= longest:
        return text
    end = max(0, longest - 1)
    for address in ADDRESS.finditer(text):
        if address.start() < end < address.end():
            end = address.start()
    return text[:end] + "…"


def on_one_line(text: str) -> str:
    """A clean text, with white space of any kind as single blanks."""
    return " ".join(normalise(text).split())


def without_sources(reply: str) -> str:
    """What an answer said, without the notices and sources that a form put below it."""
    return _APPENDED.sub("", reply)
