"""What running a command of the product gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Run(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]
