"""One file per format: from bytes to text. The text is normalised here, once.

Plain text is decoded at once; every other format is parsed in a process of its own
(vectorstore.readers.sandbox), since a document from elsewhere can be hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vectorstore.errors import Message, UnreadableFile
from vectorstore.readers import refusals, sandbox
from vectorstore.readers.blocks import Content
from vectorstore.readers.markdown import read_markdown
from vectorstore.readers.plain import decode
from vectorstore.readers.reply import unpack_file
from vectorstore.readers.sniff import HEAD, Format, format_by_head
from vectorstore.readers.types import ReadFile, ReadTable
from vectorstore.readers.writing import MOST_CHARACTERS, TooLong, write
from vectorstore.text import normalise

__all__ = ["ArchiveMember", "ReadFile", "ReadTable", "RefusedMember", "is_archive", "read_file", "unpack"]
_MOST_BYTES = 100_000_000
_MOST_SCANS = 200  # pages to recognise in one file: half an hour on two slow cores
_RECOGNISER = "rapidocr"
