"""The subject of a review decides which rules run, and each finding says under which pack."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from xiaobao_web.findings.models import Finding
from xiaobao_web.materials import engine
from xiaobao_web.materials.models import Screening
from xiaobao_web.reviews import data, queries, services
from xiaobao_web.reviews.models import Subject

WORDS = "本行将电话轰炸您的同事，直到还款为止。安享理财，保本保息，稳赚不赔！本活动最终解释权归本行所有。"


def test_every_pack_names_rules_that_are_there() -> None:
    from xiaobao.rulebook.load import load

    rules = {rule.id for rule in load().rules}
    domains = {rule.split("/")[0] for rule in rules}
    for subject in Subject:
        pack = data.rule_pack(subject)
        assert set(pack["domains"]) <= domains
        assert set(pack["kept"]) <= rules
        assert not set(pack["domains"]) & set(pack["skipped"])
        assert not [rule for rule in pack["kept"] if rule.split("/")[0] in pack["domains"]]
        assert "meaning" not in pack["skipped"]


@pytest.mark.django_db
def test_a_pack_runs_its_domains_and_the_rules_it_names() -> None:
    from xiaobao.model import Material, Passage

    material = Material("m", (Passage(WORDS),), scenario="poster")

    def found(pack: dict[str, Any]) -> set[str]:
        return {item.rule for item in engine.screener(pack)[1].screen(material).findings}

    whole = found({})
    assert "contract/final_interpretation" in whole
    assert any(rule.startswith("wealth/") for rule in whole)
    contracts = found({"skipped": ["wealth"], "kept": []})
    assert "contract/final_interpretation" in contracts
    assert not any(rule.startswith("wealth/") for rule in contracts)
    assert "contract/final_interpretation" not in found({"skipped": ["contract"], "kept": []})
    kept = ["contract/final_interpretation"]
    assert "contract/final_interpretation" in found({"skipped": ["contract"], "kept": kept})


@pytest.mark.django_db
def test_the_subject_changes_the_findings(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.draft(WORDS)
    under_marketing = {row.rule for row in queries.findings_of(review)}
    assert "contract/final_interpretation" in under_marketing
    assert any(rule.startswith("wealth/") for rule in under_marketing)
    flow.do(services.edit, review, by=bank["submitter"], subject="third_party")
    review.refresh_from_db()
    under_contracts = {row.rule for row in queries.findings_of(review)}
    assert not any(rule.startswith("wealth/") for rule in under_contracts)
    assert "contract/final_interpretation" in under_contracts
    assert {row.pack_label for row in queries.findings_of(review)} == {"第三方合作"}
    assert Screening.objects.count() == 2
    page = client_of("submitter").get(reverse("review_desk", args=[review.pk])).content.decode()
    assert "规则包 第三方合作" in page


@pytest.mark.django_db
def test_a_material_screened_without_the_pack_is_screened_again_when_it_is_submitted(bank: Any, flow: Any) -> None:
    review = flow.signed(WORDS)
    Screening.objects.update(pack={})
    flow.do(services.submit, review, by=bank["submitter"])
    review.refresh_from_db()
    assert review.state == "first_review"
    newest = Screening.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.pack["name"] == "marketing"
    assert Finding.objects.filter(screening=newest).exists()
