"""What of rules, laws, drafts and allow-lists the search finds."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import visible_to
from xiaobao_web.kernel.search import searchable
from xiaobao_web.knowledge.models import AllowEntry, ArticleEntry, NormEntry, RuleDraft, RuleEntry


def _seen(model: type[Model], permission: str) -> Any:
    def visible(user: Any) -> QuerySet[Any]:
        return visible_to(user, model._default_manager.all(), permission)

    return visible


def _page(row: Any) -> str:
    return str(row.get_absolute_url())


searchable(
    RuleEntry,
    title=lambda row: f"{row.title} {row.rule}",
    text=lambda row: "\n".join((row.message, row.remedy, row.laws)),
    url=_page,
    visible=_seen(RuleEntry, "knowledge.view"),
)
searchable(
    NormEntry,
    title=lambda row: f"{row.title} {row.number}",
    text=lambda row: "\n".join((row.key, row.aliases, row.issuer)),
    url=_page,
    visible=_seen(NormEntry, "knowledge.view"),
)
searchable(
    ArticleEntry,
    title=lambda row: row.label,
    text=lambda row: row.paraphrase,
    url=_page,
    visible=_seen(ArticleEntry, "knowledge.view"),
    label=_("条文"),
    rows=lambda: ArticleEntry.objects.select_related("norm"),
)
searchable(
    RuleDraft,
    title=lambda row: f"{row.number} {row.title}",
    text=lambda row: f"{row.rule}\n{row.note}",
    url=_page,
    visible=_seen(RuleDraft, "knowledge.drafts"),
)
searchable(
    AllowEntry,
    title=lambda row: row.phrase,
    text=lambda row: f"{row.reason}\n{row.rule}",
    url=_page,
    visible=_seen(AllowEntry, "knowledge.view"),
)
