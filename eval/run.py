"""A whole evaluation: cases in, numbers and a folder of results out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.progress import track

from assistant.settings import Settings
from eval.cases import SHIPPED_CASES, Case, Kind, case_files, load_cases
from eval.errors import CasesInvalid
from eval.http import open_http
from eval.metrics import make_metrics
from eval.report import (
    Summary,
    create_run_folder,
    print_summary,
    summarise,
    write_results,
    write_summary,
)
from eval.runner import Ask, run_cases
from eval.seeds import load_seeds
from vectorstore.errors import Message

__all__ = ["DEFAULT_OUTPUT", "DEFAULT_WORKERS", "print_summary", "run_evaluation"]

DEFAULT_OUTPUT = Path("eval/results")
DEFAULT_WORKERS = 4
# Where things are on this machine, which changes no number and should not be published with the rest.
_PLACES = {"host", "port", "data_dir", "seeds_dir", "prompts_dir"}


def run_evaluation(
    *,
    settings: Settings,
    cases_dir: Path = SHIPPED_CASES,
    url: str | None = None,
    kinds: Sequence[Kind] = (),
    limit: int | None = None,
    workers: int = DEFAULT_WORKERS,
    output_dir: Path = DEFAULT_OUTPUT,
) -> Summary:
    """Ask every case, score the replies, and write ``output_dir/<run>/``; progress goes to standard error.

    Without ``url`` the assistant of ``settings`` answers in this process.
    ``kinds`` and ``limit`` take the first cases of those kinds; the order of
    cases is that of files and lines. The run's folder has settings.json from
    the start and cases.jsonl as far as the run came.

    Raises CasesInvalid, ServerUnreachable, StorageUnusable, and without
    ``url`` what building the assistant raises.
    """
    cases = _choose(load_cases(cases_dir), kinds, limit)
    metrics = make_metrics(load_seeds(settings.seeds_dir))
    made_with = {
        **_describe(settings, cases_dir, url),
        "kinds": [kind.value for kind in kinds],
        "limit": limit,
        "workers": workers,
        "cases": len(cases),
    }
    with _open(url, settings) as ask:
        folder = create_run_folder(output_dir, made_with)
        results = write_results(run_cases(cases, ask, metrics=metrics, workers=workers), folder)
        console = Console(stderr=True)
        watched = track(results, "", total=len(cases), console=console, disable=not console.is_terminal)
        summary = summarise(tuple(watched), metrics, folder)
    write_summary(summary)
    return summary


def _choose(cases: tuple[Case, ...], kinds: Sequence[Kind], limit: int | None) -> tuple[Case, ...]:
    chosen = tuple(case for case in cases if not kinds or case.kind in kinds)[:limit]
    if not chosen:
        raise CasesInvalid(
            Message("没有符合条件的评测题。", "No case is of the kinds asked for."),
            Message(
                f"题型有：{'、'.join(Kind)}；请检查 --kind 和 --limit。",
                f"The kinds are: {', '.join(Kind)}. Check --kind and --limit.",
            ),
        )
    return chosen


def _open(url: str | None, settings: Settings) -> AbstractContextManager[Ask]:
    if url is not None:
        return open_http(url)
    # Here, since it loads the index and the models, which measuring a server does not need.
    from eval.inprocess import open_in_process

    return open_in_process(settings)


def _describe(settings: Settings, cases_dir: Path, url: str | None) -> dict[str, object]:
    """What the numbers depend on. Keys stay masked; a server's own settings are not known here."""
    return {
        "version": _version(),
        "python": platform.python_version(),
        "url": url,
        "settings": None if url is not None else settings.model_dump(mode="json", exclude=_PLACES),
        "files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in case_files(cases_dir)},
    }


def _version() -> str | None:
    try:
        return version("policy-assistant")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return None
