"""The form of an import."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    """Which table is imported; the file comes beside it."""

    kind = forms.ChoiceField(
        label=_("表"), choices=[("products", _("产品主数据")), ("prices", _("价目表")), ("texts", _("标准文本"))]
    )
