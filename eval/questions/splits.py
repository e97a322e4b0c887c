"""The fixed halves of the cases: one to tune on, one to report from.

A half is that of a case's family (``Case.family``): cases that name a group are
halved group by group, so that no document stands on both sides; others one by one.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Split(StrEnum):
    """A half, or all cases. Rules and thresholds are tuned on ``tune``; headlines are from ``report``."""

    REPORT = "report"
    TUNE = "tune"
    ALL = "all"


def split_of(family: str) -> Split:
    """The half of a family of cases: by the first byte of its name's SHA-256, which nobody chose."""
    return Split.REPORT if hashlib.sha256(family.encode()).digest()[0] % 2 else Split.TUNE


def is_in(family: str, split: Split) -> bool:
    """Whether the cases of ``family`` are in ``split``."""
    return split in (Split.ALL, split_of(family))
