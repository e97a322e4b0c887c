"""What was learned from questions over real documents: loaded once from ``learned.json``.

Made by ``python -m eval.reading.fit``, which says on which questions, and what it gives on others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "learned.json"


@dataclass(frozen=True, slots=True)
class Scoring:
    """``span`` weighs the features of a span, ``none`` those of a whole reading, its last the bias.

    ``refuse_from`` is the probability of no answer that few of the questions with one reach.
    """

    span: NDArray[np.float64]
    none: NDArray[np.float64]
    refuse_from: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights of a reading.

    ``recurs`` is by term how often a question's term stands in the words that
    answer it, or over them (教师 often, 多少 never); ``recurs_else`` is that of a
    pair and of a character that it lacks. ``signs`` and ``grams`` tell what signs a
    question's terms want: rows of log-odds, one for each of ``sign_names``, over
    ``sign_bias``. ``first`` scores all that search found, ``second`` what of it the cross-encoder read too.
    """

    recurs: Mapping[str, float]
    recurs_else: tuple[float, float]
    sign_base: NDArray[np.float64]
    sign_bias: NDArray[np.float64]
    grams: Mapping[str, NDArray[np.float64]]
    first: Scoring
    second: Scoring


@cache
def load() -> Learned:
    """The weights that ship with the program."""
    return read(json.loads(FILE.read_text(encoding="utf-8")))


def read(stored: Mapping[str, Any]) -> Learned:
    """Weights from their JSON."""
    pair, character = stored["recurs_else"]
    return Learned(
        recurs=stored["recurs"],
        recurs_else=(pair, character),
        sign_base=np.asarray(stored["sign_base"], float),
        sign_bias=np.asarray(stored["sign_bias"], float),
        grams={gram: np.asarray(row, float) for gram, row in stored["grams"].items()},
        first=_scoring(stored["first"]),
        second=_scoring(stored["second"]),
    )


def _scoring(stored: Mapping[str, Any]) -> Scoring:
    span, none = (np.asarray(stored[name], float) for name in ("span", "none"))
    return Scoring(span, none, float(stored["refuse_from"]))


def to_json(learned: Learned) -> str:
    """Weights as JSON, a line for each term, so that a change shows in a diff."""
    rows = {gram: [round(value, 2) for value in row.tolist()] for gram, row in learned.grams.items()}
    parts = {
        "recurs_else": list(learned.recurs_else),
        "first": _to_json(learned.first),
        "second": _to_json(learned.second),
        "sign_base": learned.sign_base.tolist(),
        "sign_bias": learned.sign_bias.tolist(),
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in parts.items()]
    for name, table in (("recurs", learned.recurs), ("grams", rows)):
        inner = ",\n".join(f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v)}" for k, v in table.items())
        lines.append(f"{json.dumps(name)}: {{\n{inner}\n}}")
    return "{" + ",\n".join(lines) + "}\n"


def _to_json(scoring: Scoring) -> dict[str, Any]:
    return {
        "refuse_from": round(scoring.refuse_from, 3),
        "span": [round(value, 4) for value in scoring.span.tolist()],
        "none": [round(value, 4) for value in scoring.none.tolist()],
    }
