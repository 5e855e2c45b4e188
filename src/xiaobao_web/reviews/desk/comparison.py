"""Two versions of a material side by side: what changed in words and pictures, what became of findings and opinions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.materials import difference
from xiaobao_web.materials.models import MaterialVersion, Reading
from xiaobao_web.reviews.models import Point, Review

NEIGHBOURS = 1
"""Equal passages that stay open beside a change; the others fold."""


@dataclass(frozen=True)
class Row:
    """A stretch of both versions: equal (folded when long), changed, added or removed."""

    kind: str
    old: SafeString
    new: SafeString
    place: str = ""
    count: int = 1


def rows_of(old: Reading, new: Reading) -> list[Row]:
    """Return two readings in rows; changed stretches have their words marked with del and ins."""
    before, after = ([p["text"] for p in reading.passages] for reading in (old, new))
    keys = [["".join(text.split()) for text in texts] for texts in (before, after)]
    out: list[Row] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        place = _place(new.passages[j1] if j1 < j2 else old.passages[i1])
        if tag == "equal":
            out += _equal(after[j1:j2], place, first=not out, last=j2 == len(after))
        else:
            out += _changed(before[i1:i2], after[j1:j2], place)
    return out


def _equal(texts: list[str], place: str, *, first: bool, last: bool) -> list[Row]:
    head, tail = (0 if first else NEIGHBOURS), (0 if last else NEIGHBOURS)
    if len(texts) <= head + tail + 1:
        return [_same(text, place) for text in texts]
    middle = texts[head : len(texts) - tail]
    folded = mark_safe("<br>".join(escape(text) for text in middle))
    around = [_same(text, place) for text in texts[:head]], [_same(text, "") for text in texts[len(texts) - tail :]]
    return [*around[0], Row("folded", folded, folded, place, len(middle)), *around[1]]


def _same(text: str, place: str) -> Row:
    shown = mark_safe(escape(text))
    return Row("equal", shown, shown, place)


def _changed(before: list[str], after: list[str], place: str) -> list[Row]:
    was, now = "\n".join(before), "\n".join(after)
    if not was.strip() or not now.strip():
        kind = "added" if now.strip() else "removed"
        return [Row(kind, _tagged("del", was), _tagged("ins", now), place)]
    old, new = [], []
    changed = False
    for piece in difference.of_texts(was, now):
        if piece.kind == "equal" or not (piece.old.strip() or piece.new.strip()):
            old.append(_shown(piece.old))
            new.append(_shown(piece.new))
        else:
            changed = True
            old.append(_tagged("del", piece.old))
            new.append(_tagged("ins", piece.new))
    return [Row("changed" if changed else "equal", mark_safe("".join(old)), mark_safe("".join(new)), place)]


def _shown(text: str) -> SafeString:
    return mark_safe(escape(text).replace("\n", "<br>"))


def _tagged(tag: str, text: str) -> SafeString:
    return mark_safe(f"<{tag}>{_shown(text)}</{tag}>") if text.strip() else mark_safe("")


def _place(passage: dict[str, Any]) -> str:
    anchor = passage["anchor"]
    for key, words in (("page", _("第 %s 页")), ("slide", _("第 %s 页")), ("cell", "%s"), ("paragraph", _("第 %s 段"))):
        if anchor.get(key):
            return str(words % anchor[key])
    return ""


@dataclass(frozen=True)
class Fate:
    """A finding across two versions: the old one, the new one, and what became of it (kept, gone, fresh)."""

    kind: str
    old: Finding | None
    new: Finding | None

    @property
    def finding(self) -> Finding:
        """Return the one to show."""
        found = self.new or self.old
        assert found is not None
        return found


def fates_of(old: MaterialVersion, new: MaterialVersion) -> list[Fate]:
    """Return what became of findings: fresh ones first, then those that are still there, then those that are gone."""
    before: dict[str, list[Finding]] = defaultdict(list)
    for row in decisions.current(old).select_related("decided_by"):
        before[row.fingerprint].append(row)
    out = []
    for row in decisions.current(new).select_related("decided_by", "carried_from"):
        same = before.get(row.fingerprint) if row.fingerprint else None
        out.append(Fate("kept", same.pop(0), row) if same else Fate("fresh", None, row))
    out += [Fate("gone", row, None) for rows in before.values() for row in rows]
    return sorted(out, key=lambda fate: ("fresh", "kept", "gone").index(fate.kind))


def points_of(review: Review, version: MaterialVersion) -> Sequence[Point]:
    """Return the points of issued opinions on a material, with their answers, the newest round first."""
    rows = Point.objects.filter(
        opinion__review=review, opinion__issued_at__isnull=False, finding__version__material_id=version.material_id
    )
    rows = rows.select_related("opinion", "finding").prefetch_related("answers__by")
    return list(rows.order_by("-opinion__round", "order", "pk"))


def regions_of(old: MaterialVersion, new: MaterialVersion, page: int) -> difference.PictureDifference:
    """Return where the pictures of a page differ between two versions; raises Hidden where there is none."""
    pictures = []
    for version in (old, new):
        with files.open_stored(picture_of(version, page)) as file:
            pictures.append(file.read())
    return difference.of_pictures(*pictures)


def picture_of(version: MaterialVersion, page: int) -> StoredFile:
    """Return the stored picture of a page; raises Hidden."""
    known = version.reading.pages if version.reading is not None else []
    entry = next((item for item in known if item["page"] == page), None)
    stored = StoredFile.objects.filter(pk=entry["file"]).first() if entry else None
    if stored is None:
        raise Hidden(_("没有这一页的图像。"))
    return stored
