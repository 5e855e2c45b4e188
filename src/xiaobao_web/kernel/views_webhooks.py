"""Where other systems are told of events: endpoints, their secrets, their messages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.kernel import journal, webhooks
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.models.webhook import Delivery, Endpoint

SHOWN = 50


class EndpointForm(forms.Form):
    """What one enters of an endpoint."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=300,
        help_text=gettext_lazy("接收方的 https 地址；内部网段需在配置中放行"),
    )
    event_types = forms.CharField(
        label=gettext_lazy("事件"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("每行一个，可用 * 代表任意一段，例如 reviews.*"),
    )
    active = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)

    def event_list(self) -> list[str]:
        """Return the events one a line."""
        lines = self.cleaned_data["event_types"].replace(",", "\n").splitlines()
        return [line.strip() for line in lines if line.strip()]


def _require(request: HttpRequest) -> None:
    user: Any = request.user
    require(user, "kernel.webhooks")


def _values(form: EndpointForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {"name": data["name"], "url": data["url"].strip(), "event_types": form.event_list()}


def _refused(form: EndpointForm, error: BadValue) -> None:
    for field in error.fields or {"": error.message}:
        form.add_error(field if field in form.fields else None, error.message)


@never_cache
@require_http_methods(["GET", "POST"])
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """List the endpoints, or register one and show its secret this once."""
    _require(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = webhooks.make(**_values(form), by=request.user)
            return _show(request, endpoint, secret=secret)
        except BadValue as error:
            _refused(form, error)
    rows = Endpoint.objects.order_by("name", "pk")
    events = sorted(name for name in journal.TYPES if not name.startswith(webhooks.SILENT))
    context = {"rows": rows, "form": form, "events": events}
    return render(request, "kernel/webhooks.html", context, status=422 if form.errors else 200)


def _find(pk: int) -> Endpoint:
    row = Endpoint.objects.filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有找到这个接收方。"))
    return row


def _show(
    request: HttpRequest, endpoint: Endpoint, *, secret: str = "", form: EndpointForm | None = None
) -> HttpResponse:
    initial = {
        "name": endpoint.name,
        "url": endpoint.url,
        "event_types": "\n".join(endpoint.event_types),
        "active": endpoint.active,
    }
    shown = form or EndpointForm(initial=initial)
    context = {
        "endpoint": endpoint,
        "form": shown,
        "secret": secret,
        "deliveries": endpoint.deliveries.order_by("-pk")[:SHOWN],
    }
    return render(request, "kernel/webhook.html", context, status=422 if form is not None and form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def webhook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an endpoint with its latest messages, or change it."""
    _require(request)
    endpoint = _find(pk)
    if request.method == "GET":
        return _show(request, endpoint)
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            webhooks.change(endpoint, **_values(form), active=form.cleaned_data["active"], by=request.user)
            messages.success(request, _("已保存。"))
            return redirect("webhook", pk)
        except BadValue as error:
            _refused(form, error)
    return _show(request, endpoint, form=form)


@never_cache
@require_POST
def rotate_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an endpoint a new secret and show it this once."""
    _require(request)
    endpoint = _find(pk)
    secret = webhooks.rotate(endpoint, by=request.user)
    endpoint.refresh_from_db()
    return _show(request, endpoint, secret=secret)


@require_POST
def ping_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that tests the way."""
    _require(request)
    webhooks.ping(_find(pk), by=request.user)
    messages.info(request, _("测试消息已排队，稍后刷新可见结果。"))
    return redirect("webhook", pk)


@require_POST
def redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message again."""
    _require(request)
    row = Delivery.objects.filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有找到这条消息。"))
    webhooks.redeliver(row, by=request.user)
    messages.info(request, _("消息已重新排队。"))
    return redirect("webhook", row.endpoint_id)


@require_GET
def payload(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a message says."""
    _require(request)
    row = Delivery.objects.select_related("event").filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有找到这条消息。"))
    return HttpResponse(webhooks.payload_of(row), content_type="application/json; charset=utf-8")
