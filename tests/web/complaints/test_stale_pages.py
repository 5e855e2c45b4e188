"""Pages that stayed open while somebody else went on: nothing unseen is decided, nothing is written over unawares."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from complaint_words import GOOD
from django.db import connection, transaction
from django.urls import reverse

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def hidden(page, name: str) -> str:
    found = re.findall(rf'name="{name}" value="([^"]+)"', page.content.decode())
    assert found, name
    return found[-1]


def test_a_second_click_does_not_decide_on_the_next_offer(flow, bank, client_of):
    case = flow.handled()
    for amount in (100, 200):
        services.offer(case, by=bank["liaison"], kind="refund", terms="退费", amount=amount)
    client, url = client_of("branch_head"), reverse("complaint_step", args=[case.pk, "decide_offer"])
    told = {"approve": "1", "about": hidden(client.get(url), "about")}
    assert client.post(url, told).status_code == 302
    again = client.post(url, told)
    assert again.status_code == 422
    assert "已经办过" in again.content.decode()
    assert [row.state for row in case.offers.all()] == ["approved", "asked"]


def test_a_ticket_corrected_meanwhile_is_not_put_back_unawares(flow, bank, client_of):
    case = flow.handled(institution="江城分行")
    client, url = client_of("liaison"), reverse("complaint_correct", args=[case.pk])
    page = client.get(url)
    told = {field.html_name: field.value() for field in page.context["form"] if field.value() not in (None, False, [])}
    told["seen"] = hidden(page, "seen")
    services.correct(case, by=bank["liaison"], values={"institution": "江城滨江支行"})
    stale = client.post(url, {**told, "region": "江城"})
    assert stale.status_code == 422
    assert "刚在别处更正过" in stale.content.decode()
    assert stale.context["form"]["region"].value() == "江城", "what was typed stays"
    assert Case.objects.get().institution == "江城滨江支行"
    told |= {"seen": hidden(stale, "seen"), "institution": "江城滨江支行", "region": "江城"}
    assert client.post(url, told).status_code == 302
    assert (Case.objects.get().institution, Case.objects.get().region) == ("江城滨江支行", "江城")


def test_a_correction_looks_at_the_ticket_as_it_is_not_as_it_was_read(flow, bank):
    case = flow.handled(institution="江城分行")
    services.correct(Case.objects.get(pk=case.pk), by=bank["liaison"], values={"institution": "江城滨江支行"}, seen="0")
    assert services.times_corrected(case) == 0, "what is handed over was read before"
    with pytest.raises(Refused, match="刚在别处更正过"):
        services.correct(case, by=bank["liaison"], values={"institution": "海州分行"}, seen="0")
    assert Case.objects.get().institution == "江城滨江支行"
    services.correct(case, by=bank["liaison"], values={"institution": "海州分行"}, seen="1")
    assert Case.objects.get().institution == "海州分行"


def corrected_meanwhile(flow, bank, client_of):
    """Send a page in another thread while a first correction of the ticket is made but not yet kept."""
    case = flow.handled(institution="江城分行")
    client, url = client_of("liaison"), reverse("complaint_correct", args=[case.pk])
    page = client.get(url)
    told = {field.html_name: field.value() for field in page.context["form"] if field.value() not in (None, False, [])}
    told |= {"seen": hidden(page, "seen"), "institution": "海州分行"}
    answers: list[Any] = []

    def send() -> None:
        try:
            answers.append(client.post(url, told))
        finally:
            connection.close()

    other = threading.Thread(target=send)
    with transaction.atomic():
        services.correct(case, by=bank["liaison"], values={"institution": "江城滨江支行"}, seen="0")
        other.start()
        other.join(1.5)
        assert other.is_alive(), "it waits for the row"
    other.join(30)
    return client, url, told, answers[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time and no locks of rows")
def test_of_two_corrections_at_once_the_second_is_refused(flow, bank, client_of):
    client, url, told, stale = corrected_meanwhile(flow, bank, client_of)
    assert stale.status_code == 422
    assert "刚在别处更正过" in stale.content.decode()
    assert stale.context["form"]["institution"].value() == "海州分行", "what was typed stays"
    assert Case.objects.get().institution == "江城滨江支行"
    assert client.post(url, {**told, "seen": hidden(stale, "seen")}).status_code == 302
    assert Case.objects.get().institution == "海州分行"


def test_a_letter_changed_meanwhile_is_looked_at_anew(flow, bank, client_of):
    case = flow.handled(flags=["诉讼"])
    services.submit_letter(flow.written(case), by=bank["liaison"])
    client, url = client_of("office"), reverse("complaint_letter", args=[case.pk])
    told = {"action": "approve", "seen": hidden(client.get(url), "seen")}
    flow.later(minutes=1)
    services.submit_letter(
        flow.written(case, {**GOOD, "decision": "我行决定退还分期手续费 36 元，三日内退回原卡。"}), by=bank["liaison"]
    )
    stale = client.post(url, told)
    assert stale.status_code == 422
    assert "请看过再办" in stale.content.decode()
    assert case.letter_now().state == "checking"
    assert client.post(url, {"action": "approve", "seen": hidden(stale, "seen")}).status_code == 302
    assert case.letter_now().state == "approved"


def test_two_pages_of_one_letter_do_not_write_over_each_other_unawares(flow, client_of):
    case = flow.handled()
    client, url = client_of("liaison"), reverse("complaint_letter", args=[case.pk])
    seen = hidden(client.get(url), "seen")
    assert client.post(url, {**GOOD, "action": "save", "seen": seen}).status_code == 302
    stale = client.post(url, {**GOOD, "facts": "另一份核实情况，写了很久。", "action": "save", "seen": seen})
    assert stale.status_code == 422
    assert "另一份核实情况" in stale.content.decode(), "what was typed stays"
    assert case.letter_now().facts == GOOD["facts"]
    told = {**GOOD, "facts": "另一份核实情况，写了很久。", "action": "save", "seen": hidden(stale, "seen")}
    assert client.post(url, told).status_code == 302
    assert case.letter_now().facts == "另一份核实情况，写了很久。"


def test_an_answer_changed_meanwhile_is_looked_at_anew(flow, bank, client_of):
    case = flow.handled()
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["branch"], request="请核实")
    services.answer_task(task, by=bank["liaison"], reply="已核实")
    client, url = client_of("branch_head"), reverse("complaint_task", args=[task.pk])
    seen = hidden(client.get(url), "seen")
    flow.later(minutes=1)
    services.decide_task(task, by=bank["office"], approve=False, note="没有附录音")
    services.answer_task(task, by=bank["liaison"], reply="附录音编号 17")
    stale = client.post(url, {"action": "approve", "seen": seen})
    assert stale.status_code == 422
    task.refresh_from_db()
    assert task.state == "answered"
    assert client.post(url, {"action": "approve", "seen": hidden(stale, "seen")}).status_code == 302


def test_the_machine_fills_in_what_the_clerk_left_empty(flow, client_of):
    text = "我叫周可欣，信用卡分期没说要收手续费，扣了 360 元，请退费，不退我就起诉。"
    told = {"channel": "call", "text": text, "kind": "complaint", "urgency": "normal", "people_count": "1",
            "business_type": "个人消费贷款"}  # fmt: skip
    answer = client_of("liaison").post(reverse("complaint_register"), told)
    assert answer.status_code == 302
    case = Case.objects.latest("pk")
    assert case.business_type == "个人消费贷款", "what the clerk says stands"
    assert case.flags == ["诉讼"]
    assert case.customer_name == "周可欣"
    assert case.cause
    assert case.urgency == "normal", "the machine says low; what the page proposes is not lowered"


def test_what_cannot_wait_is_seen_whatever_the_clerk_leaves(flow, client_of):
    text = "客户说再催他就从楼顶跳下去，遗书都写好了，孩子在旁边哭。"
    told = {"channel": "call", "text": text, "kind": "complaint", "urgency": "normal", "people_count": "1"}
    assert client_of("liaison").post(reverse("complaint_register"), told).status_code == 302
    assert Case.objects.latest("pk").urgency == "critical"
