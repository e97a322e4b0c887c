"""The error tree. Every error says what happened and what to do next, in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for people, in both languages of the product."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The sentence in that language."""
        return self.en if language == "en" else self.zh


class PolicyAssistantError(Exception):
    """Base of all errors that reach a user: a message, a hint, never a traceback.

    ``code`` names the kind for programs, ``status`` is the HTTP status and
    ``exit_code`` the one of the command line.
    """

    code = "internal"
    status = 500
    exit_code = 1

    def __init__(self, message: Message, hint: Message) -> None:
        super().__init__(message.zh, hint.zh)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message.zh}{self.hint.zh}"


class LibraryError(PolicyAssistantError):
    """Something about the stored library."""

    code = "library"
    exit_code = 3


class UnreadableFile(LibraryError):
    """One file could not be taken in; the others of its batch still are."""

    code = "unreadable_file"
    status = 422


class RecognitionMissing(UnreadableFile):
    """The file is a scan, and what would recognise its text is not installed."""


class DocumentUnknown(LibraryError):
    """The library has no document of that name or id."""

    code = "unknown_document"
    status = 404


class CatalogInvalid(LibraryError):
    """The catalog does not say what it must."""

    code = "catalog_invalid"
    status = 500


class IndexMissing(LibraryError):
    """There is no index to search yet."""

    code = "index_missing"
    status = 503


class IndexMismatch(LibraryError):
    """The index was built with another embedding model or another format."""

    code = "index_mismatch"
    status = 503


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""

    code = "library_busy"
    status = 503


class StorageUnusable(LibraryError):
    """The data folder can't be written, or its disk is full."""

    code = "storage_unusable"
    status = 507


class LibraryDamaged(LibraryError):
    """A stored file is not what was written to it."""

    code = "library_damaged"
    status = 503


class EmbeddingUnavailable(LibraryError):
    """The embedding model can't be loaded or its endpoint does not answer."""

    code = "embedding_unavailable"
    status = 503


class RerankUnavailable(LibraryError):
    """The rerank endpoint does not answer; a search goes on without it."""

    code = "rerank_unavailable"
    status = 503
