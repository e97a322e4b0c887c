"""Why a baseline can't be built here."""

from __future__ import annotations

from importlib import import_module

from vectorstore.errors import Message, PolicyAssistantError


class BaselineUnavailable(PolicyAssistantError):
    """A baseline lacks its package or the chat model that it can't do without, or does not exist."""

    code = "baseline_unavailable"
    exit_code = 2


def require(baseline: str, module: str) -> None:
    """Import ``module`` for a baseline. Raises BaselineUnavailable, naming the extra, where it is missing."""
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        raise BaselineUnavailable(
            Message(
                f"对照系统 {baseline} 需要未安装的 {error.name}。",
                f"The baseline {baseline} needs {error.name}, which is not installed.",
            ),
            Message(
                "请运行 pip install 'policy-assistant[baselines]'。",
                "Run pip install 'policy-assistant[baselines]'.",
            ),
        ) from error


def needs_model(baseline: str) -> BaselineUnavailable:
    """That a baseline does not run without a chat model."""
    return BaselineUnavailable(
        Message(f"对照系统 {baseline} 不能没有对话模型。", f"The baseline {baseline} needs a chat model."),
        Message("请设置 OPENAI_MODEL 等。", "Set OPENAI_MODEL and the like."),
    )


def unknown(name: str, known: tuple[str, ...]) -> BaselineUnavailable:
    """That there is no baseline of that name."""
    return BaselineUnavailable(
        Message(f"没有名为 {name} 的对照系统。", f"There is no baseline {name}."),
        Message(f"可选：{'、'.join(known)}。", f"There are: {', '.join(known)}."),
    )
