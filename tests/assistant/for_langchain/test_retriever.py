"""The retriever finds what the product's search finds, and tells where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField, RunnablePassthrough
from langchain_core.tools import create_retriever_tool
from pydantic import ValidationError

from assistant.answer import Assistant
from assistant.build import build_assistant
from assistant.errors import BadQuestion
from assistant.for_langchain import PolicyAssistant, PolicyRetriever
from assistant.setup.settings import Settings
from assistant.types import Question
from vectorstore.errors import IndexMissing

ASKED = "云山市午餐补助每人每天多少元？"


def test_it_gives_what_search_gives_in_its_order(assistant: Assistant) -> None:
    _, passages = assistant.search(Question(text=ASKED), 5)
    found = PolicyRetriever(assistant=assistant, k=5).invoke(ASKED)

    assert [one.id for one in found] == [passage.chunk.id for passage in passages]
    assert [one.metadata["rank"] for one in found] == [1, 2, 3, 4, 5]
    assert [one.metadata["score"] for one in found] == [passage.score for passage in passages]


def test_a_passage_is_the_true_text_and_knows_where_it_stands(assistant: Assistant) -> None:
    (found,) = PolicyRetriever(assistant=assistant, k=1).invoke(ASKED)
    known = found.metadata
    document = assistant.document(known["document_id"])
    assert document is not None

    assert found.page_content == "第三条 农村义务教育阶段学生每人每天补助5元，全年按200天计算。"
    assert found.page_content == document.text[known["start"] : known["end"]]
    assert found.id == known["chunk_id"]
    assert {name: known[name] for name in ("title", "issuer", "number", "region", "issued_on", "status")} == {
        "title": "云山市学生午餐补助办法",
        "issuer": "云山市教育局",
        "number": "云教发〔2024〕5号",
        "region": "云山市",
        "issued_on": "2024-03-08",
        "status": "issued",
    }
    assert (known["source"], known["path"], known["kind"]) == ("lunch.txt", "第三条", "办法")
    assert all(isinstance(value, str | int | float) for value in known.values())


def test_its_link_is_the_one_of_the_citation(assistant: Assistant) -> None:
    (found,) = PolicyRetriever(assistant=assistant, k=1).invoke(ASKED)
    (citation,) = PolicyAssistant(assistant=assistant).invoke(ASKED)["citations"]
    assert found.metadata["url"] == citation["url"]


def test_a_row_tells_the_names_of_its_columns(seed_assistant: Assistant) -> None:
    (found,) = PolicyRetriever(assistant=seed_assistant, k=1).invoke("乡村学校饮水改善工程由哪个部门牵头？")
    assert found.metadata["chunk_kind"] == "row"
    assert "牵头部门：市教育体育局" in found.metadata["cells"]


def test_regions_documents_and_years_narrow_it(assistant: Assistant) -> None:
    def sources(**scope: object) -> set[str]:
        retriever = PolicyRetriever.model_validate({"assistant": assistant, **scope})
        return {one.metadata["source"] for one in retriever.invoke(ASKED)}

    reading = next(one.id for one in assistant.documents() if one.source == "reading.txt")
    assert sources() == {"lunch.txt", "reading.txt"}
    assert sources(regions=["河口县"]) == {"reading.txt"}
    assert sources(documents=[reading]) == {"reading.txt"}
    assert sources(years=[2024]) == {"lunch.txt"}
    assert sources(documents=["000000000000"]) == set()


def test_where_it_looks_can_be_chosen_anew_for_each_question(assistant: Assistant) -> None:
    retriever = PolicyRetriever(assistant=assistant, k=1).configurable_fields(
        regions=ConfigurableField(id="regions")
    )
    (found,) = retriever.invoke(ASKED, {"configurable": {"regions": ["河口县"]}})
    assert found.metadata["region"] == "河口县"


def test_a_chain_reads_its_passages(assistant: Assistant) -> None:
    def told(passages: list[Document]) -> str:
        return "\n".join(one.page_content for one in passages)

    retriever = PolicyRetriever(assistant=assistant, k=2)
    prompt = ChatPromptTemplate.from_template("{passages}\n{question}")
    asked = {"passages": retriever | told, "question": RunnablePassthrough()} | prompt
    assert "每人每天补助5元" in asked.invoke(ASKED).to_string()
    chain = asked | FakeListChatModel(responses=["五元。"]) | StrOutputParser()
    assert chain.batch([ASKED, ASKED]) == ["五元。", "五元。"]


def test_an_agent_can_have_it_as_a_tool(assistant: Assistant) -> None:
    tool = create_retriever_tool(PolicyRetriever(assistant=assistant, k=1), "policies", "政策条文")
    assert "每人每天补助5元" in tool.invoke({"query": ASKED})


@pytest.mark.anyio
async def test_it_finds_the_same_in_an_event_loop(assistant: Assistant) -> None:
    retriever = PolicyRetriever(assistant=assistant, k=3)
    assert await retriever.ainvoke(ASKED) == retriever.invoke(ASKED)
    assert await retriever.ainvoke(ASKED, k=1) == retriever.invoke(ASKED)[:1]


def test_an_empty_question_is_told_what_to_do(assistant: Assistant) -> None:
    with pytest.raises(BadQuestion, match="请输入一个问题"):
        PolicyRetriever(assistant=assistant).invoke("  \n")


@pytest.mark.parametrize("wrong", [{"k": 0}, {"regions": "河口县"}, {"region": "河口县"}])
def test_a_field_that_can_not_be_is_refused(assistant: Assistant, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PolicyRetriever.model_validate({"assistant": assistant, **wrong})


def test_a_library_that_is_not_there_says_how_to_build_it(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="policy-assistant ingest"):
        build_assistant(settings.model_copy(update={"data_dir": tmp_path}))
