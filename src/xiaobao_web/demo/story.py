"""How a request for review goes, as its people would do it: a generator that yields the moment of its next step."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from xiaobao_web.demo.bank import Bank
from xiaobao_web.demo.clock import at_work
from xiaobao_web.findings import decisions
from xiaobao_web.findings import services as ledger
from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel import comments
from xiaobao_web.materials import registry
from xiaobao_web.people.models import Role
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Point, PointState, Review, ReviewState

Steps = Iterator[datetime]


@dataclass
class Teller:
    """What stories share: the bank, the dice, the phrases; what a story begins besides itself waits in `begun`."""

    bank: Bank
    dice: random.Random
    phrases: dict[str, Any]
    begun: list[tuple[datetime, Steps]] = field(default_factory=list)

    def aside(self, seed: int) -> Teller:
        """Return a teller with dice of its own, so that what it tells changes nothing of what others throw."""
        return replace(self, dice=random.Random(seed))

    def begin(self, at: datetime, steps: Steps) -> None:
        """Have another story go on from a moment, beside the one that begins it."""
        self.begun.append((at, steps))

    def after(self, hours: float) -> datetime:
        """Return a moment about so many hours from now, in office hours."""
        return at_work(timezone.now() + timedelta(hours=hours * self.dice.uniform(0.4, 1.6)))

    def chance(self, share: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < share

    def say(self, key: str) -> Any:
        """Return one of the phrases of a kind."""
        return self.dice.choice(self.phrases[key])


def request(tell: Teller, plan: dict[str, Any], *, unit: str, lane: str) -> Steps:
    """Tell the whole way of one request; it stops wherever the demonstration's last day finds it."""
    bank = tell.bank
    sender = bank.pick(Role.SUBMITTER, unit, tell.dice)
    review = _draft(tell, plan, sender, unit, lane)
    yield tell.after(5)
    if tell.chance(0.03):
        return
    yield from _sign(tell, review, sender, unit)
    review.refresh_from_db()
    if review.state == ReviewState.WITHDRAWN:
        return
    reviewer = bank.pick(Role.REVIEWER, unit if lane == "branch" else "protection", tell.dice)
    yield from _rounds(tell, review, plan, sender, reviewer)
    review.refresh_from_db()
    if review.state == ReviewState.CONCLUDED:
        yield from _aftermath(tell, review, reviewer, unit)


def _draft(tell: Teller, plan: dict[str, Any], sender: Any, unit: str, lane: str) -> Review:
    product = next((p for p in tell.bank.products if p.code == plan["product"]), None)
    place = tell.bank.units[unit].name
    title = plan["title"] if tell.bank.units[unit].kind == "department" else f"{place}{plan['title']}"
    more = {"urgent_reason": "活动档期临近，物料须于本周下发"} if lane == "urgent" else {}
    review = services.create(
        by=sender, title=title, subject=plan["subject"], lane=lane, product=product, channels=plan["channels"],
        audience=plan.get("audience", ""), summary=f"拟用于{'、'.join(plan['channels']) or '业务办理'}，请审查。",
        planned_launch=timezone.localdate() + timedelta(days=tell.dice.randint(10, 40)), **more,
    )  # fmt: skip
    services.add_material(review, by=sender, text=plan["first"], title=title, kind=plan["kind"])
    answers = {}
    for question in services.questions_of(review):
        doubtful = question.gate is None and tell.chance(0.08)
        answers[question.id] = {"answer": "na" if doubtful else "yes", "note": "本材料不涉及" if doubtful else ""}
    services.save_assessment(review, answers, by=sender)
    return review


def _sign(tell: Teller, review: Review, sender: Any, unit: str) -> Steps:
    head = tell.bank.pick(Role.SENDER_HEAD, unit, tell.dice)
    services.finish_assessment(review, by=sender)
    yield tell.after(6)
    if tell.chance(0.07):
        services.return_by_head(review, by=head, comment=tell.say("head_returns"))
        yield tell.after(8)
        services.finish_assessment(review, by=sender, comment="已补充")
        yield tell.after(4)
    services.sign(review, by=head)
    yield tell.after(2)
    if tell.chance(0.04):
        services.withdraw(review, by=sender, comment=tell.say("withdrawals"))
        return
    services.submit(review, by=sender)


