"""Whether what is approved is of the kind that was reviewed: a poster's picture is not its words alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.materials.models import MaterialKind, MaterialVersion
from xiaobao_web.reviews.models import Review, ReviewMaterial

VISUAL = (MaterialKind.POSTER, MaterialKind.WEB_PAGE, MaterialKind.POST)
"""Kinds whose layout is part of what is reviewed: a PDF of them is looked at like a picture."""
LABELS: dict[str, Any] = {
    "picture": gettext_lazy("图像"),
    "document": gettext_lazy("文档"),
    "page": gettext_lazy("网页文件"),
    "table": gettext_lazy("表格"),
    "recording": gettext_lazy("录音录像"),
    "text": gettext_lazy("纯文字"),
}
SHEETS = ("spreadsheet", "ms-excel", "csv")


@dataclass(frozen=True)
class Change:
    """A material whose approved version is of another medium than the one that was reviewed."""

    entry: ReviewMaterial
    before: MaterialVersion
    was: str
    now: str

    @property
    def confirmed(self) -> bool:
        """Tell whether the reviewer has confirmed it for the version that counts."""
        return self.entry.medium_version_id == self.entry.version_id

    @property
    def told(self) -> str:
        """Return it as a sentence."""
        return _("“%(title)s”审查的是%(was)s（第 %(old)d 版），拟批准的是%(now)s（第 %(new)d 版）。") % {
            "title": self.entry.material.title, "was": LABELS[self.was], "old": self.before.number,
            "now": LABELS[self.now], "new": self.entry.version.number,
        }  # fmt: skip


def medium_of(version: MaterialVersion, kind: str) -> str:
    """Return the medium of a version of a kind of material, a key of LABELS."""
    if version.stored is None:
        return "text"
    media = str(version.stored.media_type)
    group = media.partition("/")[0]
    if group == "image" or (media == "application/pdf" and kind in VISUAL):
        return "picture"
    if group in ("audio", "video"):
        return "recording"
    if any(mark in media for mark in SHEETS):
        return "table"
    if "html" in media:
        return "page"
    return "text" if group == "text" else "document"


def changes(review: Review) -> list[Change]:
    """Return the materials whose version that counts is of another medium than at the first opinion."""
    first = review.opinions.filter(issued_at__isnull=False).order_by("round").first()
    if first is None:
        return []
    out = []
    for entry in review.materials.select_related("material", "version__stored", "medium_confirmed_by"):
        rows = entry.material.versions.select_related("stored").filter(added_at__lte=first.issued_at)
        before = rows.order_by("-number").first()
        if before is None or before.pk == entry.version_id:
            continue
        was, now = medium_of(before, entry.material.kind), medium_of(entry.version, entry.material.kind)
        if was != now:
            out.append(Change(entry, before, was, now))
    return out


def unconfirmed(review: Review) -> list[Change]:
    """Return the changes that the reviewer has still to confirm."""
    return [change for change in changes(review) if not change.confirmed]
