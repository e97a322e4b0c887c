"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from typer.main import get_command

from assistant.answer import Assistant
from assistant.asking.examples import written_questions
from assistant.commands.cli import commands
from assistant.commands.terminal import show_answer
from assistant.setup.settings import Settings, load_settings
from assistant.types import Outcome, Question
from tests.settings_table import PAGE, settings_page
from vectorstore.documents.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def shell_lines(page: Path) -> list[str]:
    """Every command in the shell blocks of a page."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.strip()]


def test_the_page_of_settings_is_made_from_the_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run `make docs`"


@pytest.mark.parametrize(
    "page", [PAGE, ROOT / "docs" / "retrieval.md", ROOT / "docs" / "models.md"], ids=lambda page: page.name
)
def test_the_example_of_a_settings_file_is_taken_as_it_stands(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "policy-assistant.toml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("POLICY_ASSISTANT_CONFIG", "OPENAI_MODEL", "OPENAI_BASE_URL", "POLICY_ASSISTANT_PORT"):
        monkeypatch.delenv(name, raising=False)

    settings = load_settings()

    for key, value in tomllib.loads(example).items():
        taken = getattr(settings, key)
        assert (taken.get_secret_value() if isinstance(taken, SecretStr) else taken) == value


@pytest.mark.parametrize(
    "page",
    [
        *READMES,
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs" / name for name in ("library.md", "mcp.md", "models.md")),
    ],
    ids=lambda page: page.name,
)
def test_every_command_in_the_documentation_exists(page: Path) -> None:
    known = set(get_command(commands).commands)  # type: ignore[attr-defined]
    lines = shell_lines(page)
    assert lines
    for line in lines:
        words = [word for word in shlex.split(line) if "=" not in word.split("/")[0]]
        match words[0]:
            case "make":
                for target in words[1:]:
                    done = subprocess.run(
                        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
                    )
                    assert done.returncode == 0, done.stderr
            case "python" | ".venv/bin/python":
                assert words[1] == "-m"
                assert find_spec(words[2]), line
            case "policy-assistant" | ".venv/bin/policy-assistant":
                assert words[1] in known
            case program:
                assert program in {"curl", "git", "cd", "export", "pip"}, line


def test_the_catalog_in_the_documentation_is_taken_as_it_stands(tmp_path: Path) -> None:
    page = ROOT / "docs" / "library.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "catalog.toml").write_text(example, encoding="utf-8")

    catalog = load_catalog(tmp_path / "catalog.toml")

    assert [len(entry.part) for entry in catalog.document] == [0, 1]


def test_both_readmes_have_the_same_commands() -> None:
    english, chinese = map(shell_lines, READMES)

    assert english == chinese


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_question_in_the_readme_is_answered_as_it_says(
    page: Path, seed_assistant: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    (question,) = (shlex.split(line)[2] for line in shell_lines(page) if " ask " in line)
    shown = re.findall(r"^> (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)

    show_answer(seed_assistant.ask(Question(text=question)), question, "zh")

    printed = capsys.readouterr().out
    assert len(shown) >= 3
    for line in shown:
        assert line in printed


def test_every_example_on_the_page_is_answered_with_a_source(seed_assistant: Assistant) -> None:
    questions = written_questions(ROOT / "seeds")

    assert len(questions) >= 4
    for question in questions:
        answer = seed_assistant.ask(Question(text=question))
        assert answer.outcome is Outcome.GROUNDED, question
        assert answer.citations


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_curl_commands_in_the_readme_work(page: Path, client: httpx.Client) -> None:
    calls = [shlex.split(line) for line in shell_lines(page) if line.startswith("curl")]
    assert calls
    for call in calls:
        address = next(word for word in call if "127.0.0.1" in word)
        path = "/" + address.split("/", 3 if "//" in address else 1)[-1]
        body = call[call.index("-d") + 1] if "-d" in call else None
        headers = dict([call[call.index("-H") + 1].split(": ")]) if "-H" in call else {}
        response = client.request("POST" if body else "GET", path, content=body, headers=headers)
        assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "page", [*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name
)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_variables_that_the_readmes_name_exist() -> None:
    page = settings_page()
    for readme in READMES:
        for variable in re.findall(
            r"\b(?:POLICY_ASSISTANT|OPENAI)_[A-Z_]+", readme.read_text(encoding="utf-8")
        ):
            assert f"`{variable}`" in page, variable
    assert Settings.model_fields
