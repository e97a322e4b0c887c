"""What the chat shows, as HTML. Every word of a question, an answer or a document is shown as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from assistant.answer_json import document_url
from assistant.types import Answer, Citation
from assistant.wording import STATUS_NAMES, place_of
from vectorstore.errors import Language, Message

_PUNCTUATION = {ord(mark): f"&#{ord(mark)};" for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
_LABEL = re.compile(r"\[(\d{1,3})\]")
_WORDS = {
    "sources": Message("出处", "Sources"),
    "searched": Message("按此检索：", "Searched for: "),
    "nearest": Message("相近的内容：", "Close to it: "),
}


def as_text(text: str) -> str:
    """``text`` as it is written, line breaks too: the chat reads Markdown and HTML, so neither is left."""
    return text.translate(_PUNCTUATION).replace("\r", "").replace("\n", "<br>")


def question_html(text: str) -> str:
    """What a person asked."""
    return f"<p>{as_text(text)}</p>"


def draft_html(text: str) -> str:
    """An answer that is still being written: nothing in it is checked yet, so nothing is a link."""
    return f"<p>{as_text(text)}</p>"


def stage_html(stage: str) -> str:
    """What is being done while there is no text yet."""
    return f'<p class="quiet">{as_text(stage)}…</p>'


def stopped_html(notice: str) -> str:
    """The end of an answer that was stopped."""
    return f'<p class="quiet">ⓘ {as_text(notice)}</p>'


def failure_html(message: str, hint: str) -> str:
    """An error, in the place of an answer."""
    return f"<p>{as_text(message)}</p><p class='quiet'>{as_text(hint)}</p>"


def answer_html(answer: Answer, asked: str, language: Language) -> str:
    """The answer with its marks linked, then notices and sources. No empty line: there Markdown ends HTML."""
    parts = [f"<p>{_linked(answer)}</p>"]
    if answer.refusal and answer.refusal.nearest:
        parts.append(_nearest(answer, language))
    parts += [f'<p class="quiet">ⓘ {as_text(notice)}</p>' for notice in answer.notices]
    if answer.question and answer.question != asked:
        searched = _WORDS["searched"].in_language(language) + answer.question
        parts.append(f'<p class="quiet">{as_text(searched)}</p>')
    if answer.citations:
        title = _WORDS["sources"].in_language(language)
        cards = "".join(_card(citation, language) for citation in answer.citations)
        parts.append(f'<div class="sources"><p class="quiet">{title}</p>{cards}</div>')
    return f'<div class="answer">{"".join(parts)}</div>'


def _url(citation: Citation) -> str:
    return document_url(citation.passage.chunk.document_id, citation.start, citation.end)


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}" target="_blank" rel="noopener">{text}</a>'


def _linked(answer: Answer) -> str:
    urls: Mapping[str, str] = {str(c.label): _url(c) for c in reversed(answer.citations)}
    pieces = []
    end = 0
    for label in _LABEL.finditer(answer.text):
        if url := urls.get(label[1]):
            pieces += [as_text(answer.text[end : label.start()]), _link(url, as_text(label[0]))]
            end = label.end()
    return "".join(pieces) + as_text(answer.text[end:])


def _nearest(answer: Answer, language: Language) -> str:
    nearest = answer.refusal.nearest if answer.refusal else ()
    links = [
        f"<li>{_link(each.url, as_text(' › '.join((f'《{each.title}》', *each.path))))}</li>"
        for each in nearest
    ]
    return f"<p class='quiet'>{_WORDS['nearest'].in_language(language)}</p><ul>{''.join(links)}</ul>"


def _card(citation: Citation, language: Language) -> str:
    head = citation.passage.head
    issued = head.issued_on.isoformat() if head.issued_on else ""
    status = STATUS_NAMES[head.status].in_language(language)
    facts = " · ".join(fact for fact in (head.issuer, head.number, issued, status) if fact)
    path = " › ".join(place_of(citation.passage, citation.start, language))
    quote = " ".join(citation.quote.split())  # a row of a table is mostly line ends
    title = _link(_url(citation), as_text(f"[{citation.label}] 《{head.title}》"))
    return (
        f'<div class="source"><p>{title}</p><p class="quiet">{as_text(facts)}</p>'
        f'<p class="quiet">{as_text(path)}</p><blockquote>{as_text(quote)}</blockquote></div>'
    )
