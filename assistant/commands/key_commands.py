"""The commands that handle the keys of the API. Heavy libraries are loaded inside of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.commands.startup import prepare, start
from assistant.commands.terminal import tell
from vectorstore.errors import Message

if TYPE_CHECKING:
    from assistant.asking.kept_keys import Key
    from assistant.setup.settings import Settings
    from vectorstore.errors import Language

key_commands = typer.Typer(
    no_args_is_help=True,
    help="接口密钥：一个程序一把，可限范围和次数。 Keys of the API, one for each program.",
)

_MADE = Message(
    "✓ 已创建密钥 {}，只在这里显示一次，请立即保存：",
    "✓ Made the key {}. It is shown only this once; keep it now:",
)
_REVOKED = Message("✓ 已撤销密钥 {}，即刻失效。", "✓ Revoked the key {}; it counts no longer.")
_CHANGED = Message("✓ 已更改密钥 {}，即刻生效。", "✓ Changed the key {}; its next answers are like that.")
_NONE = Message(
    "还没有密钥。创建：policy-assistant keys create 名称",
    "There are no keys. Make one: policy-assistant keys create NAME",
)
_FACTS = Message("每分钟 {} 次 · {} · {} · {}", "{} a minute · {} · {} · {}")
_SOURCES = {
    "full": Message("出处全列", "sources in full"),
    "short": Message("出处只列标题", "sources by title"),
    "off": Message("不列出处", "no sources"),
}
_ANY_FORM = Message("形式不限", "any form")
_ALL = Message("全部文件", "all documents")


Name = Annotated[str, typer.Argument(metavar="NAME", help="密钥的名字 Name of the key.")]
Form = Annotated[
    Literal["markdown", "wechat"] | None,
    typer.Option(help="答案的形式，缺省由请求决定 Form of answers; else the request chooses."),
]
Sources = Annotated[
    Literal["full", "short", "off"],
    typer.Option(
        help="答案里的出处：全列、一行标题、不列 Sources in answers: with links, titles in one line, none."
    ),
]
PerMinute = Annotated[
    int, typer.Option(min=1, max=100_000, help="每分钟最多提问几次 Most questions in a minute.")
]
Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--document", metavar="NAME|ID", help="只可查这份文件，可多次 Only this document; may repeat."
    ),
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="REGION", help="只可查这个地区，可多次 Only this region; may repeat."),
]


@key_commands.command()
def create(
    name: Name,
    form: Form = None,
    sources: Sources = "full",
    per_minute: PerMinute = 120,
    documents: Documents = None,
    regions: Regions = None,
) -> None:
    """创建密钥；标准输出只有密钥本身 Make a key; it alone goes to stdout."""
    settings = start()
    from assistant.asking.keys import Keys
    from vectorstore.types import Scope

    scope = Scope(documents=_ids(settings, documents or ()), regions=tuple(regions or ()))
    with closing(Keys(settings.data_dir, settings.database)) as keys:
        token = keys.create(name, form=form, sources=sources, per_minute=per_minute, scope=scope)
    tell(_MADE.in_language(settings.language).format(name))
    typer.echo(token)


@key_commands.command("list")
def list_keys() -> None:
    """列出密钥 List the keys."""
    settings = start()
    from assistant.asking.keys import Keys

    with closing(Keys(settings.data_dir, settings.database)) as kept:
        keys = kept.all()
    if not keys:
        tell(_NONE.in_language(settings.language))
    for key in keys:
        typer.echo(f"{key.name}  {_facts(key, settings.language)}  {key.created_at}")


@key_commands.command()
def change(name: Name, sources: Sources) -> None:
    """更改密钥：答案怎样列出处 Change a key: how its answers tell their sources."""
    settings = start()
    from assistant.asking.keys import Keys

    with closing(Keys(settings.data_dir, settings.database)) as keys:
        keys.change(name, sources=sources)
    tell(_CHANGED.in_language(settings.language).format(name))


@key_commands.command()
def revoke(name: Name) -> None:
    """撤销密钥，即刻失效 Revoke a key, at once."""
    settings = start()
    from assistant.asking.keys import Keys

    with closing(Keys(settings.data_dir, settings.database)) as keys:
        keys.revoke(name)
    tell(_REVOKED.in_language(settings.language).format(name))


def _ids(settings: Settings, documents: Sequence[str]) -> tuple[str, ...]:
    """The ids of documents by name or id. Raises DocumentUnknown: a key for none would find nothing."""
    if not documents:
        return ()
    prepare(settings)
    from assistant.upkeep.library import find_document

    return tuple(find_document(settings, document).id for document in documents)


def _facts(key: Key, language: Language) -> str:
    scope = "、".join((*key.scope.documents, *key.scope.regions)) or _ALL.in_language(language)
    return _FACTS.in_language(language).format(
        key.per_minute,
        key.form or _ANY_FORM.in_language(language),
        _SOURCES[key.sources].in_language(language),
        scope,
    )
