"""A rule or an article changes: what was approved under it is proposed to be looked at again; the office confirms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.findings import decisions
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Event
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.knowledge import backtesting, drafting, importing, mirror, reconsidering
from xiaobao_web.knowledge.models import ArticleEntry, Reconsideration, RuleVersion
from xiaobao_web.materials import registry
from xiaobao_web.materials.models import ApprovedMaterial
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Reevaluation, Review

CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"
RULE = "wealth/principal_guarantee"
LAW = "# 中华人民共和国广告法\n\n2021年4月29日 某次会议修正\n\n第二十五条 {words}\n\n第九条 这里是另一件事。\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_texts(tmp_path: Path, monkeypatch: Any) -> None:
    """Keep imported wordings in a folder of the test's own."""
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))


def concluded(flow: Any, bank: Any) -> Review:
    """Return a concluded review whose points rested on the guarantee rule; its approval is in use."""
    review = flow.issued()
    entry = review.materials.get()
    flow.do(services.adopt_all, review, by=bank["submitter"], text="已改", entry=entry, pasted=CHANGED)
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    services.accept_rest(review, by=bank["reviewer"])
    for found in queries.findings_of(review).filter(decision="open"):
        decisions.dismiss(found, by=bank["reviewer"], reason="表述合规")
    return Review.objects.get(pk=flow.do(services.conclude, review, by=bank["reviewer"]).pk)


def published(flow: Any, bank: Any) -> RuleVersion:
    text = drafting.begin_text(RULE).replace("title: ", "title: 收紧后", 1)
    draft = drafting.start(RULE, text=text, note="按监管通报收紧", by=bank["reviewer"])
    drafting.propose(draft, by=bank["reviewer"])
    backtesting.run(backtesting.ask(draft, wanted=50, by=bank["office"]).pk)
    return flow.do(drafting.publish, draft, by=bank["office"])


def test_a_published_rule_proposes_and_the_office_confirms(bank: Any, flow: Any, client_of: Any) -> None:
    review = concluded(flow, bank)
    mirror.fresh()
    published(flow, bank)
    row = Reconsideration.objects.get()
    assert row.cause == "rule"
    assert [item.approved.review_id for item in row.items.all()] == [review.pk]
    assert not Reevaluation.objects.exists(), "nothing is opened before the office has confirmed"
    assert Notification.objects.filter(person=bank["office"], title__contains="待确认是否回溯").exists()
    address = reverse("reconsideration", args=[row.pk])
    assert client_of("submitter").get(address).status_code == 403
    page = client_of("legal").get(address).content.decode()
    assert "海报文字" in page
    assert "由消保办办理" in page
    with pytest.raises(Forbidden):
        reconsidering.confirm(row, by=bank["legal"], items=[row.items.get().pk], note="回溯")
    with pytest.raises(BadValue, match="至少选一份"):
        reconsidering.confirm(row, by=bank["office"], items=[], note="看过")
    told = {"action": "confirm", "item": [row.items.get().pk], "note": "规则收紧，逐份重看"}
    with flow.capture(execute=True):
        assert client_of("office").post(address, told).status_code == 302
    opened = Reevaluation.objects.get()
    assert (opened.review, opened.kind) == (review, "law")
    assert row.number in opened.trigger
    item = row.items.get()
    assert (item.chosen, item.reevaluation) == (True, opened)
    with pytest.raises(Refused, match="已由"):
        reconsidering.dismiss(row, by=bank["office"], note="算了")
    event = Event.objects.get(type="knowledge.reconsider_confirmed")
    assert event.facts["opened"] == 1


def test_what_nothing_rests_on_proposes_nothing(bank: Any, flow: Any) -> None:
    review = concluded(flow, bank)
    mirror.fresh()
    assert reconsidering.for_articles(["个保法#13"], note="") is None
    registry.withdraw(ApprovedMaterial.objects.get(review=review), by=bank["office"], reason="停用")
    published(flow, bank)
    assert not Reconsideration.objects.exists()


def test_a_paraphrase_that_changed_with_the_register_proposes(bank: Any, flow: Any) -> None:
    concluded(flow, bank)
    mirror.fresh()
    entry = ArticleEntry.objects.get(norm__key="广告法", place="25(一)")
    ArticleEntry.objects.filter(pk=entry.pk).update(paraphrase="从前的大意")
    from xiaobao_web.knowledge.models import Mirror

    Mirror.objects.update(laws="")
    mirror.fresh()
    row = Reconsideration.objects.get()
    assert (row.cause, row.reference) == ("law", "广告法#25(一)")
    reconsidering.dismiss(row, by=bank["office"], note="只是措辞更清楚")
    row.refresh_from_db()
    assert row.state == "dismissed"
    assert row.items.get().chosen is False
    mirror.refresh()
    assert Reconsideration.objects.count() == 1


def test_an_imported_text_that_reads_otherwise_proposes(bank: Any, flow: Any) -> None:
    concluded(flow, bank)
    mirror.fresh()
    first = SimpleUploadedFile("广告法.txt", LAW.format(words="甲不得做这件事。").encode())
    flow.do(importing.confirm, importing.examine(first, by=bank["legal"]), by=bank["legal"])
    assert not Reconsideration.objects.exists(), "a first wording is no change"
    again = SimpleUploadedFile("广告法.txt", LAW.format(words="甲与乙都不得做这件事。").encode())
    row = importing.examine(again, by=bank["legal"])
    assert [item["changed"] for item in row.changes] == [["25"]]
    flow.do(importing.confirm, row, by=bank["office"])
    proposal = Reconsideration.objects.get()
    assert proposal.reference == "广告法#25"
    assert proposal.created_by == bank["office"]
