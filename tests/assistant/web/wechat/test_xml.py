"""Messages as XML: whatever is written can be read, by us and by a strict reader."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.wechat.crypto import NotFromPlatform
from assistant.web.wechat.xml import LONGEST_MESSAGE, read_fields, write_fields


@given(text=st.one_of(st.text(), st.lists(st.sampled_from("]>[<!&;\x0b\0\ufffe午\n")).map("".join)))
def test_a_reply_can_be_read_whatever_it_says(text: str) -> None:
    written = write_fields({"CreateTime": 1, "Content": text})

    strict = {child.tag: child.text or "" for child in ET.fromstring(written)}
    assert strict["CreateTime"] == "1"
    assert strict == read_fields(written.encode())
    kept = [char for char in text if char >= " " or char in "\t\n\r"]
    lost = set(kept) - set(strict["Content"]) - {"\r"}
    assert all(char in "\ufffe\uffff" or "\ud800" <= char <= "\udfff" for char in lost)


def test_the_end_of_character_data_ends_nothing() -> None:
    assert read_fields(write_fields({"Content": "a]]>b]]]]>>c"}).encode()) == {"Content": "a]]>b]]]]>>c"}


def test_fields_are_read_plain_and_as_character_data() -> None:
    body = "<xml><A><![CDATA[<!DOCTYPE b>&amp;]]></A><B>&lt;1</B><C/><!-- no field --><D><E>2</E></D></xml>"

    assert read_fields(body.encode()) == {"A": "<!DOCTYPE b>&amp;", "B": "<1", "C": "", "D": ""}


@given(body=st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        fields = read_fields(body)
    except NotFromPlatform:
        return
    assert all(isinstance(value, str) for value in fields.values())


def test_a_message_that_is_too_long_is_refused() -> None:
    longest = f"<a>{'x' * (LONGEST_MESSAGE - 7)}</a>".encode()

    assert read_fields(longest) == {}
    with pytest.raises(NotFromPlatform):
        read_fields(longest + b" ")
