"""The command line. Heavy libraries are loaded inside the commands that need them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.backup_commands import backup_commands
from assistant.commands.key_commands import key_commands
from assistant.commands.library_commands import library_commands
from assistant.commands.startup import prepare, read_settings, start
from assistant.commands.terminal import show_answer, show_error, show_passages, tell
from assistant.errors import KeysUnusable
from eval.commands import eval_commands
from vectorstore.errors import Message, PolicyAssistantError

if TYPE_CHECKING:
    from assistant.answer import Assistant
    from assistant.setup.settings import Settings

logger = logging.getLogger(__name__)

commands = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="政策助手：依据政策文件回答问题并注明出处。 Answers from policy documents, with citations.",
)

commands.add_typer(library_commands)
commands.add_typer(backup_commands)
commands.add_typer(key_commands, name="keys")
commands.add_typer(eval_commands, name="eval")

Host = Annotated[str | None, typer.Option(help="服务地址 Address to serve on.")]
Port = Annotated[int | None, typer.Option(help="服务端口 Port to serve on.")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON Print JSON.")]
Text = Annotated[str, typer.Argument(metavar="QUESTION", help="问题 The question.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="最多几条 How many passages at most.")]


@commands.command()
def serve(host: Host = None, port: Port = None) -> None:
    """启动网页和接口 Serve the page and the API."""
    settings = start(host=host, port=port)
    from assistant.build import build_history
    from assistant.web import server

    server.bind(settings.host, settings.port).close()  # told before the index is built, which takes a while
    if settings.database:
        build_history(settings).close()  # so is a database that is away
    prepare(settings)
    server.serve(settings, lambda: _announce(settings))


@commands.command()
def ask(question: Text, as_json: AsJson = False) -> None:
    """提问 Ask a question."""
    settings = start()
    from assistant.saying.answer_json import to_json
    from assistant.types import Question

    with _assistant(settings) as assistant:
        answer = assistant.ask(Question(text=question))
    if as_json:
        typer.echo(json.dumps(to_json(answer), ensure_ascii=False, indent=2))
    else:
        show_answer(answer, question, settings.language)


@commands.command()
def search(question: Text, limit: Limit = 10, as_json: AsJson = False) -> None:
    """只检索，不作答 Show what retrieval finds."""
    settings = start()
    import time

    from assistant.saying.answer_json import passages_json
    from assistant.types import Question

    with _assistant(settings) as assistant:
        started = time.perf_counter()
        searched, passages = assistant.search(Question(text=question), limit)
        seconds = time.perf_counter() - started
    if as_json:
        typer.echo(json.dumps(passages_json(searched, passages, seconds), ensure_ascii=False, indent=2))
    else:
        show_passages(passages, settings.language)


@commands.command()
def mcp() -> None:
    """在标准输入输出上提供 MCP 工具 Serve tools to an assistant over stdio (MCP)."""
    settings = start()
    from assistant.web.mcp.stdio import serve_stdio

    with _assistant(settings) as assistant:
        serve_stdio(assistant, settings)


@commands.command()
def doctor() -> None:
    """检查安装和设置 Check the installation and the settings."""
    settings = read_settings()
    from assistant.upkeep.doctor import examine

    healthy = True
    for check in examine(settings):
        name, found = (each.in_language(settings.language) for each in (check.name, check.found))
        typer.echo(f"{'✗' if check.hint else '✓'} {name}: {found}")
        if check.hint:
            healthy = False
            typer.echo(f"  {check.hint.in_language(settings.language)}")
    raise typer.Exit(0 if healthy else 1)


@contextmanager
def _assistant(settings: Settings) -> Iterator[Assistant]:
    from assistant.build import build_assistant

    prepare(settings)
    assistant = build_assistant(settings)
    try:
        yield assistant
    finally:
        assistant.close()


def _announce(settings: Settings) -> None:
    from assistant.asking.keys import is_loopback

    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104  # a comparison
    address = f"http://{'127.0.0.1' if everywhere else settings.host}:{settings.port}"
    ready = Message(f"✓ 已启动：{address} （按 Ctrl+C 停止）", f"✓ Ready: {address} (Ctrl+C stops it)")
    tell(ready.in_language(settings.language))
    if not is_loopback(settings.host):
        warning = Message(
            "ⓘ 同一网络中的人无需密码即可打开网页；接口要凭密钥使用。",
            "ⓘ Others on the network need no password for the page; the API needs a key.",
        )
        tell(warning.in_language(settings.language))
        _tell_how_to_make_a_key(settings)


def _tell_how_to_make_a_key(settings: Settings) -> None:
    """Where there is none yet."""
    from assistant.asking.keys import Keys

    hint = Message(
        "ⓘ 还没有密钥，接口暂不可用。创建：policy-assistant keys create 名称",
        "ⓘ There is no key yet, so the API is closed. Make one: policy-assistant keys create NAME",
    )
    try:
        with closing(Keys(settings.data_dir, settings.database)) as keys:
            if not keys.all():
                tell(hint.in_language(settings.language))
    except KeysUnusable as error:  # the page works all the same
        show_error(error, settings.language)


def _unforeseen() -> str:
    """Log the exception being handled; tell where its cause stands."""
    from assistant.setup.logs import log_file, start_logging

    try:
        settings = read_settings()
        start_logging(settings.data_dir)
    except PolicyAssistantError:  # no settings or no place for a log: the terminal is all there is
        logger.exception("Unforeseen")
        return "✗ 出现意外错误。 Something unexpected went wrong."
    logger.info("Unforeseen", exc_info=True)
    message = Message("✗ 出现意外错误，详情见 {}", "✗ Something unexpected went wrong; see {}")
    return message.in_language(settings.language).format(log_file(settings.data_dir).resolve())


def main() -> None:
    """The command ``policy-assistant``: whatever happens, a person reads a sentence and not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that lacks a character
    try:
        commands()
    except PolicyAssistantError as error:
        _show(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception:  # noqa: BLE001  # the last resort, for people who can't read tracebacks
        tell(_unforeseen())
        sys.exit(1)


def _show(error: PolicyAssistantError) -> None:
    try:
        language = read_settings().language
    except PolicyAssistantError:  # the settings are what is wrong: nothing says which language to speak
        show_error(error, "zh")
        show_error(error, "en")
        return
    show_error(error, language)


if __name__ == "__main__":
    main()
