"""The clerk's intake form: words on the left with their evidence, fields on the right with what the machine read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints import beside, queries
from xiaobao_web.complaints.forms.entry import RegisterForm
from xiaobao_web.complaints.forms.tracks import propose
from xiaobao_web.complaints.models import Contact, ContactState, FieldCheck
from xiaobao_web.complaints.services import asked, checking, learning, opening, taking_down
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.complaints.views.registering import keep_files
from xiaobao_web.kernel.access import can, find, holds, require, scope, visible_to
from xiaobao_web.kernel.errors import PlatformError, Refused
from xiaobao_web.kernel.periods import preset
from xiaobao_web.kernel.tallies import Cell, Table, hand_out


@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest) -> HttpResponse:
    """Take words in, show what the machine reads in them, and register what the clerk makes of it.

    `contact`: one that is registered already, as a letter's scan is; its ticket is filled.
    """
    require(request.user, "complaints.register")
    contact = _registered(request)
    if request.method == "POST" and request.POST.get("action") != "read":
        form = RegisterForm(request.POST, user=request.user)
        if form.is_valid():
            try:
                made = taking_down.take_down(form.cleaned_data, by=request.user, contact=contact)
            except PlatformError as error:
                tell(form, error)
            else:
                return _done(request, made, into=form.cleaned_data["into"])
        return _shown(request, form, request.POST.get("text", ""), 422, contact)
    text = request.POST.get("text", contact.words() if contact else "")
    if request.method == "POST" and not text.strip():
        form = RegisterForm(request.POST, user=request.user)
        form.errors.clear()
        form.add_error("text", _("请先粘贴或录入投诉人说的话，再点“填单”。"))
        return _shown(request, form, text, 422, contact)
    initial: dict[str, Any] = {"text": text, "channel": request.POST.get("channel", "call")}
    if contact is not None:
        initial = {**initial, "channel": contact.channel, "unit": contact.unit_id}
    return _shown(request, RegisterForm(initial=initial, user=request.user), text, 200, contact)


def _registered(request: HttpRequest) -> Contact | None:
    """Return the contact whose ticket is filled, None for one that is still to be registered."""
    number = (request.POST if request.method == "POST" else request.GET).get("contact", "")
    if not number:
        return None
    rows = Contact.objects.select_related("unit", "scan")
    found: Contact = find(request.user, rows, "complaints.contacts", pk=int(number) if number.isdecimal() else 0)
    if found.state != ContactState.NEW.value:
        raise Refused(_("%s 已经甄别，请打开来件查看。") % found.number)
    return found


def _shown(
    request: HttpRequest, form: RegisterForm, text: str, status: int, contact: Contact | None = None
) -> HttpResponse:
    values: dict[str, Any] = {"form": form, "text": text, "contact": contact}
    values["screens"] = holds(request.user, "complaints.screen_kind")
    if contact is not None:
        values["letter"] = getattr(contact, "scan", None)
    if text.strip():
        channel = request.POST.get("channel", contact.channel if contact else "call")
        moment = None if form.errors else _received(form, request.POST.get("received_at"))
        moment = moment or (contact.received_at if contact else None)
        but = contact.pk if contact else 0
        reading = taking_down.read(text, channel=channel, received_at=moment, by=request.user, but=but)
        propose(form.fields["track"], *beside.proposed(reading.ticket["ticket"], text))
        if not form.is_bound:
            read = {name: item.value for name, item in reading.values.items() if item.value not in (None, "", [])}
            if contact is not None and not opening.stands_by_default(contact):
                read.pop("unit", None)
            read |= asked.taken(contact) if contact is not None else {}
            form.initial = {**form.initial, **read, "kind": reading.proposal.kind, "received_at": moment}
        fields = [(form[name], item) for name, item in reading.values.items()]
        values |= {"reading": reading, "fields": fields}
    return render(request, "complaints/take_down.html", values, status=status)


def _received(form: RegisterForm, told: str | None) -> datetime | None:
    """Return the moment typed before the words were read, None where it cannot be: it is refused when registered."""
    try:
        moment: datetime | None = form.fields["received_at"].clean(told)
        return opening.received(moment) if moment else None
    except (ValidationError, PlatformError):
        return None


def _done(request: HttpRequest, contact: Any, *, into: Any = None) -> HttpResponse:
    keep_files(request, contact)
    if contact.case is not None:
        told = _("已并入 %s，没有重复立案。") if contact.case == into else _("已立案，编号 %s。")
        messages.success(request, told % contact.case.number)
        return redirect(contact.case if can(request.user, "complaints.view", contact.case) else contact)
    messages.success(request, _("已登记，编号 %s。") % contact.number)
    return redirect(contact)


MONTHS, YEAR, SHOWN = 6, 12, 200
"""Months on the page and in the sheet; rows below a field."""


@require_GET
def accuracy(request: HttpRequest) -> HttpResponse:
    """Show how right the machine was: each field over ninety days and month by month, and how sure values are shown."""
    require(request.user, "complaints.intake_figures")
    tables = _tables(MONTHS)
    return render(request, "complaints/intake_figures.html", {"tables": tables, "any": bool(tables[-1].rows)})


@require_GET
def accuracy_sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the figures as a workbook; journalled."""
    require(request.user, "complaints.intake_figures")
    about = [(_("口径"), _("以登记人最后确认的值为准：机器填的与之相同为填对。"))]
    return hand_out(request.user, _tables(YEAR), title=_("填单准确率"), period=preset("days365"), about=about)


