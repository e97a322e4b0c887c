"""A conversation's own document on the chat page: taken up, kept through a reload, given up."""

from __future__ import annotations

from dataclasses import replace

from assistant.own_files.errors import OwnFileGone
from assistant.own_files.files import OwnFiles
from assistant.own_files.types import Holder
from assistant.web.page.talk import Talk


def with_file(talk: Talk, files: OwnFiles | None, owner: str | None, token: str) -> Talk:
    """The conversation, asking in that document from now on. Raises OwnFileGone."""
    if files is None or owner is None:
        raise OwnFileGone
    return replace(talk, file=files.use_in(talk.id, token, Holder(person=owner)))


def without_file(talk: Talk, files: OwnFiles | None, owner: str | None) -> Talk:
    """The conversation, asking in the library again; the document is removed."""
    if files and owner:
        files.drop_used_in(Holder(person=owner), talk.id)
    return replace(talk, file=None)


def as_it_is(talk: Talk, files: OwnFiles | None, owner: str | None) -> Talk:
    """The conversation with the document that it asks in by now, if it is still there."""
    found = files.used_in(talk.id, Holder(person=owner)) if files and owner else None
    return replace(talk, file=found)


def forget_files(files: OwnFiles | None, owner: str, conversation: str | None = None) -> None:
    """What that conversation, or any of the owner's, asks in is removed with it."""
    if files:
        files.drop_used_in(Holder(person=owner), conversation)
