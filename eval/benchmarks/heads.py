"""How many documents get their title right, in folders whose files are named by it.

Run by ``python -m eval.benchmarks.heads FOLDER…``. Once as they are, and once under a name that says nothing:
how much the texts alone tell. A title is right that is the file's name, or is in it, or has it inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from vectorstore.documents.letterhead import read_head
from vectorstore.errors import UnreadableFile
from vectorstore.outline.structure import read_structure
from vectorstore.readers import read_file
from vectorstore.text import fold

_LEAST = 8  # letters of a title that may be a part of a file's name, or the other way round
_NAMELESS = "0001.txt"


def titles_of(path: Path) -> tuple[str, str]:
    """The title by name and text, and by the text alone. Raises UnreadableFile."""
    file = read_file(path)
    structure = read_structure(file.text, file.tables, file.headings)
    named, nameless = (read_head(file.text, structure, source).title for source in (path.name, _NAMELESS))
    return named, nameless


def is_right(title: str, name: str) -> bool:
    """Whether a title is what a file is named by."""
    bare, expected = _bare(title), _bare(name)
    return bare == expected or (len(bare) >= _LEAST and (bare in expected or expected in bare))


def measure(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name without ending, title, and title without the name, of each file that can be read."""
    for path in track(sorted(filter(Path.is_file, folder.rglob("*"))), folder.name):
        try:
            yield path.stem, *titles_of(path)
        except UnreadableFile as error:
            typer.echo(f"{path.name}: {error.message.en}", err=True)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text).lower()))


def main(folders: Annotated[list[Path], typer.Argument(help="Folders of documents.")]) -> None:
    """Print the shares, and what is not right under its own name."""
    for folder in folders:
        rows = list(measure(folder))
        named, nameless = (sum(is_right(row[at], row[0]) for row in rows) for at in (1, 2))
        for name, title, _ in rows:
            if not is_right(title, name):
                typer.echo(f"  {name}: {title}")
        typer.echo(f"{folder.name}: {len(rows)} files, title right {named}, without its name {nameless}")


if __name__ == "__main__":
    typer.run(main)