def _rounds(tell: Teller, review: Review, plan: dict[str, Any], sender: Any, reviewer: Any) -> Steps:
    yield tell.after(3)
    services.take(review, by=reviewer)
    yield tell.after(8)
    if tell.chance(0.1):
        told = tell.say("returns")
        services.return_to_sender(review, by=reviewer, reason=told["reason"], detail=told["detail"])
        yield tell.after(16)
        if tell.chance(0.2):
            return
        services.finish_assessment(review, by=sender, comment="已补正")
        yield tell.after(6)
        head = tell.bank.pick(Role.SENDER_HEAD, _unit_key(tell, review), tell.dice)
        services.sign(review, by=head)
        services.submit(review, by=sender)
        yield tell.after(8)
    for turn in range(3):
        yield from _review_once(tell, review, reviewer, reject=turn == 0 and tell.chance(0.05))
        review.refresh_from_db()
        if review.state != ReviewState.ANSWERING:
            break
        yield from _answer(tell, review, plan, sender)
        yield tell.after(6)
        if _confirm(tell, review, reviewer):
            break


def _unit_key(tell: Teller, review: Review) -> str:
    return next(key for key, unit in tell.bank.units.items() if unit.pk == review.unit_id)


def _decide_all(tell: Teller, review: Review, reviewer: Any, *, lenient: bool) -> int:
    """Decide every open finding as a reviewer would, and return how many were accepted."""
    accepted = 0
    for found in queries.findings_of(review).filter(decision="open"):
        sure = found.machine_decision == "violation" and found.confidence >= 0.5
        if (sure and not tell.chance(0.06)) if not lenient else False:
            decisions.accept(found, by=reviewer)
            accepted += 1
        else:
            decisions.dismiss(found, by=reviewer, reason=tell.say("dismissals"))
    return accepted


def _review_once(tell: Teller, review: Review, reviewer: Any, *, reject: bool) -> Steps:
    review.refresh_from_db()
    _decide_all(tell, review, reviewer, lenient=review.round > 1)
    if tell.chance(0.15):
        comments.comment(review, tell.say("comments"), by=reviewer)
    opinion = services.draft_opinion(review, by=reviewer)
    conclusion = "pass" if not opinion.points.exists() else "reject" if reject else "change"
    services.write_opinion(review, by=reviewer, conclusion=conclusion, text=tell.phrases["opinion"][conclusion])
    review.assignments.filter(person=reviewer, done_at__isnull=True).update(seconds=tell.dice.randint(240, 2400))
    services.finish_first(review, by=reviewer)
    review.refresh_from_db()
    if review.state == ReviewState.SECOND_REVIEW:
        yield tell.after(10)
        second = review.second_reviewer or tell.bank.pick(Role.SECOND_REVIEWER, "protection", tell.dice)
        if tell.chance(0.08):
            services.send_back_first(review, by=second, comment="第二点的条款请再核对，并补充修改示例")
            yield tell.after(6)
            services.finish_first(review, by=reviewer, comment="已补充")
            yield tell.after(6)
        services.agree(review, by=second)
        review.refresh_from_db()
    if review.state == ReviewState.COUNTERSIGN:
        yield tell.after(12)
        services.countersign(review, by=tell.bank.pick(Role.LEGAL, "legal", tell.dice), comment="同意")


def _answer(tell: Teller, review: Review, plan: dict[str, Any], sender: Any) -> Steps:
    yield tell.after(20)
    entry = review.materials.select_related("material", "version").get()
    fixed = plan["fixed"] or f"{plan['first']}\n咨询与投诉电话 95000。"
    if entry.version.text != fixed:
        entry = services.new_version(entry, by=sender, text=fixed, note="按审查意见修改")
    points = list(Point.objects.filter(opinion__review=review, opinion__round=review.round))
    for number, point in enumerate(points):
        refuse = number == 0 and review.round == 1 and tell.chance(0.1)
        text = tell.say("refusals" if refuse else "adoptions")
        version = None if refuse else entry.version
        services.answer_point(point, by=sender, adopted=not refuse, text=text, version=version)
    yield tell.after(2)
    services.hand_in_answers(review, by=sender)
    review.refresh_from_db()
    if review.state == ReviewState.ESCALATED:
        yield tell.after(14)
        leader = tell.bank.units["protection"].executive
        for point in Point.objects.filter(opinion__review=review, state=PointState.ESCALATED):
            approve = tell.chance(0.6)
            services.decide_refusal(point, by=leader, approve=approve, note=tell.phrases["refusal_notes"][approve])
        review.refresh_from_db()
        if review.state == ReviewState.ANSWERING:
            yield tell.after(10)
            left = Point.objects.filter(opinion__review=review, opinion__round=review.round, state=PointState.OPEN)
            for point in left:
                services.answer_point(
                    point, by=sender, adopted=True, text=tell.say("adoptions"), version=entry.version
                )
            services.hand_in_answers(review, by=sender)


