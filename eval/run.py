"""A whole evaluation: cases in, numbers and a folder of results out."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console

from assistant.setup.settings import Settings
from eval.errors import CasesInvalid, OptionsInvalid, RunUnusable
from eval.judging.metrics import Metric
from eval.libraries import SEEDS, Library, Material, library_of_run, read_material, shipped_library
from eval.outcomes.commit import read_commit
from eval.outcomes.memory import peak_memory
from eval.outcomes.progress import watch
from eval.outcomes.runner import Result, run_cases
from eval.outcomes.storage import (
    append_results,
    create_run_folder,
    read_peak_memory,
    read_results,
    read_settings_of,
    rewrite_results,
    write_summary,
)
from eval.outcomes.summary import Summary, summarise
from eval.questions.cases import SHIPPED_CASES, Case, Kind, case_files, read_cases
from eval.questions.splits import Split, is_in
from eval.reports.page import write_page
from eval.systems.http import Api, open_server, protocol_of
from eval.systems.systems import System
from vectorstore.errors import Language, Message

if TYPE_CHECKING:
    from eval.systems.simple_systems import SimpleName

OURS: Literal["ours"] = "ours"
DEFAULT_OUTPUT = Path("eval/results")
DEFAULT_WORKERS = 4
# Where things are on this machine, which changes no number and should not be published with the rest.
_PLACES = {"host", "port", "data_dir", "seeds_dir", "prompts_dir"}
_MAY_DIFFER = {"started", "workers"}  # between a run and what goes on with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server to measure; ``api`` None is told by its address. The key is never written anywhere."""

    url: str
    api: Api | None = None
    model: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to ask, of whom, about which library, and where to write.

    Without a ``library`` the cases are about the seeds. ``system`` is what
    answers in this process; ``resume`` is the folder of a run to go on with.
    """

    library: Library | None = None
    cases_dir: Path = SHIPPED_CASES
    server: Server | None = None
    system: SimpleName | Literal["ours"] = OURS
    kinds: Sequence[Kind] = ()
    split: Split = Split.ALL
    limit: int | None = None
    workers: int = DEFAULT_WORKERS
    output_dir: Path = DEFAULT_OUTPUT
    resume: Path | None = None


Opened = AbstractContextManager[System]


def run_evaluation(
    settings: Settings, plan: Plan, *, open_system: Callable[[], Opened] | None = None
) -> Summary:
    """Ask every case, score the replies, and write ``output_dir/<run>/``; progress goes to standard error.

    Without a server or ``open_system`` the system of the plan answers in this
    process, over its library, which is taken in already. Kinds, split and limit
    take the first cases of those; the order of cases is that of files and lines.
    Lines that are no case are told and counted, and the others asked. The run's
    folder has settings.json from the start and cases.jsonl as far as the run
    came. An interrupted run writes its summary too before KeyboardInterrupt
    goes on.

    Raises CasesInvalid, OptionsInvalid, RunUnusable, ServerUnreachable,
    StorageUnusable, and in this process what building the assistant raises.
    """
    library = plan.library or shipped_library(SEEDS, settings)
    readable, wrong = _read_cases(plan.cases_dir)
    cases = _choose(readable, plan)
    material = read_material(library, as_stored=plan.server is None)
    metrics = material.metrics
    made_with = _describe(settings, plan, cases, wrong) | _describe_library(library, material)
    kept = _kept(plan.resume, made_with, metrics) if plan.resume else {}
    results = dict(kept)
    in_process = open_system is None and plan.server is None
    with (open_system or (lambda: _open(plan, library.settings)))() as system:
        folder = plan.resume or create_run_folder(plan.output_dir, made_with)
        left = [case for case in cases if case.id not in kept]
        with closing(run_cases(left, system, metrics=metrics, workers=plan.workers)) as asked:
            try:
                for result in watch(append_results(asked, folder), done=len(kept), planned=len(cases)):
                    results[result.case.id] = result
            except KeyboardInterrupt:
                _finish(_in_order(cases, results), metrics, folder, settings.language)
                _tell_how_to_resume(folder, settings.language)
                raise
    ordered = _in_order(cases, results)
    if kept:
        rewrite_results(ordered, folder)
    return _finish(ordered, metrics, folder, settings.language, peak_memory() if in_process else None)


def report_again(folder: Path, settings: Settings) -> Summary:
    """Write summary and page of a run anew from its cases.jsonl. Raises RunUnusable, StorageUnusable."""
    metrics = read_material(library_of_run(read_settings_of(folder), settings)).metrics
    results = read_results(folder, metrics)
    return _finish(results, metrics, folder, settings.language, read_peak_memory(folder))


def _finish(
    results: Sequence[Result],
    metrics: Sequence[Metric],
    folder: Path,
    language: Language,
    memory: int | None = None,
) -> Summary:
    made_with = read_settings_of(folder)
    planned, malformed = int(made_with.get("cases") or 0), len(made_with.get("malformed") or ())
    summary = summarise(results, metrics, folder, planned, malformed, memory)
    write_summary(summary)
    write_page(summary, made_with, language)
    return summary


def _in_order(cases: Sequence[Case], results: Mapping[str, Result]) -> list[Result]:
    return [results[case.id] for case in cases if case.id in results]


def _tell_how_to_resume(folder: Path, language: Language) -> None:
    said = Message(
        f"已中断，已完成的题已保存。要继续，请用同样的选项加上 --resume {folder}",
        f"Interrupted; what is done is kept. To go on, use the same options and --resume {folder}",
    )
    Console(stderr=True).print(said.in_language(language), markup=False, highlight=False, soft_wrap=True)


def _kept(folder: Path, made_with: Mapping[str, object], metrics: Sequence[Metric]) -> dict[str, Result]:
    """The replies that a run has by now, by id; what failed is asked again. Raises RunUnusable."""
    before = read_settings_of(folder)
    now = json.loads(json.dumps(made_with))
    names = sorted(
        name for name in (before.keys() | now.keys()) - _MAY_DIFFER if before.get(name) != now.get(name)
    )
    if names:
        listed = ", ".join(names)
        raise RunUnusable(
            Message(
                f"不能接着 {folder} 评测：题目或设置不同（{listed}）。",
                f"The run {folder} can't be gone on with: it differs in {listed}.",
            ),
            Message(
                "请用相同的题目、设置和选项，或重新评测。",
                "Use the same cases, settings and options, or start a new run.",
            ),
        )
    if not (folder / "cases.jsonl").exists():  # interrupted before the first reply
        return {}
    return {result.case.id: result for result in read_results(folder, metrics) if result.reply}


def _read_cases(path: Path) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The cases that can be asked, and what is wrong with the others: no case, or an id that was there."""
    cases, wrong = read_cases(path)
    by_id: dict[str, Case] = {}
    twice: list[str] = []
    for case in cases:
        if by_id.setdefault(case.id, case) is not case:
            twice.append(f"{case.id}: 2 cases have this id")
    problems = (*wrong, *twice)
    for problem in problems:
        Console(stderr=True).print(f"✗ {problem}", markup=False, highlight=False)
    return tuple(by_id.values()), problems


