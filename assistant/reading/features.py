"""What is known of each sentence and cell beside a question, as numbers for a learned score."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from assistant.reading.cross_encoder import Judged
from assistant.reading.learned import Learned
from assistant.reading.signs import form_names, sign_names, signs_of
from assistant.reading.wanted import Wanted
from vectorstore.documents.chunking import unnamed_fields
from vectorstore.text import fold, search_terms
from vectorstore.types import Chunk, Match, Passage, SectionKind

Numbers = NDArray[np.float64]
_SHORT, _LONG = 12, 120  # characters
_LONGEST_RUN = 8  # characters in common from which on more say no more
_LOOKED_AT = 200  # characters of a question in which a run in common is looked for
_CLAUSES = re.compile(r"[，,；;：:。]")
_RARE, _COMMON = 0.02, 0.98  # bounds of how often a sign stands in answers
_LEAST_LOGIT = -8.0  # also of what was not read
_MOST_ODDS = 3.0  # that one sign counts for or against a span, as a logarithm

# In this order in every table of features; the weights are learned by these names.
NAMES = (
    "own share",  # of the question's worth that the span holds
    "share with headings",  # and what stands over it: headings, title, file name, the rest of its row
    "share of passage",
    "share of sentence before",
    "share of sentence after",
    "share of best clause",
    "common run",  # longest run of characters that it has in common with the question
    "similarity",  # of meaning, by the embedding, standardised over the evidence
    "nearness",  # the same as it is, comparable between questions
    "similarity below best",  # of its own passage
    "place by similarity",  # one over it
    "place by share",
    "passage score",  # by search, standardised
    "passage place",  # one over it
    "figures wanted",  # how much likelier its figures and dates are under this question than under any
    "forms wanted",  # the same of bodies, lists, permissions and the like
    "unit asked",
    "unit lacking",
    "figures of question",  # how many of them stand in it or over it
    "short",
    "long",
    "log length",
    "heading",
    "ends in colon",
    "breaks off",
    "asks itself",
    "follows a question",
    "cell",
    "naming cell",
    "column share",
    "first of passage",
    "outside chapters",
    "sentence read",  # what the cross-encoder says of it: a logit, within _LEAST_LOGIT and its opposite
    "passage read",  # and of its passage
    "place by reading",  # one over it
)
COLUMN = {name: number for number, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class _Over:
    """What holds for all spans of a passage."""

    passage: Passage
    standing: float
    terms: frozenset[str]  # of headings, title, file name and, for a cell, its row
    share: float
    heading: str
    headers: dict[int, str]
    naming: frozenset[int]
    nearest: float


def features(wanted: Wanted, passages: Sequence[Passage], learned: Learned) -> Numbers:
    """One row of numbers, in the order of NAMES, for each span of the passages in their order."""
    rows: list[dict[str, float]] = []
    signs: list[frozenset[str]] = []
    for passage, standing in zip(passages, _standardised([p.score for p in passages]), strict=True):
        over = _over(wanted, passage, float(standing))
        texts = [text_of(passage, match) for match in passage.matches]
        signs.extend(_signs(over, m, text) for m, text in zip(passage.matches, texts, strict=True))
        shares = [wanted.share(_terms(text)) for text in texts]
        rows.extend(_row(wanted, over, at, texts, shares) for at in range(len(texts)))
    if not rows:
        return np.empty((0, len(NAMES)))
    table = np.asarray([[row.get(name, 0.0) for name in NAMES] for row in rows])
    table[:, COLUMN["place by similarity"]] = _inverse_place(table[:, COLUMN["similarity"]])
    table[:, COLUMN["place by share"]] = _inverse_place(table[:, COLUMN["share with headings"]])
    table[:, COLUMN["similarity"]] = _standardised(table[:, COLUMN["similarity"]])
    _weigh_signs(table, wanted, signs, learned)
    return table


def add_read(table: Numbers, passages: Sequence[Passage], judged: Mapping[str, Judged]) -> Numbers:
    """The table with what the cross-encoder said, by the ids of the chunks that it read."""
    rows: list[tuple[float, float]] = []
    for passage in passages:
        one = judged.get(passage.chunk.id)
        if one is None:
            rows += [(_LEAST_LOGIT, _LEAST_LOGIT)] * len(passage.matches)
        else:
            rows += [(logit, one.passage) for logit in one.sentences.tolist()]
    read = np.nan_to_num(np.reshape(np.asarray(rows, float), (-1, 2)), nan=_LEAST_LOGIT)
    whole = table.copy()
    columns = [COLUMN["sentence read"], COLUMN["passage read"]]
    whole[:, columns] = np.clip(read, _LEAST_LOGIT, -_LEAST_LOGIT)
    whole[:, COLUMN["place by reading"]] = _inverse_place(whole[:, columns[0]])
    return whole


def text_of(passage: Passage, match: Match) -> str:
    """The words of a sentence or cell of a passage."""
    return passage.chunk.text[match.start - passage.chunk.start : match.end - passage.chunk.start]


def _over(wanted: Wanted, passage: Passage, standing: float) -> _Over:
    chunk = passage.chunk
    terms = _names_over(chunk.path[-2:], passage.head.title, passage.head.region, passage.source)
    if chunk.cells:
        terms |= _terms(" ".join(f"{cell.header} {cell.text}" for cell in chunk.cells))
    return _Over(
        passage=passage,
        standing=standing,
        terms=terms,
        share=wanted.share(_terms(chunk.text) | terms),
        heading=_bare(chunk.path[-1]) if chunk.path else "",
        headers={cell.start: cell.header for cell in chunk.cells},
        naming=frozenset(cell.start for cell in chunk.cells if cell.names),
        nearest=max((match.similarity for match in passage.matches), default=0.0),
    )


def _row(
    wanted: Wanted, over: _Over, at: int, texts: Sequence[str], shares: Sequence[float]
) -> dict[str, float]:
    """The numbers of one span that need no other passage; ``shares`` is what each text holds."""
    text = texts[at]
    match = over.passage.matches[at]
    header = over.headers.get(match.start, "")
    terms = _terms(" ".join((header, text, *unnamed_fields(text, over.passage.head))))
    around = terms | over.terms
    before = texts[at - 1] if at else ""
    own = wanted.share(terms)
    figures = wanted.figures
    return {
        "own share": own,
        "share with headings": wanted.share(around),
        "share of passage": over.share,
        "share of sentence before": shares[at - 1] if at else 0.0,
        "share of sentence after": shares[at + 1] if at + 1 < len(texts) else 0.0,
        "share of best clause": max((wanted.share(_terms(c)) for c in _clauses(text)), default=own),
        "common run": _common_run(wanted.text, fold(text)),
        "similarity": match.similarity,
        "nearness": match.similarity,
        "similarity below best": match.similarity - over.nearest,
        "passage score": over.standing,
        "passage place": 1 / over.passage.rank,
        "figures of question": len(figures & around) / len(figures) if figures else 1.0,
        "column share": wanted.share(_terms(header)),
        **_shape(over, at, text, before),
    }


def _shape(over: _Over, at: int, text: str, before: str) -> dict[str, float]:
    """What a span looks like, whatever is asked."""
    chunk: Chunk = over.passage.chunk
    cell = bool(chunk.cells)
    ended = text.rstrip()
    return {
        "short": float(len(text) < _SHORT),
        "long": float(len(text) > _LONG),
        "log length": float(np.log(max(1, len(text)))),
        "heading": float(bool(over.heading) and not cell and _bare(text) in over.heading),
        "ends in colon": float(ended.endswith(("：", ":"))),
        "breaks off": float(not cell and not ended.endswith(("。", "；", "！", "：", ";", "？", "?"))),
        "asks itself": float(ended.endswith(("？", "?"))),
        "follows a question": float(before.rstrip().endswith(("？", "?"))),
        "cell": float(cell),
        "naming cell": float(over.passage.matches[at].start in over.naming),
        "first of passage": float(at == 0 and not cell),
        "outside chapters": float(chunk.kind is SectionKind.TEXT and not chunk.path),
    }


def _signs(over: _Over, match: Match, text: str) -> frozenset[str]:
    """The signs of a span; a cell's unit may stand in its header: 补贴（元/月） makes 500 money."""
    header = over.headers.get(match.start, "")
    inside = header.rpartition("（")[2].rstrip("）") if header.endswith("）") else header[-2:]
    return signs_of(f"{text}{inside}")


