"""Pages of drafts: write one, check it, try it, send it on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, PlatformError, Refused
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import drafting, figures, highlighting, proving, rulebook, views_rules
from xiaobao_web.knowledge.forms import DraftForm, ReasonForm, TrialForm
from xiaobao_web.knowledge.models import DraftKind, DraftState, RuleDraft

VERBS = {"propose": drafting.propose, "trial": drafting.trial, "discard": drafting.discard}
TOLD = {
    "propose": "已提请批准，批准人会收到通知。", "trial": "已开始试运行，命中单独记录，不影响审查。",
    "discard": "草稿已放弃。",
}  # fmt: skip


def _draft(request: SignedIn, number: int) -> RuleDraft:
    rows = RuleDraft.objects.select_related("created_by__unit", "changed_by", "decided_by")
    return find(request.user, rows, "knowledge.drafts", pk=number)


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Begin a draft of a new rule."""
    require(request.user, "knowledge.draft")
    return _begin(request, "", drafting.STARTER)


@require_http_methods(["GET", "POST"])
def change(request: SignedIn, rule: str) -> HttpResponse:
    """Begin a draft of a rule in force."""
    require(request.user, "knowledge.draft")
    return _begin(request, rule, drafting.begin_text(rule))


def _begin(request: SignedIn, rule: str, text: str) -> HttpResponse:
    form = DraftForm(request.POST if request.method == "POST" else None, initial={"rule": rule, "yaml": text})
    form.fields["rule"].required = not rule
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            name = rule or values["rule"]
            draft = drafting.start(name, text=values["yaml"], note=values["note"], by=request.user)
        except (BadValue, Refused) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("草稿 %s 已保存。") % draft.number)
            return redirect("rule_draft", draft.pk)
    context = {"form": form, "rule": rule, "checked": None, "schema": _kinds()}
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


def _refuse(form: Any, error: PlatformError) -> None:
    """Show an error at its fields, the rest above the form."""
    fields = getattr(error, "fields", {})
    named = {name: told for name, told in fields.items() if name in form.fields}
    for name, told in named.items():
        form.add_error(name, told)
    if not named or len(named) < len(fields):
        form.add_error(None, error.message)


def _kinds() -> list[tuple[str, str]]:
    """Return the kinds of check with what they mean, for the help beside the editor."""
    from xiaobao.checks import kinds

    return [(name, kind.doc) for name, kind in sorted(kinds().items())]


@require_POST
def check(request: SignedIn) -> HttpResponse:
    """Show what is wrong with the text in the editor as it stands."""
    require(request.user, "knowledge.draft")
    rule = request.POST.get("rule", "").strip()
    text = request.POST.get("yaml", "").replace("\r\n", "\n")
    above = drafting.version_in_force(rule) if rulebook.RULE_ID.fullmatch(rule) else 0
    return render(request, "knowledge/_checked.html", {"checked": proving.check(text, rule, above=above)})


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, number: int) -> HttpResponse:
    """Change the text of a draft."""
    draft = _draft(request, number)
    require(request.user, "knowledge.draft")
    initial = {"rule": draft.rule, "yaml": draft.yaml, "note": draft.note, "seen": draft.digest}
    form = DraftForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "GET" and not draft.editable:
        raise Refused(_("草稿已提交或已结束，不能再改；如需修改，请先退回。"))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            drafting.save(draft, text=values["yaml"], note=values["note"], seen=values["seen"], by=request.user)
        except (BadValue, Refused) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("rule_draft", draft.pk)
    checked = drafting.check(draft) if request.method == "GET" else None
    context = {"form": form, "draft": draft, "rule": draft.rule, "checked": checked, "schema": _kinds()}
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show a draft: its faults, examples, comparisons, shadow figures, what can be done."""
    draft = _draft(request, number)
    checked = drafting.check(draft)
    verbs = states.actions(draft, request.user)
    lacking = drafting.missing_backtest(draft) if draft.open else ""
    context = {
        "draft": draft,
        "checked": checked,
        "examples": proving.exhibits(checked.trials),
        "actions": sorted((v for v in verbs if v.name not in ("publish", "send_back")), key=lambda v: v.danger),
        "publishing": next((item for item in verbs if item.name == "publish"), None),
        "returning": next((item for item in verbs if item.name == "send_back" and item.allowed), None),
        "lacking": lacking,
        "source": highlighting.lines(draft.yaml, checked.wrong_lines),
        "difference": _difference(draft),
        "backtests": list(draft.backtests.select_related("by")[:10]),
        "may_test": can(request.user, "knowledge.draft"),
        "shadow": figures.shadow(draft) if draft.shadow_since else None,
        "trial": TrialForm(),
        "events": journal.events_of(draft),
        "retires": draft.kind == DraftKind.RETIRE,
        "in_shadow": draft.state == DraftState.SHADOW.value,
    }
    return render(request, "knowledge/draft.html", context)


def _difference(draft: RuleDraft) -> list[tuple[str, str]]:
    """Return the lines by which a draft differs from the rule in force: sign and text."""
    import difflib

    if draft.kind != DraftKind.CHANGE or not draft.open:
        return []
    before = rulebook.text_of(draft.rule).yaml.splitlines()
    found = difflib.unified_diff(before, draft.yaml.splitlines(), lineterm="", n=1)
    return [(line[0], line[1:]) for line in list(found)[2:] if not line.startswith("@@")][:200]


@require_POST
def act(request: SignedIn, number: int) -> HttpResponse:
    """Do a verb with a draft."""
    draft = _draft(request, number)
    verb = request.POST.get("action", "")
    if verb == "publish":
        row = drafting.publish(draft, by=request.user)
        told = _("规则已停用。") if row.retired else _("规则已发布，新的审查即刻使用它。")
        messages.success(request, told)
    elif verb == "send_back":
        drafting.send_back(draft, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("草稿已退回起草人。"))
    elif verb in VERBS:
        VERBS[verb](draft, by=request.user)
        messages.success(request, _(TOLD[verb]))
    else:
        raise BadValue(_("没有这项操作。"))
    return redirect("rule_draft", draft.pk)


@require_POST
def test(request: SignedIn, number: int) -> HttpResponse:
    """Show what a draft finds in a pasted text."""
    draft = _draft(request, number)
    require(request.user, "knowledge.draft")
    checked = drafting.check(draft)
    if checked.rule is None:
        raise Refused(_("规则内容还有错误，修正后才能测试。"))
    return views_rules.tried(request, checked.rule)


@require_http_methods(["GET", "POST"])
def retire(request: SignedIn, rule: str) -> HttpResponse:
    """Ask to put a rule out of force."""
    require(request.user, "knowledge.draft")
    told = rulebook.text_of(rule)
    made = views_rules.parsed_or_packaged(told)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafting.ask_to_retire(rule, reason=form.cleaned_data["reason"], by=request.user)
        except (BadValue, Refused) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提请停用 %s，须由他人批准。") % draft.number)
            return redirect("rule_draft", draft.pk)
    context = {"form": form, "rule": made, "health": figures.health(rule)}
    return render(request, "knowledge/retire.html", context, status=422 if form.errors else 200)
