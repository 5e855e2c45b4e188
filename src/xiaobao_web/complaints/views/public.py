"""For citizens: hand in a complaint or an opinion, one thing a screen; ask how it stands with the receipt's code."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.channels import draft
from xiaobao_web.complaints.forms import public
from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services import drafts, guesses, intake, progress
from xiaobao_web.kernel import files, pace
from xiaobao_web.kernel.errors import BadUpload, BadValue, Hidden, TooMany

MOST_FILES, MOST_FILE = 6, 20 << 20
MOST_KEPT = 20_000
"""What is refused for its length is shown again up to here, so that nobody fills the sessions' table."""
WAYS: dict[str, dict[str, tuple[Any, type[forms.Form] | None]]] = {
    "complaint": {
        "what": (gettext_lazy("发生了什么"), public.WhatForm),
        "where": (gettext_lazy("哪里的事"), public.WhereForm),
        "wish": (gettext_lazy("您的要求"), public.WishForm),
        "proof": (gettext_lazy("图片和材料"), public.ProofForm),
        "who": (gettext_lazy("怎么联系您"), public.WhoForm),
        "check": (gettext_lazy("看一遍，交给我们"), None),
    },
    "feedback": {
        "what": (gettext_lazy("您的意见"), public.FeedbackForm),
        "who": (gettext_lazy("要不要告诉您结果"), public.MaybeForm),
        "check": (gettext_lazy("看一遍，交给我们"), None),
    },
}
View = Callable[..., HttpResponse]


def citizen(view: View) -> View:
    """Open a view to all, at a measured pace, out of every cache, in the type size that was chosen."""

    @wraps(view)
    def run(request: HttpRequest, **keys: Any) -> HttpResponse:
        try:
            reading = request.method in ("GET", "HEAD")  # an outlet's customers share one address
            pace.slow_down(request, f"complaints-{reading}", most=settings.PUBLIC_PER_MINUTE * (3 if reading else 1))
            answer = view(request, **keys)
        except TooMany as error:
            answer = _page(request, "wait", {"message": error.message}, status=429)
            answer["Retry-After"] = str(error.seconds)
        size = request.GET.get("size")
        if size in ("large", "usual"):
            answer.set_cookie("type_size", size, max_age=30 * 86400, samesite="Lax", secure=request.is_secure())
        answer["Cache-Control"] = "no-store"
        return answer

    run.citizen = True  # type: ignore[attr-defined]
    run.error_page = "complaints/public/fault.html"  # type: ignore[attr-defined]
    return run


def _page(request: HttpRequest, name: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
    size = request.GET.get("size") or request.COOKIES.get("type_size")
    frame = {"large": size == "large", "institution": settings.INSTITUTION, "hotline": settings.HOTLINE}
    return render(request, f"complaints/public/{name}.html", {**frame, **values}, status=status)


@citizen
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """Say what will happen and by when; begin, go on with what was typed, or throw it away."""
    kept = draft.read(request.session, draft.of(way))
    if request.method == "POST":
        if request.POST.get("action") == "drop":
            drafts.thrown_away(kept.get("token", ""))
            draft.drop(request.session, draft.of(way))
            return redirect(request.path)
        if kept.get("kind") != way:
            kept = draft.begin(way)
        draft.write(request.session, kept, draft.of(way))
        return redirect(f"public_{way}_step", step=_next(way, kept))
    return _page(request, "begin", {"way": way, "going_on": kept.get("kind") == way and bool(kept.get("seen"))})


def _next(way: str, kept: dict[str, Any]) -> str:
    return next(step for step in WAYS[way] if step not in kept["seen"] or step == "check")


@citizen
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, way: str, step: str) -> HttpResponse:
    """Ask one thing and keep the answer; the last screen shows all and hands it in."""
    if step not in WAYS[way]:
        raise Hidden(_("没有这一页。"))
    kept = draft.read(request.session, draft.of(way))
    if kept.get("kind") != way:
        if request.method != "POST" or step == "check":
            return redirect(f"public_{way}")
        kept = draft.begin(way)  # the session ran out while this was typed
    if step == "check":
        return _check(request, way, kept)
    _title, kind = WAYS[way][step]
    assert kind is not None
    given = request.method == "POST"
    refused = {} if given else kept.get("refused", {}).get(step, {})
    data = request.POST if given else kept.get(step) if refused else None
    form = kind(data, initial=kept.get(step) or {}, use_required_attribute=False)
    for name, told in refused.items():
        form.add_error(name if name in form.fields else None, told)
    faults: list[str] = [str(told) for told in form.non_field_errors()] if refused else []
    if given:
        faults = _files(request, kept) if step == "proof" else []
        kept[step] = form.cleaned_data if form.is_valid() else {**kept.get(step, {}), **_typed(form)}
        if form.is_valid() and not faults:
            kept["seen"] = list(dict.fromkeys([*kept["seen"], step]))
            kept.get("refused", {}).pop(step, None)
        elif not form.is_valid():
            kept["seen"] = [name for name in kept["seen"] if name != step]
        draft.write(request.session, kept, draft.of(way))
        drafts.touch(kept["token"], [item[0] for item in kept["files"]])
        if form.is_valid() and not faults:
            again = step == "proof" and request.POST.get("action") in ("add", "remove")
            to = step if again else "check" if request.POST.get("back") else _after(way, step)
            return redirect(f"public_{way}_step", step=to)
    names = list(WAYS[way])
    place = names.index(step)
    values = {
        "way": way, "step": step, "form": form, "title": WAYS[way][step][0], "place": place + 1, "all": len(names),
        "before": names[place - 1] if place else "", "files": kept["files"], "faults": faults, "most": MOST_FILES,
        "back": request.GET.get("back") or request.POST.get("back"),
    }  # fmt: skip
    return _page(request, "step", values, status=422 if form.errors or faults else 200)


