"""The judges of facts, citations and refusals (FORMAT.md, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.types import Outcome, Reason
from eval.judging.absence import says_absent
from eval.judging.attribution import is_citation_of, sources_of
from eval.judging.matching import holds, is_cited, is_verbatim, scored_part, without_labels
from eval.judging.normalise import normalise
from eval.judging.replies import Reply
from eval.judging.scores import Score, yes
from eval.questions.cases import Case, Kind

_REASONS: Mapping[Kind | None, tuple[Reason, ...]] = {
    Kind.REDACTED: (Reason.REDACTED,),
    Kind.TRUNCATED: (Reason.TRUNCATED,),
    None: (Reason.NOT_FOUND, Reason.OUT_OF_SCOPE, Reason.SMALL_TALK),
}


def fact_recall(case: Case, reply: Reply) -> Score | None:
    """How many of the facts are in the answer. Answerable cases."""
    if not case.answerable or not case.facts:
        return None
    text = scored_part(case, reply)
    return Score(hits=sum(holds(fact, text) for fact in case.facts), of=len(case.facts))


def facts_complete(case: Case, reply: Reply) -> Score | None:
    """Whether every fact is in the answer. Answerable cases."""
    found = fact_recall(case, reply)
    return found and yes(found.hits == found.of)


def wrong(case: Case, reply: Reply) -> Score | None:
    """Whether a string is in the answer that makes it wrong. Cases that name such strings; low is good."""
    if not case.must_not:
        return None
    return yes(holds(case.must_not, normalise(without_labels(reply.answer, reply))))


def _gold_cited(case: Case, reply: Reply, enough: Callable[[Iterable[bool]], bool]) -> Score | None:
    if not case.answerable or not case.evidence:
        return None
    return yes(enough(is_cited(gold, reply.citations) for gold in case.evidence))


def cited_all(case: Case, reply: Reply) -> Score | None:
    """Whether every gold quote is cited. Answerable cases."""
    return _gold_cited(case, reply, all)


def cited_any(case: Case, reply: Reply) -> Score | None:
    """Whether a gold quote is cited. Answerable cases."""
    return _gold_cited(case, reply, any)


def citation_precision(case: Case, reply: Reply) -> Score | None:
    """How many citations meet a gold quote, or hold a fact and are of that fact's file.

    Answerable cases whose reply cites.
    """
    if not case.answerable or not case.evidence or not reply.citations:
        return None
    sources = [(fact, sources_of(fact, case)) for fact in case.facts]
    hits = sum(
        any(is_cited(gold, [one]) for gold in case.evidence)
        or any(is_citation_of(one, fact, golds) for fact, golds in sources)
        for one in reply.citations
    )
    return Score(hits=hits, of=len(reply.citations))


def verbatim(seeds: Mapping[str, str], case: Case, reply: Reply) -> Score | None:
    """How many quotes stand in the file they name. Replies that cite; ``seeds`` as for is_verbatim."""
    if not reply.citations:
        return None
    return Score(hits=sum(is_verbatim(one, seeds) for one in reply.citations), of=len(reply.citations))


def refusal_recall(case: Case, reply: Reply) -> Score | None:
    """Whether a case without an answer is refused."""
    return None if case.answerable else yes(reply.outcome is Outcome.REFUSED)


def refusal_precision(case: Case, reply: Reply) -> Score | None:
    """Whether what is refused has no answer. Refusals."""
    return yes(not case.answerable) if reply.outcome is Outcome.REFUSED else None


def refused_answerable(case: Case, reply: Reply) -> Score | None:
    """Whether a case with an answer is refused. Answerable cases; low is good."""
    return yes(reply.outcome is Outcome.REFUSED) if case.answerable else None


def said_so(case: Case, reply: Reply) -> Score | None:
    """Whether a case without an answer is refused, or the answer says that it is not there."""
    if case.answerable:
        return None
    return yes(reply.outcome is Outcome.REFUSED or says_absent(reply.answer))


def reason_recall(kind: Kind | None, case: Case, reply: Reply) -> Score | None:
    """Whether a case without an answer is refused for the reason of its ``kind``. Cases of that kind.

    None stands for all kinds without a reason of their own: what is asked is not there at all.
    """
    if case.answerable or _reason_kind(case) is not kind:
        return None
    return yes(reply.outcome is Outcome.REFUSED and reply.reason in _REASONS[kind])


def reason_precision(kind: Kind | None, case: Case, reply: Reply) -> Score | None:
    """Whether what is refused for the reason of ``kind`` is a case of it. Refusals for that reason."""
    if reply.outcome is not Outcome.REFUSED or reply.reason not in _REASONS[kind]:
        return None
    return yes(not case.answerable and _reason_kind(case) is kind)


def _reason_kind(case: Case) -> Kind | None:
    return case.kind if case.kind in _REASONS else None
