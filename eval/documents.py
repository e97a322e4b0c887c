"""What the seed documents are called in answers: names that stand in one of them only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

NAMES: Mapping[str, tuple[str, ...]] = {
    file: tuple(names)
    for file, names in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
