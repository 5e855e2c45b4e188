"""Pages of trials: comparisons over past material, and what drafts in shadow found."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.kernel.access import find, require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import backtesting, figures
from xiaobao_web.knowledge import shadow as shadowing
from xiaobao_web.knowledge.models import Backtest, BacktestChange, ChangeKind, RuleDraft, ShadowHit

SHOWN = 50


@require_POST
def ask_backtest(request: SignedIn, number: int) -> HttpResponse:
    """Ask for a comparison of a draft."""
    draft = find(request.user, RuleDraft.objects.all(), "knowledge.drafts", pk=number)
    word = request.POST.get("wanted", "500")
    if not word.isdecimal() or len(word) > 6:
        raise BadValue(_("样本上限应是一个整数。"), fields={"wanted": _("请填整数")})
    row = backtesting.ask(draft, wanted=int(word), by=request.user)
    messages.info(request, _("回测已开始，页面会自动更新。"))
    return redirect("rule_backtest", row.pk)


def _page(request: HttpRequest) -> int:
    word = request.GET.get("after", "")
    return int(word) if word.isdecimal() and len(word) < 18 else 0


@require_GET
def backtest(request: SignedIn, number: int) -> HttpResponse:
    """Show a comparison: how far it is, its numbers, and each difference with its passage."""
    require(request.user, "knowledge.drafts")
    row = Backtest.objects.select_related("draft", "by").filter(pk=number).first()
    if row is None:
        raise Hidden(_("没有这次回测。"))
    kind = request.GET.get("kind", "")
    if kind not in ChangeKind.values:
        counts = {"new": row.new, "lost": row.lost, "changed": row.changed}
        kind = next((name for name, n in counts.items() if n), ChangeKind.NEW.value)
    changes = BacktestChange.objects.filter(backtest=row, kind=kind, pk__gt=_page(request)).order_by("pk")
    shown = list(changes.select_related("version__material__unit")[: SHOWN + 1])
    seen = set(
        visible_to(request.user, BacktestChange.objects.filter(pk__in=[c.pk for c in shown]), "materials.view")
        .values_list("pk", flat=True)
    )  # fmt: skip
    labels = {"new": row.new, "lost": row.lost, "changed": row.changed, "kept": row.kept}
    tabs = [
        {"label": str(ChangeKind(name).label), "url": f"?kind={name}", "current": name == kind, "count": n}
        for name, n in labels.items()
    ]
    context = {
        "row": row, "draft": row.draft, "tabs": tabs, "kind": kind, "seen": seen, "changes": shown[:SHOWN],
        "next": f"?kind={kind}&after={shown[SHOWN - 1].pk}" if len(shown) > SHOWN else "",
        "by_rule": BacktestChange.objects.filter(backtest=row).exclude(kind=ChangeKind.KEPT).order_by()
        .values("rule", "kind").annotate(n=Count("pk")).order_by("-n")[:12],
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == "backtest"
    return render(request, "knowledge/_backtest.html" if fragment else "knowledge/backtest.html", context)


@require_GET
def shadow(request: SignedIn, number: int) -> HttpResponse:
    """Show what a draft found in shadow, to be judged."""
    draft = find(request.user, RuleDraft.objects.all(), "knowledge.drafts", pk=number)
    rows = ShadowHit.objects.filter(draft=draft, run__digest=draft.digest).select_related("version__material__unit")
    rows = visible_to(request.user, rows, "materials.view").order_by("-pk")
    before = _page(request)
    shown = list((rows.filter(pk__lt=before) if before else rows)[: SHOWN + 1])
    context = {
        "draft": draft, "figures": figures.shadow(draft), "hits": shown[:SHOWN],
        "next": f"?after={shown[SHOWN - 1].pk}" if len(shown) > SHOWN else "",
    }  # fmt: skip
    return render(request, "knowledge/shadow.html", context)


@require_POST
def judge(request: SignedIn, number: int) -> HttpResponse:
    """Say whether a hit in shadow is right."""
    require(request.user, "knowledge.drafts")
    rows = ShadowHit.objects.select_related("draft", "version__material__unit")
    hit = find(request.user, rows, "materials.view", pk=number)
    hit.judged = shadowing.judge(hit, request.POST.get("judged", ""), by=request.user).judged
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/_shadow_hit.html", {"hit": hit})
    return redirect("rule_shadow", hit.draft_id)
