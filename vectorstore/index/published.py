"""Which generations of the index there are, and which one is published: names alone, nothing is opened."""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"\d{8}-[0-9a-f]{12}")


def current_name(data_dir: Path) -> str | None:
    """The name of the published generation, or None. Cheap: reads one small file."""
    try:
        name = (data_dir / "index" / "CURRENT").read_bytes().decode("ascii", "replace").strip()
    except OSError:
        return None
    return name if _NAME.fullmatch(name) else None


def published_at(data_dir: Path) -> float | None:
    """When the published generation became that one, in seconds since 1970, or None. Cheap."""
    try:
        return (data_dir / "index" / "CURRENT").stat().st_mtime
    except OSError:
        return None


def generation_names(index: Path) -> list[str]:
    """All generations in the folder of the index, newest first."""
    if not index.is_dir():
        return []
    return sorted((path.name for path in index.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def last_number(index: Path) -> int:
    """The number of the newest generation, 0 without any."""
    return max((int(name.partition("-")[0]) for name in generation_names(index)), default=0)
