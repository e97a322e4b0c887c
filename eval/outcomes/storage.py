"""The folder of a run: settings.json, cases.jsonl, summary.json and report.html."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import RunUnusable
from eval.judging.intervals import Interval
from eval.judging.metrics import Metric, Score
from eval.judging.replies import Reply
from eval.outcomes.runner import Failure, Result, score
from eval.outcomes.summary import Loss, Part, Row, Summary
from eval.questions.cases import Case
from vectorstore.errors import Message, StorageUnusable

SETTINGS, CASES, SUMMARY, PAGE = "settings.json", "cases.jsonl", "summary.json", "report.html"


def create_run_folder(output_dir: Path, made_with: Mapping[str, object]) -> Path:
    """A new folder under ``output_dir``, named by the time (UTC), with ``settings.json`` in it.

    ``made_with`` is what the numbers of the run depend on. Raises StorageUnusable.
    """
    started = datetime.now(UTC)
    name = started.strftime("%Y%m%d-%H%M%S")
    with writing(output_dir):
        output_dir.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in output_dir.iterdir()}
        names = (name, *(f"{name}-{count}" for count in range(2, 1000)))
        folder = output_dir / next(one for one in names if one not in taken)
        folder.mkdir()
    settings = {"started": started.isoformat(timespec="seconds"), **made_with}
    write_json(folder / SETTINGS, settings)
    return folder


def find_run(name: str, output_dir: Path) -> Path:
    """The folder of a run: ``latest`` in ``output_dir``, a name there, or a path. Raises RunUnusable."""
    if name == "latest":
        runs = sorted(path.parent for path in output_dir.glob(f"*/{SETTINGS}"))
        if not runs:
            raise not_a_run(output_dir, "0")
        return max(runs, key=lambda run: (str(read_settings_of(run).get("started")), run.name))
    path = Path(name)
    return path if (path / SETTINGS).exists() else output_dir / name


def read_settings_of(folder: Path) -> dict[str, Any]:
    """What ``settings.json`` of a run says. Raises RunUnusable."""
    try:
        settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise not_a_run(folder, str(error)) from error
    return settings


def append_results(results: Iterable[Result], folder: Path) -> Iterator[Result]:
    """Pass ``results`` on, adding each to ``cases.jsonl`` as it comes: a broken run leaves what it has.

    Raises StorageUnusable.
    """
    path = folder / CASES
    with writing(folder), path.open("a", encoding="utf-8") as file:
        if file.tell() and not path.read_bytes().endswith(b"\n"):
            file.write("\n")  # after a line that was broken off
        for result in results:
            file.write(_line(result))
            file.flush()
            yield result


def rewrite_results(results: Iterable[Result], folder: Path) -> None:
    """Write ``cases.jsonl`` anew, each case once and in order. Raises StorageUnusable."""
    aside = folder / f"{CASES}.new"
    with writing(folder):
        aside.write_text("".join(map(_line, results)), encoding="utf-8")
        aside.replace(folder / CASES)


class _ResultBody(BaseModel):
    model_config = ConfigDict(frozen=True)

    case: Case
    reply: Reply | None
    failure: Failure | None
    search_failure: Failure | None = None


def read_results(folder: Path, metrics: Iterable[Metric]) -> tuple[Result, ...]:
    """The results in ``cases.jsonl``, scored by ``metrics`` as they are now; the last one of each case.

    A last line that was broken off is left out. Raises RunUnusable.
    """
    measures = tuple(metrics)
    try:
        lines = (folder / CASES).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise not_a_run(folder, str(error)) from error
    found: dict[str, Result] = {}
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            body = _ResultBody.model_validate_json(line)
        except ValidationError as error:
            if _is_broken_off(line):
                continue
            raise not_a_run(folder, f"{CASES}:{number}: {error.errors()[0]['msg']}") from error
        scores = score(body.case, body.reply, measures) if body.reply else {}
        found[body.case.id] = Result(
            case=body.case,
            reply=body.reply,
            failure=body.failure,
            search_failure=body.search_failure,
            scores=scores,
        )
    return tuple(found.values())


def _is_broken_off(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return True
    return False


def not_a_run(folder: Path, reason: str) -> RunUnusable:
    """``folder`` does not hold what a run leaves."""
    return RunUnusable(
        Message(f"{folder} 不是可用的评测结果（{reason}）。", f"{folder} holds no usable run ({reason})."),
        Message("请指定 eval/results 中的文件夹。", "Name a folder in eval/results."),
    )


def write_summary(summary: Summary) -> None:
    """Write ``summary.json`` into the folder of the run. Raises StorageUnusable."""
    write_json(summary.folder / SUMMARY, summary_json(summary))


def read_summary_of(folder: Path) -> dict[str, Any]:
    """What ``summary.json`` of a run says. Raises RunUnusable."""
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise not_a_run(folder, str(error)) from error
    return summary


def read_peak_memory(folder: Path) -> int | None:
    """The most bytes that a run had in memory, by its summary; None where it has none or can't know it."""
    try:
        found = read_summary_of(folder).get("peak_memory_bytes")
    except RunUnusable:  # it was killed before it had a summary
        return None
    return found if isinstance(found, int) else None


