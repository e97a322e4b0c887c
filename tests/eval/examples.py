"""Cases and replies for the tests of the evaluation, and a server that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

from rich.console import Console

from assistant.types import Outcome, Reason
from eval.judging.attribution import sources_of
from eval.judging.metrics import make_metrics
from eval.judging.replies import Cited, Found, Reply
from eval.outcomes.runner import Result, run_cases
from eval.questions.cases import Case, GoldQuote, HistoryTurn, Kind

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
    history: tuple[HistoryTurn, ...] = (),
    group: str = "",
) -> Case:
    return Case(
        id=id,
        kind=kind,
        question=question,
        history=history,
        facts=facts if answerable else (),
        must_not=must_not,
        evidence=tuple(GoldQuote(file="a.txt", quote=quote) for quote in evidence),
        answerable=answerable,
        says="" if answerable else "没有写。",
        group=group,
    )


def make_reply(
    answer: str = "",
    *,
    outcome: Outcome = Outcome.GROUNDED,
    quotes: tuple[str, ...] = (),
    file: str = "a.txt",
    reason: Reason | None = None,
) -> Reply:
    return Reply(
        answer=answer,
        outcome=outcome,
        reason=reason,
        citations=tuple(Cited(file=file, quote=quote) for quote in quotes),
        seconds=0.5,
    )


def perfect_reply(case: Case) -> Reply:
    """All facts, each with the labels of its evidence, and nothing else; a refusal where there is none."""
    if not case.answerable:
        named = {Kind.REDACTED: Reason.REDACTED, Kind.TRUNCATED: Reason.TRUNCATED}
        reason = named.get(case.kind, Reason.NOT_FOUND)
        return Reply(answer="资料中没有找到。", outcome=Outcome.REFUSED, reason=reason)
    label = {gold: number for number, gold in enumerate(case.evidence, start=1)}
    facts = [fact[0] + "".join(f"[{label[gold]}]" for gold in sources_of(fact, case)) for fact in case.facts]
    return Reply(
        answer="；".join(facts) + "。",
        outcome=Outcome.GROUNDED,
        citations=tuple(
            Cited(file=gold.file, quote=gold.quote, label=number) for gold, number in label.items()
        ),
    )


CASES = (
    make_case(id="000-001", must_not=("七所",)),
    make_case(
        id="000-002",
        kind=Kind.NUMBER,
        question="乙县？",
        facts=(("七所",),),
        evidence=("乙县新办幼儿园七所",),
    ),
    make_case(id="000-003", kind=Kind.UNANSWERABLE, question="丙县？", answerable=False, evidence=()),
)


def failing(error: Exception) -> Callable[[Case], Reply]:
    """A system that raises ``error`` for every case."""

    def ask(case: Case) -> Reply:
        raise error

    return ask


def run(
    ask: Callable[[Case], Reply] = perfect_reply, cases: tuple[Case, ...] = CASES, *, workers: int = 3
) -> tuple[Result, ...]:
    return tuple(run_cases(cases, Scripted(ask), metrics=make_metrics(TEXTS), workers=workers))


def printed(show: Callable[[Console], None], *, width: int = 100) -> str:
    console = Console(file=StringIO(), width=width)
    show(console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


class Scripted:
    """A system that replies as it is told, and finds the evidence of each case unless told otherwise."""

    name = "scripted"

    def __init__(
        self,
        ask: Callable[[Case], Reply] = perfect_reply,
        search: Callable[[Case], tuple[Found, ...] | None] | None = None,
    ) -> None:
        self._ask = ask
        self._search = search or evidence_of

    def ask(self, case: Case) -> Reply:
        return self._ask(case)

    def search(self, case: Case, limit: int) -> tuple[Found, ...] | None:
        found = self._search(case)
        return None if found is None else found[:limit]


def evidence_of(case: Case) -> tuple[Found, ...]:
    """Every gold quote in one passage of its file, so that all evidence can come first."""
    files = dict.fromkeys(gold.file for gold in case.evidence)
    return tuple(
        Found(file=file, text=" ".join(gold.quote for gold in case.evidence if gold.file == file))
        for file in files
    )


def as_json(reply: Reply) -> dict[str, object]:
    return {
        "answer": reply.answer,
        "outcome": reply.outcome.value,
        "citations": [
            {"label": one.label, "quote": one.quote, "document": {"source": one.file}}
            for one in reply.citations
        ],
        "refusal": {"reason": reply.reason.value, "nearest": []} if reply.reason else None,
        "usage": {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens},
    }


def found_json(found: tuple[Found, ...]) -> dict[str, object]:
    return {"passages": [{"text": one.text, "document": {"source": one.file}} for one in found]}


Answering = Callable[[dict[str, object], BaseHTTPRequestHandler], None]


def find_nothing(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
    send(handler, {"passages": []})


@contextmanager
def serving(
    answer: Answering | None = None, *, path: str = "/api/ask", search: Answering | None = None
) -> Iterator[str]:
    """A loopback server; ``answer`` gets the body of each POST to ``path`` and writes the reply.

    So does ``search`` for /api/search; without it nothing is ever found.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            send(self, {"documents": []})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/search":
                (search or find_nothing)(body, self)
                return
            assert self.path == path
            assert answer
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