def _typed(form: forms.Form) -> dict[str, Any]:
    given = {name: form[name].value() for name in form.fields}
    return {name: _cut(value) for name, value in given.items()}


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(item) for item in value[:50]]
    return value[:MOST_KEPT] if isinstance(value, str) else value


def _after(way: str, step: str) -> str:
    names = list(WAYS[way])
    return names[names.index(step) + 1]


def _files(request: HttpRequest, kept: dict[str, Any]) -> list[str]:
    """Take files in, or one out; return what cannot be taken."""
    if request.POST.get("action") == "remove":
        kept["files"] = [item for item in kept["files"] if item[0] != request.POST.get("file")]
        return []
    faults = []
    for upload in request.FILES.getlist("file"):
        if len(kept["files"]) >= MOST_FILES:
            faults.append(_("最多 %d 个文件，其余没有收下。") % MOST_FILES)
            break
        pace.slow_down(request, "complaint-files", most=30, per=600)
        try:
            stored = files.store(upload, name=upload.name or "", by=None, limit=MOST_FILE)
        except BadUpload as error:
            faults.append(f"{upload.name}：{error.message}")
            continue
        drafts.touch(kept["token"], [stored.sha256])
        if stored.sha256 not in [item[0] for item in kept["files"]]:
            kept["files"].append([stored.sha256, files.clean_name(upload.name or "", stored)])
    return faults


def _check(request: HttpRequest, way: str, kept: dict[str, Any]) -> HttpResponse:
    needed = [name for name, (_title, kind) in WAYS[way].items() if kind and name not in kept["seen"]]
    if needed:
        return redirect(f"public_{way}_step", step=needed[0])
    lost = drafts.lost([item[0] for item in kept["files"]])
    if lost:
        kept["files"] = [item for item in kept["files"] if item[0] not in lost]
        draft.write(request.session, kept, draft.of(way))
    if request.method == "POST" and not lost:
        try:
            row = _hand_in(request, way, kept)
        except BadValue as error:
            return _asked_again(request, way, kept, error)
        draft.write(request.session, {"number": row.number, "code": kept["code"], "way": way}, draft.DONE)
        draft.drop(request.session, draft.of(way))
        return redirect("public_complaint_received")
    parts = []
    for name, (title, kind) in WAYS[way].items():
        if kind is not None:
            parts.append({"step": name, "title": title, "lines": _lines(kind, kept, name)})
    values = {"way": way, "parts": parts, "files": kept["files"], "all": len(WAYS[way]), "lost": len(lost)}
    return _page(request, "check", values, status=422 if lost and request.method == "POST" else 200)


def _asked_again(request: HttpRequest, way: str, kept: dict[str, Any], error: BadValue) -> HttpResponse:
    """Go back to what was refused, each answer with its sentence; to the story for what is no answer."""
    refused: dict[str, dict[str, str]] = {}
    for name, told in (error.fields or {"": error.message}).items():
        steps = [step for step, (_title, kind) in WAYS[way].items() if kind and name in kind.base_fields]
        sentence = told if steps else _("这里的内容没有收下，请改短一些再试，或致电客服。")
        refused.setdefault(steps[0] if steps else "what", {})[name if steps else "text"] = str(sentence)
    kept["refused"] = refused
    kept["seen"] = [step for step in kept["seen"] if step not in refused]
    draft.write(request.session, kept, draft.of(way))
    return redirect(f"public_{way}_step", step=next(iter(refused)))


