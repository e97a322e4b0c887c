"""How far a number may be off: 95 % intervals by bootstrap, always from the same seed.

``by_case`` draws cases: what other questions on the same documents might give.
``by_document`` draws documents, with all their cases, and says what other
documents might give. Cases that name a group are of that one document; else the
id tells it, where it begins with three digits. Cases of several documents or of
none are drawn one by one, in a stratum of their own. With five documents to draw
from this is crude, and too narrow rather than too wide; of fewer than that
nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.judging.scores import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

RESAMPLES = 1000
_RANDOM_SEED = 20_240_308
_BOUNDS = (2.5, 97.5)
_SEED = re.compile(r"\d{3}(?=-)")
_FEWEST_DOCUMENTS = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """Where 95 of 100 resamples lie."""

    low: float
    high: float


def cluster_of(case_id: str, family: str = "") -> str:
    """The document of a case by its family or its id; the case itself where neither tells one."""
    if family and family != case_id:
        return family
    document = _SEED.match(case_id)
    return document[0] if document else case_id


def by_case(ids: Sequence[str]) -> Matrix:
    """How often each resample (rows) holds each case (columns)."""
    return _draw(len(ids), np.random.default_rng(_RANDOM_SEED))


def by_document(ids: Sequence[str], families: Mapping[str, str] | None = None) -> Matrix:
    """How often each resample (rows) holds each case (columns), whole documents being drawn.

    ``families`` are those of the cases, by id.
    """
    random = np.random.default_rng(_RANDOM_SEED)
    clusters = _clusters(ids, families)
    documents = sorted({one for one, case_id in zip(clusters, ids, strict=True) if one != case_id})
    alone = sorted(set(clusters) - set(documents))
    counts = np.hstack([_draw(len(documents), random), _draw(len(alone), random)])
    column = {name: at for at, name in enumerate((*documents, *alone))}
    return counts[:, [column[cluster] for cluster in clusters]]


def _clusters(ids: Sequence[str], families: Mapping[str, str] | None) -> list[str]:
    return [cluster_of(case_id, (families or {}).get(case_id, "")) for case_id in ids]


def _draw(things: int, random: np.random.Generator) -> Matrix:
    if not things:
        return np.zeros((RESAMPLES, 0))
    return random.multinomial(things, [1 / things] * things, size=RESAMPLES).astype(np.float64)


def shares(scores: Sequence[Mapping[str, Score]], names: Sequence[str], drawn: Matrix) -> Matrix:
    """The share of each metric (columns) in each resample (rows); NaN where it judged nothing."""
    hits, of = (
        np.array([[getattr(one[name], field) if name in one else 0 for name in names] for one in scores])
        for field in ("hits", "of")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Matrix = (drawn @ hits) / (drawn @ of)
    return result


def interval(resampled: Matrix) -> Interval | None:
    """The interval of one statistic over its resamples; None where none of them has a value."""
    values = resampled[~np.isnan(resampled)]
    if not values.size:
        return None
    low, high = np.percentile(values, _BOUNDS)
    return Interval(float(low), float(high))


def case_intervals(
    ids: Sequence[str], scores: Sequence[Mapping[str, Score]], names: Sequence[str]
) -> dict[str, Interval | None]:
    """The interval of each metric's share by case; ``scores`` are those of each of ``ids``."""
    return _intervals(scores, names, by_case(ids))


def document_intervals(
    ids: Sequence[str],
    scores: Sequence[Mapping[str, Score]],
    names: Sequence[str],
    families: Mapping[str, str] | None = None,
) -> dict[str, Interval | None]:
    """The same by document; None for a metric that judged cases of too few documents."""
    found = _intervals(scores, names, by_document(ids, families))
    documents = {
        name: _documents([i for i, one in zip(ids, scores, strict=True) if name in one], families)
        for name in names
    }
    return {name: found[name] if documents[name] >= _FEWEST_DOCUMENTS else None for name in names}


def _documents(judged: Sequence[str], families: Mapping[str, str] | None) -> int:
    return len(set(_clusters(judged, families)) - set(judged))


def _intervals(
    scores: Sequence[Mapping[str, Score]], names: Sequence[str], drawn: Matrix
) -> dict[str, Interval | None]:
    if not scores:
        return dict.fromkeys(names)
    resampled = shares(scores, names, drawn)
    return {name: interval(resampled[:, at]) for at, name in enumerate(names)}
