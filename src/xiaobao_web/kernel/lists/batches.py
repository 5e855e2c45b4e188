"""What can be done with several rows at once: each row for itself, what failed is told with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import PlatformError

Text = str | Promise
LIMIT = 500
TOLD = 5
"""How many refused rows are told by name."""


@dataclass(frozen=True)
class Batch:
    """A verb for the chosen rows: `do(row, by=person, **form)` for each; refused rows leave the others done."""

    name: str
    label: Text
    do: Callable[..., Any]
    permission: str = ""
    form: type[forms.Form] | None = None
    confirm: Text = ""
    danger: bool = False


@dataclass(frozen=True)
class Outcome:
    """How many rows were done and which were refused, with the reason."""

    done: int
    refused: list[tuple[str, str]]

    def sentence(self, label: Text) -> str:
        """Return what happened as a sentence."""
        told = [_("已%(verb)s %(n)d 项。") % {"verb": label, "n": self.done}] if self.done else []
        if self.refused:
            told.append(_("%(n)d 项未办理：") % {"n": len(self.refused)})
            told.append("；".join(f"{name}（{reason.rstrip('。')}）" for name, reason in self.refused[:TOLD]))
            told.append(_("等。") if len(self.refused) > TOLD else "。")
        return "".join(told) or _("没有选中可以办理的行。")


def perform(batch: Batch, rows: Iterable[Any], *, by: Any, values: dict[str, Any]) -> Outcome:
    """Do a batch's verb with each row; rows refused by a rule or a permission are told, the others stay done."""
    done, refused = 0, []
    for row in rows:
        try:
            batch.do(row, by=by, **values)
        except PlatformError as error:
            refused.append((str(row), error.message))
        else:
            done += 1
    return Outcome(done, refused)
