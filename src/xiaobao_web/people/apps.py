"""The app of organisations and staff."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Organisations, staff, posts, delegations."""

    name = "xiaobao_web.people"
    label = "people"
    verbose_name = "机构与人员"
