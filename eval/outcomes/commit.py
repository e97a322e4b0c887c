"""The commit that numbers are measured at."""

from __future__ import annotations

import subprocess
from pathlib import Path


def read_commit() -> str | None:
    """The commit of the checkout that this code is in, with a plus sign if files of it were changed."""
    git = ["git", "-C", str(Path(__file__).resolve().parent)]
    try:
        commit = _said([*git, "rev-parse", "HEAD"])
        changed = _said([*git, "status", "--porcelain", "--untracked-files=no"])
    except (OSError, subprocess.CalledProcessError):  # installed, or no git
        return None
    return f"{commit}{'+' if changed else ''}"


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # no shell
    return done.stdout.strip()