@require_GET
def accuracy_field(request: HttpRequest, field: str) -> HttpResponse:
    """Show what became of each value of a field, as far as the contacts are of the person's organisations."""
    require(request.user, "complaints.intake_figures")
    if field not in (*checking.FIELDS, checking.OTHERS):
        raise Http404
    month, fate = request.GET.get("month", ""), request.GET.get("fate", "")
    month = month if taking_down.month_of(month) else ""
    rows = taking_down.checks(field, month=month, fate=fate)
    own = rows
    if not scope(request.user, "complaints.intake_figures").everywhere:
        own = rows.filter(contact__in=visible_to(request.user, Contact.objects.all(), "complaints.intake_figures"))
    shown = list(own[:SHOWN])
    keys = [row.contact_id for row in shown]
    opened = set(queries.contacts(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    heads = [_("来件"), _("时间"), _("机构"), _("渠道"), _("结果"), _("当时的把握")]
    cells = [
        [Cell(row.contact.number, row.contact.get_absolute_url() if row.contact_id in opened else "", kind="text"),
         Cell(f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}", kind="text"), Cell(str(row.contact.unit), kind="text"),
         Cell(row.get_channel_display(), kind="text"), Cell(_fate(row), kind="text"),
         Cell(row.confidence, kind="percent")]
        for row in shown
    ]  # fmt: skip
    total = taking_down.checked(field, month=month, fate=fate)
    mine = total if scope(request.user, "complaints.intake_figures").everywhere else own.count()
    note = _("另有 %d 条不在您的查看范围内。") % (total - mine) if total > mine else ""
    note = (_("只列出最近 %d 条。") % SHOWN if mine > SHOWN else "") + note
    label = taking_down.label_of(field)
    fates = [(value, told) for value, told in FieldCheck.Fate.choices if value != FieldCheck.Fate.EMPTY.value]
    values = {"table": Table(_("核对的值"), heads, cells, note), "field": field, "label": label, "month": month,
              "fate": fate, "fates": fates, "months": taking_down.months_back(YEAR)[::-1]}  # fmt: skip
    return render(request, "complaints/intake_field.html", values)


def _fate(row: FieldCheck) -> str:
    """Return what became of a value, and where it was found later than at intake."""
    told = row.get_fate_display()
    return _("%s（立案后更正）") % told if row.corrected_at else told


def _tables(back: int) -> list[Table]:
    """Return the figures: each field over ninety days, field by month, how sure values were, all by month."""
    now = timezone.now()
    rows = taking_down.accuracy(now - timedelta(days=learning.DAYS - 1), now)
    at = {row.field: reverse("complaint_intake_field", args=[row.field]) for row in rows}
    heads = [_("字段"), _("应填"), _("填对"), _("准确率"), _("应空"), _("误填"), _("误填率")]
    cells = [
        [Cell(row.label, at[row.field], kind="text"), Cell(row.present), Cell(row.right),
         Cell(row.share, kind="percent"), Cell(row.empty), Cell(row.invented, f"{at[row.field]}?fate=cleared"),
         Cell(row.invented_share, kind="percent")]
        for row in rows
    ]  # fmt: skip
    months = taking_down.months_back(back)
    found = taking_down.by_field(_since(YEAR))
    over = [
        [Cell(row.label, at[row.field], kind="text"),
         *(_month(found.get((row.field, month)), f"{at[row.field]}?month={month}") for month in months)]
        for row in rows
    ]  # fmt: skip
    totals = [
        [Cell(month, kind="text"), Cell(count), Cell(share, kind="percent")]
        for month, count, share in taking_down.by_month(found)
    ]
    return [
        Table(_("各字段（近 90 天）"), heads, cells),
        Table(_("各字段逐月准确率"), [_("字段"), *months], over, _("准确率后的数字是核对的值数；点开看每一条。")),
        _levels(),
        Table(_("逐月"), [_("月份"), _("核对的值"), _("准确率")], totals),
    ]


def _since(months: int) -> datetime:
    """Return when the first of the last months begins."""
    first = taking_down.month_of(taking_down.months_back(months)[0])
    assert first is not None
    return first[0]


def _month(found: tuple[int, int] | None, url: str) -> Cell:
    """Return the accuracy of a month with how many values it is of."""
    return Cell(found[0] / found[1], url, kind="percent", hint=f"{found[1]}") if found else Cell(None, kind="percent")


def _levels() -> Table:
    """Return how values are shown that were read at each level, and what that follows."""
    rows = []
    order = {name: place for place, name in enumerate(checking.FIELDS)}
    found = sorted(learning.levels().items(), key=lambda one: (order.get(one[0][0], 99), one[0][1]))
    for (name, level), item in found:
        if name not in order:
            continue
        shown = learning.level_of(item.lower) if item.enough else level
        rows.append([
            Cell(taking_down.label_of(name), kind="text"), Cell(learning.label_of_level(level), kind="text"),
            Cell(item.checked), Cell(item.right), Cell(item.lower if item.enough else None, kind="percent"),
            Cell(learning.label_of_level(shown), kind="text"),
        ])  # fmt: skip
    note = _(
        "“准确率至少”是九成把握的下限：不低于 85%% 的显示为确定，不低于 60%% 的为较确定，其余为疑似；"
        "核对不足 %d 条的，照机器自己的把握显示。数字最多晚 10 分钟。"
    )
    heads = [_("字段"), _("机器的把握"), _("核对的值"), _("填对"), _("准确率至少"), _("现在显示为")]
    return Table(_("把握的显示（近 90 天）"), heads, rows, note % learning.ENOUGH)