def _choose(cases: tuple[Case, ...], plan: Plan) -> tuple[Case, ...]:
    chosen = tuple(
        case
        for case in cases
        if (not plan.kinds or case.kind in plan.kinds) and is_in(case.family, plan.split)
    )[: plan.limit]
    if not chosen:
        raise CasesInvalid(
            Message("没有符合条件的评测题。", "No case is of the kinds asked for."),
            Message(
                f"题型有：{'、'.join(Kind)}；请检查 --kind、--split 和 --limit。",
                f"The kinds are: {', '.join(Kind)}. Check --kind, --split and --limit.",
            ),
        )
    return chosen


def _open(plan: Plan, settings: Settings) -> Opened:
    server = plan.server
    if server is None:
        # Here, since they load the index and the models, which measuring a server does not need.
        from eval.systems.inprocess import open_in_process
        from eval.systems.simple_systems import open_simple

        return open_in_process(settings) if plan.system == OURS else open_simple(plan.system, settings)
    api = server.api or protocol_of(server.url)
    if api == "openai" and not server.model:
        raise OptionsInvalid(
            Message("评测 OpenAI 兼容服务需要模型名。", "A server of OpenAI's kind needs a model's name."),
            Message("请用 --model 指定。", "Name it with --model."),
        )
    return open_server(server.url, api=api, model=server.model, key=server.key)


def _describe(
    settings: Settings, plan: Plan, cases: Sequence[Case], malformed: Sequence[str]
) -> dict[str, object]:
    """What the numbers depend on. Keys stay masked; a server's own settings are not known here."""
    server = plan.server
    return {
        "version": _version(),
        "commit": read_commit(),
        "python": platform.python_version(),
        "server": server and _server_json(server),
        "system": None if server else plan.system,
        "settings": None if server else settings.model_dump(mode="json", exclude=_PLACES),
        "files": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in case_files(plan.cases_dir)
        },
        "kinds": [kind.value for kind in plan.kinds],
        "split": plan.split.value,
        "limit": plan.limit,
        "workers": plan.workers,
        "cases": len(cases),
        "malformed": list(malformed),
    }


def _describe_library(library: Library, material: Material) -> dict[str, object]:
    """What was asked about: not where it stands, which should not be published with the rest."""
    return {"library": library.key, "documents": material.digest}


def _server_json(server: Server) -> dict[str, object]:
    address = urlsplit(server.url)
    host = address.netloc.rpartition("@")[2]  # without a name and password, which nobody is to publish
    url = urlunsplit(address._replace(netloc=host))
    return {"url": url, "api": server.api or protocol_of(server.url), "model": server.model}


def _version() -> str | None:
    try:
        return version("policy-assistant")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return None
