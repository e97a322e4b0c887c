"""What to ask next: what stands beside the citations, and only what has an answer."""

from __future__ import annotations

from assistant.answer import Assistant
from assistant.asking.suggest import MOST, Suggester, neighbours
from assistant.types import Answer, Outcome, Question
from vectorstore.types import Section, SectionKind


def section(start: int, end: int, *children: Section) -> Section:
    return Section(
        kind=SectionKind.ITEM, label="", title=str(start), start=start, end=end, children=tuple(children)
    )


def test_neighbours_come_nearest_first_inside_and_outside_in_turns() -> None:
    first, second = section(0, 10), section(30, 40)
    inner = [section(10, 15), section(15, 20), section(20, 25)]
    middle = section(10, 30, *inner)
    found = neighbours([first, middle, second], 16)
    assert found == [inner[2], second, inner[0], first]
    assert neighbours([first], 50) == []


def ask(assistant: Assistant, text: str) -> Answer:
    return assistant.ask(Question(text=text))


def places(answer: Answer) -> list[tuple[str, int]]:
    return [(citation.passage.chunk.document_id, citation.start) for citation in answer.citations]


def test_every_suggested_question_is_answered_from_another_place(seed_assistant: Assistant) -> None:
    for question in ("荣成的劳动教育有什么要求？", "聊城乡村学校饮水改善工程由哪个部门牵头？"):
        answer = ask(seed_assistant, question)
        suggested = Suggester(seed_assistant).next_questions(places(answer), "zh")
        assert 0 < len(suggested) <= MOST
        asked_for = [text.rpartition("的")[2] for text in suggested]
        assert len(set(asked_for)) == len(suggested), "what is asked for differs"
        for following in (ask(seed_assistant, text) for text in suggested):
            assert following.outcome is Outcome.GROUNDED
            assert following.citations
            assert places(following) != places(answer)


def test_nothing_is_suggested_where_nothing_is_cited(seed_assistant: Assistant) -> None:
    suggester = Suggester(seed_assistant)
    assert suggester.next_questions([], "zh") == ()
    assert suggester.next_questions([("unknown", 3)], "zh") == ()
    document = seed_assistant.documents()[0]
    assert suggester.next_questions([(document.id, len(document.text) + 5)], "zh") == ()
