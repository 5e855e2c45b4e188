"""Pages of material: new, one material with its versions and findings, its pages and file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.serving import respond
from xiaobao_web.materials import queries, services
from xiaobao_web.materials.forms import MaterialForm, VersionForm
from xiaobao_web.materials.models import Material, MaterialVersion, WorkState


def _find_version(request: SignedIn, number: int) -> MaterialVersion:
    return find(request.user, queries.versions(request.user), "materials.view", pk=number)


@require_http_methods(["GET", "POST"])
def add(request: SignedIn) -> HttpResponse:
    """Make a material with its first version, which is then screened."""
    require(request.user, "materials.add")
    form = MaterialForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            material = _make(request, form.cleaned_data)
        except BadValue as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提交，正在机器审查。"))
            return redirect("material", material.pk)
    return render(request, "materials/add.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _make(request: SignedIn, values: dict[str, Any]) -> Material:
    if request.user.unit is None:
        raise BadValue(_("您还没有所在机构，请联系系统管理员。"))
    material = services.add_material(
        title=values["title"], kind=values["kind"], product=values["product"], unit=request.user.unit, by=request.user
    )
    version = services.add_version(material, by=request.user, upload=request.FILES.get("file"), text=values["text"])
    services.screen(version, request.user)
    return material


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show a material: its versions, the findings of the newest (or the one asked for), what happened."""
    material = find(request.user, queries.materials(request.user), "materials.view", pk=number)
    return render(request, "materials/material.html", _shown(request, material))


def _shown(request: SignedIn, material: Material) -> dict[str, Any]:
    versions = queries.versions_shown(material)
    wanted = request.GET.get("version", "")
    chosen = next((item for item in versions if str(item.version.number) == wanted), versions[0] if versions else None)
    findings = list(queries.findings_of(chosen.version)) if chosen else []
    return {
        "material": material,
        "versions": versions,
        "chosen": chosen,
        "findings": findings,
        "waiting": chosen is not None and chosen.screening is not None
        and chosen.screening.state in (WorkState.QUEUED.value, WorkState.RUNNING.value),
        "may_add": can(request.user, "materials.add", material),
        "may_screen": can(request.user, "materials.screen", chosen.version) if chosen else None,
        "events": queries.events_of(material, [item.version for item in versions]),
        "form": VersionForm(),
        "reviews": material.review_entries.select_related("review").order_by("-review_id")[:20],
        "approved": getattr(chosen.version, "approval", None) if chosen else None,
    }  # fmt: skip


@require_POST
def add_version(request: SignedIn, number: int) -> HttpResponse:
    """Add the next version and have it screened."""
    material = find(request.user, queries.materials(request.user), "materials.view", pk=number)
    form = VersionForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            version = services.add_version(
                material, by=request.user, upload=request.FILES.get("file"), text=form.cleaned_data["text"],
                note=form.cleaned_data["note"],
            )  # fmt: skip
            services.screen(version, request.user)
        messages.success(request, _("第 %(n)d 版已提交，正在机器审查。") % {"n": version.number})
    return redirect("material", material.pk)


@require_POST
def screen(request: SignedIn, number: int) -> HttpResponse:
    """Screen a version again."""
    version = _find_version(request, number)
    services.screen(version, request.user)
    messages.success(request, _("已排入机器审查，完成后本页自动更新。"))
    return redirect("material", version.material_id)


@require_safe
def page(request: SignedIn, number: int, page: int) -> HttpResponseBase:
    """Hand out the picture of a page of a version."""
    version = _find_version(request, number)
    entry = next((item for item in version.reading.pages if item["page"] == page), None) if version.reading else None
    stored = StoredFile.objects.filter(pk=entry["file"]).first() if entry else None
    if stored is None:
        raise Hidden(_("没有这一页的图像。"))
    return respond(request, stored, name=f"{version.pk}-{page}.png")


@require_safe
def file(request: SignedIn, number: int) -> HttpResponseBase:
    """Hand out a version's file as it was submitted."""
    version = _find_version(request, number)
    if version.stored is None:
        raise Refused(_("这一版是粘贴的文字，没有文件。"))
    return respond(request, version.stored, name=version.name, download="download" in request.GET)
