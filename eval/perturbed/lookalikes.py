"""Copies of documents under the names of other places, for searching among documents that look alike.

A province's documents are alike from place to place. A copy has every name of a
place that the original has, bare ones too (嘉兴), replaced by that of another
place of the same kind, the same one wherever it stands; all else is as it was.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from vectorstore.places import bare_name, find_places, place_names
from vectorstore.types import Document

_KIND = re.compile(r"(?:特别行政区|自治区|自治州|地区|省|市|州|盟|县|区|旗)$")
_FOR_NONE = "市"  # the kind of the place that is put in front of a document that names none


def write_lookalikes(documents: Sequence[Document], folder: Path, copies: int) -> None:
    """Write ``copies`` of each document as 1/NAME, 2/NAME, … below ``folder``, their regions in a catalog.

    The same arguments give the same files.
    """
    taken = {name for document in documents for name in _names_in(document)}
    free = tuple(sorted(name for name in place_names() if name not in taken and bare_name(name) not in taken))
    for number in range(1, copies + 1):
        place = folder / str(number)
        place.mkdir(parents=True, exist_ok=True)
        entries: list[str] = []
        for document in documents:
            chance = random.Random(f"{number} {document.source}")  # noqa: S311  # the same in every run
            names = _other_names(document, free, chance)
            prefix = "" if names else _another(_FOR_NONE, free, chance)
            (place / document.source).write_text(prefix + _rename(document.text, names), encoding="utf-8")
            entries.append(_entry(document, names, prefix))
        (place / "catalog.toml").write_text("\n".join(entries), encoding="utf-8")


def _entry(document: Document, names: Mapping[str, str], prefix: str) -> str:
    """What the catalog says of a copy: the regions of the document and of its parts."""
    lines = ["[[document]]", f'source = "{document.source}"']
    lines.append(f'region = "{prefix or _rename(document.head.region, names)}"')
    for part in document.parts:
        lines += ["[[document.part]]", f'region = "{_rename(part.region, names)}"']
    return "\n".join(lines) + "\n"


def _names_in(document: Document) -> list[str]:
    """The names of places in a document and its regions."""
    regions = [document.head.region, *(part.region for part in document.parts)]
    text = "\n".join([*regions, document.text])
    return sorted({text[start:end] for start, end in find_places(text)})


def _other_names(document: Document, free: Sequence[str], chance: random.Random) -> dict[str, str]:
    """For each name of a place, with its kind or bare, that of another place of the same kind."""
    others: dict[str, str] = {}
    for name in (name for name in _names_in(document) if _KIND.search(name)):
        other = _another(name, free, chance)
        others[name] = other
        if len(bare_name(name)) > 1:
            others.setdefault(bare_name(name), bare_name(other))
    return others


def _another(name: str, free: Sequence[str], chance: random.Random) -> str:
    """A place of the same kind that no original names; any, where all of the kind are named."""
    kind = _KIND.search(name)
    end = kind.group() if kind else _FOR_NONE
    fitting = [other for other in free if other.endswith(end)]
    return chance.choice(fitting or list(free))


def _rename(text: str, names: Mapping[str, str]) -> str:
    if not names:
        return text
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    return pattern.sub(lambda found: names[found.group()], text)
