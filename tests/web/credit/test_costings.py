"""Costings: kept for a product or a review, version after version, seen and changed by whom."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from xiaobao_web.credit import queries, services
from xiaobao_web.credit.models import Costing
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Event
from xiaobao_web.products.models import Product
from xiaobao_web.reviews import services as reviews

pytestmark = pytest.mark.django_db
TERMS = {"principal": "10000", "periods": 12, "method": "equal_instalment", "annual_rate": "12"}
QUERY = "principal=10000&rate=12&periods=12"


@pytest.fixture
def loan(bank):
    return Product.objects.create(
        code="DK1", name="惠民消费贷", kind="loan", unit=bank.units["retail"], annual_rate_high=Decimal("11")
    )


@pytest.fixture
def review(bank, loan):
    return reviews.create(by=bank["submitter"], title="惠民消费贷定价", subject="pricing", product=loan)


def test_a_costing_is_kept_with_its_figures_and_journalled(bank, loan, review):
    made = services.save(terms=TERMS, title=" 惠民贷 ", by=bank["submitter"], product=loan, review=review)
    assert (made.title, made.nominal_percent, made.versions_made) == ("惠民贷", Decimal("12.0001"), 1)
    assert made.number.startswith("CB")
    assert made.effective_percent > made.nominal_percent
    assert made.versions.get().terms == TERMS
    (event,) = journal.events_of(made)
    assert event.type == "credit.saved"
    assert event.facts["nominal"] == "12.00"


def test_half_a_hundredth_is_rounded_alike_everywhere(bank, client_of):
    fee = {"name": "服务费", "amount": "300", "timing": "deducted"}
    made = services.save(terms={**TERMS, "fees": [fee]}, title="甲", by=bank["submitter"])
    assert made.nominal_percent == Decimal("17.8250")
    assert journal.events_of(made)[0].facts["nominal"] == "17.83"
    for page in (made.get_absolute_url(), f"{reverse('costings')}?view=all"):
        assert "17.83%" in client_of("submitter").get(page).content.decode()


def test_versions_follow_and_what_is_the_same_is_refused(bank):
    made = services.save(terms=TERMS, title="甲", by=bank["submitter"])
    with pytest.raises(Refused, match="完全相同"):
        services.revise(made, terms=TERMS, by=bank["submitter"])
    kept = services.revise(made, terms={**TERMS, "annual_rate": "10"}, by=bank["colleague"], note="降价")
    made.refresh_from_db()
    assert (kept.number, made.versions_made, made.nominal_percent) == (2, 2, Decimal("9.9997"))
    assert [row.nominal_percent for row in made.versions.all()] == [Decimal("9.9997"), Decimal("12.0001")]
    event = Event.objects.get(type="credit.revised")
    assert event.changes["年化（单利，%）"] == ["12.0001", "9.9997"]


@pytest.mark.parametrize(
    ("terms", "title", "words"),
    [
        ({**TERMS, "grace": 12}, "甲", "宽限"),
        ({"principal": "x"}, "甲", "periods"),
        (TERMS, " ", "名称"),
        (
            {
                **TERMS,
                "principal": "1000000000000",
                "periods": 1200,
                "fees": [{"name": "费", "amount": "1000000000000"}],
            },
            "甲",
            "过大",
        ),
    ],
)
def test_what_cannot_be_kept_says_why(bank, terms, title, words):
    with pytest.raises(BadValue, match=words):
        services.save(terms=terms, title=title, by=bank["submitter"])
    assert not Costing.objects.exists()


def test_who_sees_and_keeps(bank):
    made = services.save(terms=TERMS, title="甲", by=bank["branch_submitter"])
    for who, sees in {"submitter": False, "branch_head": True, "other_branch": False, "reviewer": True,
                      "executive": True, "stranger": False, "admin": False}.items():  # fmt: skip
        assert queries.visible(bank[who]).filter(pk=made.pk).exists() == sees, who
    with pytest.raises(Forbidden):
        services.save(terms=TERMS, title="甲", by=bank["executive"])


def test_the_pages_keep_show_and_revise(bank, client_of, loan, review):
    client = client_of("submitter")
    page = client.get(f"{reverse('credit')}?for_product={loan.pk}&for_review={review.pk}").content.decode()
    assert review.number in page
    assert "保存测算" in page
    data = {"query": QUERY, "title": "惠民贷", "product": loan.pk, "review": review.number.lower()}
    answer = client.post(reverse("costing_keep"), data)
    made = Costing.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.product, made.review) == (loan, review)
    shown = client.get(answer.url).content.decode()
    for words in (made.number, "12.00%", "12.68%", "还款计划", "第 1 版", "保存成本测算"):
        assert words in shown
    again = client.get(f"{reverse('credit')}?{QUERY}&costing={made.pk}").content.decode()
    assert "保存为新的一版" in again
    revised = client.post(reverse("costing_revise", args=[made.pk]), {"query": QUERY.replace("12&", "10&", 1)})
    assert revised.status_code == 302
    assert "第 2 版" in client.get(answer.url).content.decode()
    assert "12.00%" in client.get(f"{answer.url}?version=1").content.decode()
    assert client.get(f"{answer.url}?version=9").status_code == 404
    assert made.number in client.get(reverse("costings"), {"view": "all"}).content.decode()


def test_wrong_posts_are_refused_with_a_sentence(client_of, review):
    client = client_of("branch_submitter")
    for data, words in [
        ({"query": QUERY}, "测算名称"),
        ({"query": QUERY, "title": "甲", "review": review.number}, "没有这个审查编号"),
        ({"query": "principal=x", "title": "甲"}, "数字"),
        ({"query": f"{QUERY}&grace=12", "title": "甲"}, "宽限"),
    ]:
        answer = client.post(reverse("costing_keep"), data)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_product_and_review_pages_show_costings_and_warn(bank, client_of, loan, review):
    made = services.save(terms=TERMS, title="惠民贷", by=bank["submitter"], product=loan)
    product = client_of("reviewer").get(reverse("product", args=[loan.pk])).content.decode()
    assert made.number in product
    assert "高于产品登记的年化上限" in product
    case = client_of("submitter").get(review.get_absolute_url()).content.decode()
    assert made.number in case
    hidden = client_of("branch_submitter").get(reverse("product", args=[loan.pk])).content.decode()
    assert made.number not in hidden


def test_a_product_of_another_kind_has_no_empty_panel(bank, client_of):
    fund = Product.objects.create(code="JJ1", name="稳健基金", kind="fund", unit=bank.units["retail"])
    assert "测算综合成本" not in client_of("submitter").get(reverse("product", args=[fund.pk])).content.decode()
