"""Every field of the ticket has its place: on the clerk's form, in the accuracy, on the case, over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_answers import did, send

from xiaobao.intake.ticket import FIELDS as TICKET
from xiaobao_web.complaints.forms.listed import Days, Sums
from xiaobao_web.complaints.models import Case, Contact, FieldCheck
from xiaobao_web.complaints.services import taking_down
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db
CALL = (
    "您好我叫宋安宁，电话13800004321，邮箱song.an@example.com，2月3日你们江城分行理财经理李敏给我推荐“稳享添利”理财，"
    "说保本，我买了5万元，亏了3000元，我要求赔偿，不处理我就去银保监投诉。"
)
NEW = ("email", "institution", "unit", "staff", "product_name", "amounts", "event_dates", "summary")


@pytest.fixture
def clerk(flow, client_of):
    return client_of("liaison")


@pytest.fixture
def read(clerk):
    return clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})


def given(answer, **changes):
    """Return what the page sends when a clerk changes some of its fields."""
    values = {field.name: field.value() for field in answer.context["form"]}
    values = {name: value for name, value in values.items() if value not in (None, False, "")}
    values.pop("received_at", None)
    sums = values.pop("amounts", [])
    values |= {"amounts": [words.split()[0] for words in sums], "amounts_role": [words.split()[1] for words in sums]}
    return {**values, "text": CALL, "action": "save", "kind": "complaint", **changes}


def taken(clerk, answer, **changes) -> Case:
    saved = clerk.post(reverse("complaint_take_down"), given(answer, **changes))
    assert saved.status_code == 302, saved.content.decode()[:3000]
    case = Contact.objects.get().case
    assert case is not None
    return case


def fates() -> dict[str, str]:
    return dict(FieldCheck.objects.values_list("field", "fate"))


def test_no_field_of_the_ticket_is_without_a_place(read):
    placed = {*taking_down.FIELDS.values(), taking_down.OTHERS}
    assert placed == set(TICKET)
    shown = [field.name for field, _item in read.context["fields"]]
    assert shown == list(taking_down.FIELDS)
    page = read.content.decode()
    for name in shown:
        assert f'data-machine="{name}"' in page
    assert 'data-pick="适当性"' in page, "the cause that comes next is one key away"


def test_the_words_of_each_field_are_marked(read, bank):
    page = read.content.decode()
    for name, words in (
        ("email", "song.an@example.com"),
        ("staff", "李敏"),
        ("product_name", "稳享添利"),
        ("amounts amount", "5万元"),
        ("event_dates", "2月3日"),
        ("institution unit", "江城分行"),
    ):
        assert f'<mark data-field="{name}">{words}</mark>' in page
    form = read.context["form"]
    assert form["email"].value() == "song.an@example.com"
    assert form["amounts"].value() == ["50000 disputed", "3000 loss"]
    assert form["event_dates"].value() == ["2026-02-03"]
    assert form["unit"].value() == bank.units["branch"].pk
    said = "客户反映在江城分行办理“稳享添利”时受到误导宣传或销售，损失 3,000.00 元，要求赔偿。"
    assert form["summary"].value() == said


def test_words_that_several_fields_stand_on_are_marked_for_each():
    span = {"turn": None, "start": 2, "end": 4, "text": "理财"}
    wider = {"turn": None, "start": 2, "end": 6, "text": "理财经理"}
    shown = taking_down.marked("我的理财经理", {"evidence": {"business_type": [span], "staff_mentioned": [wider]}})
    assert shown == ('我的<mark data-field="staff business_type">理财</mark><mark data-field="staff">经理</mark>')


def test_what_the_clerk_leaves_stands_on_the_case_and_counts_as_right(clerk, read, bank):
    case = taken(clerk, read)
    assert (case.email, case.institution, case.staff, case.product_name) == (
        "song.an@example.com", "江城分行", "李敏", "稳享添利",
    )  # fmt: skip
    assert case.amounts == [{"value": 50000, "role": "disputed"}, {"value": 3000, "role": "loss"}]
    assert (case.amount, case.event_dates, case.unit) == (50000, ["2026-02-03"], bank.units["branch"])
    assert case.ticket["ticket"]["email"] == case.ticket["machine"]["email"] == "song.an@example.com"
    assert {fates()[name] for name in NEW} == {"kept"}
    assert taking_down.OTHERS not in fates(), "nobody asked for another cause"


def test_what_the_clerk_corrects_stands_on_the_case_and_counts_as_wrong(clerk, read, bank):
    case = taken(
        clerk, read, email="anning@example.com", institution="江城分行营业部", staff="", product_name="稳享添利A款",
        event_dates="2026年2月4日、2026-01", amounts=["50,000", "3200", ""], amounts_role=["disputed", "loss", ""],
        cause="适当性", unit=bank.units["branch_two"].pk,
    )  # fmt: skip
    assert (case.email, case.institution, case.staff, case.product_name) == (
        "anning@example.com", "江城分行营业部", "", "稳享添利A款",
    )  # fmt: skip
    assert case.amounts == [{"value": 50000, "role": "disputed"}, {"value": 3200, "role": "loss"}]
    assert case.event_dates == ["2026-02-04", "2026-01"]
    assert case.summary == "客户反映江城分行营业部“稳享添利A款”与风险承受能力不匹配，损失 3,200.00 元，要求赔偿。"
    assert {name: fates()[name] for name in NEW} == dict.fromkeys(NEW, "changed") | {"staff": "cleared"}
    assert fates()[taking_down.OTHERS] == "kept", "the right cause was the machine's second"
    assert (case.ticket["ticket"]["staff_mentioned"], case.ticket["machine"]["staff_mentioned"]) == (None, "李敏")
    rows = {
        row.field: row
        for row in taking_down.accuracy(timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1))
    }
    assert (rows["email"].share, rows[taking_down.OTHERS].share, rows["staff"].invented_share) == (0.0, 1.0, 1.0)


def test_what_the_clerk_clears_does_not_come_back(clerk, read):
    case = taken(clerk, read, phone="", customer_name="", product_name="", event_dates="")
    assert (case.phone, case.customer_name, case.product_name, case.event_dates) == ("", "", "", [])


def test_a_sentence_by_hand_is_kept_and_masked(clerk, read):
    case = taken(clerk, read, summary="客户王女士称被误导购买理财", cause="适当性")
    assert case.summary == "客户某女士称被误导购买理财"
    assert fates()["summary"] == "changed"


def test_what_cannot_be_is_told_and_what_was_typed_is_kept(clerk, read):
    bad = given(read, email="不是邮箱", event_dates="2026-13-02", amounts=["很多"], amounts_role=["loss"])
    answer = clerk.post(reverse("complaint_take_down"), bad)
    assert answer.status_code == 422
    assert {"email", "event_dates", "amounts"} <= set(answer.context["form"].errors)
    assert 'value="很多"' in answer.content.decode()
    assert Contact.objects.count() == 0


def test_the_figures_name_every_field(clerk, read, client_of):
    taken(clerk, read, cause="适当性")
    page = client_of("office").get(reverse("complaint_intake_figures")).content.decode()
    for label in (
        "邮箱",
        "所称机构",
        "责任机构",
        "涉及员工",
        "产品名称",
        "金额明细",
        "发生日期",
        "摘要",
        "投诉原因备选",
    ):
        assert label in page


def test_people_stand_masked_until_they_are_opened_and_corrections_are_journalled(clerk, read, client_of):
    case = taken(clerk, read)
    page = clerk.get(case.get_absolute_url()).content.decode()
    assert "song.an@example.com" not in page
    assert "s***@example.com" in page
    assert "李敏" not in page.split("经过")[0].replace(CALL, "")
    assert "李*" in page
    assert "2月3日" in page
    told = did(clerk.get(f"/api/complaints/{case.pk}"))
    assert told["masked"]["email"] == "s***@example.com"
    assert told["masked"]["staff"] == "李*"
    assert (told["institution"], told["product_name"], told["event_dates"]) == ("江城分行", "稳享添利", ["2026-02-03"])
    assert told["amounts"] == [{"value": 50000, "role": "disputed"}, {"value": 3000, "role": "loss"}]
    assert told["cause_alternatives"] == ["适当性"]
    full = did(send(clerk, f"complaints/{case.pk}/personal", {"purpose": "回信"}))["fields"]
    assert (full["email"], full["staff"]) == ("song.an@example.com", "李敏")


def test_each_is_corrected_over_rest_with_a_trace_that_can_be_erased(clerk, read):
    case = taken(clerk, read)
    at = f"complaints/{case.pk}/ticket"
    fields = {field["name"]: field for field in did(clerk.get(f"/api/{at}"))}
    assert {"email", "institution", "staff", "product_name", "amounts", "event_dates", "summary"} <= set(fields)
    assert (fields["amounts"]["kind"], fields["event_dates"]["kind"]) == ("sums", "days")
    assert ["loss", "损失"] in fields["amounts"]["choices"]
    values = {"email": "an@example.com", "staff": "王强", "amounts": ["3100.5 loss", "52000 争议金额"],
              "event_dates": ["2026-02-01", "2026-01"], "institution": "江城分行"}  # fmt: skip
    told = did(send(clerk, at, {"values": values}, "patch"))
    assert told["masked"]["email"] == "a***@example.com"
    assert told["event_dates"] == ["2026-02-01", "2026-01"]
    case.refresh_from_db()
    assert case.amounts == [{"value": 3100.5, "role": "loss"}, {"value": 52000, "role": "disputed"}]
    assert case.amount == 52000, "the sum of the case agreed with the highest and still does"
    event = Event.objects.filter(type="complaints.corrected").latest("pk")
    assert "邮箱" in event.facts["fields"]
    assert ("金额明细", "争议金额 50,000.00 元、损失 3,000.00 元", "损失 3,100.50 元、争议金额 52,000.00 元") in (
        journal.changes_of(event)
    )
    plain = str([event.facts, event.changes, case.ticket["corrections"]])
    assert "an@example.com" not in plain
    assert "王强" not in plain
    wrong = send(clerk, at, {"values": {"amounts": ["12 tip"], "event_dates": ["2999-01-01"]}}, "patch")
    assert wrong.status_code == 422
    assert set(wrong.json()["error"]["fields"]) == {"amounts", "event_dates"}


def test_people_of_the_ticket_are_hidden_in_a_sentence_by_hand(clerk, read):
    case = taken(clerk, read, summary="宋安宁称被李敏误导")
    assert case.summary == "宋**称被李*误导"
    did(send(clerk, f"complaints/{case.pk}/ticket", {"values": {"title": "宋安宁又来电"}}, "patch"))
    case.refresh_from_db()
    assert case.title == "宋**又来电"


def test_an_address_is_checked_where_it_is_corrected(clerk, read):
    case = taken(clerk, read)
    at = f"complaints/{case.pk}/ticket"
    assert set(send(clerk, at, {"values": {"email": "不是邮箱"}}, "patch").json()["error"]["fields"]) == {"email"}
    Case.objects.update(email="来源所写")
    did(send(clerk, at, {"values": {"region": "江城"}}, "patch"))
    case.refresh_from_db()
    assert (case.email, case.region) == ("来源所写", "江城")


@pytest.mark.parametrize("value", [True, False, 5, 1.5, [], ["江城分行"], [True], {"名称": "江城分行"}, [{"a": 1}]])
@pytest.mark.parametrize("name", ["institution", "customer_name", "email", "summary"])
def test_what_is_no_text_is_refused_for_a_text(clerk, flow, name, value):
    case = flow.handled(institution="江城分行", email="song.an@example.com")
    answer = send(clerk, f"complaints/{case.pk}/ticket", {"values": {name: value, "region": "江城"}}, "patch")
    assert answer.status_code == 422
    (told,) = answer.json()["error"]["fields"].items()
    assert told[0] == name
    assert "请写" in told[1]
    before = getattr(case, name)
    case.refresh_from_db()
    assert (getattr(case, name), case.region) == (before, "")


def test_other_kinds_take_their_own_and_texts_may_be_emptied(clerk, flow):
    case = flow.handled(institution="江城分行", region="江城")
    values = {"institution": None, "region": "", "people_count": 3, "amount": 12.5, "face_to_face": True,
              "demands": ["道歉"], "customer_name": "True"}  # fmt: skip
    did(send(clerk, f"complaints/{case.pk}/ticket", {"values": values}, "patch"))
    case.refresh_from_db()
    assert (case.institution, case.region, case.people_count, float(case.amount)) == ("", "", 3, 12.5)
    assert (case.face_to_face, case.demands, case.customer_name) == (True, ["道歉"], "True")


def test_the_sum_of_a_case_follows_sums_that_come_after_none(clerk, read):
    case = taken(clerk, read)
    at = f"complaints/{case.pk}/ticket"
    for sums, highest in (([], None), (["77 loss", "5 fee"], 77)):
        did(send(clerk, at, {"values": {"amounts": sums}}, "patch"))
        case.refresh_from_db()
        assert case.amount == highest
    did(send(clerk, at, {"values": {"amounts": []}}, "patch"))
    did(send(clerk, at, {"values": {"amount": "90"}}, "patch"))
    case.refresh_from_db()
    assert (case.amount, case.amounts) == (90, [])


def test_a_program_reads_the_same_fields(clerk, bank):
    told = did(send(clerk, "complaints/read", {"text": CALL}))
    assert set(told["values"]) == set(taking_down.FIELDS)
    assert told["values"]["email"] == {
        "value": "song.an@example.com", "confidence": told["values"]["email"]["confidence"],
        "words": ["song.an@example.com"], "level": "sure", "checked": 0, "right": 0, "why": "", "others": [],
    }  # fmt: skip
    assert told["values"]["unit"]["value"] == bank.units["branch"].code
    assert told["cause_alternatives"] == ["适当性"]


def test_a_source_states_the_same_fields(clerk, client_of, bank):
    row = {"source_system": "客服", "source_number": "K1", "channel": "call", "text": "手续费没有说明，要求退还。",
           "institution": "江城分行", "staff": "李敏", "amounts": [{"value": 285, "role": "fee"}],
           "event_dates": ["2026-02-03"], "unit": bank.units["branch"].code}  # fmt: skip
    assert did(send(clerk, "complaints/contacts/bulk", {"rows": [row]}))["made"] == 1
    contact = Contact.objects.get()
    did(send(client_of("complaints"), f"complaints/contacts/{contact.pk}/screen", {"kind": "complaint"}))
    case = Case.objects.get()
    assert (case.institution, case.staff, case.event_dates) == ("江城分行", "李敏", ["2026-02-03"])
    assert [(item["value"], item["role"]) for item in case.amounts] == [(285, "fee")]
    bad = {**row, "source_number": "K2", "amounts": [{"value": 1, "role": "fee"}] * 3, "event_dates": ["2月3日"]}
    told = did(send(clerk, "complaints/contacts/bulk", {"rows": [bad]}))
    assert told["failed"] == 1
    assert "event_dates" in told["rows"][0]["fields"]


@pytest.mark.parametrize(("typed", "sums"), [
    (["285 fee"], [{"value": 285, "role": "fee"}]), (["3万 损失", "3万 loss"], [{"value": 30000, "role": "loss"}]),
    (["12.5 other"], [{"value": 12.5, "role": "other"}]), ([], []),
])  # fmt: skip
def test_sums_as_people_write_them(typed, sums):
    assert Sums(required=False).clean(typed) == sums


@pytest.mark.parametrize("typed", [["285"], ["损失"], ["-3 loss"], ["0 loss"], ["285 tip"]])
def test_sums_that_are_none(typed):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        Sums(required=False).clean(typed)


@pytest.mark.parametrize(("typed", "days"), [
    ("2026-02-03", ["2026-02-03"]), ("２０２６年2月3日、2026/1", ["2026-02-03", "2026-01"]),
    ("2026-02-03 2026-02-03", ["2026-02-03"]), ("", []),
])  # fmt: skip
def test_days_as_people_write_them(typed, days):
    assert Days(required=False).clean(typed) == days


def test_cases_from_before_have_what_their_tickets_say(clerk, read):
    from importlib import import_module

    from django.apps import apps

    case = taken(clerk, read)
    Case.objects.update(institution="", staff="", amounts=[], event_dates=[])
    import_module("xiaobao_web.complaints.migrations.0014_ticket_places").fill(apps, None)
    case.refresh_from_db()
    assert (case.institution, case.staff, case.event_dates) == ("江城分行", "李敏", ["2026-02-03"])
    assert [item["role"] for item in case.amounts] == ["disputed", "loss"]
