"""The whole journal as a list for audit: who did what, when, to what; filtered, searched, exported like any list."""

from __future__ import annotations

from typing import Any

import django_filters
from django.apps import apps
from django.db import models
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel import journal, kept
from xiaobao_web.kernel.lists import Column, ListPage, Tab, custom, days, everything, person
from xiaobao_web.kernel.lists.reading import containing
from xiaobao_web.kernel.models import Event
from xiaobao_web.kernel.notifications import group_label

WATCHED = ("kernel.exported", "kernel.file_opened", "kernel.personal_erased")
"""Events by which data left, was looked at in full, or was erased."""


def _sentence(row: Event) -> str:
    return journal.sentence(row, personal=False)


def _changes(row: Event) -> str:
    return "；".join(f"{name}：{old} → {new}" for name, old, new in journal.changes_of(row))


def _apps() -> list[tuple[str, str]]:
    names = dict.fromkeys(name.partition(".")[0] for name in journal.TYPES)
    return [(name, group_label(name)) for name in names]


def _of_app(rows: models.QuerySet[Any], _name: str, app: str) -> models.QuerySet[Any]:
    return rows.filter(type__in=[name for name in journal.TYPES if name.startswith(f"{app}.")])


class JournalList(ListPage):
    """All that happened on the platform, the newest first; personal values stand in no column."""

    name = "journal"
    title = _("留痕")
    subtitle = _("谁在什么时候对什么做了什么；只增不改，逐条以指纹相连，用 xiaobao verify-journal 核对。")
    noun = _("条")
    model = Event
    permission = "kernel.journal"
    select = ("actor",)
    search = ("subject_name", "actor_name")
    search_hint = _("对象、操作人")
    columns = (
        Column("at", _("时间"), kind="moment", fixed=True),
        Column("sentence", _("经过"), value=_sentence, fixed=True),
        Column("subject_name", _("对象"), value=journal.subject_of, link=True),
        Column("comment", _("说明"), value=lambda row: str(row.facts.get("comment") or row.facts.get("reason") or "")),
        Column("changes", _("变更"), value=_changes),
        Column("actor_name", _("操作人"), off=True),
        Column("type", _("事件"), off=True),
        Column("hash", _("指纹"), value=lambda row: row.hash[:16], off=True),
    )
    filters = (
        custom(
            "app",
            django_filters.ChoiceFilter(label=_("业务"), choices=_apps, method=_of_app, empty_label=_("业务：全部")),
        ),
        person("actor"),
        days("at"),
    )
    tabs = (
        everything(),
        Tab("people", _("人员操作"), lambda _user, _model: models.Q(actor__isnull=False)),
        Tab(
            "exports",
            _("导出与查看"),
            lambda _user, _model: models.Q(type__in=WATCHED),
            _("没有这样的记录。"),
        ),
    )
    empty_title = _("没有留痕")

    def holding(self, word: str) -> models.Q:
        """Return the condition that an event holds a word; what came to be confidential is found by its number only."""
        named = containing(("subject_name",), word) & (~kept.records() | models.Q(subject_name__istartswith=word))
        return containing(("actor_name",), word) | named

    def extend(self, rows: list[Any]) -> None:
        """Find the pages of what the events are about, and what is kept of it: a query or two a kind of thing."""
        kept.veil(rows)
        pages: dict[tuple[str, str], str] = {}
        for label in {row.subject_type for row in rows if row.subject_type}:
            numbers = {row.subject_id for row in rows if row.subject_type == label and row.subject_id.isdigit()}
            pages |= {(label, number): page for number, page in _pages(label, numbers).items()}
        for row in rows:
            row.page = pages.get((row.subject_type, row.subject_id), "")

    def url(self, row: Any) -> str:
        """Return the page of what an event is about, empty where it has none."""
        return str(getattr(row, "page", ""))


def _pages(label: str, numbers: set[str]) -> dict[str, str]:
    try:
        model = apps.get_model(label)
    except LookupError:
        return {}
    if not hasattr(model, "get_absolute_url"):
        return {}
    out = {}
    for row in model._default_manager.filter(pk__in=numbers):
        try:
            out[str(row.pk)] = str(row.get_absolute_url())
        except NoReverseMatch:
            continue
    return out
