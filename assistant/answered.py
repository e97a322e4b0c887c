"""Answers as they are given, with notices and citations: of a draft, or of what a chat model has written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.checking.citations import UNVERIFIED, Checked, cite
from assistant.evidence import best_first
from assistant.model.write import Generated
from assistant.saying.tell import nearest_sections, notices_of, refusal_text, translated, unverified
from assistant.types import Answer, Draft, Evidence, Outcome, Reason, Refusal, Unverified
from vectorstore.errors import Language
from vectorstore.types import Document

_NEAREST_SHOWN = 2  # statements below a model's refusal


def answer_of_draft(
    draft: Draft, evidence: Evidence, documents: Sequence[Document], language: Language, explained: str = ""
) -> Answer:
    """The answer or the refusal that a draft is; ``explained`` is what a model says of it."""
    checked = cite(draft, language)
    if draft.reason is None:
        return _answer(evidence, checked.text, checked, Outcome.GROUNDED, language)
    nearest = nearest_sections(draft)
    if draft.told and documents:
        text = checked.text
    else:
        text = refusal_text(draft.reason, nearest, language, documents, draft.missing, explained)
        text = f"{text}\n{checked.text}" if checked.text else text
    answer = _answer(evidence, text, checked, Outcome.REFUSED, language)
    return replace(answer, refusal=Refusal(reason=draft.reason, nearest=nearest))


def answer_of_reply(
    generated: Generated,
    draft: Draft,
    documents: Sequence[Document],
    language: Language,
    unverified_are: Unverified,
) -> Answer:
    """The answer that a checked reply is; where the model found none, with what else seemed to answer."""
    evidence, checked = generated.evidence, generated.checked
    if checked is None:
        # Where the documents' own words seemed to answer, whoever asks can judge by them.
        statements = () if draft.reason else draft.statements[:_NEAREST_SHOWN]
        nearest = best_first(evidence)[:3]
        refused = Draft(reason=Reason.NOT_FOUND, nearest=nearest, statements=statements)
        return answer_of_draft(refused, evidence, documents, language, generated.missing)
    answer = _answer(evidence, checked.text, checked, checked.outcome, language)
    notices = answer.notices
    if checked.translated:
        notices = (translated(language), *notices)
    if checked.outcome is Outcome.PARTLY:
        done = unverified_are if UNVERIFIED in checked.text else "remove"  # some are never shown
        notices = (unverified(done, language), *notices)
    return replace(answer, notices=notices)


def _answer(evidence: Evidence, text: str, checked: Checked, outcome: Outcome, language: Language) -> Answer:
    return Answer(
        text=text,
        outcome=outcome,
        question=evidence.question,
        citations=checked.citations,
        notices=notices_of(checked.citations, language),
    )
