"""Regressions by maximum likelihood with a penalty on large weights, over numbers that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def spread(tables: Sequence[Numbers]) -> Numbers:
    """The standard deviation of each column over all tables; one where it never changes."""
    deviation: Numbers = np.concatenate(tables).std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)


def _descend(
    gradient: Callable[[Numbers], Numbers],
    start: Numbers,
    rate: float,
    steps: int,
    signs: Numbers | None = None,
) -> Numbers:
    """Adam, the whole data at once; a weight of the other sign than ``signs`` has becomes zero."""
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        slope = gradient(weights)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if signs is not None:
            weights = np.where(weights * signs < 0, 0.0, weights)
    return weights


def fit_softmax(rows: Sequence[tuple[Numbers, NDArray[np.bool_]]], penalty: float) -> Numbers:
    """Weights under which the rows that are so get most of a softmax over the rows of their table."""
    table = np.concatenate([one for one, _ in rows])
    gold = np.concatenate([flags for _, flags in rows])
    starts = np.cumsum([0, *(len(one) for one, _ in rows[:-1])])
    sizes = [len(one) for one, _ in rows]

    def gradient(weights: Numbers) -> Numbers:
        logits = table @ weights
        top = np.repeat(np.maximum.reduceat(logits, starts), sizes)
        mass = np.exp(logits - top)
        among_all = mass / np.repeat(np.add.reduceat(mass, starts), sizes)
        good = np.where(gold, mass, 0.0)
        among_gold = good / np.repeat(np.add.reduceat(good, starts), sizes)
        slope: Numbers = (among_all - among_gold) @ table / len(rows)
        return slope + penalty * weights / len(rows)

    return _descend(gradient, np.zeros(table.shape[1]), 0.03, 600)


def fit_many_logistic(
    has: Numbers,
    shows: Numbers,
    penalty: float,
    weights_of_rows: Numbers | None = None,
    signs: Sequence[int] | None = None,
) -> tuple[Numbers, Numbers]:
    """Weights and biases, a logistic regression for each column of ``shows``; rows may count differently."""
    counted = np.ones(len(has)) if weights_of_rows is None else weights_of_rows
    count = counted.sum()

    def gradient(weights: Numbers) -> Numbers:
        logits = has @ weights[:-1] + weights[-1]
        error = counted[:, None] * (1 / (1 + np.exp(-logits)) - shows)
        slope: Numbers = np.concatenate([has.T @ error + penalty * weights[:-1], error.sum(axis=0)[None]])
        return slope / float(count)

    rates = np.clip(shows.mean(axis=0), 0.001, 0.999)
    start = np.zeros((has.shape[1] + 1, shows.shape[1]))
    start[-1] = np.log(rates / (1 - rates))
    allowed = None if signs is None else np.append(np.asarray(signs, float), 0.0)[:, None]
    weights = _descend(gradient, start, 0.02, 400, allowed)
    bias: Numbers = weights[-1]
    return weights[:-1], bias


def fit_logistic(
    has: Numbers, is_so: Numbers, weights_of_rows: Numbers, penalty: float, signs: Sequence[int]
) -> Numbers:
    """The weights of one logistic regression and, last, its bias; the columns may have any scale.

    Each weight has the sign that ``signs`` gives, or is zero.
    """
    mean, spread = has.mean(axis=0), has.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    weights, bias = fit_many_logistic((has - mean) / spread, is_so[:, None], penalty, weights_of_rows, signs)
    scaled = weights[:, 0] / spread
    fitted: Numbers = np.append(scaled, bias[0] - mean @ scaled)
    return fitted
