"""The graph around a complaint holds what hangs together with it, of what its reader may see."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints.models import Link, Party
from xiaobao_web.findings import services as ledger
from xiaobao_web.insights.graph import graph_of, option
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


def test_a_branch_does_not_see_cases_of_another(case, bank):
    found = graph_of(case, bank["liaison"])
    assert [key for key in found.nodes if key.startswith("case")] == [f"case:{case.pk}"]


def test_the_page_answers_and_hides(case, client_of):
    url = reverse("insight_graph", args=[case.pk])
    body = client_of("office").get(url).content.decode()
    assert "惠享信用卡" in body
    assert url in client_of("office").get(case.get_absolute_url()).content.decode()
    assert client_of("other_branch").get(url).status_code == 404
