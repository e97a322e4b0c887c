"""Answers about a document itself, not its matter: its number, dates, issuer, issue, deadline."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.extraction.compose import state
from assistant.extraction.intent import Ask, Kind, holds
from assistant.extraction.select import score_spans
from assistant.extraction.weigh import Matter
from assistant.types import Statement
from vectorstore.types import Passage

_SIGNED = (Kind.DATE, Kind.NUMBER, Kind.CONTACT, Kind.OFFICE, Kind.COUNT)
_MOST_LINES = 2


def state_letterhead(passages: Sequence[Passage], matter: Matter, asks: Sequence[Ask]) -> list[Statement]:
    """The lines of a letterhead or notice that hold what is asked for, if it shows by a sign."""
    signed = [ask for ask in asks if ask.kind in _SIGNED]
    spans = score_spans(passages, matter, signed)
    held = [span for span in spans if any(holds(ask.kind, span.text, ask.units) for ask in signed)]
    chosen = sorted(held[: max(_MOST_LINES, len(signed))], key=lambda span: span.start) if signed else []
    return [state(span, matter, signed) for span in chosen]
