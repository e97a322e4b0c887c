"""The metrics of FORMAT.md, section 3: small pure functions from a case and its reply to a score.

A metric that can't judge a case gives None, which is no score, not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.types import Outcome
from eval.absence import says_absent
from eval.cases import Case, GoldQuote, Kind
from eval.normalise import normalise
from eval.replies import Cited, Reply
from vectorstore.errors import Message

_ANSWER_CHARACTERS = 800
_LONG_ANSWER_CHARACTERS = 1500
_LONG_KINDS = (Kind.COMPARE, Kind.COLLOQUIAL)
_SHORTEST_PART = 8  # normalised characters: fewer stand in a text by luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``hits`` of ``of`` things judged, ``of`` being at least 1. Whole numbers add up without rounding."""

    hits: int
    of: int = 1


Judge = Callable[[Case, Reply], Score | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A judge with its name in results and its heading in reports."""

    name: str
    label: Message
    judge: Judge


def total(scores: Iterable[Score]) -> Score | None:
    """All scores as one: the share of all things judged. None where nothing was."""
    judged = list(scores)
    if not judged:
        return None
    return Score(hits=sum(score.hits for score in judged), of=sum(score.of for score in judged))


def holds(fact: Sequence[str], text: str) -> bool:
    """Whether ``text``, which is normalised, contains one of the alternatives."""
    return any(normalise(alternative) in text for alternative in fact)


def scored_part(case: Case, reply: Reply) -> str:
    """The part of the answer in which facts count, normalised."""
    limit = _LONG_ANSWER_CHARACTERS if case.kind in _LONG_KINDS else _ANSWER_CHARACTERS
    return normalise(reply.answer[:limit])


def is_cited(gold: GoldQuote, citations: Iterable[Cited]) -> bool:
    """Whether one citation of the same file contains the gold quote, lies in it, or shares half of it."""
    wanted = normalise(gold.quote)
    return any(_meet(wanted, normalise(one.quote)) for one in citations if one.file == gold.file)


def _meet(gold: str, quote: str) -> bool:
    if gold in quote or (len(quote) >= _SHORTEST_PART and quote in gold):
        return True
    half = (len(gold) + 1) // 2
    return any(gold[start : start + half] in quote for start in range(len(gold) - half + 1))


def is_verbatim(cited: Cited, seeds: Mapping[str, str]) -> bool:
    """Whether the quote stands in the named file; ``seeds`` are normalised texts by file name."""
    quote = normalise(cited.quote)
    return bool(quote) and quote in seeds.get(cited.file, "")


def fact_recall(case: Case, reply: Reply) -> Score | None:
    """How many of the facts are in the answer. Answerable cases."""
    if not case.answerable or not case.facts:
        return None
    text = scored_part(case, reply)
    return Score(hits=sum(holds(fact, text) for fact in case.facts), of=len(case.facts))


def facts_complete(case: Case, reply: Reply) -> Score | None:
    """Whether every fact is in the answer. Answerable cases."""
    found = fact_recall(case, reply)
    return found and _yes(found.hits == found.of)


def wrong(case: Case, reply: Reply) -> Score | None:
    """Whether a string is in the answer that makes it wrong. Cases that name such strings; low is good."""
    return _yes(holds(case.must_not, normalise(reply.answer))) if case.must_not else None


def _gold_cited(case: Case, reply: Reply, enough: Callable[[Iterable[bool]], bool]) -> Score | None:
    if not case.answerable or not case.evidence:
        return None
    return _yes(enough(is_cited(gold, reply.citations) for gold in case.evidence))


def cited_all(case: Case, reply: Reply) -> Score | None:
    """Whether every gold quote is cited. Answerable cases."""
    return _gold_cited(case, reply, all)


def cited_any(case: Case, reply: Reply) -> Score | None:
    """Whether a gold quote is cited. Answerable cases."""
    return _gold_cited(case, reply, any)


def verbatim(seeds: Mapping[str, str], case: Case, reply: Reply) -> Score | None:
    """How many quotes stand in the file they name. Replies that cite; ``seeds`` as for is_verbatim."""
    if not reply.citations:
        return None
    return Score(hits=sum(is_verbatim(one, seeds) for one in reply.citations), of=len(reply.citations))


def refusal_recall(case: Case, reply: Reply) -> Score | None:
    """Whether a case without an answer is refused."""
    return None if case.answerable else _yes(reply.outcome is Outcome.REFUSED)


def refusal_precision(case: Case, reply: Reply) -> Score | None:
    """Whether what is refused has no answer. Refusals."""
    return _yes(not case.answerable) if reply.outcome is Outcome.REFUSED else None


def said_so(case: Case, reply: Reply) -> Score | None:
    """Whether a case without an answer is refused, or the answer says that it is not there."""
    if case.answerable:
        return None
    return _yes(reply.outcome is Outcome.REFUSED or says_absent(reply.answer))


def _yes(true: bool) -> Score:
    return Score(hits=int(true))


def make_metrics(seeds: Mapping[str, str]) -> tuple[Metric, ...]:
    """All metrics, in the order of reports; ``seeds`` are the seeds' texts by file name."""
    folded = {name: normalise(text) for name, text in seeds.items()}
    judges: tuple[tuple[str, str, str, Judge], ...] = (
        ("facts_complete", "事实齐全", "facts complete", facts_complete),
        ("fact_recall", "事实召回", "fact recall", fact_recall),
        ("wrong", "答错", "wrong", wrong),
        ("cited_all", "依据全引", "cited all", cited_all),
        ("cited_any", "依据有引", "cited any", cited_any),
        ("verbatim", "引文逐字", "verbatim", partial(verbatim, folded)),
        ("refusal_recall", "拒答召回", "refusal recall", refusal_recall),
        ("refusal_precision", "拒答准确", "refusal precision", refusal_precision),
        ("said_so", "说明没有", "said so", said_so),
    )
    return tuple(Metric(name=name, label=Message(zh, en), judge=judge) for name, zh, en, judge in judges)
