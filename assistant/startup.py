"""What commands begin with: settings, an open log, a library that is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.terminal import show_progress, show_report

if TYPE_CHECKING:
    from assistant.settings import Settings


def read_settings(**overrides: object) -> Settings:
    """The settings, with those ``overrides`` that are not None. Raises SettingsInvalid."""
    from assistant.settings import load_settings

    return load_settings(**{name: value for name, value in overrides.items() if value is not None})


def start(**overrides: object) -> Settings:
    """The settings, with the log open."""
    from assistant.logs import start_logging

    settings = read_settings(**overrides)
    start_logging(settings.data_dir)
    return settings


def prepare(settings: Settings) -> None:
    """Build the first index, or take in what changed among the seeds."""
    from assistant.library import prepare_library

    with show_progress(settings.language) as on_progress:
        report = prepare_library(settings, on_progress)
    if report:
        show_report(report, settings.language)
