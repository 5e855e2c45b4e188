"""The graph around a complaint holds what hangs together with it, of what its reader may see."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints.models import Link, Party
from xiaobao_web.findings import services as ledger
from xiaobao_web.findings.models import Issue
from xiaobao_web.insights import services
from xiaobao_web.insights.graph import graph_of, option
from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.products.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(weeks, bank):
    product = Product.objects.create(code="A1", name="惠享信用卡", kind="card", unit=bank.units["retail"])
    now = timezone.now()
    made = weeks.case(now, "年费", "branch", product=product, handler=bank["liaison"])
    weeks.case(now, "年费也扣了", "branch_two", product=product)
    far = weeks.case(now, "同一件事", "branch_two")
    Link.objects.create(case=made, other=far, kind="same_event", reason="金额相同")
    Party.objects.create(case=made, kind="respondent", name="冯分行", person=bank["branch_submitter"])
    ledger.open_issue(source="complaint", title="年费提示缺失", unit=made.unit, by=bank["office"], on=made)
    return made


def test_the_office_sees_product_people_issue_and_other_cases(case, bank):
    found = graph_of(case, bank["office"])
    kinds = [key.split(":")[0] for key in found.nodes]
    assert sorted(kinds) == ["case", "case", "case", "issue", "person", "person", "product"]
    words = {word for _a, _b, word in found.edges}
    assert {"经办", "被投诉员工", "同一事件", "整改", "涉及", "系统故障"} <= words
    drawn = option(found)["series"][0]
    assert len(drawn["data"]) == 7
    assert {edge["source"] for edge in drawn["links"]} <= set(found.nodes)


def test_calls_hang_on_the_case_with_who_took_them(case, bank, weeks):
    taken = weeks.contact(timezone.now(), "", "branch", case=case, turns=[{"role": "customer", "text": "年费"}],
                          registered_by=bank["service"])  # fmt: skip
    taken.save()
    found = graph_of(case, bank["office"])
    call = found.nodes[f"call:{taken.pk}"]
    assert call["url"] == taken.get_absolute_url()
    assert (f"case:{case.pk}", f"call:{taken.pk}", "通话（有逐字稿）") in found.edges
    assert (f"call:{taken.pk}", f"person:{bank['service'].pk}", "接听") in found.edges
    assert "通话" in [row["name"] for row in option(found)["series"][0]["categories"]]


def test_one_step_leads_to_a_rule_and_to_an_inspection(case, bank, client_of):
    url = reverse("insight_graph_act", args=[case.pk])
    answer = client_of("office").post(url, {"action": "inspection"})
    issue = Issue.objects.get(source="inspection")
    assert answer.url == issue.get_absolute_url()
    assert (issue.unit, issue.source_id) == (case.unit, case.pk)
    assert client_of("office").post(url, {"action": "inspection"}).url == answer.url
    assert client_of("office").post(url, {"action": "x"}).status_code == 422
    assert client_of("other_branch").post(url, {"action": "inspection"}).status_code == 404
    author = next(person for person in (bank["reviewer"], bank["office"]) if can(person, "knowledge.draft"))
    draft = services.propose_rule(case, by=author)
    assert services.propose_rule(case, by=author) == draft
    assert case.number in draft.note
    assert "年费" in draft.yaml
    with pytest.raises(Forbidden):
        services.propose_rule(case, by=bank["liaison"])


def test_a_branch_does_not_see_cases_of_another(case, bank):
    found = graph_of(case, bank["liaison"])
    assert [key for key in found.nodes if key.startswith("case")] == [f"case:{case.pk}"]


def test_the_page_answers_and_hides(case, client_of):
    url = reverse("insight_graph", args=[case.pk])
    body = client_of("office").get(url).content.decode()
    assert "惠享信用卡" in body
    assert url in client_of("office").get(case.get_absolute_url()).content.decode()
    assert client_of("other_branch").get(url).status_code == 404
