"""What a person keeps of a list: its columns, and views under names of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.lists.page import ListPage
from xiaobao_web.kernel.lists.reading import PLACE
from xiaobao_web.kernel.models import SavedView

MOST = 12
"""Views a person may save of one list."""


@transaction.atomic
def choose_columns(*, person: Any, page: ListPage, chosen: Iterable[str]) -> None:
    """Remember a person's columns of a list; none brings the list's own choice back."""
    known = {column.key for column in page.columns}
    keys = [key for key in chosen if key in known]
    people = get_user_model()._default_manager
    row = people.select_for_update().get(pk=person.pk)
    settings = {**(row.settings or {})}
    lists = {**settings.get("lists", {})}
    lists[page.name] = {**lists.get(page.name, {}), "columns": keys}
    settings["lists"] = lists
    people.filter(pk=person.pk).update(settings=settings)
    person.settings = settings


@transaction.atomic
def save_view(*, person: Any, page: ListPage, name: str, query: str) -> SavedView:
    """Save an address of a list under a name, in place of one of the same name; raises BadValue, Refused."""
    name = name.strip()
    if not 1 <= len(name) <= 20:
        raise BadValue(_("视图名称为 1 至 20 个字。"), fields={"name": _("1 至 20 个字")})
    words = QueryDict(query[:1900], mutable=True)
    for key in (*PLACE, "saved"):
        words.pop(key, None)
    own = SavedView.objects.filter(person=person, list_name=page.name)
    if own.count() >= MOST and not own.filter(name=name).exists():
        raise Refused(_("每个列表最多保存 %d 个视图，请先删除不再使用的视图。") % MOST)
    saved, _made = SavedView.objects.update_or_create(
        person=person, list_name=page.name, name=name, defaults={"query": words.urlencode()[:2000]}
    )
    return saved


def delete_view(*, person: Any, pk: int) -> SavedView:
    """Delete one's own view and return what it was; raises Hidden for another's."""
    saved = SavedView.objects.filter(pk=pk, person=person).first()
    if saved is None:
        raise Hidden(_("没有找到这个视图，或它不属于您。"))
    saved.delete()
    return saved
