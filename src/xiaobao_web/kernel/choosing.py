"""What forms say of a choice that cannot be taken: what is wrong and what to do, instead of Django's own sentences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

SAID: dict[type[forms.Field], dict[str, Any]] = {
    forms.ChoiceField: {"invalid_choice": _("“%(value)s”不在可选的内容里，请从列表中重新选择。")},
    forms.MultipleChoiceField: {
        "invalid_choice": _("“%(value)s”不在可选的内容里，请从列表中重新选择。"),
        "invalid_list": _("请从列表中选择，可以选几项。"),
    },
    forms.ModelChoiceField: {"invalid_choice": _("所选的已不在可选范围内，可能刚被停用或调整；请刷新后重新选择。")},
    forms.ModelMultipleChoiceField: {
        "invalid_choice": _("所选的有一项已不在可选范围内，可能刚被停用或调整；请刷新后重新选择。"),
        "invalid_list": _("请从列表中选择，可以选几项。"),
        "invalid_pk_value": _("所选的有一项读不出来，请从列表中重新选择。"),
    },
}


def speak() -> None:
    """Give the fields of choices our own sentences; called before any form of ours is made."""
    for kind, sentences in SAID.items():
        kind.default_error_messages.update(sentences)
