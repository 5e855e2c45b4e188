"""The pages and the interface: what they show, to whom, with few queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from making import RULE, TEXT, published, screened

from xiaobao_web.findings.models import Finding
from xiaobao_web.knowledge import backtesting, drafting, impact, mirror, shadow
from xiaobao_web.knowledge.models import AllowEntry, RuleDraft, RuleEntry, ShadowHit
from xiaobao_web.materials import registry

PRINCIPAL = "wealth/principal_guarantee"
CLAIM = "本产品保本保息，年化收益率高达8%，稳赚不赔。"


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_rulebook_is_listed_filtered_and_found(bank: Any, client_of: Any) -> None:
    client = client_of("submitter")
    page = client.get(reverse("rules"))
    assert page.status_code == 200
    assert RuleEntry.objects.count() > 150
    rule = RuleEntry.objects.get(rule=PRINCIPAL)
    for query in (f"domain=wealth&q={rule.title[:6]}", f"norms={rule.norms.split('|')[1]}&q={rule.title}"):
        assert rule.title in _text(client.get(f"{reverse('rules')}?{query}"))
    other = _text(client.get(f"{reverse('rules')}?domain=loan&q={rule.title}"))
    assert f"/rules/{PRINCIPAL}/" not in other
    assert f"/rules/{PRINCIPAL}/" in _text(client.get(f"{reverse('rules')}?media=poster&q={rule.title}"))


def test_a_rule_page_tells_everything_and_hides_others_material(bank: Any, client_of: Any) -> None:
    screened(bank, CLAIM)
    url = reverse("rule", kwargs={"rule": PRINCIPAL})
    shown = _text(client_of("reviewer").get(url))
    for words in ("什么算命中", "应当命中", "《中华人民共和国广告法》第25条第（一）项", "理财海报", "修改"):
        assert words in shown
    outside = _text(client_of("other_branch").get(url))
    assert "理财海报" not in outside
    assert f"{PRINCIPAL}/change/" not in outside
    assert client_of("submitter").get(reverse("rule", kwargs={"rule": "no/such_rule"})).status_code == 404
    assert client_of("submitter").get("/knowledge/rules/lexicons/product/").status_code == 404


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("rules", {}),
        ("rule", {"rule": PRINCIPAL}),
        ("laws", {}),
        ("law", {"key": "广告法"}),
        ("article", {"key": "广告法", "place": "25(一)"}),
    ],
)
def test_pages_need_few_queries_however_much_was_found(bank: Any, client_of: Any, name: str, keys: Any) -> None:
    mirror.refresh()
    row = screened(bank, CLAIM)
    client, url = client_of("reviewer"), reverse(name, kwargs=keys)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    Finding.objects.bulk_create(
        Finding(version=row.version, screening=row, rule=PRINCIPAL, title="x", text=str(i)) for i in range(200)
    )
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few) <= 40


def test_an_article_shows_what_rests_on_it(bank: Any, client_of: Any) -> None:
    mirror.refresh()
    row = screened(bank, CLAIM)
    approved = registry.approve(row.version, channels=["网点"], by=bank["reviewer"])
    told = impact.of("广告法#25(一)", bank["reviewer"])
    assert PRINCIPAL in {item.entry.rule for item in told.rules}
    assert {item.reach for item in told.rules} >= {"正是这一条", "引用整条"}
    assert told.asked
    assert approved in told.approved
    Finding.objects.filter(rule__in=[item.entry.rule for item in told.rules]).update(decision="dismissed")
    assert approved not in impact.of("广告法#25(一)", bank["reviewer"]).approved
    url = reverse("article", kwargs={"key": "广告法", "place": "999"})
    assert client_of("reviewer").get(url).status_code == 404


def test_a_rule_goes_from_the_editor_into_force_by_the_pages(bank: Any, client_of: Any) -> None:
    author, office = client_of("reviewer"), client_of("office")
    wrong = author.post(reverse("rule_draft_check"), {"rule": RULE, "yaml": TEXT.replace("high", "huge")})
    assert "第 4 行" in _text(wrong)
    refused = author.post(reverse("rule_draft_new"), {"rule": "坏 编号", "yaml": TEXT, "note": "甲"})
    assert refused.status_code == 422
    assert "坏 编号" in _text(refused)
    made = author.post(reverse("rule_draft_new"), {"rule": RULE, "yaml": TEXT, "note": "甲"})
    draft = RuleDraft.objects.get()
    assert made.url == reverse("rule_draft", args=[draft.pk])
    tried = author.post(reverse("rule_draft_test", args=[draft.pk]), {"text": "理财优惠仅限今天，错过不再有。"})
    assert "命中 1 处" in _text(tried)
    act = reverse("rule_draft_act", args=[draft.pk])
    assert author.post(act, {"action": "propose"}).status_code == 302
    assert office.post(act, {"action": "publish"}).status_code == 409
    assert author.post(reverse("rule_draft_edit", args=[draft.pk]), {"yaml": TEXT, "note": "乙"}).status_code == 422
    office.post(reverse("rule_backtest_ask", args=[draft.pk]), {"wanted": "10"})
    row = draft.backtests.get()
    backtesting.run(row.pk)
    assert "没有这样的差别" in _text(office.get(reverse("rule_backtest", args=[row.pk])))
    assert author.post(act, {"action": "publish"}).status_code == 403
    assert client_of("submitter").post(act, {"action": "publish"}).status_code == 404
    assert office.post(act, {"action": "publish"}).status_code == 302
    assert "本机构发布" in _text(office.get(reverse("rule", kwargs={"rule": RULE})))
    assert office.post(act, {"action": "nothing"}).status_code == 422


def test_shadow_hits_are_judged_on_their_page_and_unseen_by_the_sender(bank: Any, client_of: Any, draft: Any) -> None:
    drafting.propose(draft, by=bank["reviewer"])
    drafting.trial(draft, by=bank["office"])
    row = screened(bank)
    shadow.run(row.pk)
    hit = ShadowHit.objects.get()
    url = reverse("rule_shadow", args=[draft.pk])
    assert "仅限今天" in _text(client_of("reviewer").get(url))
    assert client_of("submitter").get(url).status_code == 404
    assert draft.title not in _text(client_of("submitter").get(reverse("material", args=[row.version.material_id])))
    answer = client_of("reviewer").post(
        reverse("rule_shadow_judge", args=[hit.pk]), {"judged": "right"}, headers={"HX-Request": "true"}
    )
    assert 'aria-pressed="true"' in _text(answer)


def test_an_allow_list_entry_by_the_pages(bank: Any, client_of: Any) -> None:
    facts = {"phrase": "本产品保本保息", "rule": PRINCIPAL, "reason": "保本型", "expires_on": "2020-01-01"}
    client = client_of("reviewer")
    assert client.post(reverse("allow_new"), facts).status_code == 422
    from django.utils import timezone

    facts["expires_on"] = timezone.localdate().isoformat()
    assert client.post(reverse("allow_new"), facts).status_code == 302
    entry = AllowEntry.objects.get()
    act = reverse("allow_act", args=[entry.pk])
    assert client.post(act, {"action": "approve_allow"}).status_code == 403
    assert client_of("office").post(act, {"action": "approve_allow"}).status_code == 302
    assert client_of("office").post(act, {"action": "withdraw_allow"}).status_code == 422
    assert "本产品保本保息" in _text(client.get(reverse("allow_entry", args=[entry.pk])))


def test_the_interface(bank: Any, client_of: Any, draft: RuleDraft) -> None:
    published(draft, bank)
    client = client_of("reviewer")
    rule = client.get(f"/api/knowledge/rules/{RULE}").json()
    assert (rule["id"], rule["local"], rule["yaml"]) == (RULE, True, TEXT)
    page = client.get("/api/knowledge/rules?domain=wealth&limit=200").json()
    assert RULE in {item["id"] for item in page["items"]}
    assert client.get("/api/knowledge/rules?domian=wealth").status_code == 422
    law = client.get("/api/knowledge/laws/广告法").json()
    assert law["standing"] == "施行中"
    assert any(item["place"] == "25(一)" for item in law["articles"])
    post = {"content_type": "application/json"}
    tried = client.post("/api/knowledge/test", {"rule": RULE, "text": "理财优惠仅限今天，错过不再有。"}, **post).json()
    assert len(tried["hits"]) == 1
    faulty = {"rule": RULE, "text": "甲", "yaml": "title: ["}
    assert client.post("/api/knowledge/test", faulty, **post).json()["faults"][0]["line"]
    assert client_of("submitter").post("/api/knowledge/test", faulty, **post).status_code == 403
    body = {"rule": "wealth/another_one", "yaml": "title: x", "note": "甲"}
    made = client.post("/api/knowledge/drafts", body, **post)
    assert made.status_code == 201
    assert made.json()["faults"]
    assert client_of("submitter").get("/api/knowledge/drafts").status_code == 403
    assert client.get(f"/api/knowledge/drafts/{draft.number}").json()["state"] == "published"
    assert client.get("/api/knowledge/allow?state=nothing").status_code == 422
