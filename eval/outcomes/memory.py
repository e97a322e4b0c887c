"""How much memory this process has held at most."""

from __future__ import annotations

import sys


def peak_memory() -> int | None:
    """The most bytes that this process has had in memory since it began; None where that is not told."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # macOS tells bytes, all others kibibytes
