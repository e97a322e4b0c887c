"""When there is no answer, and why: by understanding what is asked, never by a score's threshold.

Figures that the source hides, and sentences that speak of the matter without
holding the thing that is asked for, or of another. What no library answers is
told before by ``off_topic``, what this one does not have by ``refuse_scope``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.asked_thing import (
    lacks_attribute,
    lacks_body,
    lacks_class,
    lacks_person,
    lacks_school,
)
from assistant.extraction.contradict import contradicts
from assistant.extraction.intent import Ask, Kind, holds
from assistant.extraction.select import Span
from assistant.extraction.weigh import Matter
from assistant.types import Reason
from vectorstore.marks import find_redactions, hides_figure
from vectorstore.named import Mentions
from vectorstore.places import find_places
from vectorstore.text import fold, search_terms
from vectorstore.types import Mark

_TITLES_WANTED = re.compile(
    r"标题|题目|题名|名称|叫什么|叫啥|哪几?[条项章点块部大份]|哪[两二三四五六七八九十]|哪些|"
    r"几[条项章部]|目录|提纲|包括|有什么|有啥|第几"
)
_DIGITS = re.compile(r"\d")
_DAYS = re.compile(r"\d{1,2}\s*月\s*\d{1,2}\s*日")
_SUPERLATIVE = re.compile(
    r"(?:哪[个份家边]|谁)[^，。？?]{0,12}[高多大早长贵低少小晚快][？?\s]*$|最[高多大早长贵低少小晚快][？?\s]*$"
)
_ASKS_NAME = re.compile(r"全名|全称|名字|叫(?:什么|啥|做什么)|是(?:哪个|哪所|哪家|什么)|哪[所家]")
_CLAUSE_END = re.compile(r"[，,；;。]")
_ASKED_NAME = re.compile(r"什么|啥|哪")
_BEFORE_HIDDEN = 3  # characters before a question word that show where in a sentence it asks
_COUNTED = re.compile(r"(?<![\d第])\d+(?:\.\d+)?[余多]?[万亿]?(?:名|人|所|个|家|项|场|套|册|元|%)(?!月)")
_NAMED_WITHIN = 6  # characters after what is hidden in which the thing is called by its kind
_REGIONS = ("省", "市", "县", "区", "州")
_NAMED_UNIT = {Kind.SHARE: "%％", Kind.MONEY: "元万亿", Kind.COUNT: "", Kind.DATE: "年月日"}
FIGURES = (Kind.SHARE, Kind.MONEY, Kind.COUNT, Kind.DATE, Kind.NUMBER, Kind.CONTACT)
_PARTICULAR = 0.85  # of the weight of a question's rarest word: what is as particular
_LOOKED_AT = 4  # best sentences that must hold what is asked for


def refuse_spans(question: str, asks: Sequence[Ask], spans: Sequence[Span], matter: Matter) -> Reason | None:
    """Why the sentences that come nearest do not answer."""
    if not spans:
        return Reason.NOT_FOUND
    best = spans[0]
    if Mark.OUTLINE_ONLY in best.passage.chunk.marks and not wants_titles(question):
        return Reason.TRUNCATED
    # Where no word is shared (another language, another way of speaking) meaning alone has to find it.
    looked_at = _LOOKED_AT if best.share else 3 * _LOOKED_AT
    near = [span for span in spans[:looked_at] if span.share >= 0.4 * best.share]
    row = best.passage.chunk if best.passage.chunk.cells else None
    near.extend(span for span in spans if span.passage.chunk is row and span not in near)
    figures = [ask for ask in asks if ask.kind in FIGURES] if all(a.kind in FIGURES for a in asks) else []
    held: list[Span] = []
    if figures:
        held = [s for s in _with_given(question, near) if _answers(question, figures, s.text)]
        held = [s for s in held if _speaks_of_it(s, matter) and _is_of_one_matter(s, best, matter)]
        if not held or _hidden(best, figures):
            return Reason.REDACTED if any(_hidden(span, figures) for span in near) else Reason.NOT_FOUND
    if all(_contradicts(question, figures, span) for span in (held if figures else near)):
        return Reason.NOT_FOUND
    if _lacks_thing(question, asks, [span for span in near if not _contradicts(question, figures, span)]):
        return Reason.NOT_FOUND
    hidden = _hides_name(best, asks, matter) or _hides_asked(question, best)
    return Reason.REDACTED if hidden else None


def _answers(question: str, figures: Sequence[Ask], text: str) -> bool:
    """Whether the text shows a figure of a kind that is asked for, and not one that the question gives."""
    shown = fold(_shown(text))
    for given in _given(question):
        shown = shown.replace(given, " ")
    return any(holds(ask.kind, shown, ask.units) for ask in figures)


def _with_given(question: str, spans: Sequence[Span]) -> list[Span]:
    """The sentences with the figures that the question gives ("那29名教师哪天到岗"); all where none has."""
    given = _given(question)
    having = [span for span in spans if any(figure in fold(span.text) for figure in given)]
    return having or list(spans)


def _given(question: str) -> list[str]:
    """What the question counts itself: "29名" of "那29名教师哪天到岗"."""
    return _COUNTED.findall(fold(question))


def consistent(question: str, asks: Sequence[Ask], spans: Sequence[Span]) -> list[Span]:
    """The sentences that are not of something else than was asked for; all of them where each is.

    Where several things are asked for, one may be of this level and the other of that.
    """
    if len(asks) > 1:
        return list(spans)
    figures = [ask for ask in asks if ask.kind in FIGURES]
    return [span for span in spans if not _contradicts(question, figures, span)] or list(spans)


def _contradicts(question: str, figures: Sequence[Ask], span: Span) -> bool:
    chunk = span.passage.chunk
    clauses = [c for c in _CLAUSE_END.split(span.text) if any(holds(a.kind, c, a.units) for a in figures)]
    return contradicts(
        question,
        span.text,
        clause="，".join(clauses),
        headings=" ".join(chunk.path[-2:]),
        before=chunk.text[: span.start - chunk.start],
    )


def _lacks_thing(question: str, asks: Sequence[Ask], near: Sequence[Span]) -> bool:
    """Whether someone, something or some school that is asked for is in no sentence."""
    texts = [fold(" ".join((span.text, *(c.text for c in span.passage.chunk.cells_above)))) for span in near]
    return lacks_school(question, texts) or any(
        lacks(ask, texts)
        for ask in asks
        for lacks in (lacks_person, lacks_class, lacks_attribute, lacks_body)
    )


def refuse_place(mentions: Mentions, asks: Sequence[Ask], spans: Sequence[Span]) -> Reason | None:
    """Why sentences do not answer for a place inside the area of a document: none speaks of it.

    Where a figure is asked for, the sentences that hold one must.
    """
    looked_at = spans[:_LOOKED_AT]
    near = [f"{' '.join(s.passage.chunk.path)} {s.passage.chunk.text}" for s in looked_at]
    if any(not any(name in text for text in near) for name in mentions.within):
        return Reason.NOT_FOUND
    if len(mentions.within) != 1 or any(ask.kind not in FIGURES for ask in asks):
        return None
    held = [span for span in looked_at if any(holds(ask.kind, span.text, ask.units) for ask in asks)]
    spoken_of = any(_speaks_of_place(span, mentions.within[0]) for span in held)
    return Reason.NOT_FOUND if held and not spoken_of else None


def _speaks_of_place(span: Span, name: str) -> bool:
    """Whether a sentence or its headings name the place, or it is the last that was named before."""
    chunk = span.passage.chunk
    if name in span.text or name in " ".join(chunk.path):
        return True
    _, named, after = chunk.text[: span.end - chunk.start].rpartition(name)
    return bool(named) and not find_places(after)


def is_superlative(question: str) -> bool:
    """Whether it asks which of several is more, earlier, dearer, ...: every one of them needs a figure."""
    return bool(_SUPERLATIVE.search(question))


def shows_figure(text: str) -> bool:
    """Whether the text has a figure that can be more or less than another: a day of the month is none."""
    return bool(_DIGITS.search(_DAYS.sub(" ", text)))


def _speaks_of_it(span: Span, matter: Matter) -> bool:
    """Whether a sentence, or a heading over it, has any word of the question; true of another language's."""
    pairs = {term for term in matter.weights if len(term) > 1 and not term.isascii()}
    headings = search_terms(" ".join(span.passage.chunk.path[-2:]))
    return not pairs or bool(pairs & (span.terms | set(headings)))


