"""What messages mean, and how long what is sent may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.web.wechat.messages import LONGEST_REPLY, Incoming, Wish, read_incoming, recalled
from assistant.web.wechat.xml import read_fields

_NAMES = ("MsgType", "Event", "EventKey", "Content", "Recognition", "FromUserName", "MsgId", "CreateTime")


@given(fields=st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(["", "text", "event", "click", "问"])))
def test_whatever_fields_a_message_has_it_means_something(fields: dict[str, str]) -> None:
    incoming = read_incoming(fields)

    assert (incoming.wish is Wish.ANSWER) <= bool(incoming.question)
    assert incoming.person or incoming.wish is Wish.NOTHING


def test_events_of_another_time_or_button_are_other_messages() -> None:
    clicked = {"FromUserName": "o1", "MsgType": "event", "Event": "CLICK", "CreateTime": "1", "EventKey": "a"}

    ids = {read_incoming(clicked | changed).id for changed in ({}, {"CreateTime": "2"}, {"EventKey": "b"})}

    assert len(ids) == 3


@given(text=st.text(max_size=4000))
def test_no_reply_is_longer_than_the_platform_takes(text: str) -> None:
    incoming = Incoming(person="o1", account="gh_1", id="1", wish=Wish.ANSWER)

    fields = read_fields(incoming.reply(text).encode())

    assert len(fields["Content"].encode()) <= LONGEST_REPLY


@given(question=st.text(min_size=1, max_size=100), length=st.integers(1, 500))
def test_a_late_answer_is_whole_after_the_beginning_of_its_question(question: str, length: int) -> None:
    for char in ("a", "答", "𠮷"):
        said = recalled(question, char * length, "zh")
        assert said.endswith(char * length)
        assert len(said.encode()) <= LONGEST_REPLY


def test_a_late_answer_begins_with_its_question_shortened() -> None:
    assert recalled("补助\n由谁负责？", "答", "zh") == "问：补助 由谁负责？\n答"
    assert recalled("问" * 100, "答", "en") == f"Asked: {'问' * 39}…\n答"
