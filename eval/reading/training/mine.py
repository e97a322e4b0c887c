"""What the product's own search finds for the questions that are trained on: the hard negatives.

Run by ``python -m eval.reading.training.mine DATA LIBRARY``; DATA is a folder that training_data wrote.
Writes ``mined.jsonl`` there: of each question the ids of the chunks found, best first. Goes on
where an earlier run stopped.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_embedder
from assistant.setup.settings import Settings
from eval.reading.training.training_data import QUESTIONS
from vectorstore.embeddings import Embedder
from vectorstore.library.live import LiveLibrary
from vectorstore.types import EVERYWHERE

MINED = "mined.jsonl"
_PASSAGES = 20


def mine(data: Path, library: Path, embedder: Embedder) -> int:
    """Search for every question that has not been searched for yet; gives how many those were."""
    target = data / MINED
    lines = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    done = {json.loads(line)["id"] for line in lines if line.endswith("}")}
    asked = [json.loads(line) for line in (data / QUESTIONS).read_text(encoding="utf-8").splitlines()]
    left = [question for question in asked if question["id"] not in done]
    live = LiveLibrary(library, embedder)
    with closing(live), live.searcher() as searcher, target.open("a", encoding="utf-8") as file:
        for question in left:
            found = searcher.search(question["text"], scope=EVERYWHERE, limit=_PASSAGES)
            row = {"id": question["id"], "chunks": [passage.chunk.id for passage in found]}
            file.write(json.dumps(row) + "\n")
            file.flush()
    return len(left)


def main(
    data: Annotated[Path, typer.Argument(help="Folder that training_data wrote.")],
    library: Annotated[Path, typer.Argument(help="Data folder with the documents of the questions.")],
) -> None:
    """Search for all questions."""
    settings = Settings(data_dir=library, openai_api_key=None, openai_model=None)
    typer.echo(f"{mine(data, library, build_embedder(settings))} questions")


if __name__ == "__main__":
    typer.run(main)
