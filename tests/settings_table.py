"""Makes docs/settings.md from assistant/setup/settings.py: ``make docs`` writes it, a test compares it."""

from __future__ import annotations

from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from assistant.setup.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

_INTRODUCTION = """# Settings 设置

Every setting has an environment variable and a key of the same meaning in a TOML file:
`policy-assistant.toml` in the folder where the command runs, or the one that `POLICY_ASSISTANT_CONFIG` names.
The environment wins over the file. Keys that do not exist and values out of bounds are refused at the start.

每一项都可用环境变量设置，也可写进 TOML 文件：运行目录下的 `policy-assistant.toml`，
或 `POLICY_ASSISTANT_CONFIG` 所指的文件。两处都有时以环境变量为准；不认识的键、超出范围的值，启动时即报错。

```toml
# policy-assistant.toml
port = 7860
openai_base_url = "https://example.com/v1"
openai_model = "some-model"
```

Keep keys out of the file where you can: `OPENAI_API_KEY` in the environment does.
A change of the three `embedding…` settings needs `policy-assistant ingest --rebuild`; all others a restart.

| Variable 环境变量 | Key 文件中的键 | Default 默认值 | Meaning 含义 |
|---|---|---|---|
"""


def settings_page() -> str:
    """The whole page."""
    rows = (_row(name, field) for name, field in Settings.model_fields.items())
    return _INTRODUCTION + "\n".join(rows) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    aliases = field.validation_alias
    names = aliases.choices if isinstance(aliases, AliasChoices) else [f"policy_assistant_{name}"]
    variables = " or ".join(f"`{str(each).upper()}`" for each in reversed(names))
    return f"| {variables} | `{name}` | {_default(field)} | {field.description} {_bounds(field)}|"


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return ""
    shown = field.default.name + "/" if isinstance(field.default, Path) else field.default
    return f"`{shown}`"


def _bounds(field: FieldInfo) -> str:
    low = next((f"{b.ge}" for b in field.metadata if hasattr(b, "ge")), "")
    above = next((f"above {b.gt}" for b in field.metadata if hasattr(b, "gt")), "")
    high = next((f"{b.le}" for b in field.metadata if hasattr(b, "le")), "")
    return f"({low or above} to {high}) " if high else ""


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
