"""Findings and what people decide about them: made, accepted, dismissed, carried over, counted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding, FindingSource, Severity
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused

Z = 1.959964
"""Two-sided 95 %: Wilson's interval of a share."""
REASON_LENGTH = 300
_ENDS = "，,。；;！!？?\n"


def fingerprint(source: str, rule: str, text: str, title: str = "") -> str:
    """Return what stays the same when the next version still says it: source, rule (or title), words without blanks."""
    words = re.sub(r"\s+", "", text)
    return hashlib.sha256("\0".join((source, rule or title, words)).encode()).hexdigest()


def made_by_rule(
    found: Any, *, version: Any, screening: Any, basis: list[dict[str, str]], review: Any = None, offset: int = 0
) -> Finding:
    """Return an engine's finding as a row, not yet saved, with places in the whole text.

    offset is where the piece begins that the engine counts from: the turn of a dialogue, else the text.
    """
    return Finding(
        version=version,
        screening=screening,
        review=review,
        source=FindingSource.RULE,
        rule=found.rule,
        rule_version=found.version,
        title=found.title[:160],
        category=found.category,
        severity=found.severity,
        machine_decision=found.decision,
        confidence=round(found.confidence, 4),
        start=None if found.start is None else found.start + offset,
        end=None if found.end is None else found.end + offset,
        text=found.text,
        anchor=found.anchor.as_dict(),
        boxes=_boxes(found),
        basis=basis,
        message=found.message,
        remedy=found.remedy,
        why=found.why,
        evidence=[_evidence(item, offset) for item in found.evidence],
        fingerprint=fingerprint(FindingSource.RULE, found.rule, _clause(found)),
    )


def _clause(found: Any) -> str:
    """Return the clause that holds the words a finding rests on; the passage around it may grow with its neighbours."""
    words = next((item for item in found.evidence if item.kind == "words" and item.start is not None), None)
    if words is None or found.start is None or not found.start <= words.start < found.start + len(found.text):
        return str(found.text)
    at = words.start - found.start
    left = max(found.text.rfind(mark, 0, at) for mark in _ENDS) + 1
    rights = [place for mark in _ENDS if (place := found.text.find(mark, at + len(words.text))) >= 0]
    return str(found.text[left : min(rights, default=len(found.text))])


def _boxes(found: Any) -> list[dict[str, Any]]:
    places = [item.as_dict() for item in (found.boxes or (found.anchor,))]
    return [
        {"page": place.get("page", 1), "box": place["box"], "scale": place.get("scale", 1.0)}
        for place in places
        if place.get("box")
    ]


def _evidence(item: Any, offset: int) -> dict[str, Any]:
    start, end = (None if place is None else place + offset for place in (item.start, item.end))
    return {"kind": item.kind, "text": item.text, "start": start, "end": end, "note": item.note}


@transaction.atomic
def keep(found: Sequence[Finding]) -> list[Finding]:
    """Save new findings of one version, with the decisions that the version before carries over."""
    if not found:
        return []
    rows = list(Finding.objects.bulk_create(found))
    carry_over(rows)
    return rows


def carry_over(rows: Sequence[Finding]) -> int:
    """Give new findings of a version the decisions on the same words made before; return how many were given.

    An earlier screening of the same version comes before the version before. Where the same words occur more than
    once, decisions go to them in their order.
    """
    version = rows[0].version
    marks = {row.fingerprint for row in rows if row.fingerprint and row.decision == Decision.OPEN}
    earlier = Q(version=version) | Q(version__material_id=version.material_id, version__number=version.number - 1)
    # What an allow-list set aside has no decider: it ends with its entry and is never carried over.
    decided_before = Finding.objects.filter(earlier, fingerprint__in=marks, decided_by__isnull=False)
    old = decided_before.exclude(decision=Decision.OPEN)
    decided: dict[str, list[Finding]] = {}
    newest: dict[str, tuple[int, int]] = {}
    for item in old.exclude(pk__in=[row.pk for row in rows]).order_by(
        "-version__number", "-screening_id", "start", "pk"
    ):
        group = (item.version_id, item.screening_id or 0)
        if newest.setdefault(item.fingerprint, group) == group:
            decided.setdefault(item.fingerprint, []).append(item)
    given = []
    for row in sorted(rows, key=lambda item: (item.start is None, item.start or 0, item.pk)):
        if row.decision == Decision.OPEN and decided.get(row.fingerprint):
            source = decided[row.fingerprint].pop(0)
            row.decision, row.reason, row.carried_from = source.decision, source.reason, source
            row.decided_by_id, row.decided_at = source.decided_by_id, source.decided_at
            given.append(row)
    Finding.objects.bulk_update(given, ["decision", "reason", "carried_from", "decided_by", "decided_at"])
    return len(given)


