"""The commands that save the data folder and put it back. Heavy libraries are loaded inside of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.startup import prepare, read_settings, start
from assistant.commands.terminal import tell
from vectorstore.errors import Message

backup_commands = typer.Typer()

Target = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 The backup to write.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 The backup to put back.")]
_SAVED = Message("✓ 已备份到 {}：{} 个文件，{} MB。", "✓ Saved to {}: {} files, {} MB.")
_DATABASE = Message(
    "ⓘ 对话和密钥在 PostgreSQL 里，不在这份备份中；请另用 pg_dump 备份数据库。",
    "ⓘ Conversations and keys are in PostgreSQL and not in this backup; save that database with pg_dump.",
)
_RESTORED = Message(
    "✓ 已恢复到 {}：{} 个文件，{} MB，备份于 {}。", "✓ Restored into {}: {} files, {} MB, saved on {}."
)


@backup_commands.command()
def backup(target: Target) -> None:
    """备份资料库、对话和密钥 Save documents, library, conversations and keys in one file, while all runs."""
    settings = start()
    from assistant.upkeep.backup import write_backup

    saved = write_backup(settings.data_dir, target)
    told = _SAVED.in_language(settings.language)
    tell(told.format(target, saved.files, f"{saved.size / 1_000_000:,.1f}"))
    if settings.database:
        tell(_DATABASE.in_language(settings.language))


@backup_commands.command()
def restore(source: Source) -> None:
    """把备份恢复到空的数据文件夹 Put a backup into an empty data folder, and build its index."""
    settings = read_settings()
    from assistant.upkeep.backup import restore_backup

    restored = restore_backup(source, settings.data_dir)
    told = _RESTORED.in_language(settings.language)
    day = restored.made_on.astimezone().date().isoformat()
    tell(told.format(settings.data_dir, restored.files, f"{restored.size / 1_000_000:,.1f}", day))
    prepare(start())
