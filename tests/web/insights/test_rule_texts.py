"""A rule drafted from a complaint begins with what the complaint tells, without personal data."""

from __future__ import annotations

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone

from xiaobao.laws import load
from xiaobao.rulebook.model import CATEGORIES, PRODUCTS
from xiaobao_web.complaints.data import classes
from xiaobao_web.complaints.models import Contact
from xiaobao_web.insights import services
from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.insights.services.rule_texts import rule_text, suggestions, words
from xiaobao_web.knowledge import drafting
from xiaobao_web.knowledge.models import RuleDraft

SAID = (
    "我叫周可欣，电话13800001234。3月2日在江城分行，客户经理跟我说“这款理财稳赚不亏”，让我把存款都转过去。"
    "现在亏了3200元，我要求退钱。"
)


@pytest.fixture
def case(weeks, bank):
    made = weeks.case(timezone.now(), "理财亏损", "branch")
    made.business_type, made.cause = "理财", "误导销售/营销宣传"
    made.save()
    weeks.contact(timezone.now(), SAID, "branch", case=made, kind="complaint").save()
    return made


def test_every_cause_and_business_suggests_what_exists():
    said = suggestions()
    others = {"其他"}
    assert {item.name for item in classes().cause} - set(said.causes) == others
    assert set(said.products) <= {item.name for item in classes().business}
    assert {name for names in said.products.values() for name in names} <= set(PRODUCTS)
    register = load()
    for cause in said.causes.values():
        assert cause.category in CATEGORIES
        assert all(register.resolve(basis) for basis in cause.basis)


@pytest.mark.django_db
def test_the_draft_holds_offence_articles_words_and_the_masked_sentence(case):
    text = yaml.safe_load(rule_text(case))
    assert text["category"] == "misleading_product_nature"
    assert "广告法#28" in text["basis"]
    assert text["scope"] == {"products": ["wealth"]}
    assert text["when"] == {"words": ["这款理财稳赚不亏"]}
    [example] = text["examples"]["hit"]
    assert "稳赚不亏" in example
    assert "要求退钱" not in example
    for personal in ("周可欣", "13800001234"):
        assert personal not in rule_text(case)


def test_words_without_quotes_are_the_clause_that_tells_what_was_done():
    assert words("我去办卡，业务员没说要收手续费，我很生气") == ["业务员没说要收手续费"]
    assert words("嗯") == ["在这里写词语"]


@pytest.mark.django_db
def test_who_is_kept_secret_is_not_quoted(case):
    case.confidential = True
    assert yaml.safe_load(rule_text(case))["examples"] == {"hit": [], "no_hit": []}


@pytest.mark.django_db
def test_a_case_without_words_gives_what_its_classes_tell(case):
    Contact.objects.all().delete()
    text = yaml.safe_load(rule_text(case))
    assert text["category"] == "misleading_product_nature"
    assert text["when"] == yaml.safe_load(drafting.STARTER)["when"]


@pytest.mark.django_db
def test_the_button_of_the_case_page_opens_the_filled_draft(case, bank, client_of):
    page = client_of("office").get(case.get_absolute_url()).content.decode()
    url = reverse("insight_graph_act", args=[case.pk])
    assert f'action="{url}"' in page
    answer = client_of("office").post(url, {"action": "rule"})
    draft = RuleDraft.objects.get()
    assert answer.url == draft.get_absolute_url()
    shown = client_of("office").get(answer.url).content.decode()
    assert "稳赚不亏" in shown
    assert case.number in shown
    checked = drafting.check(draft)
    assert not [fault for fault in checked.faults if "category" in str(fault) or "basis" in str(fault)], checked.faults
    assert services.propose_rule(case, by=bank["office"]) == draft


@pytest.mark.django_db
def test_a_warning_gives_its_terms_and_what_most_of_its_contacts_are(bank):
    warning = EarlyWarning.objects.create(
        number="YJ1", kind="emerging", title="手机银行闪退", terms=["闪退", "新版本"], strength=3.0, count=9, why="多",
        raised_for=timezone.now(), unit=bank.units["branch"],
        facts={"cause": {"value": "系统与渠道故障", "share": 0.9, "n": 9}},
    )  # fmt: skip
    text = yaml.safe_load(rule_text(warning))
    assert text["when"] == {"words": ["闪退", "新版本"]}
    assert text["basis"] == ["消法#8"]
