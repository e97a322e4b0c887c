"""A document that a program brings: asked in, kept apart, bounded, and gone again. Over real HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msoffcrypto
import pytest

from assistant.asking.keys import Keys
from assistant.history.history import History
from assistant.saying.answer_json import own_document_id
from assistant.setup.settings import Settings
from assistant.setup.uploads import MOST_FILE_BYTES
from tests.own_files import SCHOOL, as_docx, as_pdf
from tests.small_library import running_server, with_settings
from tests.vectorstore.readers.hostile import WORD, paragraphs, word_package

ALLOWANCE = "午餐补助每人每天多少元？"
ONLY_LIBRARY = "每个班级的图书角不少于多少册图书？"


def locked_docx() -> bytes:
    """Word's own password."""
    target = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(as_docx())).encrypt("开门", target)
    return target.getvalue()


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own: what is brought here is nobody else's."""
    chosen = with_settings(settings, tmp_path_factory.mktemp("own-data"))
    with running_server(chosen) as address:
        yield address


@pytest.fixture
def client(own: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=own, timeout=60) as opened:
        yield opened


def bring(
    client: httpx.Client, name: str, content: bytes, headers: dict[str, str] | None = None
) -> httpx.Response:
    return client.post("/api/files", files={"file": (name, content)}, headers=headers)


def ask(client: httpx.Client, question: str, **more: object) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/api/ask", json={"question": question, **more}).json()
    return answer


@pytest.mark.parametrize(
    ("name", "content"),
    [("细则.txt", SCHOOL.encode()), ("细则.docx", as_docx()), ("细则.pdf", as_pdf())],
    ids=["txt", "docx", "pdf"],
)
def test_the_document_answers_with_its_own_figure_and_the_library_keeps_its_own(
    client: httpx.Client, name: str, content: bytes
) -> None:
    brought = bring(client, name, content).json()
    assert brought["title"] == "云山市第三小学午餐管理细则"

    answer = ask(client, ALLOWANCE, file=brought["file"])

    assert "8元" in answer["answer"]
    assert "5元" not in answer["answer"]
    assert answer["citations"][0]["quote"].strip() in SCHOOL
    assert any("自己的文件" in notice for notice in answer["notices"])
    assert "5元" in ask(client, "云山市" + ALLOWANCE)["answer"]


