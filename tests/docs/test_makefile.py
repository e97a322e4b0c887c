"""What ``make run`` and ``make test`` say on a machine that lacks something."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = shutil.which("make")


def make(folder: Path, *pythons: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    """``make run`` in an empty checkout, with these programs on the path and no others."""
    programs = folder / "programs"
    programs.mkdir()
    for name, script in pythons:
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    assert MAKE, "make is not installed"
    environment = {"PATH": str(programs), "LC_ALL": "C"}
    return subprocess.run(
        [MAKE, "run"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("pythons", [(), (("python3", "exit 1"),), (("python3.11", "exit 127"),)])
def test_without_a_recent_python_it_says_which_one_is_needed(
    tmp_path: Path, pythons: tuple[tuple[str, str], ...]
) -> None:
    done = make(tmp_path, *pythons)

    assert done.returncode != 0
    assert "需要 Python 3.11" in done.stderr
    assert "Python 3.11 or newer is needed" in done.stderr


def test_without_the_venv_module_it_says_what_to_install(tmp_path: Path) -> None:
    done = make(tmp_path, ("python3", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac'))

    assert done.returncode != 0
    assert "sudo apt-get install python3-venv" in done.stderr


def test_a_python_without_venv_is_passed_over_for_one_that_has_it(tmp_path: Path) -> None:
    lacking = 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac'
    chosen = f'case "$1" in -m) echo "chosen" >&2; exit 3;; esac; exec "{sys.executable}" "$@"'

    done = make(tmp_path, ("python3.13", lacking), ("python3.12", chosen))

    assert "chosen" in done.stderr
