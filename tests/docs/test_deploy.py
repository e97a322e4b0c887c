"""The files to deploy with name commands, settings and paths that there are."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from assistant.commands.cli import commands
from assistant.setup.settings import Settings
from assistant.web.admin.pages import routers
from assistant.web.door.room import Limits

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_and_command_is_one(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for name in re.findall(r"POLICY_ASSISTANT_(\w+)", text):
        assert name.lower() in Settings.model_fields
    known = set(get_command(commands).commands)  # type: ignore[attr-defined]
    called = re.findall(r"bin/policy-assistant (\w+)|\"policy-assistant\", \"(\w+)\"", text)
    assert {name for names in called for name in names if name} <= known


def test_the_image_has_all_that_the_wheel_is_made_of() -> None:
    copied = set(
        shlex.split(
            " ".join(
                re.findall(
                    r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.M
                )
            )
        )
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "pyproject.toml", project["project"]["readme"]}
    assert {name.split("/")[0] for name in needed} <= copied


def test_the_proxy_sets_who_asks_and_lets_through_what_the_server_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"proxy_set_header X-Forwarded-For \$remote_addr;", text)
    assert "$proxy_add_x_forwarded_for" not in text
    paths = {route.path for router in routers for route in router.routes if hasattr(route, "path")}
    for location in re.findall(r"location (/admin\S+)", text):
        assert location in paths
    assert f"server 127.0.0.1:{Settings.model_fields['port'].default};" in text
    header = re.search(r"client_header_timeout (\d+)s;", text)
    assert header
    assert int(header[1]) == Limits().head_seconds
