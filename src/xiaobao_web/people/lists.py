"""The list of staff."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from xiaobao_web.kernel.lists import Column, ListPage, custom, everything, flag, own_unit, unit
from xiaobao_web.people import queries
from xiaobao_web.people.models import Person, Post, Role


def _posts(person: Any) -> list[str]:
    return [str(post) for post in person.posts_today]


def _holding(rows: Any, _name: str, role: str) -> Any:
    """Return the people who hold a role today; one row each however many posts."""
    return rows.filter(pk__in=Post.objects.on(timezone.localdate()).filter(role=role).values("person"))


class StaffList(ListPage):
    """Everybody who may sign in, with unit and posts."""

    name = "people"
    title = _("人员")
    noun = _("人")
    model = Person
    permission = "people.view"
    order = "username"
    columns = (
        Column("name", _("姓名"), link=True, fixed=True, sort="name"),
        Column("username", _("账号"), sort=True),
        Column("unit", _("所在机构"), sort="unit__name"),
        Column("title", _("职务")),
        Column("posts", _("岗位"), value=_posts),
        Column("email", _("邮箱"), off=True),
        Column("last_login", _("最近登录"), kind="moment", sort=True, off=True),
        Column("is_active", _("在职"), kind="flag"),
    )
    filters = (
        unit("unit"),
        custom(
            "role", ChoiceFilter(choices=Role.choices, method=_holding, label=_("岗位"), empty_label=_("岗位：全部"))
        ),
        flag("active", field="is_active", label=_("在职")),
    )
    tabs = (own_unit(), everything())
    search = ("name", "username")
    search_hint = _("姓名、账号")
    select = ("unit",)
    primary = (_("新增人员"), "person_new", "people.manage")
    empty_title = _("还没有人员")

    def rows(self, user: Any) -> Any:
        """Return the staff a person may see."""
        return queries.staff(user)

    def joined(self, rows: Any) -> Any:
        """Return rows with their units and their posts of today."""
        today = Post.objects.on(timezone.localdate()).select_related("organisation")
        return super().joined(rows).prefetch_related(Prefetch("posts", queryset=today, to_attr="posts_today"))

    def url(self, row: Any) -> str:
        """Return the person's page."""
        return reverse("person", args=[row.pk])
