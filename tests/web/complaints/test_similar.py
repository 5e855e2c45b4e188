"""Contacts of about the same time also meet by rare words and matters, which are then forgotten."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from xiaobao_web.complaints import services
from xiaobao_web.complaints.jobs import fill_keys
from xiaobao_web.complaints.models import Contact, ContactKey, NearKey
from xiaobao_web.complaints.services import similar
from xiaobao_web.kernel import retention

pytestmark = pytest.mark.django_db
FIRST = "理财经理戴着墨镜写过字条，说保证还本"
LATER = "大厅里有人戴着墨镜推销，留下字条"


def told(text: str) -> Contact:
    contact = services.register(channel="web", by=None, text=text)
    similar.remember(contact)
    return contact


def test_rare_words_bring_contacts_of_one_time_together(flow):
    first = told(FIRST)
    for n in range(5):
        told(f"信用卡年费收了{n}次，要求退")
    flow.later(days=25)
    assert similar.candidates(similar.facts(told(LATER)))[1] == first.pk  # after itself
    flow.later(days=60)
    last = told(LATER)
    found = similar.candidates(similar.facts(last), but=last.pk)
    assert first.pk not in found, "too long ago to meet by rare words alone"


def test_what_is_old_is_forgotten_and_not_remembered_anew(flow):
    first = told(FIRST)
    kept = set(first.keys.values_list("key", flat=True))
    assert first.near_keys.exists()
    flow.later(days=150)
    told("信用卡年费又收了，要求退")
    gone = first.near_keys.count()
    assert retention.purge()["过时的近期比对键"] == gone
    assert not first.near_keys.exists()
    assert NearKey.objects.exists()
    similar.remember(first)
    assert not first.near_keys.exists()
    assert set(first.keys.values_list("key", flat=True)) == kept


def keys_of(contact: Contact) -> tuple[set[int], set[int]]:
    return set(contact.keys.values_list("key", flat=True)), set(contact.near_keys.values_list("key", flat=True))


def test_earlier_contacts_get_their_keys_in_batches_that_may_be_cut_short(flow):
    made = [told(f"{FIRST}，第{n}次") for n in range(5)]
    wanted = {row.pk: keys_of(row) for row in made}
    NearKey.objects.all().delete()
    ContactKey.objects.filter(contact=made[0]).delete()
    assert similar.fill(most=2)[0] == 0, "what came in within the hour is the job's"
    flow.later(hours=2)
    count, last = similar.fill(most=2)
    assert (count, last) == (2, made[1].pk)
    out = StringIO()
    call_command("complaint_keys", "--batch", "2", "--limit", "2", stdout=out)
    assert "已补建 2 件，还有 1 件" in out.getvalue()
    assert fill_keys() == 1
    assert {row.pk: keys_of(row) for row in made} == wanted
    out = StringIO()
    call_command("complaint_keys", stdout=out)
    assert out.getvalue().strip() == "没有需要补建的来件"
    assert similar.candidates(similar.facts(told(LATER)))[1] == made[-1].pk


def test_what_is_too_old_to_meet_by_rare_words_gets_no_keys(flow):
    told(FIRST)
    NearKey.objects.all().delete()
    flow.later(days=150)
    assert fill_keys() == 0
    assert not NearKey.objects.exists()


def test_reasons_say_what_is_alike_and_what_differs_and_links_only_name_it(flow):
    told("3月2日尾号4471的卡扣年费300元，当初说免。芦海燕 13812345678")
    later = services.register(
        channel="web", by=None, text="3月9日尾号0093的卡又扣年费600元，当初说免。芦海燕 13812345678"
    )
    (found,) = similar.remember(later)
    assert found["link"] == "same_customer"
    assert "联系电话相同（*******5678）" in found["why"]
    assert found["why"][-1].startswith("不同之处：")
    assert "金额不同（600元／300元）" in found["why"][-1]
    assert "金额不同" in found["shared"][-1]
    assert "600元" not in found["shared"][-1]


def test_one_number_of_two_people_with_an_agent_is_linked_as_such(flow, bank, client_of):
    words = "本人章伟明，电话17012345678，年费450元没有告知。"
    first = flow.opened(customer_name="章伟明", phone="17012345678", text=words)
    similar.link_now(first.contacts.get().pk)
    words = "我是柳洋，电话17012345678，房贷利率太高，要求降息。已全权委托他人，勿联系本人。"
    second = flow.opened(customer_name="柳洋", phone="17012345678", text=words)
    similar.link_now(second.contacts.get().pk)
    link = second.links.get()
    assert (link.kind, link.other, link.confirmed) == ("proxy", first, None)
    assert "提到代理" in link.reason
    page = client_of("complaints").get(second.contacts.get().get_absolute_url()).content.decode()
    assert "疑似代理投诉" in page


def test_the_earlier_of_two_is_told_of_the_later_and_its_case_is_linked_when_it_is_filed(flow, bank, client_of):
    words = "3月2日尾号4471的信用卡扣了年费300元，当初说免，要求退。本人芦海燕，电话13812345678"
    first = told(words)
    case = flow.opened(customer_name="芦海燕", phone="13812345678", text=words)
    later = case.contacts.get()
    similar.link_now(later.pk)
    assert [item["row"] for item in similar.near(first, bank["office"])] == [later]
    assert later.number in client_of("office").get(first.get_absolute_url()).content.decode()
    assert similar.near(told("网点排队两个小时没人管"), bank["office"]) == []
    filed = services.screen_kind(first, by=bank["office"], kind="complaint")
    similar.link_now(filed.pk)
    filed.refresh_from_db()
    link = filed.case.links.get()
    assert (link.kind, link.other) == ("same_event", case)
