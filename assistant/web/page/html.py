"""What the chat shows, as HTML. Every word of a question, an answer or a document is shown as text.

The chat cleans what it is given: of attributes only ``class``, ``href``,
``title`` and ``role`` come through, so classes say what a button does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from assistant.web.page.row_cards import RowCard, cut_cards
from assistant.web.page.words import WORDS
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language
from vectorstore.types import Status

Json = Mapping[str, Any]

_PUNCTUATION = {ord(mark): f"&#{ord(mark)};" for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
_LABEL = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"^\s*[-•]\s+")
_OF_TITLE = re.compile(r"^《[^》]+》(?:里，|对)")
_LEAST_SHARED = 4  # characters that an answer and a quote share by more than chance
_NEARLY_ALL = 0.8
_MOST_CITES = 20  # other citations that a link carries along
_ACTS = {
    "copy": "copy",
    "copy_sources": "copy_sources",
    "share": "share",
    "picture": "picture",
    "good": "up",
    "bad": "down",
    "retry": "retry",
}
_STAGES = ("stage_search", "stage_compose", "stage_check")


def as_text(text: str) -> str:
    """``text`` as it is written, line breaks too: the chat reads Markdown and HTML, so neither is left."""
    return text.translate(_PUNCTUATION).replace("\r", "").replace("\n", "<br>")


def intro_html(documents: int, language: Language) -> str:
    """What stands on the empty page: what this is, what it holds, what it can't do."""
    said = (WORDS[name].in_language(language) for name in ("intro", "cannot"))
    holds = WORDS["holds"].in_language(language).format(documents)
    link = _link(f"/documents?lang={language}", WORDS["library"].in_language(language), "library")
    return (
        f'<div id="intro"><p>{"</p><p>".join(map(as_text, said))}</p><p>{as_text(holds)} · {link}</p></div>'
    )


def _attribute(text: str) -> str:
    """``text`` for an attribute, on one line: a line break would end the HTML for Markdown."""
    return escape(" ".join(text.split()))


def question_html(text: str, question_id: str, language: Language) -> str:
    """What a person asked, with the button to ask it otherwise."""
    button = _button("edit", WORDS["edit"].in_language(language))
    asked = f'<p>{as_text(text)}</p><p class="actions">{button}</p>'
    return f'<div class="asked id-{_attribute(question_id)}">{asked}</div>'


def draft_html(text: str, language: Language) -> str:
    """An answer that is still being written: nothing in it is a link yet."""
    return f"{stage_html(2, language)}{_paragraphs(text, {})}"


def stage_html(stage: int, language: Language, looked: Sequence[str] = ()) -> str:
    """What is being done, of searching, composing and checking, and what was ``looked`` up besides."""
    steps = "".join(
        f'<span class="{"now" if index == stage else "done" if index < stage else "later"}">'
        f"{as_text(WORDS[name].in_language(language))}</span>"
        for index, name in enumerate(_STAGES)
    )
    besides = WORDS["looked"].in_language(language).format("；".join(looked))
    more = f'<p class="quiet">{as_text(besides)}</p>' if looked else ""
    return f'<p class="stages">{steps}</p>{more}'


def stopped_html(text: str, notice: str, question_id: str, language: Language) -> str:
    """What an answer had come to that was stopped or broken off, and that it is not all."""
    said = _paragraphs(text, {}) if text else ""
    return _answer(question_id, f"{said}{_badges([notice])}{_retry(language)}")


def failure_html(message: str, hint: str, question_id: str, language: Language) -> str:
    """An error, in the place of an answer."""
    return _answer(
        question_id, f"<p>{as_text(message)}</p><p class='quiet'>{as_text(hint)}</p>{_retry(language)}"
    )


