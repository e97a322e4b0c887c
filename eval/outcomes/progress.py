"""The progress bar of a run: how many cases of how many, how fast, how long still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from eval.outcomes.runner import Result


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "–/s")


class _Failed(ProgressColumn):
    def render(self, task: Task) -> Text:
        failed = task.fields["failed"]
        return Text(f"✗ {failed}" if failed else "")


def watch(
    results: Iterable[Result], *, done: int, planned: int, console: Console | None = None
) -> Iterator[Result]:
    """Pass ``results`` on, showing the progress on standard error if that is a terminal.

    ``done`` of the ``planned`` cases are there from an earlier run.
    """
    console = console or Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), _Failed())
    failed = 0
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=planned, completed=done, failed=failed)
        for result in results:
            yield result
            failed += result.failure is not None
            progress.update(task, advance=1, failed=failed)
