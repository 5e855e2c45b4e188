"""What rests on an article: rules, questions and risk points, approved material in use, reviews under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from xiaobao_web.findings.models import Decision, Finding, FindingSource
from xiaobao_web.kernel.access import holds, visible_to
from xiaobao_web.knowledge.models import RuleEntry
from xiaobao_web.materials.models import ApprovedMaterial, ApprovedState
from xiaobao_web.reviews import data
from xiaobao_web.reviews import queries as reviews
from xiaobao_web.reviews.models import Review, Subject
from xiaobao_web.reviews.states import OPEN

REACH = {"exact": "正是这一条", "within": "其中一项", "above": "引用整条", "broken": "引用有误"}
SHOWN = 100


@dataclass(frozen=True)
class Resting:
    """A rule that rests on the article, and how near its citation is."""

    entry: RuleEntry
    references: list[str]
    reach: str


@dataclass(frozen=True)
class Asked:
    """A question of a self-assessment or a risk point of a guide that cites the article."""

    subject: str
    label: str
    kind: str
    text: str


@dataclass
class Impact:
    """Everything that rests on an article, as far as one may see it."""

    rules: list[Resting] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    approved: list[ApprovedMaterial] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    by_subject: list[tuple[str, str, int]] = field(default_factory=list)


def of(reference: str, user: Any) -> Impact:
    """Return what rests on a norm (广告法), an article or an item (广告法#25(一)); raises LawError."""
    out = Impact(rules=rules(reference), asked=asked(reference))
    cited = citing(reference, [item.entry.rule for item in out.rules])
    if holds(user, "materials.registry"):
        live = visible_to(user, ApprovedMaterial.objects.filter(state=ApprovedState.VALID.value), "materials.registry")
        found = live.filter(version__in=cited.values("version")).select_related("unit", "product")
        out.approved = list(found.order_by("-pk")[:SHOWN])
    if holds(user, "reviews.view"):
        under_way = reviews.visible(user).filter(state__in=OPEN)
        resting = under_way.filter(materials__version__in=cited.values("version")).distinct()
        out.reviews = list(resting.select_related("unit").order_by("-pk")[:SHOWN])
        subjects = {item.subject for item in out.asked}
        counts = [(name, str(Subject(name).label), under_way.filter(subject=name).count()) for name in sorted(subjects)]
        out.by_subject = [item for item in counts if item[2]]
    return out


class _Cited:
    """A row of a rule as the register's impact reads it."""

    def __init__(self, entry: RuleEntry) -> None:
        self.id, self.title, self.basis = entry.rule, entry.title, list(entry.basis)


def rules(reference: str) -> list[Resting]:
    """Return the rules in the rulebook that rest on a place, each once with its nearest citation."""
    from xiaobao.laws import load
    from xiaobao.laws.impact import impact

    entries = {entry.rule: entry for entry in RuleEntry.objects.exclude(state="retired")}
    found: dict[str, Resting] = {}
    for item in impact(load(), reference, [_Cited(entry) for entry in entries.values()]):
        if item.reach == "broken":
            continue
        if item.rule in found:
            found[item.rule].references.append(item.reference)
        else:
            found[item.rule] = Resting(entries[item.rule], [item.reference], REACH[item.reach])
    return list(found.values())


def citing(reference: str, resting: list[str]) -> QuerySet[Finding]:
    """Return the findings that rest on a place and were not dismissed: by its rules, or by hand with its article."""
    by_hand = []
    for pk, basis in (
        Finding.objects.filter(source=FindingSource.PERSON).exclude(decision=Decision.DISMISSED).exclude(basis=[])
        .order_by("-pk").values_list("pk", "basis")[:5000]
    ):  # fmt: skip
        if any(_same(reference, f"{item.get('norm')}#{item.get('article')}") for item in basis):
            by_hand.append(pk)
    rows = Finding.objects.exclude(decision=Decision.DISMISSED)
    return rows.filter(Q(rule__in=resting, source=FindingSource.RULE) | Q(pk__in=by_hand))


def _same(asked_for: str, cited: str) -> bool:
    """Tell whether a citation lies at or within a place."""
    if "#" not in asked_for:
        return cited.startswith(f"{asked_for}#")
    return cited == asked_for or cited.startswith(f"{asked_for}(")


def asked(reference: str) -> list[Asked]:
    """Return the questions and risk points that rest on a place; raises LawError for a wrong one."""
    from xiaobao.laws import load
    from xiaobao.laws.impact import impact

    plan: list[Asked] = []
    cited: list[_Question] = []
    for subject in Subject:
        told = str(subject.label)
        for question in data.questionnaires()[subject.value].questions:
            cited.append(_Question(len(plan), question.basis))
            plan.append(Asked(subject.value, told, _("自评问题"), question.text))
        for risk in data.guides()[subject.value].risks:
            cited.append(_Question(len(plan), risk.basis))
            plan.append(Asked(subject.value, told, _("审查要点"), risk.title))
    found = {int(one.rule) for one in impact(load(), reference, cited) if one.reach != "broken"}
    return [plan[number] for number in sorted(found)]


class _Question:
    """A question as the register's impact reads it."""

    def __init__(self, number: int, basis: Any) -> None:
        self.id = self.title = str(number)
        self.basis = list(basis)
