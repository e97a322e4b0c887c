"""What is read of statutes whose files are named "title(day of the version)": dates, articles, versions.

Run by ``python -m eval.benchmarks.statutes FOLDER``. Articles are held against a plain count of the lines
that begin with 第…条; versions against the names: two files of one title are two versions of one rule.
Of what the names do not show, each pair is listed, to be read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from vectorstore.documents.letterhead import read_head
from vectorstore.documents.versions import Versions
from vectorstore.errors import UnreadableFile
from vectorstore.outline.structure import read_structure
from vectorstore.readers import read_file
from vectorstore.store.database import text_digest
from vectorstore.types import Document

_DATED_NAME = re.compile(r"(.+?)(?:\((\d{4}-\d\d-\d\d)\))?$")
_NUMERAL = "[零〇一二三四五六七八九十百千]"
_ARTICLE = re.compile(rf"^[ \u3000]*(第{_NUMERAL}+条(?:之{_NUMERAL}+)?)(?=[ \u3000]|$)", re.MULTILINE)


def read_statutes(folder: Path) -> Iterator[Document]:
    """Each file that can be read, as the product reads it."""
    for path in track(sorted(filter(Path.is_file, folder.rglob("*"))), folder.name):
        try:
            file = read_file(path)
        except UnreadableFile as error:
            typer.echo(f"{path.name}: {error.message.en}", err=True)
            continue
        structure = read_structure(file.text, file.tables, file.headings)
        yield Document(
            id=path.stem,
            source=path.name,
            text=file.text,
            digest=text_digest(file.text),
            head=read_head(file.text, structure, path.name),
            sections=structure.sections,
        )


def articles_of(document: Document) -> tuple[list[str], list[str]]:
    """The numbers of the articles in the outline, and those that lines of the text begin with."""
    labels = (section.label for top in document.sections for section in top.walk())
    read = [re.sub(r"\s", "", label) for label in labels if re.match(r"第.*条", label)]
    return read, [found.group(1) for found in _ARTICLE.finditer(document.text)]


def pairs_by_name(documents: Sequence[Document]) -> set[tuple[str, str]]:
    """Each older file with the newest that has its title in the name; one without a day is older."""
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for document in documents:
        if found := _DATED_NAME.fullmatch(document.id):
            named[found.group(1)].append((found.group(2) or "", document.id))
    return {(old, max(same)[1]) for same in named.values() for _, old in same if old != max(same)[1]}


def pairs_read(documents: Sequence[Document]) -> set[tuple[str, str]]:
    """Each document that another stands for, with that one."""
    versions = Versions(documents)
    newest = ((document.id, versions.newest(document.id)) for document in documents)
    return {(old, new) for old, new in newest if old != new}


def main(folder: Annotated[Path, typer.Argument(help="Folder of statutes named by title and day.")]) -> None:
    """Print the shares, and what differs."""
    documents = list(read_statutes(folder))
    dated = [one for one in documents if (found := _DATED_NAME.fullmatch(one.id)) and found.group(2)]
    known = sum(one.head.issued_on is not None for one in dated)
    as_named = sum(f"({one.head.issued_on})" in one.id for one in dated)
    with_articles = [one for one in documents if articles_of(one)[1]]
    differ = [one for one in with_articles if len(set(map(tuple, articles_of(one)))) > 1]
    by_name, read = pairs_by_name(documents), pairs_read(documents)
    for one in differ:
        typer.echo(f"  articles: {one.source}: {len(articles_of(one)[0])} of {len(articles_of(one)[1])}")
    for old, new in sorted(by_name - read):
        typer.echo(f"  not read as versions: {old} → {new}")
    for old, new in sorted(read - by_name):
        typer.echo(f"  versions by their texts: {old} → {new}")
    typer.echo(f"{len(documents)} statutes; of {len(dated)} with a day in the name {known} are dated,")
    typer.echo(f"{as_named} by that day; articles as in the text in {len(with_articles) - len(differ)}")
    typer.echo(f"of {len(with_articles)}; versions: {len(by_name & read)} of {len(by_name)} by name,")
    typer.echo(f"{len(read - by_name)} more by what the texts say")


if __name__ == "__main__":
    typer.run(main)
