"""The form by which a unit's task is handed on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.forms.fields import line, person, unit
from xiaobao_web.complaints.services.passing import against_another_unit
from xiaobao_web.complaints.services.recipients import Recipients


class PassTaskForm(forms.Form):
    """To whom a unit's task is handed on, and why."""

    unit = unit(_("协办单位"), required=False, help_text=_("不改单位则留空。"))
    assignee = person(_("协办人"), required=False, help_text=_("改了单位的可以留空，由新单位负责人安排。"))
    reason = line(_("转交原因"), required=False, most=300, help_text=_("转给其他单位或换人的必填。"))

    def __init__(self, *args: Any, task: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        Recipients(task.case, with_unit=task.unit).offer(unit, self.fields["assignee"], near=task.unit)
        stays = against_another_unit(task, user)
        if stays:
            unit.choices, unit.help_text = [("", "—")], stays
        if task.assignee_id:
            self.fields["reason"].required = True
