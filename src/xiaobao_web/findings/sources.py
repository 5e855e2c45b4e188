"""Where the thing is from which an issue came, for those who may see it."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel.access import PERMISSIONS, within


def page_of(issue: Issue, user: Any) -> str:
    """Return the address of an issue's source, empty where there is none or the person may not see it."""
    if not issue.source_label or issue.source_id is None:
        return ""
    try:
        model = apps.get_model(issue.source_label)
    except LookupError:
        return ""
    row: Any = model._default_manager.filter(pk=issue.source_id).first()
    view = f"{model._meta.app_label}.view"
    if row is None or view not in PERMISSIONS or not within(user, view, row):
        return ""
    get = getattr(row, "get_absolute_url", None)
    return str(get()) if get is not None else ""
