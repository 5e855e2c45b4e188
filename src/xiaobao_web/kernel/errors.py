"""The error tree of the platform; each class has a stable code, an HTTP status and a Chinese sentence with its facts.

    PlatformError
    ├── Forbidden      403  one sees it but may not do this                   forbidden
    ├── Hidden         404  outside one's scope, or not there                 not_found
    ├── Refused        409  a rule of the business says no, and what to do    refused
    │   └── WhichOne   409  several may be meant; those that may be named     which_one
    ├── BadValue       422  something entered is wrong                        bad_value
    │   └── BadUpload  422  a file cannot be taken, and why                   bad_upload
    ├── TooMany        429  asked too often; when to ask again                too_many
    └── Undeclared     500  a name nobody declared: a mistake in our code     undeclared
"""

from __future__ import annotations


class PlatformError(Exception):
    """Carry a stable code, an HTTP status and a Chinese sentence."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Forbidden(PlatformError):
    """Say why a person who sees a thing may not do this with it, and whom to ask."""

    code = "forbidden"
    status = 403


class Hidden(PlatformError):
    """Say that a thing is not there, or not for this person to see: both read the same."""

    code = "not_found"
    status = 404


class Refused(PlatformError):
    """Say which rule of the business says no, and what to do next."""

    code = "refused"
    status = 409


class WhichOne(Refused):
    """Say that several things may be meant and list them; `about` names one."""

    code = "which_one"

    def __init__(self, message: str, *, choices: str) -> None:
        super().__init__(message)
        self.fields = {"about": choices}


class BadValue(PlatformError):
    """Say what entered value is wrong and what is expected; `fields` maps a field's name to its sentence."""

    code = "bad_value"
    status = 422

    def __init__(self, message: str, *, code: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(message, code=code)
        self.fields = fields or {}


class BadUpload(BadValue):
    """Say why a file cannot be taken."""

    code = "bad_upload"


class TooMany(PlatformError):
    """Say that a program asks too often, and in how many seconds it may again."""

    code = "too_many"
    status = 429

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Undeclared(PlatformError):
    """Say which name was used without being declared: a mistake in the program."""

    code = "undeclared"
    status = 500
