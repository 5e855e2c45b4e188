"""A topic that grows raises one warning, told to those it concerns, answered in steps; never from the future."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints.models import Contact
from xiaobao_web.findings.models import Issue
from xiaobao_web.insights import queries, services
from xiaobao_web.insights.models import EarlyWarning, Watch, WatchPart
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def raised(weeks):
    weeks.usual()
    weeks.topic()
    services.look()
    return EarlyWarning.objects.get()


def test_a_new_topic_raises_one_warning_with_onset_examples_and_place(raised, bank):
    assert any("闪退" in term for term in raised.terms)
    assert raised.kind == "emerging"
    assert raised.onset is not None
    assert raised.onset >= raised.raised_for - timedelta(days=4)
    assert raised.unit == bank.units["branch"]
    assert raised.facts["cause"]["value"] == "系统故障"
    texts = Contact.objects.filter(pk__in=raised.examples).values_list("text", flat=True)
    assert texts
    assert all("闪退" in text for text in texts)
    assert sum(n for _day, n in raised.series[:-4]) == 0
    assert Watch.objects.get().texts == Contact.objects.count()
    assert deadlines.running(raised).count() == 1


def test_looking_again_raises_nothing_twice(raised):
    assert services.look() == []
    assert EarlyWarning.objects.count() == 1


def test_ordinary_weeks_raise_nothing(weeks):
    weeks.usual()
    assert services.look() == []


def test_texts_of_the_future_do_not_change_what_was_told(weeks):
    weeks.usual()
    weeks.topic()
    before = services.look(until=_middle())
    told = [(row.terms, row.raised_for) for row in before]
    EarlyWarning.objects.all().delete()
    WatchPart.objects.all().delete()
    whole = services.look()
    assert [(row.terms, row.raised_for) for row in whole][: len(told)] == told


def _read():
    return Watch.objects.get().read


def test_each_look_reads_what_is_new_and_tells_what_one_look_tells(weeks):
    weeks.usual()
    weeks.topic(days=5)
    told = []
    for hours in range(120, -1, -6):
        told += [
            (row.terms, row.raised_for, row.count)
            for row in services.look(until=timezone.now() - timedelta(hours=hours))
        ]
        if hours < 110:
            assert _read() <= 40
    assert Watch.objects.get().texts == Contact.objects.count()
    EarlyWarning.objects.all().delete()
    WatchPart.objects.all().delete()
    assert [(row.terms, row.raised_for, row.count) for row in services.look()] == told
    assert told


def test_what_is_registered_late_or_gone_is_heard_again_from_its_day_on(weeks):
    weeks.usual()
    services.look()
    assert _read() == Contact.objects.count()
    services.look()
    assert _read() < 20
    late = weeks.contact(timezone.now() - timedelta(days=3, hours=1), "年费又扣了，要求退还", "branch")
    late.save()
    services.look()
    assert 20 < _read() < 80
    assert Watch.objects.get().texts == Contact.objects.count()
    Contact.objects.filter(pk=late.pk).delete()
    services.look()
    assert 20 < _read() < 80
    weeks.contact(timezone.now() - timedelta(days=30), "年费又扣了，要求退还", "branch").save()
    services.look()
    assert _read() == Contact.objects.count()


def test_what_another_version_kept_is_heard_anew(weeks):
    weeks.usual()
    services.look()
    WatchPart.objects.filter(resumes=True).update(head=b"x")
    services.look()
    assert _read() == Contact.objects.count()


def test_no_words_are_kept(weeks):
    weeks.usual()
    services.look()
    assert all("年费".encode() not in zlib.decompress(bytes(row.packed)[13:])
               for row in WatchPart.objects.exclude(packed=b""))  # fmt: skip


def test_warnings_closed_for_five_years_go_those_with_a_cause_to_remove_stay(raised, bank, clock):
    row = services.acknowledge(raised, by=bank["complaints"])
    services.close(row, by=bank["complaints"], conclusion="版本缺陷，已修复发布")
    made = services.open_rectification(
        title="没有回归测试", unit=bank.units["branch"], owner=bank["liaison"], cause="系统故障", whys=["没有测试"],
        by=bank["complaints"], warning=row,
    )  # fmt: skip
    assert services.purge_due() == 0
    clock.move_to(timezone.now() + timedelta(days=5 * 366 + 1))
    assert services.purge_due() == 0
    made.warning = None
    made.save(update_fields=["warning"])
    assert services.purge_due() == 1
    assert not EarlyWarning.objects.exists()


def _middle():
    return Contact.objects.order_by("-received_at").values_list("received_at", flat=True)[4]


def test_texts_registered_late_still_raise_theirs(weeks):
    weeks.usual()
    assert services.look() == []
    weeks.topic()
    assert len(services.look()) == 1


def test_those_it_concerns_are_told_and_others_are_not(raised, bank):
    told = set(Notification.objects.filter(kind="insights.warning").values_list("person__username", flat=True))
    assert {"complaints", "office", "liaison", "branch_head"} <= told
    assert not {"other_branch", "submitter", "executive"} & told
    assert set(raised.told.values_list("username", flat=True)) == told


def test_grave_words_reach_the_executive(weeks, bank):
    weeks.usual()
    for row in weeks.topic():
        Contact.objects.filter(pk=row.pk).update(text=row.text + "，已经有人拉维权群")
    services.look()
    assert Notification.objects.filter(kind="insights.warning", person=bank["executive"]).exists()


def test_it_is_acknowledged_acted_on_and_closed(raised, bank):
    assert list(queries.waiting_for(bank["liaison"])) == [raised]
    row = services.acknowledge(raised, by=bank["liaison"])
    assert row.acknowledged_by == bank["liaison"]
    assert not deadlines.running(row).exists()
    with pytest.raises(BadValue):
        services.act(row, by=bank["liaison"], measure="嗯")
    row = services.act(row, by=bank["liaison"], measure="电子银行部回退到上一版本，今日发布公告")
    with pytest.raises(Forbidden):
        services.close(row, by=bank["liaison"], conclusion="版本缺陷，已修复发布")
    row = services.close(row, by=bank["complaints"], conclusion="版本缺陷，已修复发布")
    assert row.state == "closed"
    names = [event.type for event in journal.events_of(row)]
    assert {"insights.raised", "insights.acknowledge", "insights.act", "insights.close"} <= set(names)
    with pytest.raises(Refused):
        services.act(row, by=bank["complaints"], measure="再处理一次看看")


def test_one_step_to_the_ledger_enters_once(raised, bank):
    issue = services.open_issue(raised, by=bank["complaints"])
    assert services.open_issue(raised, by=bank["office"]) == issue
    assert Issue.objects.get() == issue
    assert issue.unit == bank.units["branch"]
    assert issue.source == "complaint"


def test_without_a_product_there_is_nothing_to_reevaluate(raised, bank):
    with pytest.raises(Refused, match="产品"):
        services.ask_reevaluation(raised, by=bank["complaints"])


def test_the_page_shows_masked_examples_to_those_who_may(raised, bank, client_of):
    Contact.objects.filter(pk=raised.examples[0]).update(text="手机银行闪退，我电话13800001234")
    url = reverse("insight_warning", args=[raised.pk])
    body = client_of("liaison").get(url).content.decode()
    assert "闪退" in body
    assert "<td>0</td>" in body, "a day without any"
    assert "13800001234" not in body
    assert client_of("branch_head").get(url).status_code == 200
    assert client_of("sender_head").get(url).status_code == 404
    assert client_of("submitter").get(url).status_code == 404
    answer = client_of("liaison").post(reverse("insight_warning_act", args=[raised.pk]), {"action": "acknowledge"})
    assert answer.status_code == 302
    short = client_of("liaison").post(
        reverse("insight_warning_act", args=[raised.pk]), {"action": "act", "measure": "短"}
    )
    assert short.status_code == 422
    assert "请写明处置措施" in short.content.decode()
    assert client_of("liaison").get(reverse("insight_warnings")).status_code == 200
    assert raised.title in client_of("liaison").get("/").content.decode()
