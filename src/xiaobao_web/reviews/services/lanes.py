"""The other lanes: a filed template's variants, a branch's own review with sampling, existing products in batches."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding
from xiaobao_web.kernel import deadlines, files, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue, PlatformError, Refused
from xiaobao_web.reviews import clocking, data, queries, telling
from xiaobao_web.reviews.models import Assignment, Duty, Lane, Review, ReviewState, Subject

MOST_FREE = 400
"""Characters that may stand in one free field."""
HEADS = {
    "title": ("送审事项", "名称", "事项名称", "材料名称"),
    "subject": ("审查类型", "类型"),
    "product": ("产品代码", "产品编号"),
    "summary": ("送审说明", "说明", "备注"),
    "channels": ("投放渠道", "拟用渠道", "渠道"),
    "text": ("材料文字", "正文", "文字"),
}


# Templates


def variant_pattern(text: str, free: list[str]) -> re.Pattern[str]:
    """Return the pattern that a variant's plain words must match: the template's, with its free fields open."""
    from xiaobao_web.materials.hashing import plain

    words = plain(text)
    parts: list[str] = []
    at = 0
    spots = sorted((words.find(plain(item)), plain(item)) for item in free if plain(item))
    for start, item in spots:
        if start < at:
            continue
        parts += [re.escape(words[at:start]), f"(.{{0,{MOST_FREE}}}?)"]
        at = start + len(item)
    parts.append(re.escape(words[at:]))
    return re.compile("".join(parts), re.DOTALL)


def check_variant(review: Review) -> None:
    """Return when a variant differs from its template only in the free fields; raises Refused with what differs."""
    if review.lane != Lane.TEMPLATE or review.template is None:
        return
    if not review.template.is_template or not review.template.usable_on(timezone.localdate()):
        raise Refused(_("母版 %s 已失效，请重新办理模板备案。") % review.template.number)
    for entry in review.materials.select_related("version__reading", "material"):
        changes = outside_free_fields(review, entry.version)
        if changes:
            shown = "；".join(f"“{was[:30]}”→“{now[:30]}”" for was, now in changes[:5])
            raise Refused(
                _("与母版相比，可变字段以外有 %(n)d 处改动：%(shown)s。请恢复，或作为新材料送审。")
                % {"n": len(changes), "shown": shown}
            )


def outside_free_fields(review: Review, version: Any) -> list[tuple[str, str]]:
    """Return what a variant changed outside the free fields of its template, as (was, now)."""
    from xiaobao_web.materials import difference, hashing

    template = review.template.version  # type: ignore[union-attr]
    free = [str(item) for item in template.material.free_fields]
    old, new = _words(template), _words(version)
    if variant_pattern(old, free).fullmatch(hashing.plain(new)):
        return []
    opened = [hashing.plain(item) for item in free]
    pieces = difference.of_texts(hashing.plain(old), hashing.plain(new))
    return [
        (p.old, p.new) for p in pieces if p.kind == "change" and not (p.old and any(p.old in item for item in opened))
    ] or [(old[:60], new[:60])]


def _words(version: Any) -> str:
    if version.reading is not None:
        return str(version.reading.text)
    if version.stored_id is None:
        return str(version.text)
    raise Refused(_("材料还在读取，读完才能与母版比对，请稍候再提交。"))


def inherit_decisions(review: Review) -> int:
    """Give a variant's findings on the template's own words the template's decisions; return how many were given."""
    if review.lane != Lane.TEMPLATE or review.template is None:
        return 0
    decided = {
        row.fingerprint: row
        for row in Finding.objects.filter(version=review.template.version_id).exclude(decision=Decision.OPEN)
        if row.fingerprint
    }
    given = 0
    for row in queries.findings_of(review).filter(decision=Decision.OPEN, fingerprint__in=decided):
        source = decided[row.fingerprint]
        row.decision, row.carried_from = Decision.DISMISSED, source
        row.reason = _("母版 %s 审查时已处理") % review.template.number
        row.decided_by_id, row.decided_at = source.decided_by_id, timezone.now()
        row.save(update_fields=["decision", "carried_from", "reason", "decided_by", "decided_at"])
        given += 1
    return given


# Branches


def draw_value(number: str) -> float:
    """Return the number in 0..1 that a review's number draws: the same always, evenly spread (SHA-256)."""
    return int(hashlib.sha256(number.encode()).hexdigest()[:13], 16) / 16**13


def draw_sample(review: Review) -> bool:
    """Draw whether the head office looks at what a branch reviewed itself; journalled with share and value."""
    if review.lane != Lane.BRANCH or review.round > 1:
        return False
    share, value = data.settings().sample_share, draw_value(review.number)
    drawn = value < share
    result = _("抽中") if drawn else _("未抽中")
    journal.record(
        "reviews.sample_drawn", on=review, facts={"result": result, "share": share, "value": round(value, 6)}
    )
    if drawn:
        review.sampled = True
        review.save(update_fields=["sampled"])
        clocking.begin(review, "sample")
        telling.waiting(review, "reviews.sample", _("分行自审被抽中，请抽查：%(title)s"))
    return drawn


