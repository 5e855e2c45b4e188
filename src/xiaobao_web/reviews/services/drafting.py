"""Make a request for review, fill it in, assess it, sign it, send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal, search, states
from xiaobao_web.kernel.access import require, scope
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.materials import hashing
from xiaobao_web.materials import services as materials
from xiaobao_web.materials.models import WorkState
from xiaobao_web.people.models import Organisation, OrganisationKind
from xiaobao_web.reviews import clocking, data, telling
from xiaobao_web.reviews.models import Lane, Review, ReviewMaterial, ReviewState, SelfAssessment, Subject

EDITABLE = (
    "title", "subject", "lane", "urgent_reason", "summary", "product", "channels", "audience", "planned_launch",
    "parent", "template",
)  # fmt: skip
KIND_OF: dict[str, str] = {
    Subject.CREATION: "product_document",
    Subject.POLICY: "policy",
    Subject.PRICING: "price_table",
    Subject.AGREEMENT: "agreement",
    Subject.MARKETING: "poster",
    Subject.SCRIPT: "sales_script",
    Subject.THIRD_PARTY: "agreement",
    Subject.CHANGE: "product_document",
}
"""The kind a material has when nobody says: by the subject it is sent under."""
EVIDENCE = "assessment"
"""The purpose of files that back an answer of the self-assessment."""


@transaction.atomic
def create(*, by: Any, title: str, subject: str, unit: Any = None, lane: str = Lane.NORMAL, **values: Any) -> Review:
    """Make a draft for a unit (the maker's own by default); raises BadValue for what is missing or wrong."""
    require(by, "reviews.create")
    unit = unit or by.unit
    if unit is None:
        raise BadValue(_("您还没有所在机构，请联系系统管理员登记后再送审。"))
    where = scope(by, "reviews.create")
    if not where.everywhere and unit.pk not in where.units:
        raise Forbidden(_("您只能为本机构送审。"))
    review = Review(number=next_number("SC"), unit=unit, created_by=by)
    _put(review, {"title": title, "subject": subject, "lane": lane, **values})
    review.needs_legal = data.packs()[review.subject].legal
    review.save()
    SelfAssessment.objects.create(
        review=review,
        questionnaire=review.subject,
        questionnaire_version=data.questionnaires()[review.subject].version,
    )
    journal.record("reviews.created", by=by, on=review, facts={"kind": review.get_subject_display()})
    search.index(review)
    return review


def _put(review: Review, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set checked values and return the field diff."""
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise BadValue(_("没有这些项目：%(names)s") % {"names": "、".join(sorted(unknown))})
    changes = {name: [getattr(review, name), value] for name, value in values.items() if getattr(review, name) != value}
    for name, value in values.items():
        setattr(review, name, value.strip() if isinstance(value, str) else value)
    _check(review)
    return changes


def _check(review: Review) -> None:
    faults: dict[str, str] = {}
    if not review.title:
        faults["title"] = _("请填写送审事项的名称。")
    elif len(review.title) > 160:
        faults["title"] = _("名称不超过 160 个字。")
    if review.subject not in Subject.values:
        faults["subject"] = _("请选择审查类型。")
    if review.lane not in Lane.values:
        faults["lane"] = _("请选择通道。")
    if review.lane == Lane.BRANCH and not may_review_itself(review.unit):
        faults["lane"] = _("分行自审只用于分行及其下机构的送审，总行部门请选其他通道。")
    if review.template is not None and review.lane != Lane.TEMPLATE:
        faults["template"] = _("选了母版的，通道应为“模板备案”。")
    if review.lane == Lane.URGENT and not review.urgent_reason:
        faults["urgent_reason"] = _("走加急通道须写明理由。")
    if review.planned_launch is not None and not isinstance(review.planned_launch, date):
        faults["planned_launch"] = _("日期应写作 2026-01-31。")
    if not isinstance(review.channels, list) or not all(isinstance(item, str) for item in review.channels):
        faults["channels"] = _("渠道应是一组文字。")
    if faults:
        raise BadValue(_("还有内容需要更正：%(what)s") % {"what": " ".join(faults.values())}, fields=faults)


def may_review_itself(unit: Any) -> bool:
    """Tell whether an organisation may review itself: a branch, and what lies below one."""
    return Organisation.objects.filter(pk__in=unit.ancestor_ids(), kind=OrganisationKind.BRANCH).exists()


def require_draft(review: Review) -> None:
    """Return when a request may still be changed; raises Refused."""
    if review.state != ReviewState.DRAFT:
        told = _("当前状态为“%s”，内容已锁定；如需修改，请先取回或由审查岗退回。")
        if review.state in (ReviewState.WITHDRAWN, ReviewState.REJECTED, ReviewState.ARCHIVED):
            told = _("当前状态为“%s”，内容不再修改；需要时请在事项页“修改后重新送审”。")
        raise Refused(told % review.get_state_display())


def lock(review: Review) -> Review:
    """Return the row of a review, locked until the transaction ends."""
    return Review.objects.select_for_update(of=("self",)).select_related("unit", "product").get(pk=review.pk)


@transaction.atomic
def edit(review: Review, *, by: Any, **values: Any) -> Review:
    """Change a draft; a new subject brings its own questionnaire, answers to the old one are dropped."""
    row = lock(review)
    require(by, "reviews.edit", row)
    require_draft(row)
    changes = _put(row, values)
    if "subject" in changes:
        row.needs_legal = data.packs()[row.subject].legal
        SelfAssessment.objects.filter(review=row).update(
            questionnaire=row.subject,
            questionnaire_version=data.questionnaires()[row.subject].version,
            answers={},
            done_by=None,
            done_at=None,
        )
    if changes:
        row.save()
        if "subject" in changes:
            for entry in row.materials.select_related("version"):
                materials.screen(entry.version, pack=data.rule_pack(row.subject))
        journal.record("reviews.edited", by=by, on=row, changes=changes)
        search.index(row)
    return row


def add_material(
    review: Review, *, by: Any, upload: Any = None, text: str = "", title: str = "", kind: str = "", name: str = ""
) -> ReviewMaterial:
    """Add a file or a pasted text to a draft; its reading and screening start at once in the background.

    The file is stored before the transaction opens (scanning takes time).
    """
    require(by, "reviews.edit", review)
    require_draft(review)
    stored = files.store(upload, name=name or upload.name, by=by) if upload is not None else None
    shown = title.strip() or _stem(name or getattr(upload, "name", "")) or (text.strip().splitlines() or [""])[0][:40]
    if not shown:
        raise BadValue(_("请上传文件或粘贴文字。"))
    with transaction.atomic():
        row = lock(review)
        require_draft(row)
        material = materials.add_material(
            title=shown[:160], kind=kind or KIND_OF[row.subject], unit=row.unit, by=by, product=row.product
        )
        version = _version(material, stored, text, name or getattr(upload, "name", ""), by=by)
        entry = ReviewMaterial.objects.create(
            review=row, material=material, version=version, order=row.materials.count()
        )
        journal.record("reviews.material_added", by=by, on=row, facts={"material": material.title, "version": 1})
        materials.screen(version, by=by, pack=data.rule_pack(row.subject))
    return entry


def _stem(name: str) -> str:
    """Return a file's name without its extension, as people call the material."""
    return name.rsplit(".", 1)[0] if "." in name[1:] else name


def _version(material: Any, stored: Any, text: str, name: str, *, by: Any, note: str = "") -> Any:
    if stored is not None:
        return materials.add_stored_version(material, stored=stored, name=name, by=by, note=note)
    return materials.add_version(material, text=text, by=by, note=note)


def new_version(
    entry: ReviewMaterial, *, by: Any, upload: Any = None, text: str = "", note: str = ""
) -> ReviewMaterial:
    """Put a new version of a material into a draft or into the answers; it is read and screened at once."""
    review = entry.review
    permission = "reviews.edit" if review.state == ReviewState.DRAFT else "reviews.answer"
    require(by, permission, review)
    stored = files.store(upload, name=upload.name, by=by) if upload is not None else None
    return put_version(entry, by=by, stored=stored, name=getattr(upload, "name", ""), text=text, note=note)


@transaction.atomic
def put_version(entry: ReviewMaterial, *, by: Any, stored: Any, name: str, text: str, note: str = "") -> ReviewMaterial:
    """Put a stored file or a text in as the version that counts; the caller has asked for the permission."""
    if stored is None and not text.strip():
        raise BadValue(_("请上传新版本的文件或粘贴文字。"))
    row = lock(entry.review)
    if row.state not in (ReviewState.DRAFT, ReviewState.ANSWERING):
        require_draft(row)
    fresh = ReviewMaterial.objects.select_for_update(of=("self",)).select_related("material").get(pk=entry.pk)
    fresh.version = _version(fresh.material, stored, text, name, by=by, note=note)
    fresh.save(update_fields=["version"])
    facts = {"material": fresh.material.title, "version": fresh.version.number}
    journal.record("reviews.material_added", by=by, on=row, facts=facts)
    materials.screen(fresh.version, by=by, pack=data.rule_pack(row.subject))
    return fresh


def _is_being_read(version: int) -> bool:
    found = materials.screening_states([version]).get(version)
    return found is not None and found.state in (WorkState.QUEUED, WorkState.RUNNING)


@transaction.atomic
def set_free_fields(entry: ReviewMaterial, fields: Sequence[str], *, by: Any) -> ReviewMaterial:
    """Say which words of a template its variants may change; each must stand in the template as written."""
    row = lock(entry.review)
    require(by, "reviews.edit", row)
    require_draft(row)
    wanted = [item.strip() for item in fields if item.strip()]
    version = entry.version
    if wanted and _is_being_read(version.pk):
        raise Refused(_("材料还在读取，读完后再写可变字段，才能核对原文里有没有。"))
    words = hashing.plain(version.reading.text if version.reading is not None else version.text)
    missing = [item for item in wanted if words and hashing.plain(item) not in words]
    if missing:
        told = _("材料里没有这些文字，不能作为可变字段：%s") % "、".join(missing)
        raise BadValue(told, fields={"fields": _("须与原文一致")})
    entry.material.free_fields = wanted
    entry.material.save(update_fields=["free_fields"])
    facts = {"material": entry.material.title, "fields": wanted}
    journal.record("reviews.free_fields_set", by=by, on=row, facts=facts)
    return entry


@transaction.atomic
def remove_material(entry: ReviewMaterial, *, by: Any) -> None:
    """Take a material off a draft."""
    row = lock(entry.review)
    require(by, "reviews.edit", row)
    require_draft(row)
    journal.record("reviews.material_removed", by=by, on=row, facts={"material": entry.material.title})
    entry.delete()


@transaction.atomic
def save_assessment(review: Review, answers: Mapping[str, Mapping[str, Any]], *, by: Any) -> SelfAssessment:
    """Keep a draft's answers ({question: {answer, note, evidence}}), also incomplete; refuse unknown questions."""
    row = lock(review)
    require(by, "reviews.edit", row)
    require_draft(row)
    known = {question.id for question in data.questionnaires()[row.subject].questions}
    strange = set(answers) - known
    if strange:
        raise BadValue(_("问卷没有这些题目：%(ids)s") % {"ids": "、".join(sorted(strange))})
    assessment = SelfAssessment.objects.select_for_update().get(review=row)
    kept = dict(assessment.answers)
    filed = set(files.attachments_of(row, EVIDENCE).values_list("pk", flat=True))
    for key, given in answers.items():
        reply = str(given.get("answer", ""))
        if reply and reply not in data.ANSWERS:
            raise BadValue(_("答案只能是：是、否、不涉及。"), fields={key: _("请选择")})
        kept[key] = {
            "answer": reply,
            "note": str(given.get("note", "")).strip()[:2000],
            "evidence": [number for item in _backing(kept, key, given) if (number := int(item)) in filed],
        }
    assessment.answers = kept
    assessment.done_by, assessment.done_at = by, timezone.now()
    assessment.save()
    asked = questions_of(row)
    answered = sum(1 for question in asked if kept.get(question.id, {}).get("answer"))
    journal.record("reviews.assessed", by=by, on=row, facts={"answered": answered, "asked": len(asked)})
    return assessment


def _backing(kept: Mapping[str, Any], key: str, given: Mapping[str, Any]) -> Any:
    """Return the evidence of an answer: the one given, else the one kept before."""
    return given["evidence"] if "evidence" in given else kept.get(key, {}).get("evidence", [])


def evidence_of(review: Review) -> dict[str, list[Any]]:
    """Return the files that back each answer of the self-assessment, by question."""
    filed = {row.pk: row for row in files.attachments_of(review, EVIDENCE)}
    return {
        key: [filed[number] for number in given.get("evidence", []) if number in filed]
        for key, given in review.assessment.answers.items()
    }


def questions_of(review: Review) -> list[data.Question]:
    """Return the questions that apply to a review."""
    return [question for question in data.questionnaires()[review.subject].questions if question.applies(review)]


def obstacles(review: Review) -> list[str]:
    """Return what keeps a draft from being handed on: stopped files, unanswered questions, gates; each a sentence."""
    answers = review.assessment.answers
    out = stopped_files(review)
    if data.packs()[review.subject].channels and not review.channels:
        out.append(_("请在“事项”里选择投放渠道：不同渠道的显著程度与同意要求不同，批准也只对所选渠道有效。"))
    missing = 0
    for question in questions_of(review):
        given = answers.get(question.id, {})
        reply = given.get("answer", "")
        if not reply:
            missing += 1
        elif question.gate is not None and reply == question.gate.answer:
            out.append(question.gate.reason)
        elif reply != "yes" and not given.get("note"):
            out.append(_("“%(question)s”答“%(answer)s”，请写明情况。") % {
                "question": question.text[:40], "answer": data.ANSWERS[reply],
            })  # fmt: skip
    if missing:
        out.insert(0, _("自评还有 %d 题未答，答完才能报签批。") % missing)
    return out


def stopped_files(review: Review) -> list[str]:
    """Return why files of the versions that count were stopped by the safety check, and what to do; each a sentence."""
    entries = review.materials.select_related("version__stored")
    return [told for entry in entries if (told := materials.stopped(entry.version))]


@transaction.atomic
def finish_assessment(review: Review, *, by: Any, comment: str = "") -> Review:
    """Hand a draft to the head of the department; raises Refused with all that is still in the way."""
    row = lock(review)
    require(by, "reviews.finish_assessment", row)
    found = obstacles(row) if row.state == ReviewState.DRAFT else []
    if found:
        raise Refused(" ".join(found))
    moved = states.move(row, "finish_assessment", by=by, comment=comment)
    clocking.begin(moved, "sign")
    telling.waiting(moved, "reviews.sign", _("请签批：%(title)s"))
    return moved


@transaction.atomic
def sign(review: Review, *, by: Any, comment: str = "") -> Review:
    """Sign as the head of the sending department."""
    moved = states.move(review, "sign", by=by, comment=comment)
    clocking.meet(moved, "sign")
    telling.sender(moved, _("已签批，请提交送审：%(title)s"))
    return moved


@transaction.atomic
def return_by_head(review: Review, *, by: Any, comment: str) -> Review:
    """Return to the submitter with a comment."""
    if not comment.strip():
        raise BadValue(_("请写明退回修改的原因。"), fields={"comment": _("必填")})
    moved = states.move(review, "return_by_head", by=by, comment=comment)
    clocking.cancel(moved)
    telling.sender(moved, _("部门负责人退回修改：%(title)s"))
    return moved


@transaction.atomic
def recall(review: Review, *, by: Any, comment: str = "") -> Review:
    """Take a request back to change it."""
    moved = states.move(review, "recall", by=by, comment=comment)
    clocking.cancel(moved)
    return moved


@transaction.atomic
def withdraw(review: Review, *, by: Any, comment: str) -> Review:
    """Withdraw a request before it is concluded, with the reason."""
    if not comment.strip():
        raise BadValue(_("请写明撤回的原因。"), fields={"comment": _("必填")})
    moved = states.move(review, "withdraw", by=by, comment=comment)
    clocking.cancel(moved)
    moved.assignments.filter(done_at__isnull=True).update(done_at=timezone.now(), note=_("送审已撤回"))
    telling.reviewers(moved, _("送审已撤回：%(title)s"))
    return moved
