"""Errors of an evaluation. See vectorstore.errors for the base and its promise."""

from __future__ import annotations

from vectorstore.errors import Message, PolicyAssistantError


class CasesInvalid(PolicyAssistantError):
    """The case files can't be read, or hold nothing that was asked for."""

    code = "cases_invalid"
    exit_code = 2


class ServerUnreachable(PolicyAssistantError):
    """Nothing answers at the address that was to be measured."""

    code = "server_unreachable"
    exit_code = 4


class RunUnusable(PolicyAssistantError):
    """A folder of results, or the baseline, can't be read, or is of another run than this."""

    code = "run_unusable"
    exit_code = 2


class OptionsInvalid(PolicyAssistantError):
    """Options of the command that do not fit together."""

    code = "options_invalid"
    exit_code = 2


class NoReply(PolicyAssistantError):
    """One question got no reply that can be scored. ``reason`` is a short name to count by."""

    code = "no_reply"

    def __init__(self, reason: str, message: Message) -> None:
        super().__init__(
            message,
            Message(
                "该题计为错误，不参与评分；请检查被测服务。",
                "The case counts as an error and has no score; look at the measured service.",
            ),
        )
        self.reason = reason
