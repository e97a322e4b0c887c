"""The XML of messages: one element with fields of text. Nothing in it is resolved, loaded or expanded."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from assistant.web.wechat.crypto import NotFromPlatform

LONGEST_MESSAGE = 64 * 1024  # bytes; the longest that people write is a few thousand

# What XML cannot carry, not even escaped: a reply with one such character is shown as a broken service.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_fields(body: bytes) -> dict[str, str]:
    """The fields of a message by name. Raises NotFromPlatform for what the platform does not send.

    A control character that a person wrote is left out, and the rest is read.
    """
    if len(body) > LONGEST_MESSAGE:
        raise NotFromPlatform
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_FORBIDDEN.sub("", body.decode("utf-8", "ignore")).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise NotFromPlatform from error
    if root.getroottree().docinfo.doctype:
        raise NotFromPlatform
    return {str(field.tag): field.text or "" for field in root}


def write_fields(fields: Mapping[str, str | int]) -> str:
    """The message with these fields; numbers stand bare, texts as character data that nothing can end."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"
