"""What stands around the chat: the list of a visitor's conversations, and what is said above the box."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assistant.history.types import ConversationSummary
from assistant.web.page.html import as_text
from assistant.web.page.own_file.html import own_file_html
from assistant.web.page.talk import Talk
from assistant.web.page.words import words_in
from assistant.web.static_page import fragment
from vectorstore.errors import Language


def shelf_html(kept: Sequence[ConversationSummary], talk: Talk, language: Language) -> str:
    """The conversations, the open one marked, each with what can be done to it."""
    current = talk.id if talk.entries else ""
    titled = [(one.id, one.title, Markup(as_text(one.title))) for one in kept]  # noqa: S704  # escaped there
    return fragment(
        "page/shelf.html", kept=titled, current=current, language=language, words=words_in(language)
    )


def chips_html(names: Sequence[str], language: Language) -> str:
    """What a question is limited to, each a button that opens the choice again; nothing where it is not."""
    if not names:
        return ""
    title = words_in(language)["scope"]
    chips = "".join(f'<button type="button" class="act act-scope">{as_text(name)}</button>' for name in names)
    return f'<div class="chips"><span class="quiet">{title}</span>{chips}</div>'


def hint_html(talk: Talk, language: Language, *, own_files: bool = False) -> str:
    """What to know before sending: that a question is being replaced, and which document it is asked in.

    ``own_files``: one's own may be asked in.
    """
    asked_in = own_file_html(talk.file, language) if own_files else ""
    if not talk.editing:
        return asked_in
    words = words_in(language)
    button = f'<button type="button" class="act act-cancel">{words["cancel"]}</button>'
    return f'<p class="editing" role="status">{words["editing"]} {button}</p>{asked_in}'
