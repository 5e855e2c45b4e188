"""What people corrected comes back: how sure values are shown, known names, figures by field and month."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from xiaobao_web.complaints.models import FieldCheck
from xiaobao_web.complaints.services import intake, learning, opening, taking_down
from xiaobao_web.kernel.models import Event

pytestmark = pytest.mark.django_db
FIRST = "信用卡分期的事我找陆晓晓问过，她说不收手续费，结果3月2日扣了285元，要求退给我。"
AGAIN = "上回是陆晓晓替我办的，现在又扣了90元，要求退给我。电话13800004321"
serial = count()


@pytest.fixture
def clerk(client_of):
    return client_of("liaison")


def form_of(clerk, text, **changes):
    answer = clerk.post(reverse("complaint_take_down"), {"text": text, "channel": "call", "action": "read"})
    values = {field.name: field.value() for field in answer.context["form"]}
    given = {name: value for name, value in values.items() if value not in (None, False, "")}
    given.pop("received_at", None)
    return {**given, "text": text, "action": "save", "kind": "complaint", **changes}


def taken(clerk, bank, text, **changes):
    """Take words down with some fields corrected by the clerk."""
    data = form_of(clerk, text, unit=bank.units["branch"].pk, **changes)
    answer = clerk.post(reverse("complaint_take_down"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    cache.clear()


def read(text, turns=None, channel="call"):
    return intake.read_ticket(channel, received_at=timezone.localtime(), text=text, turns=turns)


def after(text, turns=None, **fields):
    """Return what is made of a ticket on which the engine read these fields, each with how sure."""
    keys = {learning.NAMES[name]: pair for name, pair in fields.items()}
    ticket = {"customer_name": None, **dict.fromkeys(learning.NAMES.values())}
    ticket |= {key: value for key, (value, _sure) in keys.items()}
    sure = {key: number for key, (_value, number) in keys.items()}
    found = {"ticket": ticket, "evidence": {}, "confidence": sure}
    return learning.applied(found, channel="call", received_at=datetime(2026, 11, 20), text=text, turns=turns)


def checked(bank, field, fate, *, n=1, sure=0.9, months=0, unit="branch", contact=None, **more):
    """Keep checks of a field, each on a contact of its own."""
    for _n in range(n):
        row = contact or opening.register(channel="call", text="扣了我30元，要求退。", by=bank["office"],
                                          key=f"learn:{next(serial)}", unit=bank.units[unit], **more)  # fmt: skip
        made = FieldCheck.objects.create(
            contact=row, field=field, fate=fate, confidence=sure, channel="call", by=bank["office"]
        )
        FieldCheck.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(days=31 * months))
    cache.clear()
    return row


def corrected(bank, field, given, machine=None, *, n=1, **more):
    """Keep what a person made of a name, as the intake form keeps it."""
    fate = taking_down.fate_of(machine, given)
    details = {field: given, **more.pop("details", {})}
    ticket = {"machine": {learning.NAMES[field]: machine}, "ticket": {}}
    checked(bank, field, fate, n=n, details=details, ticket=ticket, **more)


def test_a_name_that_was_added_is_proposed_where_it_stands_again(clerk, bank):
    assert read(AGAIN)["ticket"]["staff_mentioned"] is None, "the engine alone does not read it"
    taken(clerk, bank, FIRST, staff="陆晓晓")
    found = read(AGAIN)
    assert found["ticket"]["staff_mentioned"] == "陆晓晓"
    place = found["evidence"]["staff_mentioned"][0]
    assert AGAIN[place["start"] : place["end"]] == "陆晓晓"
    page = clerk.post(reverse("complaint_take_down"), {"text": AGAIN, "channel": "call", "action": "read"})
    shown = page.content.decode()
    assert "与以往更正一致（1 次）" in shown
    assert '<mark data-field="staff">陆晓晓</mark>' in shown
    told = clerk.post("/api/complaints/read", {"text": AGAIN}, content_type="application/json").json()
    staff = told["values"]["staff"]
    assert (staff["value"], staff["level"], staff["why"]) == ("陆晓晓", "doubtful", "与以往更正一致（1 次）")


def test_what_customers_are_called_is_never_learnt(clerk, bank):
    taken(clerk, bank, "我叫宋安宁，扣了我285元，要求退给我。电话13800004321", customer_name="宋安宁", staff="宋安宁")
    taken(clerk, bank, FIRST, customer_name="陆晓晓", staff="")
    kept = str(learning.names())
    assert "宋安宁" not in kept
    assert "陆晓晓" not in kept
    assert "13800004321" not in kept


def test_names_of_confidential_contacts_are_not_learnt(bank):
    corrected(bank, "staff", "陆晓晓", details={"confidential": True})
    assert learning.names() == {}
    corrected(bank, "staff", "陆晓晓")
    assert learning.names()["staff", "陆晓晓"].kept == 1


def test_whoever_complains_is_not_proposed_as_staff(bank):
    corrected(bank, "staff", "陆晓晓", n=3)
    found = {"ticket": {"customer_name": "陆晓晓", "staff_mentioned": None}, "evidence": {}, "confidence": {}}
    same = learning.applied(found, channel="call", received_at=datetime(2026, 11, 20), text=AGAIN, turns=None)
    assert same == found
    found["confidence"] = {"customer_name": 0.5}
    unsure = learning.applied(found, channel="call", received_at=datetime(2026, 11, 20), text=AGAIN, turns=None)
    assert unsure["ticket"]["staff_mentioned"] == "陆晓晓", "a doubtful customer does not stand against it"


@pytest.mark.parametrize(("field", "name", "text"), [
    ("product_name", "随薪智投", "我要投诉随薪智投！"),
    ("institution", "望江楼自助服务中心", "望江楼自助服务中心的机器吞了我的卡。"),
    ("staff", "李敏", "客户经理李敏一直不回电话。"),
])  # fmt: skip
def test_a_known_name_is_surer_the_oftener_it_stood(bank, field, name, text):
    key = learning.NAMES[field]
    corrected(bank, field, name)
    once = after(text)
    assert (once["ticket"][key], once["confidence"][key]) == (name, 0.5)
    corrected(bank, field, name, name, n=9)
    assert after(text)["confidence"][key] >= learning.SURE
    assert after(text, **{field: ("别的名称支行", 0.9)})["ticket"][key] == "别的名称支行", "what is sure stays"
    unsure = after(text, **{field: ("别的名称", 0.4)})
    assert (unsure["ticket"][key], unsure["learned"][field]["others"]) == (name, ["别的名称"])


@pytest.mark.parametrize(("field", "name", "text"), [
    ("product_name", "随薪智投", "不是随薪智投的事，是别的。"),
    ("product_name", "信用卡", "信用卡扣了我30元。"),
    ("institution", "你们支行", "你们支行的人不理我。"),
    ("institution", "客服中心", "打给客服中心没人接。"),
    ("staff", "李敏", "李敏感地发现多扣了钱。"),
    ("staff", "客户经理", "客户经理没讲清楚。"),
    ("product_name", "13800004321", "电话13800004321。"),
])  # fmt: skip
def test_denied_and_common_words_and_numbers_are_not_proposed(bank, field, name, text):
    corrected(bank, field, name, n=5)
    assert "learned" not in after(text)


def test_only_what_the_customer_says_counts_and_the_place_is_in_its_turn(bank):
    corrected(bank, "product_name", "随薪智投", n=3)
    asked = [{"role": "agent", "text": "您说的是随薪智投吗？"}, {"role": "customer", "text": "不知道，反正扣了30元。"}]
    assert "learned" not in after("", asked)
    said = [{"role": "agent", "text": "您要投诉什么？"}, {"role": "customer", "text": "就是随薪智投。"}]
    place = after("", said)["evidence"]["product_name"][0]
    assert place == {"turn": 1, "start": 2, "end": 6, "text": "随薪智投"}


def test_of_several_known_names_none_is_filled_in_and_a_longer_one_goes_first(bank):
    corrected(bank, "product_name", "随薪智投")
    corrected(bank, "product_name", "随薪智投尊享")
    corrected(bank, "product_name", "安步高")
    assert after("买了随薪智投尊享，亏了。")["ticket"]["product_name"] == "随薪智投尊享"
    both = after("先买了随薪智投，又换成安步高。")
    assert both["ticket"]["product_name"] is None
    assert sorted(both["learned"]["product_name"]["others"]) == ["安步高", "随薪智投"]


def test_a_name_corrected_away_several_times_is_offered_and_no_more_filled_in(clerk, bank):
    text = "望江楼自助服务中心，机器吞卡，投诉！"
    corrected(bank, "product_name", "", "机器吞卡", n=2)
    assert after(text, product_name=("机器吞卡", 0.65))["ticket"]["product_name"] == "机器吞卡", "twice is not enough"
    corrected(bank, "product_name", "", "机器吞卡")
    gone = after(text, product_name=("机器吞卡", 0.65))
    assert gone["ticket"]["product_name"] is None
    assert "product_name" not in gone["confidence"]
    assert gone["learned"]["product_name"]["others"] == ["机器吞卡"]
    assert "3 次被改正" in gone["learned"]["product_name"]["why"]
    values = taking_down.values_of(gone)
    assert (values["product_name"].value, values["product_name"].others) == (None, ("机器吞卡",))
    corrected(bank, "product_name", "机器吞卡", n=3)
    assert after(text, product_name=("机器吞卡", 0.65))["ticket"]["product_name"] == "机器吞卡", "people took it again"


def test_what_stood_instead_is_proposed_where_it_stands(bank):
    corrected(bank, "institution", "望江楼营业室", "望江楼", n=3)
    found = after("望江楼营业室没人管。", institution=("望江楼", 0.7))
    assert found["ticket"]["institution_branch"] == "望江楼营业室"


def test_erased_names_are_known_no_more(bank):
    corrected(bank, "staff", "陆晓晓")
    contact = FieldCheck.objects.get().contact
    contact.details = {}
    contact.save(update_fields=["details"])
    cache.clear()
    assert learning.names() == {}


def test_without_checks_nothing_changes_and_names_are_asked_once(bank, django_assert_num_queries):
    assert "learned" not in read(AGAIN)
    with django_assert_num_queries(0):
        read(AGAIN)


@pytest.mark.parametrize(("right", "wrong", "sure", "level"), [
    (10, 5, 0.9, "sure"), (19, 0, 0.3, "doubtful"),  # too few: the thresholds stand
    (40, 0, 0.9, "sure"), (40, 0, 0.65, "sure"), (16, 4, 0.9, "likely"), (10, 10, 0.9, "doubtful"),
])  # fmt: skip
def test_how_sure_a_value_is_shown_follows_what_was_checked(bank, right, wrong, sure, level):
    checked(bank, "phone", "kept", n=right, sure=sure)
    checked(bank, "phone", "changed", n=wrong, sure=sure) if wrong else None
    checked(bank, "phone", "added", n=5, sure=None)
    value = taking_down.Value("13800004321", sure, [], learning.measured("phone", sure))
    assert value.level == level
    assert value.measured == learning.Measured(right, right + wrong)
    assert bool(value.told) == (right + wrong >= learning.ENOUGH)


def test_the_form_says_what_the_level_follows(clerk, bank):
    confidence = read(AGAIN)["confidence"]["phone"]
    checked(bank, "phone", "kept", n=24, sure=confidence)
    checked(bank, "phone", "cleared", n=12, sure=confidence)
    checked(bank, "phone", "kept", n=50, sure=confidence, months=4)
    page = clerk.post(reverse("complaint_take_down"), {"text": AGAIN, "channel": "call", "action": "read"})
    assert "近 90 天同类取值 36 条中 24 条正确" in page.content.decode()
    assert page.context["reading"].values["phone"].sure == "疑似"


def test_figures_by_field_and_month_open_their_rows(client_of, bank):
    office = client_of("office")
    checked(bank, "phone", "kept", n=3)
    wrong = checked(bank, "phone", "changed")
    checked(bank, "phone", "kept", n=2, months=2)
    checked(bank, "staff", "empty", n=2)
    now, before = taking_down.months_back(1)[0], f"{timezone.localtime() - timedelta(days=62):%Y-%m}"
    found = taking_down.by_field(timezone.now() - timedelta(days=200))
    assert found == {("phone", now): (3, 4), ("phone", before): (2, 2)}
    page = office.get(reverse("complaint_intake_figures")).content.decode()
    at = f"{reverse('complaint_intake_field', args=['phone'])}?month={now}"
    assert f'<a href="{at}">75.00%</a>' in page
    rows = office.get(at)
    assert rows.context["table"].rows[0][0].value == wrong.number
    assert len(rows.context["table"].rows) == 4
    assert [row[0].value for row in office.get(f"{at}&fate=changed").context["table"].rows] == [wrong.number]
    told = office.get("/api/complaints/accuracy/months").json()
    assert [(row["field"], row["month"], row["right"], row["present"]) for row in told] == [
        ("phone", before, 2, 2), ("phone", now, 3, 4),
    ]  # fmt: skip
    listed = office.get(f"/api/complaints/accuracy/fields/phone?month={now}&fate=changed").json()
    assert [(row["contact"], row["fate"]) for row in listed] == [(wrong.number, "changed")]
    assert office.get("/api/complaints/accuracy/fields/phone?month=2026-13").status_code == 422
    assert office.get("/api/complaints/accuracy/fields/phone?fate=none").status_code == 422
    assert office.get("/api/complaints/accuracy/fields/none").status_code == 404
    assert office.get(reverse("complaint_intake_field", args=["none"])).status_code == 404
    assert office.get(reverse("complaint_intake_field", args=["phone"]) + "?month=x&fate=y").status_code == 200


def test_the_sheet_has_the_months_as_numbers_and_is_journalled(client_of, bank):
    checked(bank, "phone", "kept", n=3)
    checked(bank, "phone", "changed")
    answer = client_of("auditor").get(reverse("complaint_intake_figures_sheet"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    heads, *rows = book.get_sheet_by_name("各字段逐月准确率").to_python()
    assert heads[1:] == taking_down.months_back(12)
    line = next(row for row in rows if row[0] == taking_down.label_of("phone"))
    assert line[-1] == 0.75
    assert Event.objects.filter(type="kernel.exported").count() == 1
    assert client_of("liaison").get(reverse("complaint_intake_figures_sheet")).status_code == 403


def test_rows_of_other_organisations_are_counted_and_not_told(client_of, bank):
    own = checked(bank, "phone", "kept", unit="branch")
    other = checked(bank, "phone", "changed", unit="head")
    auditor = client_of("auditor").get(reverse("complaint_intake_field", args=["phone"])).content.decode()
    assert own.number in auditor
    assert other.number in auditor
    assert own.get_absolute_url() not in auditor, "the auditor opens no contact"
    assert client_of("liaison").get(reverse("complaint_intake_field", args=["phone"])).status_code == 403
