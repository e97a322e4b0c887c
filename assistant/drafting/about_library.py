"""Questions about the collection itself: how many documents, which, the newest; of a place or a matter too.

Only where the whole question is that: "转学要准备哪些文件" asks about a policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from assistant.question.words import WORDS
from vectorstore.errors import Message
from vectorstore.text import fold
from vectorstore.types import Document

_LISTED = 50  # documents at most whose titles are told
_YEAR = re.compile(r"((?:19|20)\d{2})年?度?")
_PUBLISHED = re.compile(r"(?:发布|印发|出台|公布|下发)的?$")


def tell_library(question: str, documents: Sequence[Document]) -> Message | None:
    """What the catalog answers to a question about the collection; None for all other questions."""
    text = fold(question).strip()
    for name, tell in _TELLERS.items():
        asked = WORDS[name].pattern.fullmatch(text)
        if asked and (chosen := _of(asked["of"] or "", documents)):
            return tell(chosen, asked["of"] or "")
    return None


def _of(what: str, documents: Sequence[Document]) -> Sequence[Document]:
    """The documents of a place, of a year, or about what their titles name; all where nothing is named."""
    what = _PUBLISHED.sub("", what).removesuffix("的")
    if not what:
        return documents
    if year := _YEAR.fullmatch(what):
        return [d for d in documents if int(year.group(1)) in d.head.years]
    about = what.removeprefix("关于").removeprefix("有关")
    if about != what:
        return [d for d in documents if about in d.head.title]
    return [d for d in documents if what in d.head.region]


def _list(documents: Sequence[Document], of: str) -> Message:
    chinese, english = _scope(of)
    number, titles = len(documents), _titles(documents[:_LISTED])
    first = (f"，前{_LISTED}份是", f", the first {_LISTED}") if number > _LISTED else ("", "")
    return Message(
        f"库中{chinese}共有{number}份文件{first[0]}：{titles}",
        f"The collection has {number} documents{english}{first[1]}: {titles}",
    )


def _newest(documents: Sequence[Document], of: str) -> Message:
    chinese, english = _scope(of)
    dated = [document for document in documents if document.head.issued_on]
    if not dated:
        return Message(
            f"库中{chinese}的文件都没有注明日期，分不出哪一份最新。",
            f"No document{english} in the collection gives its date, so none is known to be the newest.",
        )
    last = max(document.head.issued_on or date.min for document in dated)
    titles = _titles([document for document in dated if document.head.issued_on == last])
    undated = len(documents) - len(dated)
    day = f"{last.year}年{last.month}月{last.day}日"
    aside = f"另有{undated}份没有注明日期。" if undated else ""
    aside_english = f" {undated} give no date." if undated else ""
    return Message(
        f"库中{chinese}日期最新的是（{day}）：{titles}{aside}",
        f"The newest{english} by its date ({last.isoformat()}): {titles}{aside_english}",
    )


def _scope(of: str) -> tuple[str, str]:
    return (f"“{of.removesuffix('的')}”", f" of “{of.removesuffix('的')}”") if of else ("", "")


def _titles(documents: Sequence[Document]) -> str:
    return "".join(
        f"\n{number}. 《{d.head.title}》{_dated(d)}" for number, d in enumerate(documents, start=1)
    )


def _dated(document: Document) -> str:
    issued = document.head.issued_on
    return f"（{issued.isoformat()}）" if issued else ""


_TELLERS: dict[str, Callable[[Sequence[Document], str], Message]] = {
    "counts_documents": _list,
    "lists_documents": _list,
    "newest_document": _newest,
}