def _weigh_signs(table: Numbers, wanted: Wanted, signs: Sequence[frozenset[str]], learned: Learned) -> None:
    """Fill in the columns that come from signs."""
    names = sign_names()
    has = np.asarray([[name in one for name in names] for one in signs])
    base = np.clip(learned.sign_base, _RARE, _COMMON)
    expected = np.clip(wanted.expected, 1e-4, 1 - 1e-4)
    odds = np.where(has, np.log(expected / base), np.log((1 - expected) / (1 - base)))
    odds = np.clip(odds, -_MOST_ODDS, _MOST_ODDS)
    forms = np.asarray([name in form_names() for name in names])
    table[:, COLUMN["figures wanted"]] = odds[:, ~forms].sum(axis=1)
    table[:, COLUMN["forms wanted"]] = odds[:, forms].sum(axis=1)
    if wanted.units:
        shown = np.asarray([bool(wanted.units & one) for one in signs], float)
        table[:, COLUMN["unit asked"]] = shown
        table[:, COLUMN["unit lacking"]] = 1 - shown


def _clauses(text: str) -> Sequence[str]:
    return [clause for clause in _CLAUSES.split(text) if clause]


def _common_run(question: str, text: str) -> float:
    """The longest run of characters that both have, over the most that counts."""
    best = 0
    question = question[:_LOOKED_AT]
    for start in range(len(question)):
        while (
            best < _LONGEST_RUN
            and start + best < len(question)
            and question[start : start + best + 1] in text
        ):
            best += 1
    return best / _LONGEST_RUN


@lru_cache(maxsize=50_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(search_terms(text))


@lru_cache(maxsize=20_000)
def _names_over(path: tuple[str, ...], title: str, region: str, source: str) -> frozenset[str]:
    return frozenset(search_terms(" ".join((*path, title, region, PurePosixPath(source).stem))))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _inverse_place(values: Numbers) -> Numbers:
    """One over the place of each value among all, the greatest first; equal values share the best place."""
    ordered = np.sort(values)
    inverse: Numbers = 1 / (1 + len(values) - np.searchsorted(ordered, values, side="right"))
    return inverse


def _standardised(values: Sequence[float] | Numbers) -> Numbers:
    numbers = np.asarray(values, float)
    if not numbers.size:
        return numbers
    standardised: Numbers = (numbers - numbers.mean()) / (numbers.std() or 1.0)
    return standardised
