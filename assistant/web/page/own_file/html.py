"""What the chat page shows of a document of one's own: the button to choose one, or what is asked in."""

from __future__ import annotations

from assistant.own_files.types import OwnFile
from assistant.web.page.html import as_text
from assistant.web.page.words import WORDS
from vectorstore.errors import Language


def own_file_html(file: OwnFile | None, language: Language) -> str:
    """A button: to choose a document, or to ask in the library again."""
    said = WORDS["own_file_in" if file else "own_file"].in_language(language)
    act = "no_file" if file else "file"
    button = (
        f'<button type="button" class="act act-{act}">{as_text(said.format(file and file.title))}</button>'
    )
    return f'<div class="chips own-file">{button}</div>'
