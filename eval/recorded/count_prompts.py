"""Counts the tokens of prompts that were recorded: ``python -m eval.recorded.count_prompts FOLDER…``.

By cl100k, as evidence is packed; tokenisers that are made for Chinese need fewer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from vectorstore.text import count_tokens


def tokens_of(prompt: Path) -> int:
    """The tokens of a prompt's messages, and of the tools that are offered with it."""
    kept = json.loads(prompt.read_text(encoding="utf-8"))
    tools = json.dumps(kept["tools"], ensure_ascii=False) if kept["tools"] else ""
    return count_tokens(tools) + sum(count_tokens(message["content"]) for message in kept["messages"])


def row(folder: Path) -> str:
    """A folder's prompts as a row of a Markdown table."""
    counts = [tokens_of(path) for path in sorted(folder.glob("*.json"))]
    half, most = (round(float(np.percentile(counts, share))) for share in (50, 95))
    return f"| {folder.name} | {len(counts)} | {half:,} | {most:,} | {max(counts):,} |"


def main(folders: Annotated[list[Path], typer.Argument(help="Folders that eval --record wrote.")]) -> None:
    """Count the tokens of recorded prompts."""
    typer.echo("| prompts | | median | 95 % below | most |\n|---|---:|---:|---:|---:|")
    for folder in folders:
        typer.echo(row(folder))


if __name__ == "__main__":
    typer.run(main)
