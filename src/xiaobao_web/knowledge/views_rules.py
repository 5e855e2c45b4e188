"""The page of a rule: what it says, its law, its examples as they behave now, how reviewers decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao.report.words import CATEGORY_WORDS
from xiaobao_web.findings.models import Finding, FindingSource
from xiaobao_web.kernel.access import can, holds, require, visible_to
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import figures, highlighting, mirror, proving, rulebook, wording
from xiaobao_web.knowledge.drafting import OPEN
from xiaobao_web.knowledge.forms import TrialForm
from xiaobao_web.knowledge.models import AllowEntry, AllowState, RuleDraft, RuleEntry, RuleVersion
from xiaobao_web.knowledge.tables import domain_of
from xiaobao_web.materials.engine import basis_of

RECENT = 12


@require_GET
def show(request: SignedIn, rule: str) -> HttpResponse:
    """Show a rule."""
    require(request.user, "knowledge.view")
    told = rulebook.text_of(rule)
    mirror.fresh()
    entry = RuleEntry.objects.filter(rule=rule).first()
    made = parsed_or_packaged(told)
    trials, untried = proving.proved(told.yaml, rule)
    context: dict[str, Any] = {
        "rule": made,
        "entry": entry,
        "told": told,
        "domain": domain_of(made.id.split("/")[0]),
        "category": CATEGORY_WORDS.get(made.category, made.category),
        "also": [CATEGORY_WORDS.get(name, name) for name in made.also],
        "may": wording.MAY[made.may],
        "source": highlighting.lines(told.yaml),
        "hits": proving.exhibits(trials, "hit"),
        "no_hits": proving.exhibits(trials, "no_hit"),
        "untried": untried,
        "citations": basis_of(made.citations),
        "references": list(made.basis),
        "health": figures.health(rule),
        "recent": _recent(request.user, rule),
        "trial": TrialForm(),
        **_said(told, made),
        **_past(request.user, rule),
    }
    return render(request, "knowledge/rule.html", context)


def parsed_or_packaged(told: rulebook.RuleText) -> Any:
    """Return the rule; a published text that this engine cannot read gives way to the packaged one."""
    from xiaobao.errors import RuleError

    try:
        return rulebook.parsed(told.yaml, told.rule)
    except RuleError as error:
        if not told.packaged:
            raise Refused(_("这条规则是较早版本发布的，现在的引擎读不懂：%s") % error.message) from error
        return rulebook.parsed(told.packaged, told.rule)


def _said(told: rulebook.RuleText, made: Any) -> dict[str, Any]:
    from xiaobao.rulebook.source import Source

    data = Source(f"{told.rule}.yaml", told.yaml).data
    return {
        "condition": wording.condition(data["when"]),
        "exemptions": wording.exemptions(data),
        "scope": wording.scope(made),
        "stances": wording.stances(made),
        "allowed": made.allow,
    }


def _past(user: Any, rule: str) -> dict[str, Any]:
    versions = RuleVersion.objects.filter(rule=rule).select_related("author", "published_by", "draft")
    drafts = RuleDraft.objects.filter(rule=rule).select_related("created_by")
    sees = holds(user, "knowledge.drafts")
    return {
        "versions": list(versions[:20]),
        "open_draft": drafts.filter(state__in=OPEN).first() if sees else None,
        "sees_drafts": sees,
        "may_draft": can(user, "knowledge.draft"),
        "allow_entries": list(AllowEntry.objects.filter(rule=rule, state=AllowState.ACTIVE.value)[:10]),
        "learned": rule.startswith(f"{proving.LEARNED_DOMAIN}/"),
    }


def _recent(user: Any, rule: str) -> list[Finding]:
    """Return the newest findings of a rule on material that a person may see."""
    rows = Finding.objects.filter(rule=rule, source=FindingSource.RULE).select_related("version__material")
    return list(visible_to(user, rows, "materials.view").order_by("-pk")[:RECENT])


@require_POST
def test(request: SignedIn, rule: str) -> HttpResponse:
    """Show what a rule in force finds in a pasted text."""
    require(request.user, "knowledge.view")
    made = parsed_or_packaged(rulebook.text_of(rule))
    return tried(request, made)


def tried(request: SignedIn, made: Any) -> HttpResponse:
    """Show what one rule finds in the text of the form."""
    form = TrialForm(request.POST)
    found = None
    if form.is_valid():
        try:
            found = proving.try_text(made, **form.cleaned_data)
        except BadValue as error:
            form.add_error("text", error.message)
    status = 422 if form.errors else 200
    return render(request, "knowledge/_tried.html", {"tried": found, "trial": form}, status=status)
