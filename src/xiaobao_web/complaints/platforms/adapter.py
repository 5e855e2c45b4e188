"""What an adapter to a payment platform is: fetch from a cursor, answer, read a signed callback.

    @adapter("http")
    class Http: …

A platform with its own ways has a module here with one class; nothing else knows how it speaks.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from xiaobao_web.kernel import webhook_guard
from xiaobao_web.kernel.errors import BadValue, Refused, Undeclared

FRESH = 300
"""Seconds that a signed moment may be off ours."""
MOST_BYTES = 8 << 20
Options = TypeVar("Options", bound=BaseModel)
LATER = (408, 425, 429, 500, 502, 503, 504)


def read_options(model: type[Options], options: Mapping[str, Any]) -> Options:
    """Return an adapter's settings as its model; raises BadValue that names each that is filled in wrongly."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        faults = {str(item["loc"][0]): _("填写有误") for item in error.errors() if item["loc"]}
        raise BadValue(_("接入配置有误：%s。") % "、".join(faults), fields=faults) from error


class Unreachable(Refused):
    """The platform does not answer, or asks to come again: the same is tried later."""

    code = "platform_unreachable"


class NotSigned(Refused):
    """A callback is not signed with our key, or not fresh."""

    code = "unauthenticated"
    status = 401


def asked(method: str, url: str, body: bytes, headers: dict[str, str]) -> webhook_guard.Answer:
    """Return a platform's answer of success; raises Unreachable or Refused, without the answer's words or a key."""
    try:
        answer = webhook_guard.ask(method, url, body, headers, most=MOST_BYTES)
    except BadValue as error:
        raise Refused(error.message) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(_("平台连接失败（%s）。") % type(error).__name__) from error
    if answer.status in LATER:
        raise Unreachable(_("平台暂时不可用（%d）。") % answer.status)
    if not 200 <= answer.status < 300:
        raise Refused(_("平台没有接受请求（%d）。") % answer.status)
    return answer


@dataclass(frozen=True)
class Item:
    """A complaint of a platform: its number there, the fields that `channels.record` checks, what the platform sent."""

    number: str
    record: dict[str, Any]
    original: Any = None


@dataclass(frozen=True)
class Batch:
    """A page of complaints, and the cursor that leads on; `more` tells that there are more at once."""

    items: list[Item] = field(default_factory=list)
    cursor: str = ""
    more: bool = False


class Adapter(Protocol):
    """One platform's ways."""

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        """Take the settings; raises BadValue with a sentence a setting."""

    def pull(self, cursor: str) -> Batch:
        """Return the page of complaints at a cursor, "" for the first; raises Unreachable or Refused."""

    def reply(self, number: str, text: str, *, token: str, before: int | None = None) -> None:
        """Hand an answer over, once a token however often it is sent; raises Unreachable or Refused.

        before: where the answer may stand there already, how many others in the same words it has taken; None at
        the first time.
        """

    def callback(self, headers: Mapping[str, str], body: bytes, *, now: float) -> list[Item]:
        """Return the complaints in a callback; raises NotSigned, or BadValue for what cannot be read."""


ADAPTERS: dict[str, type[Adapter]] = {}


def adapter(name: str) -> Callable[[type[Adapter]], type[Adapter]]:
    """Declare an adapter; raises Undeclared when the name was taken."""

    def declare(made: type[Adapter]) -> type[Adapter]:
        if name in ADAPTERS:
            raise Undeclared(f"支付平台接入方式 {name} 声明了两次")
        ADAPTERS[name] = made
        return made

    return declare


def adapter_named(name: str) -> type[Adapter]:
    """Return an adapter's class; raises BadValue for a name that none has."""
    if not ADAPTERS:
        for path in sorted(Path(__file__).parent.glob("*.py")):
            if path.stem not in ("__init__", "adapter"):
                import_module(f"xiaobao_web.complaints.platforms.{path.stem}")
    if name not in ADAPTERS:
        raise BadValue(_("没有“%s”这种接入方式。") % name[:20], fields={"adapter": _("请选择")})
    return ADAPTERS[name]
