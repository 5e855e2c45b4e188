"""What handlers are good at is set by who answers for them, journalled, and decides between equals."""

from __future__ import annotations

import pytest
from django.urls import reverse

from xiaobao_web.complaints import services
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden

pytestmark = pytest.mark.django_db


def address(person) -> str:
    return reverse("complaint_skill", args=[person.pk])


def test_the_office_sets_them_and_the_journal_says_so(flow, bank, client_of):
    liaison = bank["liaison"]
    answer = client_of("office").post(address(liaison), {"types": ["理财", "信用卡"]})
    assert answer.status_code == 302
    liaison.refresh_from_db()
    assert liaison.settings["complaint_types"] == ["信用卡", "理财"]
    event = journal.events_of(liaison).get(type="complaints.skills_set")
    assert event.changes == {"complaint_types": [[], ["信用卡", "理财"]]}
    assert "信用卡、理财" in client_of("office").get(reverse("complaint_skills")).content.decode()


def test_the_reason_stands_in_the_choice_and_in_the_journal(flow, bank, client_of):
    services.set_skills(bank["liaison"], by=bank["office"], types=["信用卡"])
    case = services.accept(flow.opened(), by=bank["complaints"])
    page = client_of("complaints").get(reverse("complaint_step", args=[case.pk, "assign"])).content.decode()
    assert "专长：信用卡" in page
    case = services.assign(case, by=bank["complaints"])
    assert case.handler == bank["liaison"]
    event = journal.events_of(case).get(type="complaints.assign")
    assert "（在办 0 件，专长：信用卡）" in journal.sentence(event)


def test_settings_of_other_kinds_stay(flow, bank):
    liaison = bank["liaison"]
    liaison.settings = {"columns": {"reviews": ["number"]}}
    liaison.save(update_fields=["settings"])
    row = services.set_skills(liaison, by=bank["office"], types=["信用卡"])
    assert row.settings == {"columns": {"reviews": ["number"]}, "complaint_types": ["信用卡"]}
    services.set_skills(row, by=bank["office"], types=["信用卡"])
    assert journal.events_of(row).filter(type="complaints.skills_set").count() == 1


def test_who_may_and_what_is_refused(flow, bank, client_of):
    with pytest.raises(BadValue, match="火星"):
        services.set_skills(bank["liaison"], by=bank["office"], types=["火星"])
    with pytest.raises(BadValue, match="没有经办投诉的岗位"):
        services.set_skills(bank["submitter"], by=bank["office"], types=["信用卡"])
    with pytest.raises(Forbidden, match="不能自行设置"):
        services.set_skills(bank["complaints"], by=bank["complaints"], types=["信用卡"])
    with pytest.raises((Forbidden, Hidden)):
        services.set_skills(bank["liaison"], by=bank["auditor"], types=["信用卡"])
    assert client_of("branch_head").get(address(bank["liaison"])).status_code == 200
    assert client_of("other_branch").get(reverse("complaint_skills")).status_code in (200, 403)
    assert client_of("office").post(address(bank["liaison"]), {"types": "火星"}).status_code == 422
