"""A document that somebody has brought, as others know it, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who brings a document: a ``person`` of the page, or a program by the ``key`` that it has.

    A person has one document at a time. ``address`` is the network's that it came from.
    """

    key: str = ""
    person: str = ""
    address: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A document to ask in. ``token`` is the secret by which it is asked and removed.

    ``document_id`` opens the document for reading. ``expires`` is when it goes, if nothing more is asked.
    """

    token: str
    title: str
    document_id: str
    expires: datetime
