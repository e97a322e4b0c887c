"""Proves that cases are sound before anything is measured with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.documents import NAMES
from eval.judging.normalise import normalise
from eval.perturbed.english_questions import check_english, load_english
from eval.questions.cases import Case
from eval.second_opinion.judge_labels import check_labels, load_labels

_ID = re.compile(r"(\d{3}|xxx)-\d{3}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a case. A warning may be right as it stands: look at it."""

    level: Literal["error", "warning"]
    case: str
    text: str


def check_cases(cases: Sequence[Case], texts: Mapping[str, str], *, of_seeds: bool = True) -> list[Problem]:
    """All problems of ``cases``, in their order; ``texts`` are those of the documents, by name.

    Cases about the seeds have ids that name their seed, and gold quotes that
    stand there character for character: FORMAT.md allows no other white space
    than the seed's own. Elsewhere the white space is the reader's, and does not
    count. Facts may be missing only where no case has any.
    """
    folded = {name: normalise(text) for name, text in texts.items()}
    texts = texts if of_seeds else {name: _squeezed(text) for name, text in texts.items()}
    count = Counter(case.id for case in cases)
    with_facts = of_seeds or any(case.facts for case in cases)
    problems: list[Problem] = []
    for case in cases:
        errors = [
            *_id_errors(case, count, of_seeds=of_seeds),
            *_shape_errors(case, with_facts=with_facts),
            *_quote_errors(case, texts, of_seeds=of_seeds),
        ]
        problems += [Problem(level="error", case=case.id, text=text) for text in errors]
        problems += [*_fact_problems(case, folded), *_question_problems(case)]
    return problems


def check_all(cases: Sequence[Case], seeds: Mapping[str, str]) -> list[Problem]:
    """The problems of the shipped cases about the seeds, and of what stands beside them.

    That is the names of documents, the hand labels and the English questions.
    Raises CasesInvalid where one of those can't be read.
    """
    problems = check_cases(cases, seeds)
    wrong_labels = (
        Problem(level="error", case=case_id, text=text)
        for case_id, text in check_labels(load_labels(), cases)
    )
    wrong_english = (
        Problem(level="error", case=case_id, text=text)
        for case_id, text in check_english(load_english(), cases)
    )
    return [*problems, *_name_problems(seeds), *wrong_labels, *wrong_english]


def _name_problems(seeds: Mapping[str, str]) -> Iterator[Problem]:
    folded = {file: normalise(text) for file, text in seeds.items()}
    for file, names in NAMES.items():
        for name in names:
            found = [other for other, text in folded.items() if normalise(name) in text]
            if _HAN.search(name) and found != [file]:
                text = f"the name {name!r} stands in {', '.join(found) or 'no seed'}"
                yield Problem(level="error", case=file, text=text)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _id_errors(case: Case, count: Mapping[str, int], *, of_seeds: bool) -> Iterator[str]:
    if of_seeds and not _ID.fullmatch(case.id):
        yield "the id is not SSS-NNN"
    if not case.id.strip():
        yield "the id is empty"
    if count[case.id] > 1:
        yield f"{count[case.id]} cases have this id"


def _shape_errors(case: Case, *, with_facts: bool) -> Iterator[str]:
    if with_facts and case.answerable and not case.facts:
        yield "an answerable case needs facts"
    if case.answerable and not case.evidence:
        yield "an answerable case needs evidence"
    if case.answerable == bool(case.says):
        yield "says belongs to a case without an answer, and only there"
    # An empty string stands in every answer, and so would one of punctuation alone.
    for text in (*(alternative for fact in case.facts for alternative in fact), *case.must_not):
        if not normalise(text):
            yield f"{text!r} is empty after normalising"
    for fact in case.facts:
        if not fact:
            yield "a fact has no alternatives"
        elif forbidden := _forbidden_by(fact, case.must_not):
            yield f"{fact[0]!r} can't be said without {forbidden!r}, which is in must_not"


def _forbidden_by(fact: Sequence[str], must_not: Sequence[str]) -> str | None:
    folded = [normalise(alternative) for alternative in fact]
    return next((text for text in must_not if all(normalise(text) in one for one in folded)), None)


def _quote_errors(case: Case, texts: Mapping[str, str], *, of_seeds: bool) -> Iterator[str]:
    for gold in case.evidence:
        if gold.file not in texts:
            yield f"there is no document {gold.file!r}"
        elif not normalise(gold.quote):
            yield "a quote is empty"
        elif (gold.quote if of_seeds else _squeezed(gold.quote)) not in texts[gold.file]:
            yield f"{gold.file} does not hold the quote {gold.quote!r}"


def _fact_problems(case: Case, folded: Mapping[str, str]) -> Iterator[Problem]:
    if not case.answerable:
        return
    texts = [normalise(gold.quote) for gold in case.evidence]
    texts += [folded[gold.file] for gold in case.evidence if gold.file in folded]
    for fact in case.facts:
        if any(normalise(alternative) in text for alternative in fact for text in texts):
            continue
        # A fact in another language than the documents can't stand in them.
        translated = any(not _HAN.search(alternative) for alternative in fact)
        yield Problem(
            level="warning" if translated else "error",
            case=case.id,
            text=f"the evidence does not hold the fact {' / '.join(fact)}",
        )


def _question_problems(case: Case) -> Iterator[Problem]:
    question = normalise(case.question)
    for fact in case.facts:
        given = [text for text in fact if normalise(text) and normalise(text) in question]
        if given:
            yield Problem(level="warning", case=case.id, text=f"the question gives away {given[0]!r}")