def _lines(kind: type[forms.Form], kept: dict[str, Any], name: str) -> list[tuple[Any, str]]:
    if name == "proof":
        return [(_("文件"), item[1]) for item in kept["files"]]
    lines = []
    for field_name, field in kind(initial=kept[name]).fields.items():
        value = kept[name].get(field_name)
        if isinstance(field, forms.ChoiceField) and not isinstance(value, list):
            value = dict(field.choices).get(value, value)  # type: ignore[arg-type]
        if value not in (None, "", [], "None", False):
            shown = "、".join(value) if isinstance(value, list) else _("是") if value is True else str(value)
            lines.append((field.label, shown))
    return lines


def _hand_in(request: HttpRequest, way: str, kept: dict[str, Any]) -> Contact:
    """Keep and register what was typed; handed in twice it is the same receipt."""
    pace.slow_down(request, "complaint-hand-in", most=20, per=3600)
    told = _record(way, kept)
    channel = "web" if way == "complaint" else "feedback"
    row = intake.receive(
        channel, json.dumps(told, ensure_ascii=False, sort_keys=True).encode(), number=kept["token"], retry=False,
        facts={"files": kept["files"], "details": {"code": draft.digest(kept["code"])}},
    )  # fmt: skip
    assert row.contact is not None
    drafts.handed_in(kept["token"])
    return row.contact


def _record(way: str, kept: dict[str, Any]) -> dict[str, Any]:
    what, where, wish, who = (kept.get(name) or {} for name in ("what", "where", "wish", "who"))
    lines = [what["text"].strip()]
    for label, value in ((_("地点"), where.get("place")), (_("日期"), where.get("day")),
                         (_("产品或业务"), where.get("product_name")), (_("其他要求"), wish.get("wish"))):  # fmt: skip
        if value not in (None, "", "None"):
            lines.append(f"{label}：{value}")
    amount = where.get("amount")
    return {
        "text": "\n".join(lines), "kind": what.get("said") or "complaint", "sender": who.get("customer_name", ""),
        "customer_name": who.get("customer_name", ""), "phone": who.get("phone", ""), "email": who.get("email", ""),
        "product_name": where.get("product_name", ""), "amount": None if amount in (None, "None") else str(amount),
        "region": where.get("region") or "", "address": who.get("address") or "",
        "demands": wish.get("demands") or [], "confidential": bool(who.get("confidential")), "token": kept["token"],
    }  # fmt: skip


@citizen
@require_GET
def received(request: HttpRequest) -> HttpResponse:
    """Show the receipt: number, code, what happens next and by when."""
    found = draft.read(request.session, draft.DONE)
    row = Contact.objects.filter(number=found.get("number", "")).first()
    if row is None:
        return redirect("public_progress")
    values = {"number": row.number, "code": found["code"], "way": found["way"], "at": row.received_at,
              "by": progress.next_by(row)}  # fmt: skip
    return _page(request, "received", values)


@citizen
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Show how a matter stands to whoever has its number and code (never in an address); take in what they add."""
    form = public.ProgressForm(request.POST if request.method == "POST" else None, use_required_attribute=False)
    if request.method == "GET" or not form.is_valid():
        return _page(request, "progress", {"form": form}, status=422 if form.errors else 200)
    pace.slow_down(request, "complaint-progress", most=20)
    given = form.cleaned_data
    number = given["number"]
    guesses.check(request, number)
    row = Contact.objects.select_related("case__unit").filter(number=number).first()
    if row is None or not draft.fits(given["code"], row.details.get("code", "")):
        left = guesses.wrong(request, number)
        form.add_error("code", _("编号或查询码不对，请对照回执再输入一次。"))
        if left <= 3:
            told = _("还可以再试 %d 次，之后要等一会儿才能再查；也可以致电客服，核对身份后查询。") % left
            form.add_error(
                "code", told if left else _("已经错了太多次，要等一会儿才能再查；也可以致电客服，核对身份后查询。")
            )
        return _page(request, "progress", {"form": form}, status=422)
    guesses.right(request, number)
    more = public.MoreForm(request.POST if request.POST.get("action") == "add" else None, use_required_attribute=False)
    added = ""
    if more.is_bound and more.is_valid():
        try:
            added = progress.supplement(row, more.cleaned_data["text"], at=timezone.now()).number
            more = public.MoreForm(use_required_attribute=False)
        except BadValue as error:
            more.add_error("text", error.fields.get("text") or _("这段内容没有收下，请改短一些再试，或致电客服。"))
    values = {"status": progress.of(row), "contact": row, "given": given, "more": more, "added": added}
    return _page(request, "standing", values, status=422 if more.errors else 200)