def current(version: Any) -> models.QuerySet[Finding]:
    """Return the findings that count on a version in reading order: of its newest finished screening, and people's."""
    newest = version.screenings.filter(state="done").order_by("-pk").values_list("pk", flat=True).first()
    wanted = Q(screening__isnull=True) if newest is None else Q(screening__isnull=True) | Q(screening=newest)
    rows = Finding.objects.filter(wanted, version=version).select_related("screening")
    return rows.order_by(F("start").asc(nulls_last=True), "pk")


@transaction.atomic
def decide(finding: Finding, decision: str, *, by: Any, reason: str = "") -> Finding:
    """Accept or dismiss a finding, or open it again; a dismissal needs its reason. Journalled.

    Raises Forbidden or Hidden, BadValue without a reason, Refused where the finding stands in an issued opinion.
    """
    row = Finding.objects.select_for_update(of=("self",)).select_related("version__material").get(pk=finding.pk)
    require(by, "findings.decide", row)
    reason = reason.strip()
    if decision not in Decision.values:
        raise BadValue(_("只能采纳、不采纳或恢复为待处理。"), fields={"decision": _("请选择")})
    if decision == Decision.DISMISSED and not reason:
        raise BadValue(_("不采纳须写明理由，理由会计入规则的准确率。"), fields={"reason": _("必填")})
    if len(reason) > REASON_LENGTH:
        raise BadValue(_("理由不超过 300 字。"), fields={"reason": _("过长")})
    if row.points.filter(opinion__issued_at__isnull=False).exists():
        raise Refused(_("这一条已写入出具的意见书，不能再改；如需更正，请在下一轮意见中说明。"))
    before = [row.decision, row.reason]
    opened = decision == Decision.OPEN
    row.decision, row.reason, row.carried_from = decision, reason, None
    row.decided_by, row.decided_at = (None, None) if opened else (by, timezone.now())
    row.save(update_fields=["decision", "reason", "carried_from", "decided_by", "decided_at"])
    journal.record(
        "findings.decided",
        by=by,
        on=row,
        facts={"decision": Decision(decision).label, "reason": reason, "rule": row.rule, "version": row.version_id},
        changes={"decision": [before[0], decision], "reason": [before[1], reason]},
    )
    return row


def accept(finding: Finding, *, by: Any, reason: str = "") -> Finding:
    """Accept a finding."""
    return decide(finding, Decision.ACCEPTED, by=by, reason=reason)


def dismiss(finding: Finding, *, by: Any, reason: str) -> Finding:
    """Dismiss a finding for a reason."""
    return decide(finding, Decision.DISMISSED, by=by, reason=reason)


@transaction.atomic
def add_by_hand(
    version: Any,
    *,
    by: Any,
    title: str,
    severity: str = Severity.MEDIUM,
    message: str = "",
    remedy: str = "",
    references: Iterable[str] = (),
    start: int | None = None,
    end: int | None = None,
    boxes: Sequence[dict[str, Any]] = (),
    anchor: dict[str, Any] | None = None,
    category: str = "",
    review: Any = None,
) -> Finding:
    """Add a person's finding on selected words (start, end in the reading's text) or boxes on pages; it is accepted.

    references are articles as the law register names them (广告法#25(四)); BadValue names one that does not resolve.
    """
    require(by, "findings.add", version)
    if not title.strip():
        raise BadValue(_("请写明问题。"), fields={"title": _("必填")})
    if severity not in Severity.values:
        raise BadValue(_("严重程度只有高、中、低。"), fields={"severity": _("请选择")})
    text = _selected(version, start, end)
    row = Finding.objects.create(
        version=version,
        review=review,
        source=FindingSource.PERSON,
        title=title.strip()[:160],
        category=category,
        severity=severity,
        machine_decision="",
        start=start,
        end=end,
        text=text,
        anchor=anchor or _anchor(version, start) or ({"page": boxes[0]["page"]} if boxes else {}),
        boxes=_checked(boxes) or _boxes_between(version, start, end),
        basis=resolved(references),
        message=message.strip(),
        remedy=remedy.strip(),
        fingerprint=fingerprint(FindingSource.PERSON, "", text, title),
        decision=Decision.ACCEPTED,
        decided_by=by,
        decided_at=timezone.now(),
        added_by=by,
    )
    journal.record("findings.added", by=by, on=row, facts={"text": text[:200], "version": version.pk})
    return row


