"""What partners and other systems read of a case of before it became confidential: no words, no sign that it did."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from test_webhooks import receiver  # noqa: F401

from xiaobao.privacy import mask
from xiaobao_web.complaints import services
from xiaobao_web.kernel import notifications, webhooks
from xiaobao_web.kernel.models import Delivery, Endpoint, Notification
from xiaobao_web.people.services import appoint, make_person

pytestmark = pytest.mark.django_db
WORDS = "茶水费"
BARE = {"business_type": "", "cause": "", "demands": [], "text": "店长李敏收了我八万元茶水费，只有我在场。"}


@pytest.fixture
def outside(bank):
    """Return somebody of the partner who may answer tasks there."""
    person = make_person(username="outside", name="外包员", unit=bank.units["partner"], by=None, password="x" * 12)
    appoint(person=person, role="submitter", organisation=bank.units["partner"], by=None)
    bank.people["outside"] = person
    return person


def test_a_partner_reads_no_title_of_a_case_whose_task_was_taken_back(flow, bank, client_of, outside):
    case = flow.handled("complaints", unit=bank.units["head"], **BARE)
    task = services.task_out(case, by=bank["complaints"], unit=bank.units["partner"], request="请核对",
                             assignee=outside)  # fmt: skip
    client = client_of("outside")
    assert WORDS in client.get(task.get_absolute_url()).content.decode()
    services.set_confidential(case, by=bank["office"], confidential=True)
    inbox = client.get(reverse("inbox")).content.decode() + json.dumps(client.get("/api/inbox").json())
    shown = [client.get(task.get_absolute_url()).content.decode(), inbox,
             client.get(f"{reverse('complaint_tasks')}?view=all").content.decode(),
             str(client.get("/api/lists/complaint_tasks/rows", {"query": "view=all"}).content.decode())]  # fmt: skip
    for page in shown:
        assert WORDS not in page
        assert "保密投诉" not in page
        assert case.number in page
    assert "已收回的协办任务" in shown[0]
    asked = Notification.objects.filter(person=outside).order_by("pk").first()
    assert notifications.told(asked) == f"请协办投诉并按时回复：{case.number}"
    ours = client_of("complaints").get(task.get_absolute_url()).content.decode()
    assert "保密投诉（电话）" in ours, "who sees the case reads how it is called"


def test_messages_of_before_are_sent_and_shown_as_the_case_is_called_now(flow, bank, client_of, receiver):  # noqa: F811
    endpoint, _secret = webhooks.make(name="数据中台", url=receiver.url, event_types=["complaints.*"], by=bank["admin"])
    case = flow.handled(**BARE)
    services.correct(case, by=bank["liaison"], values={"summary": "客户说店长收了茶水费", "region": "江城市"})
    before = list(Delivery.objects.filter(endpoint=endpoint, event__subject_type="complaints.case"))
    assert any(WORDS in row.payload for row in before)
    services.set_confidential(case, by=bank["office"], confidential=True)
    for row in before:
        Delivery.objects.filter(pk=row.pk).update(next_at=None)
        webhooks.attempt(row.pk)
    sent = [body.decode() for _path, _headers, body in receiver.got]
    assert len(sent) == len(before)
    assert not [body for body in sent if WORDS in body]
    assert any("保密投诉（电话）" in body for body in sent)
    corrected = next(json.loads(body) for body in sent if '"complaints.corrected"' in body)
    assert corrected["data"]["changes"] == {"region": ["", mask("江城市").text]}
    assert not [row for row in Delivery.objects.filter(pk__in=[row.pk for row in before]) if WORDS in row.payload]


def test_messages_that_were_sent_are_shown_without_its_words(flow, bank, client_of):
    endpoint = Endpoint.objects.create(name="数据中台", url="https://hook.bank.example/", sealed_secret="",
                                       event_types=["complaints.*"], made_by=bank["admin"])  # fmt: skip
    case = flow.opened(**BARE)
    row = Delivery.objects.get(endpoint=endpoint, type="complaints.opened")
    services.set_confidential(case, by=bank["office"], confidential=True)
    assert WORDS in row.payload
    client = client_of("admin")
    page = client.get(reverse("webhook_payload", args=[row.pk])).content.decode()
    told = client.get(f"/api/webhooks/messages/{row.pk}").json()["payload"]
    assert WORDS not in page + json.dumps(told, ensure_ascii=False)
    assert told["data"]["subject"]["name"] == f"{case.number} 保密投诉（电话）"
    services.set_confidential(case, by=bank["office"], confidential=False)
    assert WORDS in webhooks.payload_of(Delivery.objects.get(pk=row.pk))
