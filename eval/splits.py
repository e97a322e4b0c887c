"""The fixed halves of the cases: one to tune on, one to report from."""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Split(StrEnum):
    """A half, or all cases. Rules and thresholds are tuned on ``tune``; headlines are from ``report``."""

    REPORT = "report"
    TUNE = "tune"
    ALL = "all"


def split_of(case_id: str) -> Split:
    """The half of a case: by the first byte of its id's SHA-256, which nobody chose."""
    return Split.REPORT if hashlib.sha256(case_id.encode()).digest()[0] % 2 else Split.TUNE


def is_in(case_id: str, split: Split) -> bool:
    """Whether the case is in ``split``."""
    return split in (Split.ALL, split_of(case_id))
