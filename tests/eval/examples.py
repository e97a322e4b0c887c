"""Cases and replies for the tests of the evaluation, and a server that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from assistant.types import Outcome
from eval.cases import Case, GoldQuote, Kind
from eval.replies import Cited, Reply

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
TEXTS = {"a.txt": "第一条　甲县建设学校十二所，覆盖率达到95.3%。\n第二条　乙县新办幼儿园七所。"}


def make_case(
    *,
    id: str = "000-001",
    kind: Kind = Kind.FACT,
    question: str = "甲县建几所？",
    facts: tuple[tuple[str, ...], ...] = (("十二所", "12所"),),
    must_not: tuple[str, ...] = (),
    evidence: tuple[str, ...] = ("甲县建设学校十二所",),
    answerable: bool = True,
) -> Case:
    return Case(
        id=id,
        kind=kind,
        question=question,
        facts=facts if answerable else (),
        must_not=must_not,
        evidence=tuple(GoldQuote(file="a.txt", quote=quote) for quote in evidence),
        answerable=answerable,
        says="" if answerable else "没有写。",
    )


def make_reply(
    answer: str = "",
    *,
    outcome: Outcome = Outcome.GROUNDED,
    quotes: tuple[str, ...] = (),
    file: str = "a.txt",
) -> Reply:
    return Reply(
        answer=answer,
        outcome=outcome,
        citations=tuple(Cited(file=file, quote=quote) for quote in quotes),
        seconds=0.5,
    )


def perfect_reply(case: Case) -> Reply:
    """All facts, all evidence and nothing else; a refusal where there is no answer."""
    if not case.answerable:
        return Reply(answer="资料中没有找到。", outcome=Outcome.REFUSED)
    return Reply(
        answer="；".join(fact[0] for fact in case.facts) + "。",
        outcome=Outcome.GROUNDED,
        citations=tuple(Cited(file=gold.file, quote=gold.quote) for gold in case.evidence),
    )


def as_json(reply: Reply) -> dict[str, object]:
    return {
        "answer": reply.answer,
        "outcome": reply.outcome.value,
        "citations": [
            {"label": 1, "quote": one.quote, "document": {"source": one.file}} for one in reply.citations
        ],
        "refusal": None,
    }


@contextmanager
def serving(answer: Callable[[dict[str, object], BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A loopback server; ``answer`` gets the body of each POST to /api/ask and writes the reply."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            send(self, {"documents": []})

        def do_POST(self) -> None:
            assert self.path == "/api/ask"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer(body, self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: object, *, status: int = 200) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
