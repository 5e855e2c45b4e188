"""The dossier of a review: one PDF of all that was said and decided, and a zip of the files with their hashes."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.jobs import progress
from xiaobao_web.kernel.models import RetentionClass
from xiaobao_web.reviews import data, mediums, queries
from xiaobao_web.reviews.models import Review

FONTS = settings.PACKAGE / "vendor" / "fonts"
FONT = "Noto Sans SC"
SOURCE = Path(__file__).parent / "dossier.typ"
SEVERITY = {"high": "▲ 高", "medium": "◆ 中", "low": "● 低"}
DECISION = {"open": "待处理", "accepted": "采纳", "dismissed": "不采纳"}
STEPS = 4


def make(review: Review) -> dict[str, Any]:
    """Make the dossier, attach PDF and zip to the review under its retention, and return their hashes.

    Safe to repeat: a dossier of the same content is stored once; a new one stands beside the old.
    """
    progress(0, STEPS, _("整理记录"))
    values = content_of(review)
    progress(1, STEPS, _("生成 PDF"))
    pdf = pdf_of(values)
    progress(2, STEPS, _("打包原文件"))
    packed = zip_of(review, pdf, values)
    progress(3, STEPS, _("存入档案"))
    until = retain_until(review)
    hashes = {}
    kept = [(f"审查档案 {review.number}.pdf", pdf, "dossier"), (f"审查档案 {review.number}.zip", packed, "archive")]
    stored = [(name, files.store(io.BytesIO(content), name=name, by=None), purpose) for name, content, purpose in kept]
    with transaction.atomic():
        for name, row, purpose in stored:
            hashes[purpose] = row.sha256
            if files.attachments_of(review, purpose).filter(stored=row).exists():
                continue
            made = files.attach(
                review, row, name=name, purpose=purpose, by=None, retention=RetentionClass.ARCHIVE, retain_until=until
            )
            if review.legal_hold:
                files.hold([made], by=None, reason=review.legal_hold)
        journal.record("reviews.dossier_made", on=review, facts={"sha256": hashes["dossier"], "zip": hashes["archive"]})
    progress(STEPS, STEPS)
    return hashes


def retain_until(review: Review) -> date | None:
    """Return the last day a review's archive is kept for by its class, None for ever."""
    years = int(data.retention()["classes"].get(review.retention, {"years": 10})["years"])
    start = timezone.localdate(review.archived_at) if review.archived_at else timezone.localdate()
    if not years:
        return None
    return date(start.year + years, start.month, min(start.day, 28))


def content_of(review: Review) -> dict[str, Any]:
    """Return all that the dossier says, as texts in the order people read."""
    entries = list(review.materials.select_related("material"))
    versions = [
        version for entry in entries for version in entry.material.versions.select_related("added_by", "stored")
    ]
    return {
        "institution": settings.INSTITUTION,
        "number": review.number,
        "title": review.title,
        "made": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "facts": _facts(review),
        "summary": review.summary,
        "assessment": _assessment(review),
        "versions": [
            [v.material.title, str(v.number), v.name, str(v.added_by), _moment(v.added_at), v.sha256] for v in versions
        ],
        "findings": _findings(review),
        "opinions": _opinions(review),
        "verifications": [
            [row.place, _likeness(row), _verdict(row.accepted), row.note, str(row.by)]
            for row in review.verifications.select_related("by")
        ],
        "events": [
            [_moment(event.at), journal.sentence(event), str(event.facts.get("comment", "")), event.hash[:16]]
            for event in journal.events_of(review)
        ],
        "head": next((event.hash for event in journal.events_of(review).reverse()[:1]), ""),
    }  # fmt: skip


def _likeness(row: Any) -> str:
    if row.launched_version_id is None or row.compared_at is None:
        return _("未比对")
    return f"{row.likeness * 100:.2f}%"


def _verdict(accepted: bool | None) -> str:
    return "待定" if accepted is None else "通过" if accepted else "不通过"


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _facts(review: Review) -> list[list[str]]:
    rows = [
        ("审查类型", review.get_subject_display()), ("通道", review.get_lane_display()),
        ("送审部门", str(review.unit)), ("送审人", str(review.created_by)), ("签批人", str(review.signed_by or "")),
        ("产品", str(review.product or "不涉及")), ("拟用渠道", "、".join(review.channels)),
        ("面向人群", review.audience),
        ("高风险", "；".join(str(item) for item in review.risk_reasons) or "否"),
        ("初审人", str(review.reviewer or "")), ("复核人", str(review.second_reviewer or "")),
        ("结论", review.get_conclusion_display()), ("轮次", str(review.round)), ("退回次数", str(review.returns)),
        ("审查用时", f"{review.minutes} 分钟"), ("提交", _moment(review.submitted_at)),
        ("出具意见", _moment(review.opinion_at)),
        ("办结", _moment(review.concluded_at)), ("归档", _moment(review.archived_at)),
    ]  # fmt: skip
    rows += [
        ("介质变化", f"{change.told}{change.entry.medium_confirmed_by}确认：{change.entry.medium_reason}")
        for change in mediums.changes(review)
        if change.confirmed
    ]
    return [[label, value] for label, value in rows if value]


