"""When two texts count as the same: facts in answers, quotes in documents, citations of evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from eval.judging.normalise import normalise
from eval.judging.replies import Cited, Found, Reply
from eval.questions.cases import Case, GoldQuote, Kind

_ANSWER_CHARACTERS = 800
_LONG_ANSWER_CHARACTERS = 1500
_LONG_KINDS = (Kind.COMPARE, Kind.COLLOQUIAL)
_SHORTEST_PART = 8  # normalised characters: fewer stand in a text by luck
_LABEL = re.compile(r"\[(\d{1,3})\]")


def holds(fact: Sequence[str], text: str) -> bool:
    """Whether ``text``, which is normalised, contains one of the alternatives."""
    return any(normalise(alternative) in text for alternative in fact)


def counted_part(case: Case, reply: Reply) -> str:
    """The part of the answer in which facts count, as it is."""
    return reply.answer[: _LONG_ANSWER_CHARACTERS if case.kind in _LONG_KINDS else _ANSWER_CHARACTERS]


def scored_part(case: Case, reply: Reply) -> str:
    """The part of the answer in which facts count, normalised, without labels."""
    return normalise(without_labels(counted_part(case, reply), reply))


def labelled(reply: Reply) -> dict[int, Cited]:
    """The citations by label; one without a label has its place in the list, counted from 1."""
    return {one.label or place: one for place, one in enumerate(reply.citations, start=1)}


def without_labels(text: str, reply: Reply) -> str:
    """``text`` without the labels of the reply's citations, whose digits would join the figures.

    Other numbers in brackets, such as the year of a document's number, stay.
    """
    known = labelled(reply)
    return _LABEL.sub(lambda found: "" if int(found[1]) in known else found[0], text)


def is_cited(gold: GoldQuote, citations: Iterable[Cited]) -> bool:
    """Whether one citation of the same file contains the gold quote, lies in it, or shares half of it."""
    wanted = normalise(gold.quote)
    return any(meet(wanted, normalise(one.quote)) for one in citations if one.file == gold.file)


def rank_of(gold: GoldQuote, passages: Iterable[Found]) -> int | None:
    """The place, from 1, of the first passage that meets the gold quote as a citation would."""
    wanted = normalise(gold.quote)
    return next(
        (
            place
            for place, one in enumerate(passages, start=1)
            if one.file == gold.file and meet(wanted, normalise(one.text))
        ),
        None,
    )


def meet(gold: str, quote: str) -> bool:
    """Whether a quote contains the gold one, lies in it, or shares half of it; both are normalised."""
    if gold in quote or (len(quote) >= _SHORTEST_PART and quote in gold):
        return True
    half = (len(gold) + 1) // 2
    return any(gold[start : start + half] in quote for start in range(len(gold) - half + 1))


def is_verbatim(cited: Cited, seeds: Mapping[str, str]) -> bool:
    """Whether the quote stands in the named file; ``seeds`` are normalised texts by file name."""
    quote = normalise(cited.quote)
    return bool(quote) and quote in seeds.get(cited.file, "")
