"""Proves that cases are sound before anything is measured with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.cases import Case
from eval.documents import NAMES
from eval.english_questions import check_english, load_english
from eval.judge_labels import check_labels, load_labels
from eval.normalise import normalise
from eval.seeds import load_seeds

_ID = re.compile(r"(\d{3}|xxx)-\d{3}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a case. A warning may be right as it stands: look at it."""

    level: Literal["error", "warning"]
    case: str
    text: str


def check_cases(cases: Sequence[Case], seeds_dir: Path) -> list[Problem]:
    """All problems of ``cases``, in their order. Raises CasesInvalid where ``seeds_dir`` has no seeds.

    A gold quote must stand in its seed character for character: FORMAT.md
    allows no other white space than the seed's own.
    """
    seeds = load_seeds(seeds_dir)
    folded = {name: normalise(text) for name, text in seeds.items()}
    count = Counter(case.id for case in cases)
    problems: list[Problem] = []
    for case in cases:
        errors = [*_id_errors(case, count), *_shape_errors(case), *_quote_errors(case, seeds)]
        problems += [Problem(level="error", case=case.id, text=text) for text in errors]
        problems += [*_fact_problems(case, folded), *_question_problems(case)]
    return problems


def check_all(cases: Sequence[Case], seeds_dir: Path, *, shipped: bool) -> list[Problem]:
    """The problems of ``cases`` and, for the shipped ones, of what stands beside them.

    That is the names of documents, the hand labels and the English questions.
    Raises CasesInvalid, also where one of those can't be read.
    """
    problems = check_cases(cases, seeds_dir)
    if not shipped:
        return problems
    wrong_labels = (
        Problem(level="error", case=case_id, text=text)
        for case_id, text in check_labels(load_labels(), cases)
    )
    wrong_english = (
        Problem(level="error", case=case_id, text=text)
        for case_id, text in check_english(load_english(), cases)
    )
    return [*problems, *_name_problems(load_seeds(seeds_dir)), *wrong_labels, *wrong_english]


def _name_problems(seeds: Mapping[str, str]) -> Iterator[Problem]:
    folded = {file: normalise(text) for file, text in seeds.items()}
    for file, names in NAMES.items():
        for name in names:
            found = [other for other, text in folded.items() if normalise(name) in text]
            if _HAN.search(name) and found != [file]:
                text = f"the name {name!r} stands in {', '.join(found) or 'no seed'}"
                yield Problem(level="error", case=file, text=text)


def _id_errors(case: Case, count: Mapping[str, int]) -> Iterator[str]:
    if not _ID.fullmatch(case.id):
        yield "the id is not SSS-NNN"
    if count[case.id] > 1:
        yield f"{count[case.id]} cases have this id"


def _shape_errors(case: Case) -> Iterator[str]:
    if case.answerable and not case.facts:
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


def _quote_errors(case: Case, seeds: Mapping[str, str]) -> Iterator[str]:
    for gold in case.evidence:
        if gold.file not in seeds:
            yield f"there is no seed {gold.file!r}"
        elif not normalise(gold.quote):
            yield "a quote is empty"
        elif gold.quote not in seeds[gold.file]:
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