def _selected(version: Any, start: int | None, end: int | None) -> str:
    if start is None and end is None:
        return ""
    text = version.reading.text if version.reading_id else version.text
    if start is None or end is None or not 0 <= start < end <= len(text):
        raise BadValue(_("选中的文字不在材料之内，请重新选择。"), fields={"start": _("超出范围")})
    return str(text[start:end])


def _covered(version: Any, start: int, end: int) -> list[dict[str, Any]]:
    passages = version.reading.passages if version.reading_id else []
    return [p for p in passages if p["start"] < end and start < p["start"] + max(1, len(p["text"]))]


def _anchor(version: Any, start: int | None) -> dict[str, Any]:
    covered = _covered(version, start, start + 1) if start is not None else []
    return dict(covered[0]["anchor"]) if covered else {}


def _boxes_between(version: Any, start: int | None, end: int | None) -> list[dict[str, Any]]:
    if start is None or end is None:
        return []
    anchors = [p["anchor"] for p in _covered(version, start, end)]
    return [{"page": a.get("page", 1), "box": a["box"], "scale": a.get("scale", 1.0)} for a in anchors if a.get("box")]


def _checked(boxes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for item in boxes:
        try:
            x0, y0, x1, y1 = (round(float(v), 2) for v in item["box"])
            page, scale = int(item.get("page", 1)), float(item.get("scale", 1.0))
        except (KeyError, TypeError, ValueError) as error:
            raise BadValue(_("画框的数据不完整，请重新画框。"), fields={"boxes": _("不完整")}) from error
        if not (0 <= x0 < x1 and 0 <= y0 < y1 and page >= 1 and scale > 0):
            raise BadValue(_("画的框太小或超出页面，请重新画框。"), fields={"boxes": _("无效")})
        out.append({"page": page, "box": [x0, y0, x1, y1], "scale": scale})
    return out


def resolved(references: Iterable[str]) -> list[dict[str, str]]:
    """Return articles as findings keep them; raises BadValue that says what is near a wrong one."""
    from xiaobao.errors import LawError
    from xiaobao.laws import load
    from xiaobao_web.materials.engine import basis_of

    try:
        return basis_of([load().resolve(item) for item in references if item.strip()])
    except LawError as error:
        raise BadValue(error.message, fields={"references": error.message}) from error


@dataclass(frozen=True)
class Precision:
    """How often reviewers agreed with a rule: decided findings, accepted ones, the share and its 95 % interval."""

    rule: str
    accepted: int
    dismissed: int

    @property
    def n(self) -> int:
        """Return how many findings were decided."""
        return self.accepted + self.dismissed

    @property
    def share(self) -> float | None:
        """Return the share accepted, None where nothing was decided."""
        return self.accepted / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return Wilson's 95 % interval of the share, None where nothing was decided."""
        return wilson(self.accepted, self.n)


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """Return Wilson's 95 % interval of a share of n, None for n of zero (E. B. Wilson 1927)."""
    if not n:
        return None
    p, z2 = hits / n, Z * Z
    middle, half = p + z2 / (2 * n), Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def precision(rows: models.QuerySet[Finding] | None = None) -> dict[str, Precision]:
    """Return the precision of each rule over reviewers' decisions; carried-over ones count where they were made."""
    decided = (rows if rows is not None else Finding.objects.all()).filter(
        source=FindingSource.RULE, carried_from__isnull=True
    )
    counted = (
        decided.exclude(decision=Decision.OPEN)
        .order_by()
        .values("rule")
        .annotate(
            accepted=Count("pk", filter=Q(decision=Decision.ACCEPTED)),
            dismissed=Count("pk", filter=Q(decision=Decision.DISMISSED)),
        )
    )
    return {item["rule"]: Precision(item["rule"], item["accepted"], item["dismissed"]) for item in counted}


def recent_reasons(user: Any, limit: int = 8) -> list[str]:
    """Return the reasons a person gave last for dismissing, each once, the newest first."""
    rows = Finding.objects.filter(decided_by=user, decision=Decision.DISMISSED).exclude(reason="")
    seen = dict.fromkeys(rows.order_by("-decided_at").values_list("reason", flat=True)[: limit * 10])
    return list(seen)[:limit]
