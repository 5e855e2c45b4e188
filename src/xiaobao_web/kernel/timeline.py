"""Journal events and comments of an object in one line of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal, kept

ICONS = {
    "submit": "send", "sign": "signature", "accept": "check", "dismiss": "x",
    "withdraw": "arrow-back-up", "reject": "ban", "conclude": "rubber-stamp", "close": "archive",
    "upload": "upload", "assign": "user-plus", "transfer": "transfer",
    "extend": "calendar-event", "screen": "file-search",
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """One line of a timeline: an event's sentence, or what a person wrote."""

    at: datetime
    text: str
    icon: str
    comment: bool = False
    body: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    key: str = ""


def moments(events: Iterable[Any] = (), comments: Iterable[Any] = (), newest_first: bool = True) -> list[Moment]:
    """Return events and comments in the order of time."""
    happened = list(events or ())
    kept.veil(happened)
    out = [_event(item) for item in happened] + [_comment(item) for item in comments or ()]
    return sorted(out, key=lambda item: item.at, reverse=newest_first)


def _event(event: Any) -> Moment:
    facts = getattr(event, "facts", None) or {}
    verb = str(getattr(event, "type", "")).rpartition(".")[2]
    told = getattr(event, "sentence", None)
    text = str(told() if callable(told) else told) if told else journal.sentence(event)
    return Moment(
        at=event.at,
        text=text,
        icon=ICONS.get(verb, "point"),
        body=str(facts.get("comment", "")),
        changes=journal.changes_of(event),
        key=f"event-{getattr(event, 'pk', '')}",
    )


def _comment(comment: Any) -> Moment:
    author = getattr(comment, "author", None) or getattr(comment, "by", None) or getattr(comment, "created_by", "")
    at = getattr(comment, "created_at", None) or comment.at
    return Moment(
        at=at, text=_("%(author)s 评论") % {"author": author}, icon="message", comment=True, body=str(comment.body),
        key=f"comment-{getattr(comment, 'pk', '')}",
    )  # fmt: skip
