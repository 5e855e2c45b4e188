"""The sentence on a case: written of what the case holds, without its complainant, readable where it is masked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from rest_answers import did, send

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services.personal import masked
from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db


def ticket(**fields) -> dict:
    told = {"customer_name": "王女士", "institution_branch": "石景山支行", "business_type": "信用卡",
            "cause": "定价收费", "product_name": "金葵花联名卡", "demand": ["退款退费"],
            "amounts": [{"value": 360.0, "role": "refund_demand"}], **fields}  # fmt: skip
    return {"ticket": {**told, "summary": f"客户{told['customer_name']}反映石景山支行“金葵花联名卡”收费有异议。"}}


def filed(flow, **fields) -> Case:
    contact = {"ticket": ticket(**fields)}
    values = {"channel": "call", "text": "我姓王，石景山支行的金葵花联名卡乱收费。", "by": flow.bank["liaison"]}
    return services.open_directly(**values, unit=flow.bank.units["branch"], contact=contact)


@pytest.mark.parametrize("name", ["王女士", "周可欣", "欧阳先生", "老王"])
def test_the_sentence_names_neither_the_complainant_nor_stars(flow, name):
    case = filed(flow, customer_name=name)
    assert case.summary == "客户对石景山支行“金葵花联名卡”收费有异议，要求退还 360.00 元。"
    assert case.customer_name == name, "who it is stands in its own field"


def test_the_sentence_follows_what_the_clerk_says(flow):
    values = {"channel": "call", "text": "扣款不对", "by": flow.bank["liaison"], "unit": flow.bank.units["branch"]}
    case = services.open_directly(**values, contact={"ticket": ticket()}, cause="信息披露与告知不足", demands=["道歉"])
    assert case.summary == "客户反映石景山支行“金葵花联名卡”告知不足，要求退还 360.00 元、道歉。"


def test_numbers_in_a_products_name_are_hidden(flow):
    assert "13800001234" not in filed(flow, product_name="卡13800001234").summary


def test_words_without_a_ticket_are_masked_and_read_well(flow):
    values = {"channel": "call", "by": flow.bank["liaison"], "unit": flow.bank.units["branch"]}
    case = services.open_directly(**values, text="客户王女士来电：周可欣经理态度差，电话 13800001234。")
    assert case.summary == "客户某女士来电：周**经理态度差，电话 138****1234。"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("客户王女士来电", "客户某女士来电"), ("请找欧阳先生", "请找某先生"), ("我叫周可欣", "我叫周**"), ("", "")],
)
def test_a_surname_with_a_title_is_told_as_people_tell_it(text, shown):
    assert masked(text) == shown


def test_correcting_another_field_leaves_the_sentence_as_it_is(flow, bank):
    case = filed(flow)
    before = case.summary
    case = services.correct(case, by=bank["liaison"], values={"summary": case.summary, "phone": "13900000000"})
    assert case.summary == before
    case = services.correct(case, by=bank["liaison"], values={"summary": "客户王女士要求退费"})
    assert case.summary == "客户某女士要求退费"


CLASSES = {"business_type": "理财", "cause": "适当性", "demands": ["赔偿"]}
FOLLOWED = "客户反映石景山支行“金葵花联名卡”与风险承受能力不匹配，要求退还 360.00 元、赔偿。"


def test_corrected_classes_are_said_in_the_sentence_and_the_title(flow, bank):
    case = services.correct(filed(flow), by=bank["liaison"], values=CLASSES)
    assert (case.summary, case.title) == (FOLLOWED, "理财：适当性，要求赔偿")
    event = Event.objects.filter(type="complaints.corrected").get()
    assert {"summary", "title", "cause"} <= set(event.changes), "the journal has the whole change"
    entry = SearchEntry.objects.get(subject_type="complaints.case", subject_id=case.pk)
    assert "适当性" in entry.title
    again = services.correct(case, by=bank["liaison"], values={"cause": "定价收费", "product_name": "", "demands": []})
    assert again.summary == "客户对石景山支行理财收费有异议，要求退还 360.00 元。"
    assert again.title == "理财：定价收费"


def test_over_the_page_and_over_rest_the_sentence_follows(flow, client_of):
    case = filed(flow)
    client = client_of("liaison")
    page = client.get(reverse("complaint_correct", args=[case.pk]))
    values = {field.name: field.value() for field in page.context["form"]}
    assert [name for name in values if f'name="{name}"' not in page.content.decode()] == [], "every field is there"
    values = {name: value for name, value in values.items() if value not in (None, False, "")} | CLASSES
    values |= {"amounts": ["360"], "amounts_role": ["refund_demand"]}
    assert client.post(reverse("complaint_correct", args=[case.pk]), values).status_code == 302
    case.refresh_from_db()
    assert case.summary == FOLLOWED
    assert FOLLOWED in client.get(case.get_absolute_url()).content.decode()
    told = did(send(client, f"complaints/{case.pk}/ticket", {"values": {"cause": "定价收费"}}, "patch"))
    assert told["summary"] == "客户对石景山支行“金葵花联名卡”收费有异议，要求退还 360.00 元、赔偿。"
    assert told["title"] == "理财：定价收费，要求赔偿"


@pytest.mark.parametrize("way", ["opened", "corrected"])
def test_a_sentence_by_hand_stays_whatever_is_corrected(flow, bank, way):
    said = "客户称收费前没有说明"
    if way == "opened":
        values = {"channel": "call", "text": "扣款不对", "by": bank["liaison"], "unit": bank.units["branch"]}
        case = services.open_directly(**values, contact={"ticket": ticket()}, summary=said, title="手写的标题")
    else:
        case = services.correct(filed(flow), by=bank["liaison"], values={"summary": said, "title": "手写的标题"})
    for values in (CLASSES, {"cause": "定价收费"}, {"phone": "13900000000", "summary": said}):
        case = services.correct(case, by=bank["liaison"], values=values)
        assert (case.summary, case.title) == (said, "手写的标题")


def test_by_hand_in_the_same_correction_goes_before(flow, bank):
    case = services.correct(filed(flow), by=bank["liaison"], values={**CLASSES, "summary": "客户不满意产品"})
    assert (case.summary, case.title) == ("客户不满意产品", "理财：适当性，要求赔偿")


def test_a_sentence_that_is_emptied_is_written_anew_and_follows_again(flow, bank):
    case = services.correct(filed(flow), by=bank["liaison"], values={"summary": "客户不满意产品"})
    case = services.correct(case, by=bank["liaison"], values={"summary": ""})
    assert case.summary == "客户对石景山支行“金葵花联名卡”收费有异议，要求退还 360.00 元。"
    assert services.correct(case, by=bank["liaison"], values=CLASSES).summary == FOLLOWED


def test_a_sentence_that_comes_out_as_it_was_is_no_change(flow, bank):
    case = filed(flow)
    before = case.summary
    case = services.correct(case, by=bank["liaison"], values={"summary": "", "title": " "})
    assert (case.summary, services.times_corrected(case)) == (before, 0)
    assert not Event.objects.filter(type="complaints.corrected").exists()
    case = services.correct(case, by=bank["liaison"], values={"summary": "", "region": "江城"})
    event = Event.objects.get(type="complaints.corrected")
    assert (set(event.changes), event.facts["fields"]) == ({"region"}, "地区")
    assert [row["field"] for row in case.ticket["corrections"]] == ["region"]
    said = services.correct(case, by=bank["liaison"], values={"summary": before + "。"})
    Case.objects.filter(pk=case.pk).update(summary=before)  # by hand, and in the platform's own words
    assert "summary" not in said.ticket["written"]
    case = services.correct(Case.objects.get(), by=bank["liaison"], values={"summary": ""})
    assert "summary" in case.ticket["written"], "it follows again"
    assert Event.objects.filter(type="complaints.corrected").count() == 2


def test_a_complainants_own_words_are_nobodys_to_rewrite(flow, bank):
    values = {"channel": "call", "by": bank["liaison"], "unit": bank.units["branch"]}
    case = services.open_directly(**values, text="说好的利率变了。", business_type="理财", cause="定价收费")
    assert services.correct(case, by=bank["liaison"], values=CLASSES).summary == "说好的利率变了。"


def test_a_sentence_in_which_sums_were_written_as_before_follows_too(flow, bank):
    case = filed(flow)
    before = {key: value for key, value in case.ticket.items() if key != "written"}
    summary = case.summary.replace(" 360.00 元", "360元")
    assert summary != case.summary
    Case.objects.filter(pk=case.pk).update(ticket=before, summary=summary)
    assert services.correct(case, by=bank["liaison"], values=CLASSES).summary == FOLLOWED


def test_cases_from_before_this_was_kept_are_told_by_their_words(flow, bank):
    ours, theirs = filed(flow), filed(flow)
    for case in (ours, theirs):
        Case.objects.filter(pk=case.pk).update(ticket={k: v for k, v in case.ticket.items() if k != "written"})
    Case.objects.filter(pk=theirs.pk).update(summary="客户称收费前没有说明")
    assert services.correct(ours, by=bank["liaison"], values=CLASSES).summary == FOLLOWED
    assert services.correct(theirs, by=bank["liaison"], values=CLASSES).summary == "客户称收费前没有说明"


def test_sums_that_agree_stay_in_agreement(flow, bank):
    case = filed(flow)
    assert (case.amount, case.amounts) == (360, [{"value": 360.0, "role": "refund_demand"}])
    case = services.correct(case, by=bank["liaison"], values={"amount": Decimal("285.50")})
    assert case.amounts == [{"value": 285.5, "role": "refund_demand"}]
    assert case.summary.endswith("要求退还 285.50 元。")
    case = services.correct(case, by=bank["liaison"], values={"amounts": [{"value": 900, "role": "loss"}]})
    assert case.amount == 900
    assert "损失 900.00 元" in case.summary
