"""Whether each fact of an answer stands with the document that it is from.

An answer is cut into stretches: a line is cut at sentence ends and after each
group of labels, so that every stretch has the labels that stand at its end.
Words after the last label of a sentence belong to the stretch before them. A
sentence without a label of its own has those of the next labelled stretch of
its line, as in "A. B.[1]", if there is one.

A fact stands right if, in one of the stretches that hold it, a label leads to
a citation of a gold quote that proves the fact, or to one of the same file
that itself holds the fact. For a stretch without labels it is enough that its line
names the document. What this can't see: a fact that runs over two stretches is
not judged; within one stretch with several labels any of them may be the right
one; a short figure that stands twice in a file is taken for the same; and
naming a document only tells whole files apart, not the items of a compilation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.judging.matching import counted_part, holds, is_cited, labelled
from eval.judging.normalise import normalise
from eval.judging.replies import Cited, Reply
from eval.judging.scores import Score
from eval.questions.cases import Case, GoldQuote

_MARK = re.compile(r"((?:\s*\[\d{1,3}\])+|[。！？!?；;])")
_LABEL = re.compile(r"\[(\d{1,3})\]")
_ENDS = frozenset("。！？!?；;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A normalised part of an answer, the citations that its labels lead to, and its whole line."""

    text: str
    citations: tuple[Cited, ...] = ()
    line: str = ""


def attribution(names: Mapping[str, Sequence[str]], case: Case, reply: Reply) -> Score | None:
    """How many of the facts in the answer stand with their document; ``names`` are those of each file.

    Answerable cases with at least one fact that stands in one stretch.
    """
    if not case.answerable:
        return None
    stretches = tuple(cut(counted_part(case, reply), labelled(reply)))
    judged = [
        any(_stands_right(stretch, fact, sources_of(fact, case), names) for stretch in holding)
        for fact in case.facts
        if (holding := [stretch for stretch in stretches if holds(fact, stretch.text)])
    ]
    return Score(hits=sum(judged), of=len(judged)) if judged else None


def sources_of(fact: Sequence[str], case: Case) -> tuple[GoldQuote, ...]:
    """The gold quotes that hold the fact; all of them where none does, as for what must be concluded."""
    holding = tuple(gold for gold in case.evidence if holds(fact, normalise(gold.quote)))
    return holding or case.evidence


def is_citation_of(cited: Cited, fact: Sequence[str], golds: Sequence[GoldQuote]) -> bool:
    """Whether a citation meets one of the fact's ``golds``, or holds the fact in one of their files."""
    if any(is_cited(gold, [cited]) for gold in golds):
        return True
    return any(cited.file == gold.file for gold in golds) and holds(fact, normalise(cited.quote))


def _stands_right(
    stretch: Stretch, fact: Sequence[str], golds: Sequence[GoldQuote], names: Mapping[str, Sequence[str]]
) -> bool:
    if stretch.citations:
        return any(is_citation_of(one, fact, golds) for one in stretch.citations)
    return any(normalise(name) in stretch.line for gold in golds for name in names.get(gold.file, ()))


def cut(answer: str, citations: Mapping[int, Cited]) -> Iterator[Stretch]:
    """The stretches of ``answer``, whose labels lead to ``citations``."""
    for line in answer.split("\n"):
        stretches = _stretches(line, citations)
        whole = normalise(line)
        following: tuple[Cited, ...] = ()
        for at in reversed(range(len(stretches))):
            following = stretches[at].citations or following
            stretches[at] = replace(stretches[at], citations=following, line=whole)
        yield from stretches


def _stretches(line: str, citations: Mapping[int, Cited]) -> list[Stretch]:
    done: list[Stretch] = []
    text = ""
    after_label = False
    for token in (*_MARK.split(line), "。"):
        led_to = tuple(citations[n] for n in map(int, _LABEL.findall(token)) if n in citations)
        words = normalise(text)
        if led_to:
            if not words and done:  # the label stands behind the end of its sentence
                done[-1] = replace(done[-1], citations=done[-1].citations + led_to)
            else:
                done.append(Stretch(text=words, citations=led_to))
            text, after_label = "", True
        elif token in _ENDS:
            if words and after_label:
                done[-1] = replace(done[-1], text=done[-1].text + words)
            elif words:
                done.append(Stretch(text=words))
            text, after_label = "", False
        else:
            text += token
    return done