def summary_json(summary: Summary) -> dict[str, object]:
    """The numbers of a run as JSON values. ``headline`` names the split that conclusions are drawn from."""
    return {
        "planned": summary.planned,
        "complete": len(summary.results) == summary.planned,
        "headline": summary.headline.split.value,
        "splits": {split.value: _part_json(part) for split, part in summary.parts.items()},
        "error_reasons": dict(summary.error_reasons),
        "peak_memory_bytes": summary.peak_memory,
    }


def _part_json(part: Part) -> dict[str, object]:
    return {
        "total": _row_json(part.total),
        "kinds": {row.name: _row_json(row) for row in part.kinds},
        "followup_loss": part.followup_loss and _loss_json(part.followup_loss),
    }


def _row_json(row: Row) -> dict[str, object]:
    return {
        "cases": row.cases,
        "errors": row.errors,
        "metrics": {name: one and _score_json(name, one, row) for name, one in row.scores.items()},
        "answer_length": row.answer_length,
        "latency_seconds": {"p50": row.latency_p50, "p95": row.latency_p95},
        "tokens": {"prompt": row.prompt_tokens, "completion": row.completion_tokens},
    }


def _score_json(name: str, one: Score, row: Row) -> dict[str, object]:
    by_document = row.document_intervals.get(name)
    return {
        "share": one.share,
        "hits": one.hits,
        "of": one.of,
        "interval_by_case": _interval_json(row.intervals[name]),
        **({"interval_by_document": _interval_json(by_document)} if by_document else {}),
    }


def _loss_json(loss: Loss) -> dict[str, object]:
    return {
        "loss": loss.loss,
        "single_turn": loss.single.share,
        "followup": loss.followup.share,
        "interval_by_case": _interval_json(loss.interval),
    }


def _interval_json(interval: Interval | None) -> list[float] | None:
    # Rounded: more digits than a bootstrap has, and the same ones on every machine.
    return [round(interval.low, 6), round(interval.high, 6)] if interval else None


def _line(result: Result) -> str:
    value = {
        "case": result.case.model_dump(mode="json"),
        "reply": result.reply and asdict(result.reply),
        "failure": result.failure and asdict(result.failure),
        "search_failure": result.search_failure and asdict(result.search_failure),
        "scores": {name: [one.hits, one.of] for name, one in result.scores.items()},
    }
    return json.dumps(value, ensure_ascii=False) + "\n"


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write ``value`` for people to read as well. Raises StorageUnusable."""
    with writing(path.parent):
        path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Makes StorageUnusable of what goes wrong with files below ``folder``."""
    try:
        yield
    except OSError as error:
        raise StorageUnusable(
            Message(
                f"无法把评测结果写入 {folder}（{error.strerror}）。",
                f"The results can't be written to {folder} ({error.strerror}).",
            ),
            Message("请用 --output 指定可写的文件夹。", "Name a writable folder with --output."),
        ) from error
