"""The texts that the cases are about."""

from __future__ import annotations

from pathlib import Path

from eval.errors import CasesInvalid
from vectorstore.errors import Message


def load_seeds(folder: Path) -> dict[str, str]:
    """The text of each seed document in ``folder``, by file name.

    Raises CasesInvalid where there is none, or one can't be read as UTF-8.
    """
    try:
        seeds = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))}
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(folder, str(error)) from error
    if not seeds:
        raise _unusable(folder, "*.txt: 0")
    return seeds


def _unusable(folder: Path, reason: str) -> CasesInvalid:
    return CasesInvalid(
        Message(
            f"无法用 {folder} 中的文件核对引文（{reason}）。",
            f"The documents in {folder} can't be used to check quotes ({reason}).",
        ),
        Message("请检查设置 POLICY_ASSISTANT_SEEDS_DIR。", "Check the setting POLICY_ASSISTANT_SEEDS_DIR."),
    )