def answer_html(
    answer: Json,
    asked: str,
    language: Language,
    *,
    rating: str = "",
    following: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> str:
    """The answer with its marks linked, its notices, sources and buttons, on one line: Markdown reads it.

    ``rating`` is ``up``, ``down`` or empty, ``following`` are questions to ask
    next, ``extra`` further notices.
    """
    parts = [told_html(answer, asked, language, extra=extra)]
    parts.append(_actions(rating, language, cites=bool(answer["citations"])))
    if following:
        parts.append(_following(following, language))
    return _answer(answer["answer_id"], "".join(parts))


def told_html(answer: Json, asked: str, language: Language, *, extra: Sequence[str] = ()) -> str:
    """What an answer tells: its text with the marks linked, its notices and its sources, without buttons."""
    cited = answer["citations"]
    links = {str(one["label"]): _link_of(one, cited, language) for one in reversed(cited) if one["url"]}
    parts = [_paragraphs(answer["answer"], links, cited)]
    parts.append(_badges([*answer["notices"], *extra]))
    nearest = [one for one in (answer["refusal"] or {}).get("nearest", []) if one["url"]]
    if nearest:
        parts.append(_nearest(nearest, language))
    understood = answer["question"]
    if understood and not understood.startswith(asked):  # what is only added are words to search by
        searched = WORDS["searched"].in_language(language) + understood
        parts.append(f'<p class="quiet">{as_text(searched)}</p>')
    told = _squeezed(_LABEL.sub("", answer["answer"]))
    parts.extend(_sources(cited, links, told, language))
    return "".join(parts)


def _answer(question_id: str, html: str) -> str:
    return f'<div class="answer id-{_attribute(question_id)}">{html}</div>'


def _paragraphs(text: str, links: Mapping[str, str], cited: Sequence[Json] = ()) -> str:
    """Lines as paragraphs, lines that begin with a dash as a list, and rows of tables as cards."""
    html: list[str] = []
    for is_list, lines in groupby(text.strip().split("\n"), key=lambda line: bool(_ITEM.match(line))):
        if is_list:
            items = "".join(f"<li>{_linked(_ITEM.sub('', line), links)}</li>" for line in lines)
            html.append(f"<ul>{items}</ul>")
        else:
            pieces = (piece for line in lines if line.strip() for piece in cut_cards(line, cited))
            html.extend(
                _row(piece, links) if isinstance(piece, RowCard) else _paragraph(piece, links)
                for piece in pieces
            )
    return f'<div class="text">{"".join(html)}</div>'


def _paragraph(line: str, links: Mapping[str, str]) -> str:
    whose = ' class="whose"' if line.startswith("——") else ""  # the line that names the document
    return f"<p{whose}>{_linked(line, links)}</p>"


def _row(card: RowCard, links: Mapping[str, str]) -> str:
    cells = "".join(f"<dt>{as_text(header)}</dt><dd>{as_text(text)}</dd>" for header, text in card.cells)
    before = _paragraph(card.before, links) if card.before else ""
    name = f'<p class="name">{as_text(card.name)} {_linked(card.labels, links)}</p>'
    return f'{before}<div class="row-card">{name}<dl>{cells}</dl></div>'


def _linked(line: str, links: Mapping[str, str]) -> str:
    pieces, end = [], 0
    for label in _LABEL.finditer(line):
        if link := links.get(label[1]):
            pieces += [as_text(line[end : label.start()]), link]
            end = label.end()
    return "".join(pieces) + as_text(line[end:])


def _link_of(citation: Json, citations: Sequence[Json], language: Language) -> str:
    """The mark [n] as a link to the passage; the reader is told of the others, to go through them."""
    others = ",".join(
        f"{one['document']['id']}:{one['start']}-{one['end']}" for one in citations[:_MOST_CITES]
    )
    where = " › ".join((f"《{citation['document']['title']}》", *citation["path"]))
    url = f"{citation['url']}&cites={others}&lang={language}#cited"
    return _link(url, f"[{citation['label']}]", "cite", where)


def _link(url: str, text: str, kind: str, title: str = "") -> str:
    named = f' title="{_attribute(title)}"' if title else ""
    where = f'href="{_attribute(url)}"{named} target="_blank" rel="noopener"'
    return f'<a class="{kind}" {where}>{as_text(text)}</a>'


def _badges(notices: Sequence[str]) -> str:
    if not notices:
        return ""
    items = "".join(f"<li>{as_text(notice)}</li>" for notice in notices)
    return f'<ul class="badges">{items}</ul>'


def _nearest(nearest: Sequence[Json], language: Language) -> str:
    named = ((one["url"], " › ".join((f"《{one['title']}》", *one["path"]))) for one in nearest)
    links = "".join(f"<li>{_link(url, name, 'near')}</li>" for url, name in named)
    return f'<p class="quiet">{WORDS["nearest"].in_language(language)}</p><ul class="nearest">{links}</ul>'


def _sources(cited: Sequence[Json], links: Mapping[str, str], told: str, language: Language) -> Iterator[str]:
    """Each document in one line, to be unfolded to its passages."""
    by_document: dict[tuple[str, str], list[Json]] = {}
    for one in cited:
        by_document.setdefault((one["document"]["id"], one["document"]["title"]), []).append(one)
    for ones in by_document.values():
        document = ones[0]["document"]
        status = Status(document["status"])
        standing = STATUS_NAMES[status].in_language(language) if status is not Status.ISSUED else ""
        places = WORDS["places"].in_language(language).format(len(ones)) if len(ones) > 1 else ""
        name = as_text(f"《{document['title']}》")
        title = f'<span class="title">{name}</span>'
        counted = "".join(f" · {as_text(one)}" for one in (standing, places) if one)
        facts = " · ".join(filter(None, (document["issuer"], document["number"], document["issued_on"])))
        cards = "".join(
            _card(one, links.get(str(one["label"]), as_text(f"[{one['label']}]")), told) for one in ones
        )
        said = f'<p class="quiet">{as_text(facts)}</p>' if facts else ""
        lead = as_text(WORDS["source"].in_language(language))
        yield (
            f'<details class="sources"><summary><span class="lead">{lead}</span>{title}'
            f'<span class="counted">{counted}</span></summary>'
            f"{said}{cards}</details>"
        )


def _card(citation: Json, mark: str, told: str) -> str:
    path = " › ".join(citation["path"])
    quote = _squeezed(citation["quote"])  # a row of a table is mostly line ends
    return (
        f'<div class="source"><p class="quiet">{mark} {as_text(path)}</p>'
        f"<blockquote>{_with_marks(quote, told)}</blockquote></div>"
    )


def _with_marks(quote: str, told: str) -> str:
    """A quote with the words that the answer took from it marked; not where that is nearly all of it."""
    spans = list(_shared(quote, told))
    if sum(end - start for start, end in spans) > _NEARLY_ALL * len(quote):
        return as_text(quote)
    pieces, last = [], 0
    for start, end in spans:
        pieces.append(f"{as_text(quote[last:start])}<mark>{as_text(quote[start:end])}</mark>")
        last = end
    return "".join(pieces) + as_text(quote[last:])


def _shared(quote: str, told: str) -> Iterator[tuple[int, int]]:
    """Runs of a quote, the longest from each place on, that stand in what is told."""
    start = 0
    while start < len(quote):
        end = start + _LEAST_SHARED
        while end <= len(quote) and quote[start:end] in told:
            end += 1
        if end > start + _LEAST_SHARED:
            yield start, end - 1
        start = max(start + 1, end - 1 if end > start + _LEAST_SHARED else 0)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _actions(rating: str, language: Language, *, cites: bool) -> str:
    buttons = "".join(_buttons(rating, language, cites=cites))
    return f'<p class="actions">{buttons}</p>'


def _buttons(rating: str, language: Language, *, cites: bool) -> Iterator[str]:
    for name, act in _ACTS.items():
        if cites or name != "copy_sources":
            yield _button(act, WORDS[name].in_language(language), on=act == rating)


def _retry(language: Language) -> str:
    return f'<p class="actions">{_button("retry", WORDS["retry"].in_language(language))}</p>'


def _following(questions: Sequence[str], language: Language) -> str:
    buttons = "".join(_button("ask", _short(question), title=question) for question in questions)
    return f'<div class="next"><p class="quiet">{WORDS["next"].in_language(language)}</p>{buttons}</div>'


def _short(question: str) -> str:
    """A question as its button shows it: that it asks of the same document goes without saying."""
    return _OF_TITLE.sub("", question)


def _button(act: str, text: str, *, on: bool = False, title: str = "") -> str:
    kind = f"act act-{act} on" if on else f"act act-{act}"
    named = f' title="{_attribute(title)}"' if title else ""
    return f'<button type="button" class="{kind}"{named}>{as_text(text)}</button>'