def _confirm(tell: Teller, review: Review, reviewer: Any) -> bool:
    """Confirm the answers; tell whether the review is concluded (else another round begins)."""
    review.refresh_from_db()
    _decide_all(tell, review, reviewer, lenient=True)
    points = list(Point.objects.filter(opinion__review=review, opinion__round=review.round, state=PointState.ANSWERED))
    doubt = review.round == 1 and tell.chance(0.08)
    for number, point in enumerate(points):
        standing = point.answers.get(superseded=False)
        accept = not (doubt and number == 0 and not standing.approved)
        services.confirm_answer(point, by=reviewer, accept=accept, note="" if accept else "修改不到位，请逐句对照条款")
    unsettled = Point.objects.filter(
        opinion__review=review, opinion__round=review.round
    ).exclude(state=PointState.SETTLED).exists()  # fmt: skip
    if unsettled or queries.wanting_point(review):
        services.dispute(review, by=reviewer, comment="部分意见没有落实，转下一轮")
        return False
    services.conclude(review, by=reviewer)
    return True


def _aftermath(tell: Teller, review: Review, reviewer: Any, unit: str) -> Steps:
    yield tell.after(30)
    entry = review.materials.select_related("version", "material").get()
    approval = review.approvals.first()
    if approval is not None and review.subject == "marketing":
        yield from _place(tell, approval, unit)
    office = tell.bank.pick(Role.OFFICE, "protection", tell.dice)
    launched = entry.version.text
    drifted = tell.chance(0.1)
    if drifted:
        launched += "\n限时抢购，仅此一天！"
    row = services.start_verification(review, entry, by=office, place=tell.say("places"), text=launched)
    yield tell.after(6)
    row.refresh_from_db()
    services.compare(row)
    from xiaobao_web.reviews.services.aftermath import points_to_evidence

    evidence = [
        {"point": point.pk, "followed": True, "note": "上线截图已核对"} for point in points_to_evidence(review)
    ]
    note = "上线版本多出限时促销语，须撤换" if drifted else "与批准版本一致"
    services.decide_verification(row, by=office, accepted=not drifted, note=note, evidence=evidence)
    if drifted:
        yield from _mend(tell, review, office)
        return
    yield tell.after(8)
    services.archive(review, by=office)


def _mend(tell: Teller, review: Review, office: Any) -> Steps:
    """Put right what was launched otherwise than approved, by way of the ledger."""
    row = Issue.objects.filter(source_label="reviews.review", source_id=review.pk).first()
    if row is None:
        return
    yield tell.after(6)
    ledger.assign(row, owner=review.created_by, by=office)
    yield tell.after(16)
    ledger.plan_out(row, plan="当日撤下多出的促销语，按批准版本重新上线，并检查其他渠道。", by=review.created_by)
    yield tell.after(20)
    ledger.hand_in(
        row, outcome="已按批准版本重新上线，各渠道已核对。", without_evidence="页面已替换，见审查案卷中的上线记录",
        by=review.created_by,
    )  # fmt: skip
    yield tell.after(16)
    ledger.close(row, by=office, note="已核对各渠道")


def _place(tell: Teller, approval: Any, unit: str) -> Steps:
    keys = [unit] if tell.bank.units[unit].kind == "branch" else tell.dice.sample(_branches(tell), k=2)
    rows = []
    for key in keys:
        liaison = tell.bank.pick(Role.LIAISON, key, tell.dice) if (Role.LIAISON, key) in tell.bank.holders else None
        if liaison is None:
            continue
        today = timezone.localdate()
        allowed = approval.channels or ["网点"]
        rows.append((liaison, registry.place(
            approval, by=liaison, channel=tell.dice.choice(allowed),
            place=f"{tell.bank.units[key].name}{tell.say('places')}",
            unit=tell.bank.units[key], start=today, end=today + timedelta(days=tell.dice.choice([20, 30, 60])),
            copies=tell.dice.randint(1, 40),
        )))  # fmt: skip
        yield tell.after(2)
    for liaison, row in rows:
        if tell.chance(0.5):
            yield at_work(timezone.now() + timedelta(days=tell.dice.randint(15, 45)))
            registry.take_down(row, by=liaison, note="到期已撤换，照片存分行")


def _branches(tell: Teller) -> list[str]:
    return [key for key, unit in tell.bank.units.items() if unit.kind == "branch"]
