"""The programs of docs/python.md run as they stand, over the library of the seeds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.setup.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.DOTALL)
SAYS = {
    "ask": r"^grounded 乡村学校饮水改善工程——牵头部门：市教育体育局。\[1\]\n.*\n1 聊城市.*/documents/\w+",
    "stream": r"\[1\].*\n grounded [1-9]\n$",
    "retrieve": r"^市教育体育局牵头。\n1 .+ /documents/.+\n2 .+ /documents/.+\n$",
    "load": r"^\(\)\n.* › 二是优化学校“服务链” .*设立“润心驿站”5个",
    "without LangChain": r"^5 0 grounded .*市教育体育局",
}


@pytest.mark.parametrize(("program", "says"), [*zip(PROGRAMS, SAYS.values(), strict=True)], ids=SAYS)
def test_a_program_of_the_page_says_what_it_should(
    program: str, says: str, seed_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_ASSISTANT_DATA_DIR", str(seed_settings.data_dir))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "POLICY_ASSISTANT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(says, done.stdout, re.DOTALL), done.stdout


def test_nothing_that_starts_the_server_loads_it() -> None:
    faces = "assistant.commands.cli, assistant.web.server, assistant.web.mcp.stdio"
    modules = f"{faces}, assistant.build, assistant.upkeep.library"
    code = f"import sys, {modules}; sys.exit('assistant.for_langchain' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
