"""The forms of organisations, staff, posts, delegations and hand-overs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.people.models import Organisation, OrganisationKind, Person, Post, Role


class OrganisationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    """A choice among active organisations, each indented by its depth."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("请选择"))
        kwargs.setdefault("queryset", Organisation.objects.filter(active=True).order_by("path"))
        super().__init__(**kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return the name, indented."""
        return "　" * int(max(0, obj.path.count("/") - 2)) + str(obj)


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument at run time
    """A choice among active staff, by name and unit."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("请选择"))
        kwargs.setdefault("queryset", active_staff())
        super().__init__(**kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Return name and unit."""
        return f"{obj} {obj.unit or ''}".strip()


def active_staff() -> models.QuerySet[Person]:
    """Return the people one may choose from."""
    return Person.objects.filter(is_active=True).select_related("unit").order_by("unit__path", "name")


def day_input() -> forms.DateInput:
    """Return a browser's own date control."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OrganisationForm(forms.Form):
    """An organisation's facts."""

    name = forms.CharField(label=_("名称"), max_length=100)
    code = forms.CharField(label=_("编号"), max_length=40, help_text=_("全行唯一的机构编号"))
    kind = forms.ChoiceField(label=_("类型"), choices=OrganisationKind.choices)
    parent = OrganisationChoice(label=_("上级"), required=False)
    executive = PersonChoice(
        label=_("分管行领导"), required=False, help_text=_("不采纳审查意见的审批须避开分管该条线的行领导")
    )
    is_consumer_protection = forms.BooleanField(label=_("消保职能部门"), required=False)


class OrganisationChangeForm(OrganisationForm):
    """An organisation's facts, and whether it still works."""

    active = forms.BooleanField(label=_("有效"), required=False)


class PersonForm(forms.Form):
    """A member of staff's facts."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    unit = OrganisationChoice(label=_("所在机构"))
    title = forms.CharField(label=_("职务"), max_length=40, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)


class PersonNewForm(PersonForm):
    """A new member of staff with the account to sign in by."""

    username = forms.CharField(label=_("账号"), max_length=150, validators=[Person.username_validator])
    password = forms.CharField(
        label=_("初始密码"),
        required=False,
        min_length=10,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少 10 位；留空则只能用单点登录"),
    )
    field_order = ("username", "name", "unit", "title", "email", "phone", "password")

    def clean_password(self) -> str | None:
        """Return the password, None for an account of single sign-on only."""
        return self.cleaned_data["password"] or None


class PersonChangeForm(PersonForm):
    """A member of staff's facts, and whether the account works."""

    is_active = forms.BooleanField(label=_("在职，可以登录"), required=False)


class PostForm(forms.Form):
    """A post to give."""

    role = forms.ChoiceField(label=_("岗位"), choices=Role.choices)
    organisation = OrganisationChoice(label=_("机构"), help_text=_("岗位的权限及于该机构及其下级"))
    since = forms.DateField(label=_("任职起"), widget=day_input(), required=False, help_text=_("留空为今天"))


class DelegationForm(forms.Form):
    """Leave cover: to whom, from when to when, which post, why."""

    receiver = PersonChoice(label=_("受托人"))
    role = forms.ChoiceField(label=_("岗位"), required=False)
    since = forms.DateField(label=_("起"), widget=day_input(), initial=timezone.localdate)
    until = forms.DateField(label=_("止"), widget=day_input(), help_text=_("当日仍有效"))
    reason = forms.CharField(label=_("事由"), max_length=200, help_text=_("如：年休假"))

    def __init__(self, *args: Any, giver: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receiver: Any = self.fields["receiver"]
        receiver.queryset = active_staff().exclude(pk=giver.pk)
        held = sorted({post.role for post in Post.objects.on(timezone.localdate()).filter(person=giver)} - {Role.ADMIN})
        labels = dict(Role.choices)
        role: Any = self.fields["role"]
        role.choices = [("", _("全部岗位（系统管理员除外）")), *((name, labels[name]) for name in held)]


class HandOverForm(forms.Form):
    """To whom which posts and the open work go."""

    receiver = PersonChoice(label=_("接手人"))
    posts = forms.ModelMultipleChoiceField(
        label=_("交接的岗位"),
        queryset=Post.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("名下未办结的事项一并转给接手人"),
    )

    def __init__(self, *args: Any, giver: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receiver: Any = self.fields["receiver"]
        receiver.queryset = active_staff().exclude(pk=giver.pk)
        posts: Any = self.fields["posts"]
        posts.queryset = Post.objects.on(timezone.localdate()).filter(person=giver).select_related("organisation")
        posts.initial = [post.pk for post in posts.queryset]
