"""What commands begin with: settings, an open log, a library that is up to date."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assistant.commands.terminal import show_progress, show_report, tell
from vectorstore.errors import LibraryError, Message, StorageUnusable
from vectorstore.index.published import current_name

if TYPE_CHECKING:
    from assistant.setup.settings import Settings

_LOG = logging.getLogger(__name__)
_NO_LOG = Message("ⓘ 日志写不进文件，改在这里显示：{}", "ⓘ No log file, it is shown here: {}")
_NOT_UPDATED = Message(
    "ⓘ 资料库这次没有更新，按已发布的索引回答：{}",
    "ⓘ The library was not brought up to date, the published index answers: {}",
)


def read_settings(**overrides: object) -> Settings:
    """The settings, with those ``overrides`` that are not None. Raises SettingsInvalid."""
    from assistant.setup.settings import load_settings

    return load_settings(**{name: value for name, value in overrides.items() if value is not None})


def start(**overrides: object) -> Settings:
    """The settings, with the log open: in its file, or on the terminal where no file can be written."""
    from assistant.setup.logs import log_to_terminal, start_logging

    settings = read_settings(**overrides)
    try:
        start_logging(settings.data_dir, settings.request_log)
    except StorageUnusable as error:
        log_to_terminal()
        tell(_NO_LOG.in_language(settings.language).format(error.message.in_language(settings.language)))
    return settings


def prepare(settings: Settings) -> None:
    """Build the first index, or take in what changed among the seeds.

    Where that can't be (a full disk, an embedding endpoint that is away, another writer), it is told, and
    what is published answers. Raises what ``prepare_library`` raises where nothing is.
    """
    from assistant.upkeep.library import prepare_library

    language = settings.language
    try:
        with show_progress(language) as on_progress:
            report = prepare_library(settings, on_progress)
    except LibraryError as error:
        if current_name(settings.data_dir) is None:
            raise
        _LOG.info("The library was not brought up to date", exc_info=True)
        tell(_NOT_UPDATED.in_language(language).format(error.message.in_language(language)))
        tell(f"  {error.hint.in_language(language)}")
        return
    if report:
        show_report(report, language)
