"""The form by which a unit's task is handed on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.forms.fields import line, person, staff, unit
from xiaobao_web.kernel.access import holders


class PassTaskForm(forms.Form):
    """To whom a unit's task is handed on, and why."""

    unit = unit(_("协办单位"), required=False, help_text=_("不改单位则留空。"))
    assignee = person(_("协办人"), required=False, help_text=_("改了单位的可以留空，由新单位负责人安排。"))
    reason = line(_("转交原因"), required=False, most=300, help_text=_("转给其他单位或换人的必填。"))

    def __init__(self, *args: Any, task: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        away = models.Case(models.When(unit__path__startswith=task.unit.path, then=0), default=1)
        able = staff().filter(pk__in=holders("complaints.answer_task").values("pk"))
        chosen: Any = self.fields["assignee"]
        chosen.queryset = able.order_by(away, "unit__path", "name", "pk")
        if task.assignee_id:
            self.fields["reason"].required = True
