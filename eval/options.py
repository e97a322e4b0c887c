"""What the options of the commands mean, or why they do not fit together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from assistant.setup.settings import Settings
from eval.errors import OptionsInvalid
from eval.libraries import SEEDS, Library, folder_library, shipped_library
from eval.questions.cases import Kind, case_files
from eval.run import Server
from vectorstore.errors import Message


def choose_library(
    settings: Settings, documents: Path | None, library: str | None, cases: Path | None
) -> tuple[Library, Path]:
    """The library to measure, and where the cases about it are: before anything is taken in.

    Raises OptionsInvalid, and CasesInvalid where there are none.
    """
    if documents and library:
        raise OptionsInvalid(
            Message("--documents 和 --library 不能一起用。", "--documents and --library exclude each other."),
            Message("请只用其中一个。", "Use one of them."),
        )
    measured = (
        folder_library(documents, settings) if documents else shipped_library(library or SEEDS, settings)
    )
    cases_dir = cases or measured.cases
    if cases_dir is None:
        raise OptionsInvalid(
            Message("缺少关于这些文件的题目。", "There are no cases about these documents."),
            Message("请用 --cases 指定题目文件或文件夹。", "Name a file or a folder of them with --cases."),
        )
    case_files(cases_dir)
    return measured, cases_dir


def read_server(
    url: str | None,
    protocol: Literal["ours", "openai"] | None,
    model: str,
    api_key_env: str | None,
    system: str,
) -> Server | None:
    """The server to measure, or None for what answers in this process. Raises OptionsInvalid."""
    if url and system != "ours":
        raise OptionsInvalid(
            Message("--system 和 --url 不能一起用。", "--system and --url exclude each other."),
            Message("请只用其中一个。", "Use one of them."),
        )
    if url is None:
        if protocol or model or api_key_env:
            raise OptionsInvalid(
                Message("缺少要评测的服务地址。", "There is no server to measure."),
                Message("请用 --url 指定。", "Name it with --url."),
            )
        return None
    key = os.environ.get(api_key_env, "") if api_key_env else ""
    if api_key_env and not key:
        raise OptionsInvalid(
            Message(f"环境变量 {api_key_env} 没有设置。", f"The variable {api_key_env} is not set."),
            Message("请先设置密钥。", "Set it to the server's key."),
        )
    return Server(url=url, api=protocol, model=model, key=key)


def read_kinds(names: list[str]) -> list[Kind]:
    """The kinds of cases with these names. Raises OptionsInvalid."""
    unknown = [name for name in names if name not in set(Kind)]
    if unknown:
        raise OptionsInvalid(
            Message(f"没有这种题型：{'、'.join(unknown)}。", f"No such kind: {', '.join(unknown)}."),
            Message(f"题型有：{'、'.join(Kind)}。", f"The kinds are: {', '.join(Kind)}."),
        )
    return [Kind(name) for name in names]
