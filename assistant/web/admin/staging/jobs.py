"""What changes the library in the background: one job at a time, with progress and an outcome to look at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from vectorstore.errors import LibraryBusy, Message, PolicyAssistantError
from vectorstore.library.ingest import IngestReport, ProgressEvent

logger = logging.getLogger(__name__)

Work = Callable[[Callable[[ProgressEvent], None]], IngestReport]


@dataclass(slots=True)
class Job:
    """A run over the library. It is over when there is a report or an error."""

    title: Message
    stages: dict[str, ProgressEvent] = field(default_factory=dict)
    report: IngestReport | None = None
    error: tuple[Message, Message] | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.report is not None or self.error is not None

    def note(self, event: ProgressEvent) -> None:
        """How far it is."""
        self.stages[event.stage] = event


class Jobs:
    """The job that runs or ran last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.last: Job | None = None

    def start(self, title: Message, work: Work) -> None:
        """Run ``work`` in a thread of its own. Raises LibraryBusy while another job runs."""
        with self._lock:
            if self.last and not self.last.over:
                raise _busy()
            job = self.last = Job(title)
        # A run that ends with the process is gone on with by the next one, so nothing waits for it.
        Thread(target=_run, args=(job, work), name="admin-job", daemon=True).start()


def _run(job: Job, work: Work) -> None:
    try:
        job.report = work(job.note)
    except PolicyAssistantError as error:
        job.error = (error.message, error.hint)
    except Exception:  # the thread's end: a page must say that it failed
        logger.exception("A job of the administration pages failed")
        job.error = (_FAILED, _SEE_LOG)


def _busy() -> LibraryBusy:
    return LibraryBusy(
        Message("资料库正在处理上一项操作。", "The library is still at work on something else."),
        Message("请等它完成后再试。", "Wait until it is done, then try again."),
    )


_FAILED = Message("出现意外错误，没有完成。", "Something unexpected went wrong; it was not completed.")
_SEE_LOG = Message("原因已记入日志，请查看日志或联系维护者。", "The cause is in the log.")