def _is_of_one_matter(span: Span, best: Span, matter: Matter) -> bool:
    """Whether its passage has the most particular words that the best sentence shares with the question."""
    if span.passage.chunk.id == best.passage.chunk.id:
        return True
    shared = {term: matter.weights[term] for term in best.terms & matter.weights.keys() if len(term) > 1}
    least = _PARTICULAR * max(shared.values(), default=0.0)
    keys = {term for term, weight in shared.items() if weight >= least}
    chunk = span.passage.chunk
    return not keys or bool(keys & set(search_terms(f"{' '.join(chunk.path[-2:])} {chunk.text}")))


def wants_titles(question: str) -> bool:
    """Whether headings alone can answer."""
    return bool(_TITLES_WANTED.search(question))


def _shown(text: str) -> str:
    """The text without what the source hides: "xx%" shows no figure."""
    for start, end in reversed(find_redactions(text)):
        text = text[:start] + text[min(len(text), end + 1) :]
    return text


def _hidden(span: Span, asks: Sequence[Ask]) -> bool:
    """Whether the sentence hides a figure of the kind that is asked for, and shows none."""
    ends = [end for _, end in find_redactions(span.text) if hides_figure(span.text, end)]
    if not ends:
        return False
    for ask in asks:
        units = ask.units or _NAMED_UNIT.get(ask.kind, "")
        fitting = [
            end
            for end in ends
            if not units
            or span.text[end : end + 1] in units
            or span.text[end : end + 2].strip()[-1:] in units
        ]
        if fitting and not holds(ask.kind, _shown(span.text), ask.units):
            return True
    return False


def _hides_asked(question: str, span: Span) -> bool:
    """What stands right before the question word stands right before something hidden."""
    asked = re.sub(r"\W", "", _ASKED_NAME.split(fold(question))[0])[-_BEFORE_HIDDEN:]
    told = (re.sub(r"\W", "", fold(span.text[:start])) for start, _ in find_redactions(span.text))
    return len(asked) == _BEFORE_HIDDEN and any(text.endswith(asked) for text in told)


def _hides_name(span: Span, asks: Sequence[Ask], matter: Matter) -> bool:
    """A name is asked for, and it is hidden right before what the question calls the thing."""
    if not any(ask.kind is Kind.NAME and _ASKS_NAME.search(ask.text) for ask in asks):
        return False
    for _, end in find_redactions(span.text):
        following = span.text[end : end + _NAMED_WITHIN]
        if following[:1] in _REGIONS:
            continue  # the place is hidden, not what lies in it
        if any(len(term) > 1 and term in matter.weights for term in search_terms(following)):
            return True
    return False
