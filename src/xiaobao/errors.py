"""The error tree of the engine.

    XiaobaoError                     code, message (Chinese, with its facts)
    ├── UsageError                   the caller asked for something that does not exist        usage
    ├── InputError                   one item of a batch is bad                                 input
    │   ├── UnreadableFile           a file cannot be read, and why                             input.unreadable
    │   └── LimitExceeded            a size, count or time limit was met                        input.limit
    ├── RuleError                    a rule is wrong: file, line, key                           rule
    ├── LawError                     a citation or a norm does not resolve                      law
    └── ModelUnavailable             a model adapter is not installed or failed its self-test   model
"""

from __future__ import annotations

from dataclasses import dataclass


class XiaobaoError(Exception):
    """Carry a stable code and a Chinese sentence that states its facts."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class UsageError(XiaobaoError):
    """Say that the caller asked for something that does not exist."""

    code = "usage"


class InputError(XiaobaoError):
    """Say that one item of a batch is bad; the batch goes on."""

    code = "input"


class UnreadableFile(InputError):
    """Say that a file cannot be read, and why."""

    code = "input.unreadable"


class LimitExceeded(InputError):
    """Say which limit an item met."""

    code = "input.limit"


@dataclass(frozen=True)
class Place:
    """A place in a rule file: path, 1-based line, dotted key."""

    path: str
    line: int
    key: str = ""

    def __str__(self) -> str:
        key = f" {self.key}" if self.key else ""
        return f"{self.path}:{self.line}{key}"


class RuleError(XiaobaoError):
    """Say where a rule is wrong (file, line, key) and what is expected there."""

    code = "rule"

    def __init__(self, message: str, *, place: Place | None = None, code: str | None = None) -> None:
        super().__init__(f"{place}：{message}" if place else message, code=code)
        self.place = place


class LawError(XiaobaoError):
    """Say which citation or norm does not resolve."""

    code = "law"


class ModelUnavailable(XiaobaoError):
    """Say which model adapter is missing or failed its self-test, and what to install."""

    code = "model"
