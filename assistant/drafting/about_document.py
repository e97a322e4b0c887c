"""What a letterhead tells of its document where a question asks for it: number, issuer and date.

No sentence of a document says 发文字号; the number just stands there. So the fact is
taken from the document's head and told with its name, at the place where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.drafting.choose import bare
from assistant.question.asking import Part, content_of, letterhead_fields
from assistant.types import Statement
from vectorstore.documents.chunking import units
from vectorstore.documents.letterhead import parse_date
from vectorstore.search.searcher import Searcher
from vectorstore.text import fold, search_terms
from vectorstore.types import Chunk, Head, Passage

_NAMED = 0.6  # share of what a question is about that a document's name must hold, to be what it asks about
_FIELDS = {"asks_number": "发文字号", "asks_issuer": "发文机关", "asks_issued": "发文日期"}


def tell_letterhead(part: Part, passages: Sequence[Passage], searcher: Searcher) -> tuple[Statement, ...]:
    """The facts of a document's head that a part of a question asks for; none where it asks for others too.

    The document is the one among those of the ``passages`` whose name holds what the question is about:
    "某办法的文号是什么" asks for a number, "学生证的编号是什么" does not.
    """
    asked, text = letterhead_fields(part.focus)
    if not asked:
        return ()
    about = search_terms(content_of(f"{fold(part.context)} {text}"))
    heads = {(one.chunk.document_id, one.chunk.part): one.head for one in passages}
    shares = {place: _share(about, head, searcher) for place, head in heads.items()}
    best = max(shares, key=shares.__getitem__, default=None)
    if best is None or shares[best] < _NAMED:
        return ()
    chunks = [one for one in searcher.holdings.letterheads(best[0]) if one.part == best[1]]
    told = (_state(field, chunks, heads[best], searcher) for field in asked)
    return tuple(statement for statement in told if statement)


def _share(about: Iterable[str], head: Head, searcher: Searcher) -> float:
    """How much of a question's terms, by their rarity, is in the name of a document."""
    name = " ".join((head.title, head.region, head.number, head.period, head.kind, *head.aliases))
    worth = {term: searcher.weight(term) for term in set(about)}
    total = sum(worth.values())
    return sum(worth[term] for term in worth.keys() & set(search_terms(fold(name)))) / total if total else 0.0


def _state(field: str, chunks: Sequence[Chunk], head: Head, searcher: Searcher) -> Statement | None:
    """A fact of a head as a statement, at the sentence where it stands; None where it stands nowhere."""
    facts = {"asks_number": head.number, "asks_issuer": head.issuer, "asks_issued": _day(head.issued_on)}
    if not facts[field]:
        return None
    for chunk in chunks:
        if stands := _stands(facts[field], chunk):
            told = f"{_FIELDS[field]}：{facts[field]}。"
            return Statement(text=told, passage=searcher.passage(chunk), start=stands[0], end=stands[1])
    return None


def _stands(fact: str, chunk: Chunk) -> tuple[int, int] | None:
    """The sentences of a chunk in which a fact stands: all of several names, a date however written."""
    names = [bare(name) for name in fact.split("、")]
    texts = {(start, end): chunk.text[start - chunk.start : end - chunk.start] for start, end in units(chunk)}
    hits = [
        place
        for place, text in texts.items()
        if any(name in bare(text) for name in names)
        or any(_day(parse_date(line)) == fact for line in text.splitlines())
    ]
    if not hits:
        return None
    start, end = hits[0][0], hits[-1][1] if len(names) > 1 else hits[0][1]
    whole = bare(chunk.text[start - chunk.start : end - chunk.start])
    return (start, end) if len(names) == 1 or all(name in whole for name in names) else None


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
