"""How a complaint goes, as its people would do it: a generator that yields the moment of its next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case, Letter
from xiaobao_web.findings import services as ledger
from xiaobao_web.kernel import files
from xiaobao_web.people.models import Role

Steps = Iterator[datetime]
FAULTS = {"full": ("full", "met"), "part": ("part", "partly"), "none": ("none", "not_met")}


@cache
def script() -> dict[str, Any]:
    """Return the words of the stories."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text(encoding="utf-8"))
    return found


@dataclass
class Cast:
    """Who plays a complaint: the branch's clerk, its head, the supervisors of the protection department."""

    unit: Any
    clerk: Any
    head: Any
    supervisor: Any
    office: Any


def cast(tell: Any, branch: str) -> Cast:
    """Return the people of a complaint about a branch."""
    return Cast(
        tell.bank.units[branch], tell.bank.pick(Role.LIAISON, branch, tell.dice),
        tell.bank.pick(Role.SENDER_HEAD, branch, tell.dice),
        tell.bank.pick(Role.COMPLAINTS, "protection", tell.dice), tell.bank.pick(Role.OFFICE, "protection", tell.dice),
    )  # fmt: skip


def inquiry(tell: Any, branch: str) -> Steps:
    """Tell a contact that is no complaint."""
    people = cast(tell, branch)
    words = tell.dice.choice(script()["inquiries"])
    row = services.register(channel="call", text=words, by=people.clerk, kind_proposed="inquiry")
    yield tell.after(2)
    services.screen_kind(row, by=people.clerk, kind="suggestion" if "建议" in words else "inquiry")


def complaint(tell: Any, branch: str) -> Steps:
    """Tell the whole way of a complaint; it stops wherever the demonstration's last day finds it."""
    people = cast(tell, branch)
    case = _opened(tell, people)
    yield tell.after(30 if tell.chance(0.15) else 3)
    case = services.accept(case, by=people.supervisor)
    yield tell.after(3)
    case = services.assign(case, by=people.supervisor, handler=people.clerk)
    yield tell.after(5)
    services.investigate(case, by=people.clerk, kind="call", text=script()["records"][0])
    if tell.chance(0.05):
        yield tell.after(20)
        services.withdraw(case, by=people.clerk, reason="投诉人来电撤回，通话已录音")
        return
    yield from _inquired(tell, people, case)
    yield from _settled(tell, people, case)


def plain(tell: Any, people: Cast, case: Case) -> Steps:
    """Tell of a complaint that is looked into and answered without more ado, as most are."""
    case = services.accept(case, by=people.supervisor)
    yield tell.after(3)
    case = services.assign(case, by=people.supervisor, handler=people.clerk)
    yield tell.after(5)
    services.investigate(case, by=people.clerk, kind="call", text=script()["records"][0])
    if tell.chance(0.35):
        yield tell.after(20)
        services.withdraw(case, by=people.clerk, reason="投诉人来电说问题已解决，撤回投诉，通话已录音")
        return
    yield tell.after(60)
    kind = tell.dice.choices(["full", "part", "none"], [5, 3, 2])[0]
    letter = services.write_letter(case, by=people.clerk, parts=_parts(case, kind))
    letter = services.submit_letter(letter, by=people.clerk)
    if letter.state == "checking":
        yield tell.after(6)
        letter = services.check_letter(letter, by=people.office, approve=True)
    proof = f"短信回执 {tell.dice.randint(10**4, 10**5)}"
    case = services.send_letter(letter, by=people.clerk, mode="sms", proof=proof)
    yield tell.after(40)
    fault, outcome = FAULTS[kind]
    services.find_responsibility(
        case, by=people.supervisor, fault=fault, unit=people.unit, cause=tell.dice.choice(script()["causes"]),
        reason=f"{letter.facts[:60]}据此认定。",
    )  # fmt: skip
    services.call_back(case, by=people.clerk, reached=True, score=tell.dice.choice([3, 4, 4, 5]))
    case.refresh_from_db()
    services.close(case, by=people.clerk, outcome=outcome)


def _parts(case: Case, kind: str) -> dict[str, str]:
    """Return the four parts of a letter that finds for the complainant, in part, or not."""
    words = script()
    truth = words["truths"][list(FAULTS).index(kind)]
    return {
        "facts": words["facts"].format(truth=truth), "decision": words["decisions"][kind], "reasons": words["reasons"],
        "remedies": services.standard_remedies(case),
    }  # fmt: skip


def _opened(tell: Any, people: Cast) -> Case:
    plans = script()["plans"]
    plan = tell.dice.choices(plans, [item["weight"] for item in plans])[0]
    name, phone = (
        tell.dice.choice(script()["names"]),
        f"1{tell.dice.choice('358')}{tell.dice.randint(0, 10**9 - 1):09d}",
    )
    amount = plan.get("amount")
    told = {"name": name, "phone": phone, "amount": amount or "", "branch": str(people.unit)}
    facts = {
        "customer_name": name, "phone": phone, "business_type": plan["business_type"], "cause": plan["cause"],
        "demands": plan["demands"], "flags": plan.get("flags", []), "urgency": plan.get("urgency", "normal"),
        "amount": Decimal(amount) if amount else None, "unit": people.unit,
    }  # fmt: skip
    text = plan["text"].format(**told)
    if not tell.chance(0.15):
        channel = tell.dice.choices(["call", "branch", "web", "email", "letter"], [9, 3, 4, 2, 1])[0]
        return services.open_directly(channel=channel, text=text, by=people.clerk, **facts)
    source = tell.dice.choice(list(script()["bureaus"]))
    now = timezone.now()
    made = services.receive_transfer(
        source=source, bureau=script()["bureaus"][source], number=f"{source}-{now:%m%d%H%M%S}",
        text=text, by=people.supervisor, due_on=timezone.localdate(now) + timedelta(days=12), **facts,
    )  # fmt: skip
    return made.case


