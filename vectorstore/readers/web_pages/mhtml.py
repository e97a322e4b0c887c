"""Web archives (MHTML), under any name: the page that they hold, in its encoding, by Python's own email."""

from __future__ import annotations

import codecs
import email
import email.policy
from collections.abc import Iterator
from email.message import Message as Part
from itertools import chain
from pathlib import Path

from vectorstore.readers.blocks.blocks import Content
from vectorstore.readers.refusals import damaged
from vectorstore.readers.web_pages.html import read_page
from vectorstore.readers.web_pages.page_encoding import declares_encoding

_FRAMES = b"<frameset"


def read_mhtml(path: Path) -> Content:
    """The page in a web archive: its largest HTML part, or of a workbook, which has frames, each sheet."""
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8).lstrip()  # what is before the head hides it
    # compat32, unlike newer policies, takes headers as they are and raises for none.
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages = list(_pages(message))
    if not pages:
        raise damaged(path.name)
    if not any(_FRAMES in page.lower() for page in pages):
        return read_page(max(pages, key=len), path.name)
    sheets = [read_page(page, path.name) for page in pages if b"<table" in page.lower()]
    blocks = list(chain.from_iterable(sheet.blocks for sheet in sheets))
    notices = dict.fromkeys(chain.from_iterable(sheet.notices for sheet in sheets))
    return Content(blocks=blocks, notices=tuple(notices))


def _pages(message: Part) -> Iterator[bytes]:
    """The HTML parts with words, each with the encoding that its part declares where it declares none."""
    for part in message.walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(payload, bytes) and payload.strip():
            charset = part.get_content_charset()
            declared = f'<meta charset="{charset}">'.encode("ascii", "ignore") if charset else b""
            yield payload if declares_encoding(payload) else declared + payload
