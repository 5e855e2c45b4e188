"""How material is found."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from xiaobao_web.kernel.access import visible_to
from xiaobao_web.kernel.search import searchable
from xiaobao_web.materials.models import ApprovedMaterial, Material, Reading


def _text(material: Material) -> str:
    newest = material.versions.select_related("reading").order_by("-number").first()
    if newest is None:
        return ""
    return newest.reading.text if newest.reading is not None else newest.text


def _visible(user: Any) -> QuerySet[Material]:
    return visible_to(user, Material.objects.all(), "materials.view")


def _registry(user: Any) -> QuerySet[ApprovedMaterial]:
    return visible_to(user, ApprovedMaterial.objects.all(), "materials.registry")


def _approved_text(approved: ApprovedMaterial) -> str:
    read = Reading.objects.filter(versions=approved.version_id).first()
    return read.text if read is not None else ""


searchable(
    Material,
    title=lambda m: m.title,
    text=_text,
    url=lambda m: reverse("material", args=[m.pk]),
    visible=_visible,
)
searchable(
    ApprovedMaterial,
    title=lambda a: f"{a.number} {a.title}",
    text=_approved_text,
    url=lambda a: reverse("approved", args=[a.pk]),
    visible=_registry,
)