@transaction.atomic
def check_sample(review: Review, *, by: Any, agrees: bool, note: str) -> Assignment:
    """Hand in what the head office's sampling found; a disagreement opens an issue of the branch."""
    row = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    require(by, "reviews.sample", row)
    if not row.sampled:
        raise Refused(_("这件事项没有被抽中。"))
    if Assignment.objects.filter(review=row, duty=Duty.SAMPLE, done_at__isnull=False).exists():
        raise Refused(_("这件事项已经抽查过。"))
    if not note.strip():
        raise BadValue(_("请写明抽查意见。"), fields={"note": _("必填")})
    made, _new = Assignment.objects.get_or_create(
        review=row, person=by, duty=Duty.SAMPLE, round=row.round, done_at=None
    )
    made.agrees, made.note, made.done_at = agrees, note.strip(), timezone.now()
    made.save()
    deadlines.meet(row, "sample")
    result = _("同意分行意见") if agrees else _("不同意分行意见")
    journal.record("reviews.sampled_checked", by=by, on=row, facts={"result": result, "comment": made.note})
    if not agrees:
        from xiaobao_web.findings import services as findings

        findings.open_issue(
            source="review", title=_("分行自审质量问题：%s") % row.title, description=made.note, unit=row.unit,
            severity="medium", on=row, by=by,
        )  # fmt: skip
        telling.reviewers(row, _("总行抽查不同意自审意见：%(title)s"))
    return made


# Batches


@dataclass
class BatchOutcome:
    """What became of a table of requests: numbers made, and each row refused with its reason."""

    name: str
    made: list[str] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)


def read_table(data_bytes: bytes) -> list[dict[str, str]]:
    """Return the rows of a sheet by our names for its heads; raises BadUpload that says what is missing."""
    import io

    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data_bytes))
        rows = book.get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise BadUpload(_("打不开这个表格，请另存为 xlsx 后重试。")) from error
    start, names = _heads(rows)
    out = []
    for number, row in enumerate(rows[start:], start + 1):
        values = {name: str(row[i]).strip() if i < len(row) else "" for name, i in names.items()}
        if any(values.values()):
            out.append({"row": str(number), **values})
    if len(out) > data.settings().batch_rows:
        raise BadUpload(
            _("一次最多导入 %(most)d 行，这张表有 %(n)d 行。") % {"most": data.settings().batch_rows, "n": len(out)}
        )
    return out


def _heads(rows: list[list[Any]]) -> tuple[int, dict[str, int]]:
    for start, row in enumerate(rows[:10]):
        words = [str(cell).strip() for cell in row]
        names = {name: words.index(word) for name, heads in HEADS.items() for word in heads if word in words}
        if "title" in names:
            return start + 1, names
    raise BadUpload(_("没有找到表头：至少要有“送审事项”一列，可选“审查类型”“产品代码”“投放渠道”“送审说明”“材料文字”。"))


def import_batch(content: bytes, *, name: str, by: Any) -> BatchOutcome:
    """Make a draft in the batch lane for each row of a sheet; a bad row is listed and stops nothing.

    A row with the title and product of an open batch request of the same unit is not made twice.
    """
    require(by, "reviews.batch")
    from xiaobao_web.kernel.jobs import progress

    outcome = BatchOutcome(name)
    rows = read_table(content)
    for at, row in enumerate(rows, 1):
        try:
            with transaction.atomic():
                outcome.made.append(_batch_row(row, by=by).number)
        except PlatformError as error:
            outcome.faults.append({"row": int(row["row"]), "title": row.get("title", ""), "reason": error.message})
        progress(at, len(rows))
    facts = {"name": name, "made": len(outcome.made), "faults": len(outcome.faults)}
    journal.record("reviews.batch_imported", by=by, facts=facts)
    return outcome


def _batch_row(row: dict[str, str], *, by: Any) -> Review:
    from xiaobao_web.products.models import Product
    from xiaobao_web.reviews.services import drafting

    subject = row.get("subject", "")
    labels = {str(label): value for value, label in Subject.choices}
    chosen = (
        labels.get(subject)
        or (subject if subject in Subject.values else "")
        or (Subject.CREATION if not subject else "")
    )
    if not chosen:
        raise BadValue(_("没有“%(word)s”这种审查类型，可填：%(all)s") % {"word": subject, "all": "、".join(labels)})
    product = Product.objects.filter(code=row["product"]).first() if row.get("product") else None
    if row.get("product") and product is None:
        raise BadValue(_("没有代码为“%s”的产品，请先导入产品。") % row["product"])
    if by.unit_id:
        _one_at_a_time(by.unit_id)
    same = Review.objects.filter(lane=Lane.BATCH, title=row["title"], product=product, unit=by.unit)
    if same.exclude(state__in=[ReviewState.WITHDRAWN, ReviewState.REJECTED]).exists():
        raise Refused(_("同一事项已在批量通道中。"))
    review = drafting.create(
        by=by, title=row["title"], subject=chosen, lane=Lane.BATCH, product=product, summary=row.get("summary", ""),
        channels=[item.strip() for item in re.split("[、，,;；]", row.get("channels", "")) if item.strip()],
    )  # fmt: skip
    if row.get("text"):
        drafting.add_material(review, by=by, text=row["text"], title=row["title"])
    return review


def _one_at_a_time(unit: int) -> None:
    """Wait for whoever makes drafts of the same organisation: the same table sent twice at once makes them once."""
    from xiaobao_web.people.models import Organisation

    list(Organisation.objects.select_for_update().filter(pk=unit).values_list("pk"))


def stored_content(stored: Any) -> bytes:
    """Return the bytes of a stored table."""
    with files.open_stored(stored) as file:
        return file.read()
