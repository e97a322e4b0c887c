"""The page that sets two documents side by side, and the same as a Word file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import docx
import httpx
import pytest

from assistant.answer import Assistant
from assistant.saying.export.comparison import comparison_to_word
from assistant.web.look import Look
from assistant.web.original.compare import compare_link, render
from assistant.web.original.reader import render as render_document
from tests.invented import assistant_over
from tests.versions import NEW, OLD

LOOK = Look(language="zh")
HOSTILE = "<script>window.attacked = true</script>"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    hostile = NEW.replace("残疾人证", HOSTILE)
    with assistant_over(tmp_path_factory.mktemp("compared"), {"a.txt": OLD, "b.txt": hostile}) as made:
        yield made


def ids(assistant: Assistant) -> tuple[str, str]:
    old, new = sorted(assistant.documents(), key=lambda one: one.source)
    return old.id, new.id


def page_of(assistant: Assistant, old: str, new: str, look: Look = LOOK) -> str:
    return bytes(render(assistant, old, new, look).body).decode()


def test_the_page_tells_each_change_with_its_words_and_where_they_stand(assistant: Assistant) -> None:
    old, new = ids(assistant)
    page = page_of(assistant, old, new)
    assert "修改 1 处，新增 2 处，删去 1 处，未变 2 处（其中 1 处的数字有变）" in page
    assert "<del>1000</del><ins>1200</ins>" in page
    assert re.search(rf'href="/documents/{new}\?start=\d+&amp;end=\d+"', page)
    assert "已废止" in page
    assert page_of(assistant, old, new, Look(language="en")).count("1 changed, 2 added, 1 dropped") == 1


def test_what_a_document_says_is_text_and_never_markup(assistant: Assistant) -> None:
    page = page_of(assistant, *ids(assistant))
    assert HOSTILE not in page
    assert "<script" not in page


def test_each_version_links_to_the_other_and_to_the_comparison(assistant: Assistant) -> None:
    old, new = ids(assistant)
    for one in (old, new):
        document = assistant.document(one)
        assert document
        page = bytes(render_document(document, "", "", LOOK, None, assistant.versions(one)).body).decode()
        assert compare_link(old, new).replace("&", "&amp;") in page


@pytest.mark.parametrize("pair", [("", ""), ("x", "y"), ("<script>", "…")])
def test_where_there_are_no_two_the_page_says_so(assistant: Assistant, pair: tuple[str, str]) -> None:
    response = render(assistant, *pair, LOOK)
    assert response.status_code == 404
    assert "不都在库里" in bytes(response.body).decode()
    same = ids(assistant)[0]
    assert render(assistant, same, same, LOOK).status_code == 404


def test_the_word_file_has_a_row_for_each_change_and_marks_the_words(assistant: Assistant) -> None:
    compared = assistant.compare(*ids(assistant))
    assert compared
    content = comparison_to_word(compared, language="zh", exported_on=date(2026, 3, 4))
    (table,) = docx.Document(BytesIO(content)).tables
    assert len(table.rows) == 5
    runs = [run for cell in table.rows[1].cells for run in cell.paragraphs[0].runs]
    assert [run.text for run in runs if run.font.strike] == ["1000"]
    assert [run.text for run in runs if run.font.underline] == ["1200"]
    assert table.rows[2].cells[1].text == "（删去）"


def test_page_and_file_are_served(client: httpx.Client) -> None:
    first, second, *_ = (one["id"] for one in client.get("/api/documents").json()["documents"])
    assert client.get(compare_link(first, second)).status_code == 200
    assert client.get(compare_link(first, "none")).status_code == 404
    written = client.get(compare_link(first, second, page="/compare.docx"))
    assert written.headers["content-disposition"].startswith("attachment")
    assert len(docx.Document(BytesIO(written.content)).tables) == 1
    assert client.get(compare_link(first, "none", page="/compare.docx")).status_code == 404
    assert client.get("/compare.docx").status_code == 422
