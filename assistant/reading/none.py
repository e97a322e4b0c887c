"""Numbers from which it is told how likely none of the passages answers: what their best spans show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.reading.features import COLUMN

_HALF = 0.5
_NEAR = 10  # best spans that are looked at
# What is shown, and which way it can speak: -1 for an answer, 1 against one. A near miss shares more words
# with its question than a true answer in other words; fitted freely, they would speak against answers. Scores
# themselves are left out: how high they are depends on how much there is to compare.
SHOWN = {
    "share of the question in the best span and over it": -1,
    "greatest share of the question in any passage": -1,
    "figures of the question that stand in the best or over it": -1,
    "figures of the best span, as they are wanted": -1,
    "the best wanted figures among the ten best": -1,
    "forms of the best span, as they are wanted": -1,
    "the best lacks the unit asked for": 1,
    "none of the ten best has the unit asked for": 1,
    "how far the greatest share of any passage is below a half": 1,
    "how far the share of the best and over it is below a half": 1,
    "what the cross-encoder says of the best span": -1,
    "the best that it says of any span": -1,
    "what it says of the best span's passage": -1,
    "the best that it says of any passage": -1,
}


def shown_by(table: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The numbers that SHOWN names, in its order; all 0 without any span.

    ``table`` has a row of features for each span (see ``assistant.reading.features``), ``scores`` its score.
    """
    if not len(table):
        return np.zeros(len(SHOWN))
    order = np.argsort(-scores, kind="stable")
    best, near = order[0], order[:_NEAR]
    asked, lacking = table[:, COLUMN["unit asked"]], table[:, COLUMN["unit lacking"]]
    wanted, over = table[:, COLUMN["figures wanted"]], table[best, COLUMN["share with headings"]]
    whole = table[:, COLUMN["share of passage"]].max()
    return np.asarray(
        [
            over,
            whole,
            table[best, COLUMN["figures of question"]],
            wanted[best],
            wanted[near].max(),
            table[best, COLUMN["forms wanted"]],
            lacking[best],
            float(bool(asked.any() or lacking.any()) and not asked[near].any()),
            max(0.0, _HALF - whole),
            max(0.0, _HALF - over),
            table[best, COLUMN["sentence read"]],
            table[:, COLUMN["sentence read"]].max(),
            table[best, COLUMN["passage read"]],
            table[:, COLUMN["passage read"]].max(),
        ]
    )