def test_what_only_the_library_answers_is_refused_in_the_document(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    answer = ask(client, ONLY_LIBRARY, file=token)
    assert answer["outcome"] == "refused"
    assert any("没有查文件库" in notice for notice in answer["notices"])
    assert "100册" in ask(client, ONLY_LIBRARY)["answer"]


def test_a_scope_and_a_place_of_the_library_change_nothing_in_it(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    answer = ask(client, ALLOWANCE, file=token, scope={"regions": ["河口县"]}, near="河口县")
    assert "8元" in answer["answer"]


def test_the_passage_is_marked_in_the_original_and_no_browser_keeps_it(client: httpx.Client) -> None:
    token = bring(client, "细则.docx", as_docx()).json()["file"]
    citation = ask(client, ALLOWANCE, file=token)["citations"][0]

    page = client.get(citation["url"])

    assert page.status_code == 200
    assert "<mark" in page.text
    assert "家长委员会" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert token not in citation["url"]
    assert 'id="copy"' not in page.text


def test_the_id_in_links_neither_asks_nor_removes_and_the_token_opens_no_page(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    cited = ask(client, ALLOWANCE, file=token)["citations"][0]["document"]["id"]
    assert client.post("/api/ask", json={"question": ALLOWANCE, "file": cited}).status_code == 404
    assert client.delete(f"/api/files/{cited}").status_code == 404
    for unknown in (token, f"own-{token}"):
        assert "补助8元" not in client.get(f"/documents/{unknown}").text
    assert "8元" in ask(client, ALLOWANCE, file=token)["answer"]


def test_what_a_visitor_brings_on_the_page_is_theirs_alone(client: httpx.Client) -> None:
    cookies = [{"cookie": f"policy_assistant_visitor={letter * 32}"} for letter in "ab"]
    sent = {"file": ("a.txt", SCHOOL.encode())}
    token = client.post("/own-file", files=sent, headers=cookies[0]).json()["file"]
    address = f"/documents/{own_document_id(token)}"
    assert client.post("/own-file", files=sent).json()["error"]["code"] == "no_visitor"
    assert client.post("/api/ask", json={"question": ALLOWANCE, "file": token}).status_code == 404
    assert client.delete(f"/api/files/{token}").status_code == 404
    assert [client.get(address, headers=each).status_code for each in (*cookies, {})] == [200, 404, 404]


def test_what_is_told_of_a_conversation_later_leads_nowhere(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    answer = ask(client, ALLOWANCE, file=token, user="u-later")
    shown = client.get(f"/api/conversations/{answer['conversation_id']}", params={"user": "u-later"})
    assert answer["answer"] in [turn["answer"]["answer"] for turn in shown.json()["turns"]]
    assert "/documents/" not in shown.text
    assert "家长委员会" not in shown.text
    assert answer.keys() == shown.json()["turns"][0]["answer"].keys()


def test_it_is_in_no_list_no_search_and_no_comparison_and_answers_nobody_else(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    document_id = ask(client, ALLOWANCE, file=token)["citations"][0]["document"]["id"]
    known = client.get("/api/documents").json()["documents"][0]["id"]

    listed = client.get("/api/documents").text + client.get("/documents").text
    found = client.post("/api/search", json={"question": "家长委员会每月检查一次食堂"}).text
    compared = client.get("/documents/compare", params={"old": known, "new": document_id}).text

    assert "第三小学" not in listed + found + compared
    assert client.get(f"/api/documents/{document_id}").status_code == 404
    assert "三日内" not in json.dumps(ask(client, "家长委员会多久检查一次食堂？"), ensure_ascii=False)


def test_removed_it_is_gone_for_questions_and_for_reading(client: httpx.Client) -> None:
    token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
    url = ask(client, ALLOWANCE, file=token)["citations"][0]["url"]

    assert client.delete(f"/api/files/{token}").status_code == 204

    gone = client.post("/api/ask", json={"question": "家长委员会多久检查一次？", "file": token})
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "file_gone")
    assert client.delete(f"/api/files/{token}").status_code == 404
    page = client.get(url)
    assert page.status_code == 404
    assert "已经删除" in page.text


def test_another_keys_document_does_not_exist(settings: Settings, tmp_path: Path) -> None:
    chosen = with_settings(settings, tmp_path)
    keys = [Keys(chosen.data_dir).create(name) for name in ("one", "other")]
    one, other = ({"authorization": f"Bearer {key}"} for key in keys)
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert bring(client, "a.txt", SCHOOL.encode()).status_code == 401
        token = bring(client, "a.txt", SCHOOL.encode(), headers=one).json()["file"]
        body = {"question": ALLOWANCE, "file": token}
        assert client.post("/api/ask", json=body, headers=other).status_code == 404
        assert client.delete(f"/api/files/{token}", headers=other).status_code == 404
        assert "8元" in client.post("/api/ask", json=body, headers=one).json()["answer"]


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("a.txt", b"", 422, "是空的"),
        ("a.txt", b"  \n\n ", 422, "是空的"),
        ("a.exe", b"MZ\x90\x00program", 422, "是程序"),
        ("a.rtf", b"{\\rtf1}", 422, "格式不支持"),
        ("a.zip", b"PK\x03\x04xxxxxxxxx", 422, "格式不支持"),
        ("a.docx", as_docx()[:3000], 422, "损坏"),
        ("a.docx", locked_docx(), 422, "密码"),
        ("a.pdf", as_pdf(password="开门"), 422, "密码"),
        ("a.pdf", b"MZ\x90\x00program", 422, "是程序"),
        ("a.txt", "长".encode() * 200_001, 422, "太长"),
        ("a.txt", b"x" * (MOST_FILE_BYTES + 1), 413, "50 MB"),
        ("a.txt", b"x" * (MOST_FILE_BYTES + 100_000), 413, "50 MB"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence_with_what_to_do(
    client: httpx.Client, name: str, content: bytes, status: int, says: str
) -> None:
    response = bring(client, name, content)
    error = response.json()["error"]
    assert response.status_code == status
    assert says in error["message"]
    assert error["hint"]


def test_a_hostile_document_is_refused_and_the_next_one_is_read(client: httpx.Client, tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE x [<!ENTITY e0 "x">{bomb}]><w:document {WORD}>{paragraphs("&e11;")}</w:document>'
    word_package(tmp_path / "bomb.docx", text)
    refused = bring(client, "bomb.docx", (tmp_path / "bomb.docx").read_bytes())
    assert refused.status_code == 422
    assert refused.json()["error"]["hint"]
    assert bring(client, "细则.txt", SCHOOL.encode()).status_code == 200


def test_a_page_of_another_site_brings_nothing(client: httpx.Client) -> None:
    for path in ("/api/files", "/own-file"):
        sent = {"file": ("a.txt", SCHOOL.encode())}
        headers = {"origin": "https://elsewhere.example", "cookie": f"policy_assistant_visitor={'a' * 32}"}
        response = client.post(path, files=sent, headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "from_elsewhere")


def test_a_request_without_a_file_is_told_how_to_send_one(client: httpx.Client) -> None:
    for response in (
        client.post("/api/files", json={"file": "x"}),
        client.post("/api/files", data={"file": "x"}),
        client.post(
            "/api/files", content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}
        ),
    ):
        assert response.status_code == 422
        assert "multipart/form-data" in response.json()["error"]["hint"]


def test_switched_off_nothing_is_taken(settings: Settings, tmp_path: Path) -> None:
    chosen = with_settings(settings, tmp_path, own_files="off")
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        for response in (
            bring(client, "a.txt", SCHOOL.encode()),
            client.post("/api/ask", json={"question": ALLOWANCE, "file": "x"}),
            client.delete("/api/files/x"),
            client.post("/own-file", files={"file": ("a.txt", b"x")}),
        ):
            assert (response.status_code, response.json()["error"]["code"]) == (404, "own_files_closed")
        assert "5元" in ask(client, ALLOWANCE)["answer"]


def test_with_the_server_they_are_gone_from_the_disk(settings: Settings, tmp_path: Path) -> None:
    chosen = with_settings(settings, tmp_path)
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert bring(client, "细则.txt", SCHOOL.encode()).status_code == 200
        kept = [path for path in (tmp_path / "own-files").iterdir() if path.is_dir()]
        assert [path.stat().st_mode & 0o777 for path in kept] == [0o700]
    assert not [path for path in (tmp_path / "own-files").iterdir() if path.is_dir()]


def test_neither_gaps_nor_cited_sections_tell_the_administration_of_it(
    settings: Settings, tmp_path: Path
) -> None:
    chosen = with_settings(settings, tmp_path)
    with running_server(chosen) as address, httpx.Client(base_url=address, timeout=60) as client:
        token = bring(client, "细则.txt", SCHOOL.encode()).json()["file"]
        assert ask(client, ALLOWANCE, file=token)["citations"]
        assert ask(client, ONLY_LIBRARY, file=token)["outcome"] == "refused"
    with closing(History(tmp_path)) as history:
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        assert not history.statistics.most_cited(long_ago)
        assert not history.statistics.unanswered(long_ago)