def _assessment(review: Review) -> list[list[str]]:
    from xiaobao_web.reviews.services import evidence_of, questions_of

    given, backed = review.assessment.answers, evidence_of(review)
    out: list[list[str]] = []
    for question in questions_of(review):
        reply = given.get(question.id, {})
        files_of = "、".join(row.name for row in backed.get(question.id, []))
        told = "；".join(part for part in (reply.get("note", ""), f"证据：{files_of}" if files_of else "") if part)
        out.append([question.text, data.ANSWERS.get(reply.get("answer", ""), "未答"), told])
    return out


def _findings(review: Review) -> list[list[str]]:
    rows = queries.findings_of(review).model.objects.filter(version__material__in=review.materials.values("material"))
    rows = rows.select_related("version", "decided_by").order_by("version", "start", "pk")
    return [
        [
            f"第 {row.version.number} 版", SEVERITY.get(row.severity, ""), row.title, row.text[:160],
            "；".join(item.get("label", "") for item in row.basis), DECISION.get(row.decision, ""), row.reason,
            str(row.decided_by or ""),
        ]
        for row in rows
    ]  # fmt: skip


def _opinions(review: Review) -> list[dict[str, Any]]:
    return [
        {
            "head": f"第 {opinion.round} 轮 {opinion.number} {opinion.get_conclusion_display()}",
            "text": opinion.text,
            "points": [_point(point) for point in opinion.points.all()],
        }
        for opinion in queries.opinions_of(review)
    ]


def _point(point: Any) -> list[str]:
    answer = point.standing_answer
    told = ""
    if answer is not None:
        told = f"{'采纳' if answer.adopted else '不采纳'}：{answer.text}（{answer.by}）"
        if answer.approved_by:
            deputed = f"（受{answer.approved_for}委托）" if answer.approved_for else ""
            told += f"；{answer.approved_by}{deputed}{'同意' if answer.approved else '不同意'}：{answer.approval_note}"
        if answer.confirmed_by:
            told += f"；{answer.confirmed_by}{'认可' if answer.confirmed else '不认可'} {answer.confirm_note}"
    clauses = "；".join(item.get("label", "") for item in point.basis)
    return [str(point.order), point.text, clauses, point.required, told]


def pdf_of(values: dict[str, Any]) -> bytes:
    """Return the PDF of a dossier's content; raises PlatformError without the font (boxes instead of words)."""
    import typst

    if not any(FONTS.glob("*.ttf")):
        raise PlatformError(_("缺少中文字体，不能生成 PDF；请运行 make assets。"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "dossier.typ").write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
        (root / "content.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        made = typst.compile(
            str(root / "dossier.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True
        )
    assert isinstance(made, bytes)
    return made


def zip_of(review: Review, pdf: bytes, values: dict[str, Any]) -> bytes:
    """Return a zip of the dossier, each version's file, opinions and evidence, with a manifest of their SHA-256."""
    out = io.BytesIO()
    manifest: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(path: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
            manifest.append({"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})

        put(f"档案/{review.number}.pdf", pdf)
        put("档案/记录.json", json.dumps(values, ensure_ascii=False, indent=1).encode())
        for entry in review.materials.select_related("material"):
            for version in entry.material.versions.select_related("stored"):
                _put_version(put, version)
        for row in files.attachments_of(review).exclude(purpose__in=["dossier", "archive"]):
            if row.stored.released:
                with files.open_stored(row.stored) as file:
                    put(f"附件/{row.pk}-{row.name}", file.read())
        listed = {"number": review.number, "made": values["made"], "journal_head": values["head"], "files": manifest}
        archive.writestr("manifest.json", json.dumps(listed, ensure_ascii=False, indent=1))
    return out.getvalue()


def _put_version(put: Any, version: Any) -> None:
    stem = f"材料/{version.material_id}-v{version.number}"
    if version.stored_id is None:
        put(f"{stem}.txt", version.text.encode())
        return
    if version.stored.released:
        with files.open_stored(version.stored) as file:
            put(f"{stem}-{version.name}", file.read())
