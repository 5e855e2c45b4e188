"""The page of one's own tokens for the REST interface."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xiaobao_web.kernel import tokens
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.models import ApiToken


class TokenForm(forms.Form):
    """What a new token is for, how long it lives and what it may do."""

    name = forms.CharField(label=gettext_lazy("用途"), max_length=60, help_text=gettext_lazy("如：OA 系统送审对接"))
    days = forms.IntegerField(
        label=gettext_lazy("有效天数"),
        min_value=1,
        max_value=tokens.LONGEST,
        initial=90,
        help_text=gettext_lazy("最长 366 天"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("权限"), widget=forms.CheckboxSelectMultiple(attrs={"class": "scope-choices"})
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scopes"]
        field.choices = [(item.name, item.label) for item in tokens.grantable(person)]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show one's tokens and make a new one; its secret is shown on the answer to making it and never again."""
    person: Any = request.user
    require(person, "kernel.tokens")
    form = TokenForm(request.POST or None, person=person)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _token, secret = tokens.make(person=person, **form.cleaned_data)
        form = TokenForm(None, person=person)
    context = {"form": form, "secret": secret, "tokens": ApiToken.objects.filter(person=person)[:100]}
    return render(request, "kernel/lists/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one's own token."""
    token = tokens.revoke(token_id=pk, by=request.user)
    messages.success(request, _("令牌“%s”已撤销，使用它的程序不能再访问。") % token.name)
    return HttpResponseRedirect(reverse("tokens"))
