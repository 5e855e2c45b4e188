"""What is owed although a case has ended: the regulator's report, the insurer's payment; each is ended by its event."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import clocking, services
from xiaobao_web.complaints.models import Case, CaseEvent, Escalation
from xiaobao_web.complaints.tasks import escalate, recompute
from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db


def transferred(bank, **values):
    values = {
        "source": "12378", "bureau": "江城监管局", "number": "JG-9", "text": "转办：分期收费", "by": bank["complaints"],
        "unit": bank.units["branch"], "due_on": date(2026, 3, 12), **values,
    }  # fmt: skip
    return services.receive_transfer(**values)


def kinds(case):
    return {row.kind for row in deadlines.running(case)}


def reported(made, bank):
    parts = {**services.draft_report(made), "dispute": "手续费是否告知"}
    parts = {name: words or "无" for name, words in parts.items()}
    return services.report(made, by=bank["complaints"], parts=parts)


def test_a_report_ends_the_clock_of_its_regulator_alone(flow, bank):
    made = transferred(bank)
    transferred(bank, case=made.case, source="12363", number="RH-1", text="", due_on=date(2026, 3, 20))
    case = Case.objects.get(pk=made.case_id)
    assert {"statutory.report_by", f"report:{made.pk}"} <= kinds(case)
    reported(made, bank)
    met = {(clock.track, clock.name): clock.met for clock in clocking.clocks_of(case)}
    assert met["nfra_transfer", "report_by"] is True
    assert not met.get(("pboc_transfer", "report_by"))
    assert "statutory.report_by" not in kinds(case)
    assert CaseEvent.objects.filter(kind="reported").count() == 1


def test_each_regulator_counts_from_its_own_transfer_and_both_are_watched(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 3)
    transferred(bank, case=case, text="")
    flow.to(2026, 3, 5)
    transferred(bank, case=case, source="12363", number="RH-1", text="", due_on=date(2026, 3, 20))
    case = Case.objects.get(pk=case.pk)
    assert {"statutory.notify@nfra_transfer", "statutory.notify@pboc_transfer"} <= kinds(case)
    found = {(clock.track, clock.name): clock.due for clock in clocking.clocks_of(case)}
    assert found["nfra_transfer", "notify"] == date(2026, 3, 18)
    assert found["pboc_transfer", "notify"] == date(2026, 3, 20)
    assert found["nfra_transfer", "report_by"] == date(2026, 3, 12)
    assert found["pboc_transfer", "report_by"] == date(2026, 3, 20)
    transferred(bank, case=case, source="12363", number="RH-2", text="", due_on=date(2026, 3, 25))
    assert CaseEvent.objects.filter(kind="transferred").count() == 2, "a second letter of one moves no clock"


@pytest.mark.parametrize("end", ["withdraw", "decline"])
def test_the_regulator_is_owed_its_report_when_the_case_has_ended(flow, bank, end):
    made = transferred(bank)
    case = Case.objects.get(pk=made.case_id)
    if end == "withdraw":
        case = services.withdraw(case, by=bank["complaints"], reason="书面撤回，已归档")
    else:
        case = services.decline(case, by=bank["office"], reason="不是本人也未经授权")
    assert {"statutory.report_by", f"report:{made.pk}"} == kinds(case)
    flow.to(2026, 3, 13)
    recompute()
    Escalation.objects.all().delete()
    assert escalate() > 0
    reported(made, bank)
    assert kinds(case) == set()
    assert escalate() == 0


def claim(flow, bank):
    case = flow.opened(track="insurance_claim")
    case = services.assign(services.accept(case, by=bank["complaints"]), by=bank["complaints"], handler=bank["liaison"])
    return flow.answered(case)


def test_paying_a_claim_ends_its_clocks_also_after_closing(flow, bank, client_of):
    case = claim(flow, bank)
    assert "statutory.pay" in kinds(case)
    flow.found(case)
    case = services.close(case, by=bank["liaison"], outcome="met")
    assert "statutory.pay" in kinds(case)
    flow.later(days=12)
    assert escalate() > 0, "a payment that is late is told although the case is closed"
    client, url = client_of("liaison"), reverse("complaint_step", args=[case.pk, "pay_claim"])
    assert "登记赔款支付" in client.get(case.get_absolute_url()).content.decode()
    assert client.post(url, {"proof": ""}).status_code == 422
    assert client.post(url, {"proof": "入账流水 8801"}).status_code == 302
    assert "statutory.pay" not in kinds(case)
    pay = next(clock for clock in clocking.clocks_of(case) if clock.name == "pay")
    assert (pay.met, pay.met_at) == (False, timezone.localdate())
    assert Event.objects.filter(type="complaints.claim_paid").count() == 1
    assert "登记赔款支付" not in client.get(case.get_absolute_url()).content.decode()


def test_a_claim_that_was_refused_owes_nothing(flow, bank):
    case = claim(flow, bank)
    flow.found(case, fault="none")
    case = services.close(case, by=bank["liaison"], outcome="not_met")
    assert "statutory.pay" not in kinds(case)
    assert "pay" not in {clock.name for clock in clocking.clocks_of(case)}


def test_other_complaints_owe_no_payment(flow, bank):
    case = flow.handled()
    with pytest.raises(Refused, match="保险理赔"):
        services.pay_claim(case, by=bank["liaison"], proof="流水")
    with pytest.raises(BadValue):
        services.pay_claim(claim(flow, bank), by=bank["liaison"], proof=" ")
