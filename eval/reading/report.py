"""What weights give on questions: whether the best spans answer, and whether no answer is told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.find import CLOSELY
from assistant.reading.read import Reader
from eval.reading.samples import Sample

_FALSE_ALARMS = 0.07  # of the answerable questions, at which recall of the others is told


def report(samples: Sequence[Sample], reader: Reader) -> str:
    """One line: shares of the answerable questions, and how well the others are told apart."""
    none, has_none, first, three, found, passages = [], [], [], [], [], []
    for sample in samples:
        reading = reader.read(sample.question, sample.passages, sample.weight, closely=CLOSELY)
        none.append(reading.none)
        has_none.append(not sample.answerable)
        if not sample.answerable:
            continue
        places = [(p.chunk.id, m.start) for p in sample.passages for m in p.matches]
        gold = {place for place, is_gold in zip(places, sample.gold, strict=True) if is_gold}
        spans = [(span.passage.chunk.id, span.start) in gold for span in reading.spans]
        first.append(any(spans[:1]))
        three.append(any(spans[:3]))
        found.append(bool(gold))
        passages.append(bool({p.chunk.id for p in reading.passages[:5]} & {chunk for chunk, _ in gold}))
    shares = (
        f"{name} {np.mean(values):.3f}"
        for name, values in (
            ("found", found),
            ("any@5", passages),
            ("first span", first),
            ("first three", three),
        )
    )
    return f"{len(samples)} questions, {', '.join(shares)}; {_apart(np.asarray(none), np.asarray(has_none))}"


def _apart(none: NDArray[np.float64], has_none: NDArray[np.bool_]) -> str:
    """The area under the curve, and the recall at few false alarms; a dash where one side is missing."""
    bad, good = none[has_none], none[~has_none]
    if not bad.size or not good.size:
        return "no answer: –"
    area = (bad[:, None] > good[None]).mean() + 0.5 * (bad[:, None] == good[None]).mean()
    recall = (bad > np.quantile(good, 1 - _FALSE_ALARMS)).mean()
    return f"no answer: AUC {area:.3f}, recall {recall:.3f} at {_FALSE_ALARMS:.0%} false alarms"
