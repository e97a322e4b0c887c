"""Prompt files: Markdown with a small front matter, read as langchain prompts. See prompts/README.md."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from assistant.errors import PromptInvalid
from vectorstore.errors import Message

if TYPE_CHECKING:
    from langchain_core.prompts import ChatPromptTemplate

NO_ANSWER = "资料中没有找到"
"""How a reply begins that says the passages hold no answer."""

ANSWER_PLACEHOLDERS = frozenset({"passages", "question", "fence", "language", "no_answer", "today"})
RETRY_PLACEHOLDERS = frozenset({"problems"})
LOOKED_PLACEHOLDERS = frozenset({"looked", "left", "fence"})
SEARCH_PLACEHOLDERS = frozenset({"question"})
REWRITE_PLACEHOLDERS = frozenset({"history", "question", "fence"})

_FILE = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_SECTION = re.compile(r"^# (.+?)[ \t]*$", re.MULTILINE)
_FRONT_KEYS = ("version", "purpose", "placeholders")
_SECTIONS = (["system", "user"], ["user"])


def load_prompt(prompts_dir: Path, name: str, placeholders: frozenset[str]) -> ChatPromptTemplate:
    """The prompt of ``<name>.md``, whose placeholders are exactly those given.

    Raises PromptInvalid, naming the file, what is expected and what was found:
    no such file, not UTF-8, no front matter, other sections than system and
    user, other placeholders in the text or in the front matter.
    """
    from langchain_core.prompts import ChatPromptTemplate  # slow, and of no use without a chat model

    path = prompts_dir / f"{name}.md"
    front, sections = _parse(path, _read(path))
    declared = {word.strip() for word in front["placeholders"].split(",")}
    if declared != placeholders:
        raise _wrong(path, f"placeholders: {_listed(placeholders)}", f"placeholders: {_listed(declared)}")
    used = {field for _, text in sections for field in _fields(path, text)}
    if used != placeholders:
        raise _wrong(path, _listed(placeholders, braces=True), _listed(used, braces=True))
    return ChatPromptTemplate.from_messages(sections)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(path, "UTF-8", f"{error.reason} @ {error.start}") from error
    except OSError as error:
        raise PromptInvalid(
            Message(f"读不到提示词文件 {path}。", f"The prompt file {path} can't be read."),
            Message(
                "请恢复该文件，或检查 POLICY_ASSISTANT_PROMPTS_DIR。",
                "Restore that file, or check POLICY_ASSISTANT_PROMPTS_DIR.",
            ),
        ) from error


def _parse(path: Path, text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    parts = _FILE.fullmatch(text)
    if parts is None:
        raise _wrong(path, "--- … ---", text[:20].strip() or "(empty)")
    pairs = [line.partition(":") for line in parts["front"].splitlines() if line.strip()]
    front = {key.strip(): value.strip() for key, _, value in pairs}
    if sorted(front) != sorted(_FRONT_KEYS) or not all(front.values()):
        found = ", ".join(key for key, value in front.items() if value)
        raise _wrong(path, ", ".join(_FRONT_KEYS), found or "(empty)")
    before, *pieces = _SECTION.split(parts["body"])
    roles, texts = pieces[::2], [piece.strip() for piece in pieces[1::2]]
    if roles not in _SECTIONS or before.strip() or not all(texts):
        found = before.strip()[:20] or ", ".join(f"# {role}" for role in roles) or "(empty)"
        raise _wrong(path, "# system, # user", found)
    return front, list(zip(roles, texts, strict=True))


def _fields(path: Path, text: str) -> set[str]:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError as error:
        raise _wrong(path, "{name}, {{, }}", str(error)) from error
    fields = set()
    for _, name, specification, conversion in parsed:
        if name is None:
            continue
        if specification or conversion or not name.isidentifier():
            format_of = (f"!{conversion}" if conversion else "") + (
                f":{specification}" if specification else ""
            )
            raise _wrong(path, "{name}, {{, }}", f"{{{name}{format_of}}}")
        fields.add(name)
    return fields


def _listed(names: set[str] | frozenset[str], *, braces: bool = False) -> str:
    return ", ".join(f"{{{name}}}" if braces else name for name in sorted(names)) or "(none)"


def _wrong(path: Path, expected: str, found: str) -> PromptInvalid:
    return PromptInvalid(
        Message(
            f"提示词文件 {path} 不合要求：应有 {expected}，实有 {found}。",
            f"The prompt file {path} is not valid: expected {expected}, found {found}.",
        ),
        Message("请改正该文件，写法见 prompts/README.md。", "Correct that file; prompts/README.md says how."),
    )
