"""What the tests of the assistant's faces share: logs as they were, and the command line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.commands import cli
from assistant.setup.logs import REQUESTS
from assistant.setup.settings import Settings
from tests.assistant.command_line import Command, Run


@pytest.fixture(autouse=True)
def _loggers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    of_requests, propagate = [*REQUESTS.handlers], REQUESTS.propagate
    yield
    for handler in (*root.handlers, *REQUESTS.handlers):
        if handler not in (*handlers, *of_requests):
            handler.close()
    root.handlers, root.level = handlers, level
    REQUESTS.handlers, REQUESTS.propagate = of_requests, propagate


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Runs ``policy-assistant`` in this process, over the small library, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POLICY_ASSISTANT_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("POLICY_ASSISTANT_SEEDS_DIR", str(settings.seeds_dir))

    def run(*arguments: str, **environment: str) -> Run:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["policy-assistant", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Run(code if isinstance(code, int) else 0, out, err)

    return run
