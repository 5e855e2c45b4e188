"""The letter's page: write it with a live check of its four elements, look at it as the second person, send it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.complaints import services, verbs
from xiaobao_web.complaints.forms.fields import moment
from xiaobao_web.complaints.models import Case, DeliveryMode, Letter, LetterState
from xiaobao_web.complaints.services import letters
from xiaobao_web.complaints.views.cases import find_case
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.serving import respond

MOST = 5000


class SendForm(forms.Form):
    """How the letter reached the complainant."""

    mode = forms.ChoiceField(label=gettext_lazy("告知方式"), choices=DeliveryMode.choices)
    proof = forms.CharField(label=gettext_lazy("送达凭证"), max_length=300)
    at = moment(
        gettext_lazy("告知时间"),
        help_text=gettext_lazy(
            "留空为现在。书面以递交或寄出、短信邮件以发出、电话以拨打的时间为准（投诉办法第二十一条）。"
        ),
    )


def parts_of(given: Any) -> dict[str, str]:
    """Return the four parts as typed, cut to what a part may hold."""
    return {part: given.get(part, "")[:MOST] for part in Letter.PARTS}


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the letter of a case and do its steps; what is refused keeps what was typed."""
    case = find_case(request.user, pk)
    row = case.letter_now()
    fault = ""
    send = SendForm(request.POST if request.POST.get("action") == "send" else None)
    if request.method == "POST":
        try:
            told = _do(case, row, request, send)
        except (BadValue, Refused) as error:
            fault = error.message
        else:
            if told:
                messages.success(request, told)
                done = request.POST.get("action") == "send"
                return redirect(case if done else request.path)
    case = find_case(request.user, pk)
    values = _shown(case, request, send)
    wrong = bool(fault or (send.is_bound and not send.is_valid()))
    return render(request, "complaints/letter.html", {**values, "fault": fault}, status=422 if wrong else 200)


def _shown(case: Case, request: HttpRequest, send: SendForm) -> dict[str, Any]:
    row = case.letter_now()
    user = request.user
    given = parts_of(request.POST) if request.POST.get("action") in ("save", "submit") else None
    parts = given or ({part: getattr(row, part) for part in Letter.PARTS} if row else _opening(case))
    checked = services.check_elements(parts)
    state = row.state if row else LetterState.DRAFT.value
    return {
        "case": case, "letter": row, "send": send, "checked": checked,
        "found": sum(item.found for item in checked),
        "parts": [(item, parts.get(item.part, "")) for item in checked],
        "writes": can(user, "complaints.write_letter", case) if state in _OPEN and case.state in _WORK else None,
        "checks": verbs.may(user, "check_letter", case, letters.against_check(row, user))
        if row and state == LetterState.CHECKING.value else None,
        "releases": can(user, "complaints.release_letter", case)
        if row and state in (LetterState.DRAFT.value, LetterState.CHECKING.value) else None,
        "sends": verbs.may(user, "answer", case, letters.against_sending(case))
        if state == LetterState.APPROVED.value else None,
        "second": (row.second_reasons if row and row.handed_in_by_id else []) or services.second_reasons(case),
        "older": case.letters.exclude(pk=row.pk if row else 0),
    }  # fmt: skip


_OPEN = (LetterState.DRAFT.value, LetterState.CHECKING.value, LetterState.APPROVED.value, LetterState.SENT.value)
_WORK = ("handling", "suspended")


def _opening(case: Case) -> dict[str, str]:
    return {"remedies": services.standard_remedies(case)}


def _as_seen(row: Letter | None, action: str, seen: str) -> None:
    """Refuse to write over, or to decide on, words that another page changed after this one was opened."""
    now = row.written_at.isoformat() if row is not None else "new"
    if not seen or seen == now:
        return
    if action in ("save", "submit"):
        raise Refused(
            _("告知书刚在别处修改过。您写的还在下面；再次保存就以您这一份为准，不需要的请刷新页面看新的内容。")
        )
    if action in ("approve", "return", "release"):
        raise Refused(_("告知书在您打开之后又修改过，下面是新的内容，请看过再办。"))


def _do(case: Case, row: Letter | None, request: HttpRequest, send: SendForm) -> str:
    by, post = request.user, request.POST
    action = post.get("action", "")
    _as_seen(row, action, post.get("seen", ""))
    if action in ("save", "submit"):
        written = services.write_letter(case, by=by, parts=parts_of(post))
        if action == "submit":
            handed = services.submit_letter(written, by=by)
            if handed.state == LetterState.APPROVED.value:
                return str(_("四个要素齐备，可以送达。"))
            return str(_("已提交复核。"))
        return str(_("已保存。"))
    if row is None:
        raise BadValue(_("还没有起草告知书。"))
    if action in ("approve", "return"):
        services.check_letter(row, by=by, approve=action == "approve", note=post.get("note", ""))
        return str(_("复核通过，可以送达。")) if action == "approve" else str(_("已退回修改。"))
    if action == "release":
        services.release_letter(row, by=by, reason=post.get("reason", ""))
        return str(_("已应急放行，请立即送达。"))
    if action == "send":
        if not send.is_valid():
            return ""
        services.send_letter(row, by=by, **send.cleaned_data)
        return str(_("送达已登记，期限已停止计算。"))
    raise BadValue(_("没有这项操作，请刷新页面。"))


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which of the four elements the typed words hold, and what the rulebook finds in them; nothing is kept."""
    case = find_case(request.user, pk)
    require(request.user, "complaints.write_letter", case)
    parts = parts_of(request.POST)
    checked = services.check_elements(parts)
    text = "\n".join(parts.values()).strip()
    found = services.rulebook_findings(text, checked) if request.POST.get("rules") == "1" and text else []
    values = {"checked": checked, "found": sum(item.found for item in checked), "findings": found, "case": case,
              "ruled": request.POST.get("rules") == "1"}  # fmt: skip
    return render(request, "complaints/_elements.html", values)


@require_GET
def document(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """Hand out the Word document of a letter that may be sent; it names the complainant, so that is journalled."""
    case = find_case(request.user, pk)
    row = case.letters.filter(version=version, state__in=[LetterState.APPROVED.value, LetterState.SENT.value]).first()
    if row is None:
        raise Hidden(_("这一版告知书还不能出具。"))
    services.open_personal(case, by=request.user, purpose=str(_("出具告知书")))
    stored = services.write_letter_document(row)
    return respond(request, stored, name=f"{row.number}.docx", download=True)
