"""Leaders answer for a case and receive its complainant; they are told before it is late."""

from __future__ import annotations

import pytest
from django.urls import reverse

from xiaobao_web.complaints import services, tasks
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import Notification

pytestmark = pytest.mark.django_db


def told(person) -> list[str]:
    return list(Notification.objects.filter(person=person, kind="deadline").values_list("title", flat=True))


def test_a_reception_names_the_leader(flow, bank, client_of):
    case = flow.handled()
    page = reverse("complaint_step", args=[case.pk, "investigate"])
    given = {"kind": "reception", "text": "当面听取意见，承诺三日内答复。", "received_by": bank["branch_head"].pk}
    assert client_of("liaison").post(page, given).status_code == 302
    record = case.records.get()
    assert record.received_by == bank["branch_head"]
    assert str(bank["branch_head"]) in journal.sentence(journal.events_of(case).get(type="complaints.recorded"))
    assert str(bank["branch_head"]) in client_of("liaison").get(case.get_absolute_url()).content.decode()


def test_the_leader_of_the_case_receives_unless_another_is_named(flow, bank):
    case = services.lead(flow.handled(), by=bank["office"], person=bank["executive"])
    record = services.investigate(case, by=bank["liaison"], kind="reception", text="接访")
    assert record.received_by == bank["executive"]
    call = services.investigate(case, by=bank["liaison"], kind="call", text="电话", received_by=bank["executive"])
    assert call.received_by is None


def test_a_reception_without_a_leader_or_by_a_clerk_is_refused(flow, bank):
    case = flow.handled()
    with pytest.raises(BadValue, match="接访领导"):
        services.investigate(case, by=bank["liaison"], kind="reception", text="接访")
    with pytest.raises(BadValue, match="行领导或机构负责人"):
        services.investigate(case, by=bank["liaison"], kind="reception", text="接访", received_by=bank["submitter"])


def test_one_complained_of_neither_leads_nor_receives(flow, bank):
    case = flow.handled()
    head = bank["branch_head"]
    services.add_party(case, by=bank["liaison"], kind="respondent", name="", person=head)
    for what in (
        lambda: services.lead(case, by=bank["office"], person=head),
        lambda: services.investigate(case, by=bank["liaison"], kind="reception", text="接访", received_by=head),
    ):
        with pytest.raises(BadValue, match="被投诉人"):
            what()


def test_the_ladder_tells_the_leader(flow, bank):
    services.lead(flow.handled(), by=bank["office"], person=bank["executive"])
    flow.to(2026, 3, 13)
    tasks.escalate()
    assert not told(bank["executive"])
    flow.to(2026, 3, 14)
    tasks.escalate()
    assert any("剩 3 天" in title for title in told(bank["executive"]))