def _inquired(tell: Any, people: Cast, case: Case) -> Steps:
    yield tell.after(18)
    services.investigate(case, by=people.clerk, kind="evidence", text=script()["records"][1])
    if tell.chance(0.4):
        unit = tell.bank.units[tell.dice.choice(["retail", "card", "credit"])]
        key = unit.code.lower()
        assignee = tell.bank.pick(Role.SUBMITTER, key, tell.dice)
        task = services.task_out(case, by=people.clerk, unit=unit, request=script()["task"], assignee=assignee)
        yield tell.after(22)
        task = services.answer_task(task, by=assignee, reply=script()["reply"])
        yield tell.after(8)
        services.decide_task(task, by=tell.bank.pick(Role.SENDER_HEAD, key, tell.dice), approve=True)
    if tell.chance(0.15):
        yield tell.after(40)
        kind = "special" if case.track == "pboc_transfer" else "complex"
        asked = services.ask_extension(case, by=people.clerk, kind=kind, reason=script()["extension"])
        yield tell.after(6)
        asked = services.decide_extension(asked, by=people.office, approve=True)
        services.notify_extension(asked, by=people.clerk, mode="sms", proof="短信回执 20881")
    if tell.chance(0.07):
        yield from _mediated(tell, people, case)
    yield timezone.now() + timedelta(hours=tell.dice.choice([24, 48, 96, 150, 220]))


def _mediated(tell: Any, people: Cast, case: Case) -> Steps:
    made = services.propose_mediation(case, by=people.clerk, organisation="金融消费纠纷调解中心", mediator="方调解")
    yield tell.after(10)
    made = services.answer_mediation(made, by=people.clerk, consents=True, proof="调解申请书")
    yield tell.after(150)
    services.hold_session(made, by=people.clerk, at=timezone.now(), note="双方到场，各自陈述", place="调解中心")
    yield tell.after(40)
    services.end_mediation(made, by=people.clerk, agreed=True, agreement="退还争议费用，双方无其他争议")


def _settled(tell: Any, people: Cast, case: Case) -> Steps:
    kind = tell.dice.choices(["full", "part", "none"], [4, 3, 3])[0]
    case.refresh_from_db()
    if kind != "none" and case.amount:
        amount = min(case.amount, Decimal(900)) if kind == "full" else Decimal(100)
        made = services.offer(case, by=people.clerk, kind="refund", amount=amount, terms="退还争议费用")
        yield tell.after(6)
        made = services.decide_offer(made, by=people.head, approve=True)
        services.answer_offer(made, by=people.clerk, accepts=True)
    letter = services.write_letter(case, by=people.clerk, parts=_parts(case, kind))
    yield tell.after(4)
    letter = services.submit_letter(letter, by=people.clerk)
    if letter.state == "checking":
        yield tell.after(6)
        letter = services.check_letter(letter, by=people.office, approve=True)
    case = services.send_letter(letter, by=people.clerk, mode="post", proof=f"EMS {tell.dice.randint(10**9, 10**10)}")
    yield tell.after(30)
    yield from _ended(tell, people, case, kind, letter)


def _ended(tell: Any, people: Cast, case: Case, kind: str, letter: Letter) -> Steps:
    fault, outcome = FAULTS[kind]
    cause = tell.dice.choice(script()["causes"])
    services.find_responsibility(
        case, by=people.supervisor, fault=fault, unit=people.unit, cause=cause, reason=f"{letter.facts[:60]}据此认定。"
    )
    for made in case.transfers_in.filter(reported_at__isnull=True):
        parts = services.draft_report(made)
        services.report(made, by=people.supervisor, parts={name: text or "无" for name, text in parts.items()})
    score = tell.dice.choices(
        [5, 4, 3, 2, 1], {"full": [6, 3, 1, 0, 0], "part": [1, 4, 3, 1, 1]}.get(kind, [0, 1, 3, 3, 3])
    )[0]
    services.call_back(case, by=people.clerk, reached=tell.chance(0.85), score=score)
    if kind == "none" and tell.chance(0.25):
        services.apply_review(case, by=people.clerk, reason="不认可处理结果，申请上级核查")
        yield tell.after(60)
        services.decide_review(case, by=people.office, result="upheld", process_note="程序符合要求",
                               time_note="没有超过期限", result_note="认定事实清楚，依据充分")  # fmt: skip
    yield tell.after(10)
    case.refresh_from_db()
    services.close(case, by=people.clerk, outcome=outcome)
    if fault == "full" and tell.chance(0.15):
        issue = services.open_issue(case, by=people.supervisor, title=f"{case.business_type}：{cause}")
        yield from _put_right(tell, people, issue)


def _put_right(tell: Any, people: Cast, issue: Any) -> Steps:
    """Remove the cause, as the ledger wants it: assigned, planned, proven, struck off by another."""
    if issue.state != "open":
        return
    yield tell.after(8)
    ledger.assign(issue, owner=people.clerk, by=people.office)
    yield tell.after(20)
    ledger.plan_out(issue, plan=script()["plan"], by=people.clerk)
    yield timezone.now() + timedelta(days=tell.dice.randint(4, 14))
    proof = SimpleUploadedFile("整改说明.txt", f"{issue.title}：{script()['outcome']}".encode())
    stored = files.store(proof, name="整改说明.txt", by=people.clerk)
    files.attach(issue, stored, name="整改说明.txt", purpose=ledger.EVIDENCE, by=people.clerk)
    ledger.hand_in(issue, outcome=script()["outcome"], by=people.clerk)
    yield tell.after(20)
    ledger.close(issue, by=people.office, note="已核对")
